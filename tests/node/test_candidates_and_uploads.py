"""Videos that were suggested and uploads are Nodes, for those who see them otherwise."""

import pytest

from tests.conftest import Api, Organization, Person, World
from tests.media.files import REQUEST
from tests.node.conftest import SUGGEST
from tests.workout.documents import Json

MANY = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on VideoCandidate { url provider note } } }"
DECIDE = """mutation ($input: DecideExerciseVideoInput!) {
  decideExerciseVideo(input: $input) { exercise { video { url } } userErrors { code message field } }
}"""
CREATE = "mutation ($input: CreateExerciseInput!) { createExercise(input: $input) { exercise { id } } }"
URL = "https://v.example/plank"


@pytest.fixture
async def gym(world: World) -> Organization:
    """An organization."""
    return await world.organization()


async def made(api: Api, person: Person, organization: Organization | None, **values: str) -> str:
    """The id of a new exercise; without an organization a canonical one."""
    input = {"name": "Plank", **values, "organizationId": str(organization.id) if organization else None}
    return str((await api.run(CREATE, person, input=input))["createExercise"]["exercise"]["id"])


async def suggested(api: Api, person: Person, exercise: str) -> str:
    """The id of the video URL, suggested for an exercise."""
    data = await api.run(SUGGEST, person, input={"exerciseId": exercise, "url": URL})
    (candidate,) = data["suggestExerciseVideo"]["exercise"]["videoCandidates"]
    return str(candidate["id"])


async def test_the_same_address_at_two_exercises_is_two_candidates(api: Api, gym: Organization) -> None:
    exercises = [await made(api, gym.coach, gym) for _ in range(2)]
    ids = [await suggested(api, gym.coach, exercise) for exercise in exercises]
    assert len({*ids}) == 2
    shown = [{"__typename": "VideoCandidate", "id": id, "url": URL, "provider": "EXTERNAL", "note": None} for id in ids]
    assert (await api.run(MANY, gym.coach, ids=ids))["nodes"] == shown
    of_other = {"exerciseId": exercises[0], "candidateId": ids[1], "accept": True}
    assert await api.refusals(DECIDE, gym.coach, input=of_other) == [("NOT_FOUND", ["input", "candidateId"])]


async def test_an_id_from_before_it_named_the_exercise_is_still_taken(api: Api, gym: Organization) -> None:
    for form in ("{0}", "{1}"):
        exercise = await made(api, gym.coach, gym)
        id = await suggested(api, gym.coach, exercise)
        sent = {"exerciseId": exercise, "candidateId": form.format(id, id.rpartition(":")[2]), "accept": True}
        decided = await api.run(DECIDE, gym.coach, input=sent)
        assert decided["decideExerciseVideo"]["exercise"]["video"] == {"url": URL}
        assert (await api.run(MANY, gym.coach, ids=[id]))["nodes"] == [None]


async def test_a_candidate_is_found_by_whom_the_list_shows_it_to(api: Api, world: World, gym: Organization) -> None:
    admin, stranger = await world.person(is_platform_admin=True), (await world.organization()).coach
    own = await suggested(api, gym.coach, await made(api, gym.coach, gym))
    canonical = await suggested(api, gym.coach, await made(api, admin, None, slug="plank-of-candidates"))
    draft = await made(api, admin, None, slug="plank-draft", status="DRAFT")
    hidden = await suggested(api, admin, draft)
    seen = {}
    for name, person in {"coach": gym.coach, "member": gym.member, "stranger": stranger, "admin": admin}.items():
        nodes = (await api.run(MANY, person, ids=[own, canonical, hidden, f"{own}0", "candidate:x:y"]))["nodes"]
        seen[name] = [node and node["id"] for node in nodes]
    none = None
    assert seen == {
        "coach": [own, canonical, none, none, none],
        "member": [none] * 5,
        "stranger": [none, canonical, none, none, none],
        "admin": [none, canonical, hidden, none, none],
    }


async def test_an_upload_is_found_by_who_announced_it_alone(api: Api, world: World, gym: Organization) -> None:
    input: Json = {"organizationId": str(gym.id), "purpose": "COMMENT_ATTACHMENT", "filename": "a.png",
                   "mime": "image/png", "sizeBytes": 9}  # fmt: skip
    id = (await api.run(REQUEST, gym.member, input=input))["requestUpload"]["upload"]["id"]
    admin = await world.person(is_platform_admin=True)
    for person in (gym.coach, gym.owner, (await world.organization()).coach, admin):
        assert (await api.run(MANY, person, ids=[id]))["nodes"] == [None]
    assert (await api.run(MANY, gym.member, ids=[id]))["nodes"] == [{"__typename": "Upload", "id": id}]
