"""The figures of exercises over HTTP, and their addresses in the API."""

import pytest

from kinegraph.canonical.rules_figures import FILES, versions
from kinegraph.services import Services
from tests.conftest import Api, Counter, Organization, World, counted

EXERCISE = "query ($id: ID!) { exercise(id: $id) { figureUrl } }"
LIBRARY = """
query ($id: ID!) {
  organization(id: $id) {
    exerciseLibrary(first: 100, filter: { q: "squat" }) { nodes { slug %s exercise { slug %s } } }
  }
}
"""


@pytest.fixture(scope="module")
def address(services: Services) -> str:
    """The address of the figure of the back squat."""
    return f"{services.settings.address}/figures/back-squat.webp?v={versions()['back-squat']}"


async def test_a_canonical_exercise_has_the_absolute_address_of_its_figure(
    api: Api, gym: Organization, world: World, address: str
) -> None:
    """It is under the public address of the API, with the version of the file."""
    found = await api.run(EXERCISE, gym.member, id=await world.exercise_id("back-squat"))
    assert found["exercise"]["figureUrl"] == address


async def test_an_exercise_without_a_figure_has_none(api: Api, gym: Organization, world: World) -> None:
    """The field is null."""
    found = await api.run(EXERCISE, gym.member, id=await world.exercise_id("beep-test"))
    assert found["exercise"]["figureUrl"] is None


async def test_an_organizations_own_exercise_with_the_same_slug_has_none(
    api: Api, gym: Organization, world: World
) -> None:
    """A slug is no identity: what another organization calls so may be another movement."""
    async with world.writing_as(gym.coach) as session:
        (row,) = await session.fetch(
            "INSERT INTO exercises (organization_id, slug, name) VALUES ($1, 'back-squat', 'Ours') RETURNING id", gym.id
        )
    found = await api.run(EXERCISE, gym.coach, id=str(row.id))
    assert found["exercise"]["figureUrl"] is None


async def test_the_field_costs_no_statement_in_a_list_with_and_without_a_cache(
    services: Services, counter: Counter, gym: Organization, address: str
) -> None:
    """A page of the library takes the statements that it takes without the field, and a cached page as few."""
    plain, full = LIBRARY % ("", ""), LIBRARY % ("figureUrl", "figureUrl")
    for document in (plain, full):
        await counter.api.run(document, gym.member, id=str(gym.id))
    with counter.counting() as without:
        await counter.api.run(plain, gym.member, id=str(gym.id))
    with counter.counting() as seen:
        found = await counter.api.run(full, gym.member, id=str(gym.id))
    assert len(seen) == len(without)
    nodes = {node["slug"]: node for node in found["organization"]["exerciseLibrary"]["nodes"]}
    assert nodes["back-squat"]["figureUrl"] == nodes["back-squat"]["exercise"]["figureUrl"] == address
    async with counted(services, 16) as caching:
        answers = []
        for _ in range(2):
            with caching.counting() as seen:
                answers.append(await caching.api.run(full, gym.member, id=str(gym.id)))
        assert answers == [found, found]
        with caching.counting() as without:
            await caching.api.run(plain, gym.member, id=str(gym.id))
            await caching.api.run(plain, gym.member, id=str(gym.id))
        assert len(seen) <= len(without)


async def test_an_address_with_its_version_serves_the_file_for_good_and_to_everybody(api: Api, address: str) -> None:
    """Without a token: the bytes of the file, a type that is not guessed at, and a year in every cache."""
    served = await api.client.get(address)
    assert (served.status_code, served.content) == (200, (FILES / "back-squat.webp").read_bytes())
    assert served.headers["content-type"] == "image/webp"
    assert served.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert served.headers["x-content-type-options"] == "nosniff"
    assert served.headers["cross-origin-resource-policy"] == "cross-origin"
    assert served.headers["etag"] == f'"{versions()["back-squat"]}"'


async def test_head_answers_the_headers_alone_and_a_known_tag_no_body(api: Api, address: str) -> None:
    """HEAD has the length; If-None-Match with the file's tag is answered 304."""
    headed = await api.client.head(address)
    length = str((FILES / "back-squat.webp").stat().st_size)
    assert (headed.status_code, headed.content, headed.headers["content-length"]) == (200, b"", length)
    same = await api.client.get(address, headers={"If-None-Match": headed.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    other = await api.client.get(address, headers={"If-None-Match": '"another"'})
    assert other.status_code == 200


async def test_another_version_is_answered_with_the_file_of_now_for_a_day(api: Api) -> None:
    """An address from before an upgrade, or without a version, still shows the exercise."""
    for path in ("/figures/back-squat.webp", "/figures/back-squat.webp?v=0123456789abcdef"):
        served = await api.client.get(path)
        assert (served.status_code, served.headers["cache-control"]) == (200, "public, max-age=86400")


@pytest.mark.parametrize(
    "path",
    ["beep-test.webp", "back-squat", "back-squat.png", "back-squat.webp.webp", "..%2Frules.py", "%2e%2e/rules.py", ""],
)
async def test_only_shipped_figures_are_served(api: Api, path: str) -> None:
    """Every other name is 404, whatever file it would lead to."""
    assert (await api.client.get(f"/figures/{path}")).status_code == 404


async def test_figures_are_read_only(api: Api, address: str) -> None:
    """Other methods are refused."""
    assert (await api.client.post(address)).status_code == 405
