"""A deleted or archived exercise is shown in full in workouts that use it, and cannot be newly referred to."""

from typing import Any  # inputs and answers are JSON

import pytest

from tests.assignment.snapshots import SET_FOR, assigned, edited, replaced
from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import DELETE, FULL, create, update
from tests.library.documents import VALUES, upsert
from tests.workout.documents import CREATE as CREATE_WORKOUT
from tests.workout.documents import NO_ID, SET, movement, section, sent_back
from tests.workout.documents import create as create_workout

DETAIL_FIELDS = "instructions { id type body sortOrder } contraindications { id condition severity description }"
TAGS = "categories { id name } bodyRegions { id } equipmentItems { id }"
SHOWN = f"""query ($id: ID!) {{ workout(id: $id) {{ sections {{ movements {{ exercise {{
  id exerciseId slug isOrgCustom isCustomizedByOrg customizedFields {VALUES} {DETAIL_FIELDS}
  status isDiscontinued
  exercise {{ id slug mechanics video {{ url }} organization {{ id }} forkedFrom {{ id name }}
              {VALUES} {DETAIL_FIELDS} {TAGS}
              status deletedAt updatedAt }}
}} }} }} }} }}"""
CLONE = """mutation ($id: ID!, $organizationId: ID!) {
  cloneExercise(id: $id, organizationId: $organizationId) {
    exercise { id status forkedFrom { id name } } userErrors { code message field }
  }
}"""
USING = """query ($organization: ID!, $exercise: ID!) {
  workoutsUsingExercise(organizationId: $organization, exerciseId: $exercise) { nodes { id } }
}"""
DETAILS: dict[str, Any] = {
    "instructions": [{"type": "STEP", "body": "Stand up."}, {"type": "BREATHING", "body": "Breathe out."}],
    "contraindications": [{"condition": "knee pain", "severity": "ABSOLUTE", "description": "Not at all."}],
}
ENDS = ["archived", "deleted"]


@pytest.fixture
async def gym(world: World) -> Organization:
    """An organization whose workouts refer to exercises."""
    return await world.organization()


async def end(api: Api, author: Person, id: str, how: str) -> None:
    """Archive or delete an exercise."""
    if how == "archived":
        await update(api, author, id, status="ARCHIVED")
    else:
        await api.run(DELETE, author, id=id)


async def shown(api: Api, person: Person, workout: str) -> dict[str, Any]:
    """The exercise of a workout's first movement, as the person sees it."""
    found = await api.run(SHOWN, person, id=workout)
    exercise: dict[str, Any] = found["workout"]["sections"][0]["movements"][0]["exercise"]
    return exercise


async def used(
    api: Api, gym: Organization, author: Person, owner: Organization | None, **values: Any
) -> tuple[str, dict[str, Any], str]:
    """An exercise, the gym's workout that uses it, and its member's assignment of that."""
    given = {key: value for key, value in FULL.items() if key != "slug"}
    made = await create(api, author, owner, **{**given, **DETAILS, "status": "PUBLISHED", **values})
    workout = await create_workout(api, gym, section(movement(made["id"])))
    (assignment,) = await assigned(api, gym.coach, workout["id"], gym.member)
    return made["id"], workout, assignment


@pytest.mark.parametrize("whose", ["canonical", "own"])
@pytest.mark.parametrize("how", ENDS)
async def test_a_discontinued_exercise_answers_everything_it_did_where_a_workout_refers_to_it(
    api: Api, gym: Organization, admin: Person, whose: str, how: str
) -> None:
    author, owner = (admin, None) if whose == "canonical" else (gym.coach, gym)
    terms = await api.run("{ taxonomy { categories { id } bodyRegions { id } equipment { id } } }", author)
    ids = [entries[0]["id"] for entries in terms["taxonomy"].values()]
    exercise, workout, _ = await used(api, gym, author, owner, termIds=ids)
    if whose == "canonical":
        await upsert(api, gym, exercise, name="As we call it", cues=["Ours"])
    people = (gym.coach, gym.member)
    before = [await shown(api, person, workout["id"]) for person in people]
    await end(api, author, exercise, how)
    for person, was in zip(people, before, strict=True):
        after = await shown(api, person, workout["id"])
        status = "ARCHIVED" if how == "archived" else "PUBLISHED"
        deleted = after["exercise"]["deletedAt"]
        assert (deleted is not None) is (how == "deleted")
        stored = {"status": status, "deletedAt": deleted, "updatedAt": after["exercise"]["updatedAt"]}
        assert after == {**was, "status": status, "isDiscontinued": True, "exercise": {**was["exercise"], **stored}}
        assert was["isDiscontinued"] is False and was["instructions"][1]["body"] == "Breathe out."
    using = await api.run(USING, gym.coach, organization=str(gym.id), exercise=exercise)
    assert using["workoutsUsingExercise"]["nodes"] == [{"id": workout["id"]}]


@pytest.mark.parametrize("how", ENDS)
async def test_a_clone_still_names_its_discontinued_source_and_is_not_discontinued_itself(
    api: Api, gym: Organization, how: str
) -> None:
    source = await create(api, gym.coach, gym, name="Source")
    cloned = await api.run(CLONE, gym.coach, id=source["id"], organizationId=str(gym.id))
    clone = cloned["cloneExercise"]["exercise"]
    await end(api, gym.coach, source["id"], how)
    workout = await create_workout(api, gym, section(movement(clone["id"])))
    found = await shown(api, gym.coach, workout["id"])
    assert found["isDiscontinued"] is False
    assert found["exercise"]["forkedFrom"] == {"id": source["id"], "name": "Source"}


@pytest.mark.parametrize("how", ENDS)
async def test_a_snapshot_copies_a_discontinued_exercise_but_takes_no_new_one(
    api: Api, gym: Organization, how: str
) -> None:
    exercise, workout, assignment = await used(api, gym, gym.coach, gym)
    await end(api, gym.coach, exercise, how)
    tree = [section(movement(exercise))]
    path = ["sections", "0", "movements", "0", "exerciseId"]
    refused = await api.refusals(SET_FOR, gym.coach, id=workout["id"], **{"for": assignment}, sections=tree)
    assert refused == [("EXERCISE_NOT_AVAILABLE", path)]
    copy = await edited(api, gym.coach, workout["id"], assignment, title="For one")
    resent = await replaced(api, gym.coach, workout["id"], assignment, sent_back(copy["sections"]))
    assert resent["sections"] == copy["sections"]
    assert copy["isSnapshot"] and (await shown(api, gym.member, copy["id"]))["isDiscontinued"] is True
    refused = await api.refusals(SET_FOR, gym.coach, id=workout["id"], **{"for": assignment}, sections=tree)
    assert refused == [("EXERCISE_NOT_AVAILABLE", path)]


REFUSED: dict[tuple[str, str], str | None] = {
    ("canonical", "published"): None,
    ("canonical", "draft"): "EXERCISE_NOT_VISIBLE",
    ("canonical", "archived"): "EXERCISE_NOT_AVAILABLE",
    ("canonical", "deleted"): "EXERCISE_NOT_AVAILABLE",
    ("own", "published"): None,
    ("own", "draft"): None,
    ("own", "archived"): "EXERCISE_NOT_AVAILABLE",
    ("own", "deleted"): "EXERCISE_NOT_AVAILABLE",
    ("foreign", "published"): "EXERCISE_NOT_VISIBLE",
    ("foreign", "draft"): "EXERCISE_NOT_VISIBLE",
    ("foreign", "archived"): "EXERCISE_NOT_VISIBLE",
    ("foreign", "deleted"): "EXERCISE_NOT_VISIBLE",
}


@pytest.mark.parametrize(("whose", "status"), REFUSED)
async def test_every_mutation_refuses_a_new_reference_to_a_discontinued_exercise_alike(
    api: Api, world: World, gym: Organization, admin: Person, whose: str, status: str
) -> None:
    other = await world.organization()
    author, owner = {"canonical": (admin, None), "own": (gym.coach, gym), "foreign": (other.coach, other)}[whose]
    made = await create(api, author, owner, status="DRAFT" if status == "draft" else "PUBLISHED")
    if status in ENDS:
        await end(api, author, made["id"], status)
    tree, path = [section(movement(made["id"]))], ["sections", "0", "movements", "0", "exerciseId"]
    input = {"organizationId": str(gym.id), "sections": tree}
    workout = await create_workout(api, gym)
    found = {
        "createWorkout": await api.refusals(CREATE_WORKOUT, gym.coach, input=input),
        "setWorkoutSections": await api.refusals(SET, gym.coach, id=workout["id"], sections=tree),
        "cloneExercise": await api.refusals(CLONE, gym.coach, id=made["id"], organizationId=str(gym.id)),
    }
    code = REFUSED[whose, status]
    paths = {"createWorkout": ["input", *path], "setWorkoutSections": path, "cloneExercise": ["id"]}
    assert found == {name: [(code, path)] if code else [] for name, path in paths.items()}


async def test_cloning_a_missing_exercise_is_refused_as_not_visible(api: Api, gym: Organization) -> None:
    found = await api.refusals(CLONE, gym.coach, id=NO_ID, organizationId=str(gym.id))
    assert found == [("EXERCISE_NOT_VISIBLE", ["id"])]
