"""Reading plans: working copies to coaches, versions to their patients, in a constant number of statements."""

from collections.abc import Mapping

import pytest

from tests.conftest import Api, Counter, Organization, Person, World
from tests.plan.documents import Json, Pool
from tests.treatment import StoredVersion, store_version

TREE = """sessions {
  id sourceId week day title sortOrder plan { id } version { number }
  exercises {
    id sourceId sortOrder sets reps durationSeconds holdSeconds restSeconds perSide notes isDiscontinued contentChanged
    session { id } exercise { name instructions { body } }
  }
}"""
PLAN = f"""query ($id: ID!) {{
  treatmentPlan(id: $id) {{
    title status weeks hasUnpublishedChanges author {{ name email }} organization {{ id }} copiedFrom {{ id }}
    {TREE} currentVersion {{ number }} versions {{ number reason publishedBy {{ name }} {TREE} }}
  }}
}}"""


@pytest.fixture(scope="module")
async def gym(world: World) -> Organization:
    """An organization."""
    return await world.organization()


@pytest.fixture(scope="module")
async def exercises(world: World) -> list[str]:
    """The ids of six canonical exercises."""
    slugs = ("back-squat", "bench-press", "plank", "push-ups", "pull-ups", "deadlift")
    return [await world.exercise_id(slug) for slug in slugs]


@pytest.fixture(scope="module")
async def version(owner: Pool, gym: Organization, exercises: list[str]) -> StoredVersion:
    """A plan of eight weeks with three sessions of six exercises each."""
    days = {(week, day): exercises for week in range(1, 9) for day in (1, 3, 5)}
    return await store_version(owner, gym, days)


async def read(api: Api, person: Person, version: StoredVersion) -> Json | None:
    """The plan as a person sees it."""
    found: Json | None = (await api.run(PLAN, person, id=str(version.plan_id)))["treatmentPlan"]
    return found


async def test_coaches_see_the_working_copy_and_the_versions(
    api: Api, gym: Organization, version: StoredVersion
) -> None:
    plan = await read(api, gym.coach, version)
    assert plan is not None
    assert (plan["title"], plan["status"], plan["weeks"]) == ("Knee programme", "PUBLISHED", 8)
    assert plan["hasUnpublishedChanges"] is False and plan["author"]["email"] == gym.coach.email
    working, published = plan["sessions"], plan["versions"][0]["sessions"]
    assert len(working) == len(published) == 24
    assert [(each["week"], each["day"]) for each in working[:4]] == [(1, 1), (1, 3), (1, 5), (2, 1)]
    assert [each["sourceId"] for each in published] == [each["id"] for each in working]
    assert {each["version"] and each["version"]["number"] for each in working} == {None}
    assert {each["version"]["number"] for each in published} == {1}


async def test_a_plan_of_eight_weeks_is_read_in_a_constant_number_of_statements(
    counter: Counter, owner: Pool, gym: Organization, version: StoredVersion, exercises: list[str]
) -> None:
    small = await store_version(owner, gym, {(1, 1): exercises[:1]})
    counts: Mapping[str, list[int]] = {"small": [], "large": []}
    for _ in range(2):
        for size, stored in (("small", small), ("large", version)):
            with counter.counting() as statements:
                await read(counter.api, gym.coach, stored)
            counts[size].append(len(statements))
    assert counts["small"][1] == counts["large"][1], statements
