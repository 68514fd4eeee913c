"""The layers of every mutation are all checked before it refuses: ids, values, rows, uploads."""

from typing import Any  # inputs are JSON

import pytest

from tests.conftest import Api, Organization, World
from tests.movement.documents import ADD, MOVE
from tests.workout.documents import NO_ID, create, movement, section

LONG = "x" * 6_000
ERRORS = "userErrors { code message field }"


def mutation(name: str) -> str:
    """The document of a mutation that takes one input."""
    return f"mutation ($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ {ERRORS} }} }}"


UPDATE = f"""mutation ($id: ID!, $input: UpdateExerciseInput!, $at: DateTime) {{
  updateExercise(id: $id, input: $input, ifUpdatedAt: $at) {{ exercise {{ id }} {ERRORS} }}
}}"""
CREATE = f"mutation ($input: CreateExerciseInput!) {{ createExercise(input: $input) {{ exercise {{ id }} {ERRORS} }} }}"


@pytest.fixture(scope="module")
async def gym(world: World) -> Organization:
    """An organization."""
    return await world.organization()


async def paths(api: Api, gym: Organization, text: str, **variables: Any) -> list[str]:
    """The paths of a mutation's refusals, sorted and without `input`; each stands there once."""
    found = [".".join(path).removeprefix("input.") for _, path in await api.refusals(text, gym.coach, **variables)]
    assert len(found) == len(set(found))
    return sorted(found)


EXERCISE = {
    "name": "", "difficulty": 0, "termIds": [NO_ID], "videoDurationSeconds": 5, "thumbnailUploadId": NO_ID,
    "instructions": [{"type": "STEP", "body": "Go.", "imageKey": "none"}],
}  # fmt: skip
FAULTS = ["difficulty", "instructions.0.imageKey", "name", "termIds.0", "thumbnailUploadId", "videoDurationSeconds"]


async def test_a_new_exercise_is_refused_with_its_values_its_files_and_its_terms(api: Api, gym: Organization) -> None:
    new = {key: value for key, value in EXERCISE.items() if key != "thumbnailUploadId"}
    faults = [path for path in FAULTS if path in new or "." in path]
    assert await paths(api, gym, CREATE, input={**new, "organizationId": str(gym.id)}) == faults
    for organization in (NO_ID, "none"):
        found = await paths(api, gym, CREATE, input={**new, "organizationId": organization})
        assert found == sorted([*faults, "organizationId"])


async def test_a_changed_exercise_is_refused_with_its_id_its_values_and_what_is_stored(
    api: Api, gym: Organization
) -> None:
    new = {"organizationId": str(gym.id), "name": "Own", "status": "PUBLISHED"}
    id = (await api.run(CREATE, gym.coach, input=new))["createExercise"]["exercise"]["id"]
    assert await paths(api, gym, UPDATE, id=id, input={**EXERCISE, "status": "DRAFT"}) == sorted([*FAULTS, "status"])
    assert await paths(api, gym, UPDATE, id=id, input={**EXERCISE, "status": None}) == sorted([*FAULTS, "status"])
    by_id = sorted(["id", *(path for path in FAULTS if path != "videoDurationSeconds")])
    assert await paths(api, gym, UPDATE, id=NO_ID, input=EXERCISE) == by_id
    assert await paths(api, gym, UPDATE, id="none", input=EXERCISE) == by_id
    naive = {"id": id, "at": "2026-03-01T10:00:00", "input": {"name": ""}}
    assert await paths(api, gym, UPDATE, **naive) == ["ifUpdatedAt", "name"]


async def test_an_override_is_refused_with_its_ids_its_values_and_its_files(
    api: Api, gym: Organization, world: World
) -> None:
    overrides = {"name": "", "videoUploadId": NO_ID, "aliases": ["a"], "aliasesText": "a"}
    faults = ["overrides.aliasesText", "overrides.name", "overrides.videoUploadId"]
    text = mutation("upsertExerciseOverride")
    for exercise, organization, ids in (
        (await world.exercise_id("back-squat"), str(gym.id), []),
        (NO_ID, str(gym.id), ["exerciseId"]),
        (NO_ID, NO_ID, ["exerciseId", "organizationId"]),
        ("none", "none", ["exerciseId", "organizationId"]),
    ):
        input = {"exerciseId": exercise, "organizationId": organization, "overrides": overrides}
        assert await paths(api, gym, text, input=input) == [*ids, *faults]
    reset = {"exerciseId": NO_ID, "organizationId": NO_ID, "fields": ["nope"]}
    found = await paths(api, gym, mutation("resetExerciseOverride"), input=reset)
    assert found == ["exerciseId", "fields.0", "organizationId"]


async def test_an_assignment_is_refused_with_its_workout_its_athletes_and_its_day(api: Api, gym: Organization) -> None:
    made = (await create(api, gym))["id"]
    athletes, text = [str(gym.member.id), NO_ID, "none"], mutation("assignWorkout")
    input = {"workoutId": made, "athleteIds": athletes, "scheduledFor": "1999-01-01"}
    assert await paths(api, gym, text, input=input) == ["athleteIds.1", "athleteIds.2", "scheduledFor"]
    for workout in (NO_ID, "none"):
        found = await paths(api, gym, text, input={**input, "workoutId": workout})
        assert found == ["athleteIds.1", "athleteIds.2", "scheduledFor", "workoutId"]


async def test_an_athlete_who_has_the_workout_that_day_is_refused_beside_one_who_does_not_belong(
    api: Api, gym: Organization
) -> None:
    made, text = (await create(api, gym))["id"], mutation("assignWorkout")
    input = {"workoutId": made, "athleteIds": [str(gym.member.id)], "scheduledFor": "2026-03-01"}
    assert await paths(api, gym, text, input=input) == []
    input["athleteIds"] = [str(gym.member.id), NO_ID]
    assert await paths(api, gym, text, input=input) == ["athleteIds.0", "athleteIds.1"]


async def test_a_comment_is_refused_with_its_ids_its_text_and_its_files(
    api: Api, gym: Organization, world: World
) -> None:
    tree = await create(api, gym, section(movement(await world.exercise_id("back-squat"))))
    of, text = tree["sections"][0]["movements"][0]["id"], mutation("addComment")
    input = {"movementId": of, "parentCommentId": NO_ID, "body": LONG, "uploadIds": [NO_ID]}
    assert await paths(api, gym, text, input=input) == ["body", "parentCommentId", "uploadIds.0"]
    bad = {"movementId": "none", "parentCommentId": "none", "assignmentId": "none", "body": "", "uploadIds": ["none"]}
    assert await paths(api, gym, text, input=bad) == [
        "assignmentId", "body", "movementId", "parentCommentId", "uploadIds.0"]  # fmt: skip
    edit = {"id": NO_ID, "body": LONG, "uploadIds": [NO_ID], "removeAttachmentIds": ["none"]}
    found = await paths(api, gym, mutation("updateComment"), input=edit)
    assert found == ["body", "id", "removeAttachmentIds.0", "uploadIds.0"]


async def test_unknown_malformed_and_repeated_uploads_of_one_list_are_all_named(
    api: Api, gym: Organization, world: World
) -> None:
    row = movement(await world.exercise_id("back-squat"))
    of = (await create(api, gym, section(row)))["sections"][0]["movements"][0]["id"]
    other = NO_ID[:-1] + "9"
    for sent, found in (
        ([NO_ID, "q"], ["uploadIds.0", "uploadIds.1"]),
        ([NO_ID, "q", NO_ID], ["uploadIds.0", "uploadIds.1", "uploadIds.2"]),
        ([NO_ID, NO_ID, other], ["uploadIds.0", "uploadIds.1", "uploadIds.2"]),
    ):
        input = {"movementId": of, "body": "B", "uploadIds": sent}
        assert await paths(api, gym, mutation("addComment"), input=input) == found


@pytest.mark.parametrize("size", [0, 2**31 - 1])
async def test_an_upload_is_refused_with_its_file_and_its_owner(api: Api, gym: Organization, size: int) -> None:
    text = mutation("requestUpload")
    input = {
        "purpose": "EXERCISE_VIDEO", "organizationId": NO_ID, "exerciseId": NO_ID,
        "filename": "", "mime": "video/mp4", "sizeBytes": size,
    }  # fmt: skip
    assert await paths(api, gym, text, input=input) == ["exerciseId", "filename", "organizationId", "sizeBytes"]
    own = {**input, "organizationId": str(gym.id), "mime": "text/plain"}
    assert await paths(api, gym, text, input=own) == ["exerciseId", "filename", "mime", "sizeBytes"]
    named = {**own, "purpose": "COMMENT_ATTACHMENT", "organizationId": None}
    assert await paths(api, gym, text, input=named) == ["exerciseId", "filename", "mime", "organizationId", "sizeBytes"]


async def test_an_added_movement_is_refused_with_its_place_its_exercise_and_its_values(
    api: Api, gym: Organization, world: World
) -> None:
    tree = await create(api, gym, section(movement(await world.exercise_id("back-squat"))))
    at = tree["sections"][0]["id"]
    input = {"sectionId": at, "position": -1, "exerciseId": NO_ID, "label": "x" * 11, "prescription": {"sets": 0}}
    values = ["exerciseId", "label", "position", "prescription.sets"]
    assert await paths(api, gym, ADD, input=input) == values
    beside = {**input, "beforeMovementId": NO_ID, "position": None}
    found = await paths(api, gym, ADD, input=beside)
    assert found == ["beforeMovementId", "exerciseId", "label", "prescription.sets"]
    rest = ["exerciseId", "label", "position", "prescription.sets", "sectionId"]
    for place in (NO_ID, None):
        assert await paths(api, gym, ADD, input={**input, "sectionId": place}) == rest


async def test_every_place_of_one_upload_is_refused(api: Api, gym: Organization) -> None:
    new = {"organizationId": str(gym.id), "name": "Own"}
    id = (await api.run(CREATE, gym.coach, input=new))["createExercise"]["exercise"]["id"]
    step = {"type": "STEP", "body": "Go.", "imageKey": NO_ID}
    input = {"videoUploadId": NO_ID, "thumbnailUploadId": NO_ID, "instructions": [step, step]}
    found = await paths(api, gym, UPDATE, id=id, input=input)
    assert found == ["instructions.0.imageKey", "instructions.1.imageKey", "thumbnailUploadId", "videoUploadId"]


async def test_the_paths_of_a_tree_are_positions_also_where_an_id_stands_in_it_twice(
    api: Api, gym: Organization, world: World
) -> None:
    tree = await create(api, gym, section(movement(await world.exercise_id("back-squat"))))
    at, id = tree["sections"][0]["id"], tree["sections"][0]["movements"][0]["id"]
    one = {"id": id, "exerciseId": NO_ID}
    input = {"workoutId": tree["id"], "sections": [{"movements": [one]}, {"movements": [one]}]}
    text = mutation("setWorkoutSections")
    assert await paths(api, gym, text, input=input) == [
        "sections.0.movements.0.exerciseId", "sections.1.movements.0.exerciseId", "sections.1.movements.0.id",
    ]  # fmt: skip
    input["sections"] = [{"id": at, "movements": [{"id": at, "exerciseId": NO_ID}]}]
    found = await paths(api, gym, text, input=input)
    assert found == ["sections.0.movements.0.exerciseId", "sections.0.movements.0.id"]


async def test_a_moved_movement_is_refused_with_its_id_and_its_place(api: Api, gym: Organization, world: World) -> None:
    tree = await create(api, gym, section(movement(await world.exercise_id("back-squat"))))
    id = tree["sections"][0]["movements"][0]["id"]
    place = {"sectionId": NO_ID, "beforeMovementId": NO_ID}
    assert await paths(api, gym, MOVE, input={"movementId": id, **place}) == ["beforeMovementId", "sectionId"]
    bad = {"movementId": "none", "sectionId": "none", "position": -1}
    assert await paths(api, gym, MOVE, input=bad) == ["movementId", "position", "sectionId"]
