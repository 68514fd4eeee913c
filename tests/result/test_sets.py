"""Recording sets: each beside its target, all or none, corrected by their movement and number."""

from tests.conftest import Api, World
from tests.result.documents import (
    RECORD,
    SETS,
    kg,
    lb,
    movement_of,
    planned,
    read,
    recorded,
    result,
    sets_recorded,
)
from tests.workout.documents import NO_ID, Json, movement, section


async def test_a_set_keeps_the_target_of_the_prescription_beside_what_was_done(
    api: Api, world: World, squat: str
) -> None:
    prescription = {"sets": 3, "repsMin": 4, "repsMax": 6, "load": {"value": 80, "unit": "PERCENT_1RM"}}
    organization, made, id = await planned(api, world, "NONE", movement(squat, prescription=prescription))
    done = {"movementId": movement_of(made), "number": 1, "reps": 5, "load": lb(225), "rpe": 8.5, "notes": "Fast"}
    (found,) = (await sets_recorded(api, organization.member, id, done))["sets"]
    assert found["target"] == {
        "repsMin": 4, "repsMax": 6, "load": {"value": 80, "unit": "PERCENT_1RM"},
        "durationSeconds": None, "distanceMeters": None, "calories": None,
    }  # fmt: skip
    assert found["load"] == {"value": 225, "unit": "LB", "kilograms": 102.05828325}
    assert (found["reps"], found["rpe"], found["rir"], found["notes"]) == (5, 8.5, None, "Fast")
    assert found["movement"]["id"] not in (None, movement_of(made)), "the snapshot's copy"
    assert found["exercise"]["exercise"]["id"] == squat


async def test_a_set_of_the_same_movement_and_number_corrects_the_stored_one_and_others_stay(
    api: Api, world: World
) -> None:
    organization, made, id = await planned(api, world)

    def done(number: int, reps: int) -> Json:
        return {"movementId": movement_of(made), "number": number, "reps": reps, "load": kg(100)}

    first = await sets_recorded(api, organization.member, id, done(1, 5), done(2, 5))
    second = await sets_recorded(api, organization.member, id, done(2, 4), done(3, 3))
    assert [(each["number"], each["reps"]) for each in second["sets"]] == [(1, 5), (2, 4), (3, 3)]
    assert [each["id"] for each in second["sets"][:2]] == [each["id"] for each in first["sets"]]
    third = await sets_recorded(api, organization.member, id, done(2, 8), replace=True)
    assert [(each["number"], each["reps"]) for each in third["sets"]] == [(2, 8)]
    assert third["updatedAt"] > second["updatedAt"] > first["updatedAt"]
    last = await recorded(api, organization.member, id, notes="Sets stay")
    assert last["sets"] == third["sets"]


async def test_an_exercise_may_replace_the_planned_one_and_may_be_the_organizations_own(api: Api, world: World) -> None:
    organization, made, id = await planned(api, world)
    create = """mutation ($input: CreateExerciseInput!) {
      createExercise(input: $input) { exercise { id } userErrors { code } }
    }"""
    own = {"organizationId": str(organization.id), "name": "Own"}
    exercise = (await api.run(create, organization.coach, input=own))["createExercise"]["exercise"]["id"]
    done = {"movementId": movement_of(made), "exerciseId": exercise, "number": 1, "reps": 5}
    (found,) = (await sets_recorded(api, organization.member, id, done))["sets"]
    assert found["exercise"]["exercise"]["id"] == exercise
    other, _, theirs = await planned(api, world)
    foreign = {"exerciseId": exercise, "number": 1, "reps": 5}
    refused = await api.refusals(SETS, other.member, input=result(theirs, sets=[foreign]))
    assert refused == [("EXERCISE_NOT_VISIBLE", ["input", "sets", "0", "exerciseId"])]


async def test_of_a_batch_with_one_bad_set_nothing_is_stored_and_its_index_is_named(api: Api, world: World) -> None:
    organization, made, id = await planned(api, world)
    good = {"movementId": movement_of(made), "number": 1, "reps": 5}
    bad: list[tuple[Json, str, list[str]]] = [
        ({**good, "movementId": NO_ID}, "NOT_FOUND", ["movementId"]),
        ({**good, "movementId": "x", "number": 2}, "INVALID_INPUT", ["movementId"]),
        ({"number": 2, "reps": 5}, "INVALID_INPUT", ["movementId"]),
        (good, "INVALID_INPUT", ["number"]),
        ({"movementId": movement_of(made), "number": 2}, "INVALID_INPUT", []),
        ({**good, "number": 101}, "INVALID_INPUT", ["number"]),
        ({**good, "number": 2, "rpe": 8, "rir": 2}, "INVALID_INPUT", ["rir"]),
        ({**good, "number": 2, "load": kg(2_001)}, "INVALID_INPUT", ["load", "value"]),
        ({"exerciseId": NO_ID, "number": 2, "reps": 1}, "EXERCISE_NOT_VISIBLE", ["exerciseId"]),
    ]
    for each, code, path in bad:
        refused = await api.refusals(SETS, organization.member, input=result(id, sets=[good, each]))
        assert refused == [(code, ["input", "sets", "1", *path])], each
    assert await read(api, organization.member, id) == {
        "id": id, "status": "SCHEDULED", "isForked": False, "result": None
    }  # fmt: skip


async def test_no_sets_and_more_than_a_thousand_are_refused(api: Api, world: World) -> None:
    organization, made, id = await planned(api, world)
    done = {"movementId": movement_of(made), "number": 1, "reps": 5}
    for text, sets in ((SETS, []), (SETS, [done] * 1_001), (RECORD, [done] * 1_001)):
        refused = await api.refusals(text, organization.member, input=result(id, sets=sets))
        assert refused == [("INVALID_INPUT", ["input", "sets"])]
    many = await api.post(SETS, organization.member, input=result(id, sets=[done] * 10_000))
    assert (many.status_code, many.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")


async def test_a_result_has_at_most_a_thousand_sets_over_all_submissions(api: Api, world: World, squat: str) -> None:
    organization, made, id = await planned(api, world, "NONE", *[movement(squat)] * 11)

    def sets(index: int) -> list[Json]:
        return [{"movementId": movement_of(made, index), "number": n + 1, "reps": 5} for n in range(100)]

    full = [each for index in range(10) for each in sets(index)]
    found = await sets_recorded(api, organization.member, id, *full)
    assert len(found["sets"]) == 1_000
    refused = await api.refusals(SETS, organization.member, input=result(id, sets=sets(10)[:1]))
    assert refused == [("INVALID_INPUT", ["input", "sets"])]


async def test_a_set_stays_when_its_movement_is_removed_from_the_snapshot(api: Api, world: World, squat: str) -> None:
    organization, made, id = await planned(api, world, "NONE", movement(squat), movement(squat))
    sets = [{"movementId": movement_of(made, index), "number": 1, "reps": 5 + index} for index in (0, 1)]
    await sets_recorded(api, organization.member, id, *sets)
    empty = """mutation ($id: ID!, $for: ID!, $sections: [SectionInput!]!) {
      setWorkoutSections(workoutId: $id, assignmentId: $for, sections: $sections) { userErrors { code } }
    }"""
    await api.run(empty, organization.coach, id=made["id"], **{"for": id}, sections=[section(title="Rest")])
    stored = (await read(api, organization.member, id) or {})["result"]["sets"]
    assert [(each["reps"], each["movement"]) for each in stored] == [(5, None), (6, None)]
