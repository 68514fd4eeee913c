"""Recording the result of an assignment: by its scoring, once for each submission, corrected without being lost."""

import asyncio
from typing import Any  # scores are JSON

import pytest

from tests.conftest import Api, Counter, World
from tests.result.documents import (
    DELETE,
    RECORD,
    kg,
    lb,
    movement_of,
    planned,
    read,
    recorded,
    result,
    sets_recorded,
)
from tests.workout.documents import UPDATE, movement, replace

SCORES: dict[str, dict[str, Any]] = {
    "TIME": {"timeSeconds": 754.32},
    "REPS": {"reps": 150},
    "ROUNDS_REPS": {"rounds": 12, "reps": 7},
    "WEIGHT": {"weight": lb(225)},
    "DISTANCE": {"distanceMeters": 5012.5},
    "CALORIES": {"calories": 82},
    "POINTS": {"points": 17.25},
}
NOTHING = {
    "timeSeconds": None,
    "reps": None,
    "rounds": None,
    "weight": None,
    "distanceMeters": None,
    "calories": None,
    "points": None,
}


@pytest.mark.parametrize("scoring", [*SCORES, "NONE"])
async def test_a_result_has_the_values_of_its_workouts_scoring_and_no_others(
    api: Api, world: World, scoring: str
) -> None:
    organization, _, id = await planned(api, world, scoring)
    score = SCORES.get(scoring)
    values = {"score": score, "isScaled": True, "exertion": 7.5, "notes": " Hard\n "}
    found = await recorded(api, organization.member, id, **values)
    expected = {**NOTHING, **(score or {})}
    if scoring == "WEIGHT":
        expected["weight"] = {"value": 225, "unit": "LB", "kilograms": 102.05828325}
    assert {name: found[name] for name in NOTHING} == expected
    assert (found["scoring"], found["isScaled"], found["exertion"], found["notes"]) == (scoring, True, 7.5, "Hard")
    assert found["performedOn"] == "2026-03-01"
    assert found["athlete"] == found["recordedBy"] == {"id": str(organization.member.id)}
    assert found["assignment"] == {"id": id, "status": "COMPLETED", "isForked": True}
    assert (await read(api, organization.coach, id)) == {**found["assignment"], "result": found}


async def test_a_coach_records_for_their_athlete_and_is_named(api: Api, world: World) -> None:
    organization, _, id = await planned(api, world, "REPS")
    found = await recorded(api, organization.coach, id, score={"reps": 30})
    assert found["athlete"] == {"id": str(organization.member.id)}
    assert found["recordedBy"] == {"id": str(organization.coach.id)}
    await recorded(api, organization.member, id, score={"reps": 31})
    (seen,) = [(await read(api, organization.owner, id) or {})["result"]]
    assert (seen["reps"], seen["recordedBy"]) == (31, {"id": str(organization.member.id)})
    sent_by = [each["recordedBy"]["id"] for each in seen["submissions"]]
    assert sent_by == [str(organization.coach.id), str(organization.member.id)]


@pytest.mark.parametrize(
    ("scoring", "score", "path"),
    [
        ("TIME", None, []),
        ("TIME", {"timeSeconds": 60, "reps": 1}, []),
        ("TIME", {"weight": kg(100)}, ["weight"]),
        ("REPS", {"timeSeconds": 60}, ["timeSeconds"]),
        ("ROUNDS_REPS", {"reps": 3}, ["rounds"]),
        ("WEIGHT", {"distanceMeters": 5}, ["distanceMeters"]),
        ("NONE", {"points": 5}, ["points"]),
    ],
)
async def test_a_score_that_does_not_fit_the_scoring_is_refused_by_field(
    api: Api, world: World, scoring: str, score: Any, path: list[str]
) -> None:
    organization, _, id = await planned(api, world, scoring)
    (error,) = await api.user_errors(RECORD, organization.member, input=result(id, score=score))
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", "score", *path])
    assert scoring in error["message"]
    assert await read(api, organization.member, id) == {
        "id": id, "status": "SCHEDULED", "isForked": False, "result": None
    }  # fmt: skip


async def test_every_number_of_a_result_has_bounds_and_all_faults_are_reported_at_once(api: Api, world: World) -> None:
    organization, made, id = await planned(api, world, "POINTS")
    bad = {
        "movementId": movement_of(made), "number": 0, "reps": -1, "load": kg(-2), "rpe": 7.3, "rir": 11, "seconds": 0,
        "distanceMeters": 2e6, "calories": -5, "notes": "x" * 2_001,
    }  # fmt: skip
    wrong = {
        "score": {"points": -1}, "exertion": 11, "performedOn": "2999-01-01", "sets": [bad], "clientId": "",
    }  # fmt: skip
    found = await api.refusals(RECORD, organization.member, input=result(id, **wrong))
    assert {tuple(path) for _, path in found} == {
        ("input", "score", "points"), ("input", "exertion"), ("input", "performedOn"), ("input", "clientId"),
        *(("input", "sets", "0", name) for name in
          ("number", "reps", "rpe", "rir", "seconds", "distanceMeters", "calories", "notes")),
        ("input", "sets", "0", "load", "value"),
    }  # fmt: skip
    assert {code for code, _ in found} == {"INVALID_INPUT"}


async def test_a_submission_that_is_sent_again_is_stored_once_and_with_other_content_refused(
    api: Api, world: World
) -> None:
    organization, _, id = await planned(api, world, "REPS")
    sent = result(id, score={"reps": 30})
    first = (await api.run(RECORD, organization.member, input=sent))["recordAssignmentResult"]["result"]
    again = (await api.run(RECORD, organization.member, input=sent))["recordAssignmentResult"]["result"]
    assert again == first
    other = {**sent, "score": {"reps": 31}}
    assert await api.refusals(RECORD, organization.member, input=other) == [("CONFLICT", ["input", "clientId"])]
    await recorded(api, organization.coach, id, score={"reps": 29})
    late = (await api.run(RECORD, organization.member, input=sent))["recordAssignmentResult"]["result"]
    assert (late["reps"], len(late["submissions"])) == (29, 2), "the late copy does not undo the correction"


async def test_of_ten_copies_of_a_submission_at_once_one_is_stored(api: Api, world: World) -> None:
    organization, _, id = await planned(api, world, "REPS")
    sent = result(id, score={"reps": 30})
    answers = await asyncio.gather(*(api.run(RECORD, organization.member, input=sent) for _ in range(10)))
    results = [answer["recordAssignmentResult"]["result"] for answer in answers]
    assert results == [results[0]] * 10
    assert len(results[0]["submissions"]) == 1


async def test_of_two_corrections_of_one_version_the_second_gets_a_conflict_with_what_is_stored(
    api: Api, world: World
) -> None:
    organization, _, id = await planned(api, world, "REPS")
    read_version = (await recorded(api, organization.member, id, score={"reps": 30}))["updatedAt"]
    await recorded(api, organization.coach, id, score={"reps": 28}, ifUpdatedAt=read_version)
    late = result(id, score={"reps": 31}, ifUpdatedAt=read_version)
    payload = await api.payload(RECORD, organization.member, input=late)
    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
        ("CONFLICT", ["input", "ifUpdatedAt"])
    ]
    assert payload["result"]["reps"] == 28
    assert payload["conflict"]["updatedBy"] == {"id": str(organization.coach.id)}
    assert payload["conflict"]["updatedAt"] == payload["result"]["updatedAt"]


async def test_a_deleted_result_is_gone_and_can_be_recorded_anew_but_not_by_a_late_copy(api: Api, world: World) -> None:
    organization, _, id = await planned(api, world, "REPS")
    sent = result(id, score={"reps": 30})
    made = (await api.run(RECORD, organization.member, input=sent))["recordAssignmentResult"]["result"]
    stale = {"id": made["id"], "ifUpdatedAt": "2026-01-01T00:00:00Z"}
    assert await api.refusals(DELETE, organization.member, input=stale) == [("CONFLICT", ["input", "ifUpdatedAt"])]
    gone = await api.run(DELETE, organization.member, input={"id": made["id"], "ifUpdatedAt": made["updatedAt"]})
    assert gone["deleteAssignmentResult"]["deletedId"] == made["id"]
    assert (await read(api, organization.member, id) or {})["result"] is None
    assert await api.refusals(DELETE, organization.member, input={"id": made["id"]}) == [("NOT_FOUND", ["input", "id"])]
    assert await api.refusals(RECORD, organization.member, input=sent) == [("CONFLICT", ["input", "clientId"])]
    version = result(id, score={"reps": 3}, ifUpdatedAt=made["updatedAt"])
    assert await api.refusals(RECORD, organization.member, input=version) == [("CONFLICT", ["input", "ifUpdatedAt"])]
    anew = await recorded(api, organization.coach, id, score={"reps": 32})
    assert (anew["reps"], anew["id"] != made["id"], len(anew["submissions"])) == (32, True, 1)


async def test_strangers_and_other_members_neither_read_nor_write_a_result(api: Api, world: World) -> None:
    organization, _, id = await planned(api, world, "REPS")
    made = await recorded(api, organization.member, id, score={"reps": 30})
    others = [await world.join(organization.id, "member"), (await world.organization()).coach, await world.person()]
    for other in others:
        assert await read(api, other, id) is None
        assert (await api.run("query ($id: ID!) { node(id: $id) { id } }", other, id=made["id"]))["node"] is None
        refused = await api.refusals(RECORD, other, input=result(id, score={"reps": 1}))
        assert refused == [("NOT_FOUND", ["input", "assignmentId"])]
        assert await api.refusals(DELETE, other, input={"id": made["id"]}) == [("NOT_FOUND", ["input", "id"])]


async def test_what_was_recorded_stays_when_the_library_workout_is_edited_afterwards(api: Api, world: World) -> None:
    organization, made, id = await planned(api, world, "NONE")
    done = {"movementId": movement_of(made), "number": 1, "reps": 5, "load": kg(100)}
    before = await sets_recorded(api, organization.member, id, done)
    assert before["assignment"] == {"id": id, "status": "SCHEDULED", "isForked": True}
    await api.run(UPDATE, organization.coach, id=made["id"], input={"scoring": "TIME"})
    await replace(api, organization.coach, made["id"], [])
    after = await recorded(api, organization.member, id, notes="As planned")
    assert (after["scoring"], after["sets"]) == ("NONE", before["sets"])
    assert after["assignment"]["status"] == "COMPLETED"


async def test_a_completed_assignment_and_a_freeform_workout_take_results(api: Api, world: World) -> None:
    organization, _, id = await planned(api, world, "TIME", mode="FREEFORM", description="Run to the lake and back")
    status = "mutation ($id: ID!) { setAssignmentStatus(input: {id: $id, status: COMPLETED}) { userErrors { code } } }"
    await api.run(status, organization.member, id=id)
    squat = await world.exercise_id("back-squat")
    done = {"exerciseId": squat, "number": 1, "seconds": 30}
    found = await recorded(api, organization.member, id, score={"timeSeconds": 1800}, sets=[done])
    (only,) = found["sets"]
    assert (found["timeSeconds"], only["seconds"], only["movement"]) == (1800, 30, None)
    assert only["exercise"]["exercise"]["id"] == squat


async def test_recording_takes_as_many_statements_for_one_set_as_for_many(
    counter: Counter, api: Api, world: World, squat: str
) -> None:
    counts = []
    for size in (1, 50):
        organization, made, id = await planned(api, world, "NONE", *[movement(squat)] * size)
        sets = [{"movementId": movement_of(made, index), "number": 1, "reps": 5} for index in range(size)]
        with counter.counting() as statements:
            await recorded(counter.api, organization.member, id, sets=sets)
        counts.append(len(statements))
    assert counts[0] == counts[1], counts


async def test_a_result_before_its_planned_day_is_of_today_in_the_athletes_time_zone(
    api: Api, world: World, owner: Any
) -> None:
    """Without `performedOn` it is never tomorrow for the athlete."""
    organization, _, id = await planned(api, world, day="2100-12-20")
    found = await recorded(api, organization.member, id)
    assert found["performedOn"] == str(await owner.fetchval("SELECT (now() AT TIME ZONE 'UTC')::date"))
