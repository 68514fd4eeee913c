"""The visibility of exercises by status, owner and query, as one table (docs/domain.md, Access)."""

from typing import Any, TypeAlias  # inputs and answers are JSON

import asyncpg
import pytest

from kinegraph.kit.rows import Row
from tests.assignment.snapshots import assigned
from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import create, read
from tests.library.documents import LIBRARY, effective
from tests.workout.documents import READ as READ_WORKOUT
from tests.workout.documents import create as create_workout
from tests.workout.documents import movement, section

Pool: TypeAlias = "asyncpg.Pool[Row]"
EVERY_STATUS = ["DRAFT", "PUBLISHED", "ARCHIVED"]
QUERIES = ("exercise", "effectiveExercise", "exercises", "exerciseLibrary", "exerciseLibrary, all", "movements")
LIST = """query ($filter: ExerciseFilter) { exercises(filter: $filter, first: 100) { totalCount nodes { id } } }"""

NOBODY: set[str] = set()
EVERYBODY = {"outsider", "member", "coach", "platform admin"}
INSIDERS = {"member", "coach"}

SEEN: dict[tuple[str, str], tuple[set[str], ...]] = {
    # key: whose, status; columns: QUERIES, each with the people who see the exercise
    ("canonical", "draft"): ({"platform admin"}, NOBODY, {"platform admin"}, NOBODY, NOBODY, INSIDERS),
    ("canonical", "published"): (EVERYBODY, INSIDERS, EVERYBODY, INSIDERS, INSIDERS, INSIDERS),
    ("canonical", "archived"): ({"platform admin"}, NOBODY, {"platform admin"}, NOBODY, NOBODY, INSIDERS),
    ("canonical", "deleted"): (NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, INSIDERS),
    ("own", "draft"): ({"coach"}, {"coach"}, NOBODY, {"coach"}, {"coach"}, INSIDERS),
    ("own", "published"): (INSIDERS, INSIDERS, NOBODY, INSIDERS, INSIDERS, INSIDERS),
    ("own", "archived"): ({"coach"}, {"coach"}, NOBODY, NOBODY, {"coach"}, INSIDERS),
    ("own", "deleted"): (NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, INSIDERS),
}


@pytest.fixture(scope="module")
async def people(world: World, gym: Organization) -> dict[str, Person]:
    """One person in each relation to the gym, by its name."""
    outsider, admin = (await world.organization()).coach, await world.person(is_platform_admin=True)
    return {"outsider": outsider, "member": gym.member, "coach": gym.coach, "platform admin": admin}


def discipline_of(gym: Organization, whose: str, status: str) -> str:
    """The discipline that no other exercise of the tests has."""
    return f"{gym.slug} {whose} {status}"


async def made(api: Api, owner: Pool, gym: Organization, author: Person, whose: str, status: str) -> tuple[str, str]:
    """The ids of an exercise, and of a workout that used it before it had its status and is assigned to the member."""
    own = gym if whose == "own" else None
    exercise = await create(api, author, own, name="Seen", discipline=[discipline_of(gym, whose, status)])
    workout = await create_workout(api, gym, section(movement(exercise["id"])))
    await assigned(api, gym.coach, workout["id"], gym.member)
    change = "deleted_at = now()" if status == "deleted" else f"status = '{status}'"
    await owner.execute(f"UPDATE exercises SET {change} WHERE id = $1", exercise["id"])
    return exercise["id"], workout["id"]


async def seen_by(
    api: Api, gym: Organization, person: Person, exercise: str, workout: str, discipline: str
) -> list[bool]:
    """For each of QUERIES, whether the person sees the exercise."""
    narrow = {"discipline": [discipline]}
    every = {**narrow, "status": EVERY_STATUS}
    library = [
        (await api.run(LIBRARY, person, id=str(gym.id), filter=filter))["organization"] for filter in (narrow, every)
    ]
    found: dict[str, Any] | None = (await api.run(READ_WORKOUT, person, id=workout))["workout"]
    movements = [] if found is None else [m for node in found["sections"] for m in node["movements"]]
    return [
        await read(api, person, exercise) is not None,
        await effective(api, gym, exercise, person) is not None,
        (await api.run(LIST, person, filter=every))["exercises"]["totalCount"] == 1,
        *(page is not None and page["exerciseLibrary"]["totalCount"] == 1 for page in library),
        [m["exercise"]["exercise"]["id"] for m in movements] == [exercise],
    ]


@pytest.mark.parametrize(("whose", "status"), SEEN)
async def test_visibility_of_an_exercise_in_each_query_follows_from_its_owner_and_status(
    api: Api, owner: Pool, gym: Organization, people: dict[str, Person], whose: str, status: str
) -> None:
    author = people["platform admin"] if whose == "canonical" else gym.coach
    exercise, workout = await made(api, owner, gym, author, whose, status)
    only = discipline_of(gym, whose, status)
    seen_of = {who: await seen_by(api, gym, person, exercise, workout, only) for who, person in people.items()}
    found = {query: {who for who, seen in seen_of.items() if seen[index]} for index, query in enumerate(QUERIES)}
    assert found == dict(zip(QUERIES, SEEN[whose, status], strict=True))


@pytest.mark.parametrize("whose", ["canonical", "own"])
async def test_where_members_see_no_library_they_see_own_exercises_in_their_assignments_alone(
    api: Api, world: World, owner: Pool, people: dict[str, Person], whose: str
) -> None:
    closed = await world.organization()
    await owner.execute("UPDATE organizations SET members_see_library = false WHERE id = $1", closed.id)
    author = people["platform admin"] if whose == "canonical" else closed.coach
    exercise, workout = await made(api, owner, closed, author, whose, "published")
    canonical = whose == "canonical"
    found = await seen_by(api, closed, closed.member, exercise, workout, discipline_of(closed, whose, "published"))
    assert found == [canonical, canonical, canonical, False, False, True]


@pytest.mark.parametrize("who", ["owner", "coach", "member"])
async def test_list_and_get_exercises_is_for_any_member_of_the_organization(
    api: Api, gym: Organization, world: World, who: str
) -> None:
    own = await create(api, gym.coach, gym, name="Everybody's", discipline=[f"listed for {who}"])
    person, squat = getattr(gym, who), await world.exercise_id("back-squat")
    for id in (own["id"], squat):
        assert await read(api, person, id) is not None
        assert await effective(api, gym, id, person) is not None
    listed = await api.run(LIBRARY, person, id=str(gym.id), filter={"discipline": [f"listed for {who}"]})
    assert [node["exerciseId"] for node in listed["organization"]["exerciseLibrary"]["nodes"]] == [own["id"]]
    assert (await api.run(LIST, person, filter={"q": "Back Squat"}))["exercises"]["totalCount"] > 0


@pytest.mark.parametrize("who", ["outsider", "member", "coach"])
async def test_job_listing_is_for_platform_admins_only(api: Api, people: dict[str, Person], who: str) -> None:
    refused = (await api.post("{ jobs { id } }", people[who])).json()
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["FORBIDDEN"]
    assert (await api.run("{ jobs { id } }", people["platform admin"]))["jobs"] == []
