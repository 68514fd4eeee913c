"""Adding, editing, moving and removing single sessions and exercises of a plan."""

import asyncio
import random
from typing import Any  # inputs are JSON

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Api, Counter, Organization, World
from tests.plan.documents import (
    NO_ID,
    UPDATE,
    Json,
    Pool,
    create,
    edit,
    exercise,
    mutation,
    read,
    sent_back,
    session,
)
from tests.plan.test_plans import own_exercise

WRITTEN = "session { id week day title sortOrder exercises { id } } plan { ...Plan }"
EXERCISE = """planExercise { id sortOrder sets reps durationSeconds notes session { id } exercise { exerciseId } }
plan { ...Plan }"""
ADD_SESSION, UPDATE_SESSION = mutation("addPlanSession", WRITTEN), mutation("updatePlanSession", WRITTEN)
MOVE_SESSION = mutation("movePlanSession", WRITTEN)
REMOVE_SESSION = mutation("removePlanSession", "deletedId plan { ...Plan }")
ADD, CHANGE = mutation("addPlanExercise", EXERCISE), mutation("updatePlanExercise", EXERCISE)
MOVE = mutation("movePlanExercise", EXERCISE)
REMOVE = mutation("removePlanExercise", "deletedId plan { ...Plan }")


async def run(api: Api, text: str, gym: Organization, **input: Any) -> Json:
    """The payload of a mutation."""
    (payload,) = (await api.run(text, gym.coach, input=input)).values()
    found: Json = payload
    return found


def places(plan: Json) -> list[tuple[int, int, int, str | None]]:
    """The sessions of a plan: week, day, position, title."""
    return [(one["week"], one["day"], one["sortOrder"], one["title"]) for one in plan["sessions"]]


def ids(plan: Json, index: int) -> list[str]:
    """The ids of the exercises of a session of a plan; their positions must be 0, 1, 2 and so on."""
    exercises = plan["sessions"][index]["exercises"]
    assert [one["sortOrder"] for one in exercises] == list(range(len(exercises)))
    return [one["id"] for one in exercises]


async def test_a_session_is_added_renamed_moved_and_removed(api: Api, gym: Organization, squat: str, clam: str) -> None:
    plan = await create(api, gym, session(1, 1, title="A"), session(1, 1, title="B"), session(1, 2, title="C"))
    at = {"planId": plan["id"], "week": 1, "day": 1}
    added = await run(api, ADD_SESSION, gym, **at, position=1, title="New", exercises=[exercise(squat)])
    assert places(added["plan"]) == [(1, 1, 0, "A"), (1, 1, 1, "New"), (1, 1, 2, "B"), (1, 2, 0, "C")]
    assert added["session"]["sortOrder"] == 1 and len(added["session"]["exercises"]) == 1
    id = added["session"]["id"]
    renamed = await run(api, UPDATE_SESSION, gym, id=id, title="Evening")
    assert renamed["session"] == {**added["session"], "title": "Evening"}
    assert (await run(api, UPDATE_SESSION, gym, id=id))["plan"] == renamed["plan"]
    moved = await run(api, MOVE_SESSION, gym, sessionId=id, day=2, position=0)
    assert places(moved["plan"]) == [(1, 1, 0, "A"), (1, 1, 1, "B"), (1, 2, 0, "Evening"), (1, 2, 1, "C")]
    assert moved["session"]["exercises"] == added["session"]["exercises"]
    later = await run(api, MOVE_SESSION, gym, sessionId=id, week=8)
    assert places(later["plan"])[-1] == (8, 2, 0, "Evening")
    same = await run(api, MOVE_SESSION, gym, sessionId=id)
    assert same["plan"] == later["plan"], "nothing was written"
    removed = await run(api, REMOVE_SESSION, gym, sessionId=id)
    assert removed["deletedId"] == id
    assert places(removed["plan"]) == [(1, 1, 0, "A"), (1, 1, 1, "B"), (1, 2, 0, "C")]


async def test_an_exercise_is_added_changed_replaced_moved_and_removed(
    api: Api, gym: Organization, squat: str, clam: str
) -> None:
    plan = await create(api, gym, session(1, 1, exercise(squat), exercise(squat)), session(1, 2, exercise(squat)))
    first, second = ids(plan, 0)
    one, other = [each["id"] for each in plan["sessions"]]
    added = await run(api, ADD, gym, sessionId=one, exerciseId=clam, sets=3, reps=8, position=1, notes="Slow")
    id = added["planExercise"]["id"]
    assert ids(added["plan"], 0) == [first, id, second] and added["planExercise"]["session"] == {"id": one}
    changed = await run(api, CHANGE, gym, id=id, reps=None, durationSeconds=30)
    values = {"sets": 3, "reps": None, "durationSeconds": 30, "notes": "Slow", "exercise": {"exerciseId": clam}}
    assert changed["planExercise"] == {**added["planExercise"], **values}
    replaced = await run(api, CHANGE, gym, id=id, exerciseId=squat)
    assert replaced["planExercise"] == {**changed["planExercise"], "exercise": {"exerciseId": squat}}
    moved = await run(api, MOVE, gym, planExerciseId=id, sessionId=other, position=0)
    assert ids(moved["plan"], 0) == [first, second] and ids(moved["plan"], 1)[0] == id
    within = await run(api, MOVE, gym, planExerciseId=first)
    assert ids(within["plan"], 0) == [second, first]
    assert (await run(api, MOVE, gym, planExerciseId=first, position=9))["plan"] == within["plan"]
    removed = await run(api, REMOVE, gym, planExerciseId=second)
    assert removed["deletedId"] == second and ids(removed["plan"], 0) == [first]


async def test_an_exercise_that_was_discontinued_later_may_be_changed_but_not_chosen(
    api: Api, gym: Organization, squat: str
) -> None:
    own = await own_exercise(api, gym)
    plan = await create(api, gym, session(1, 1, exercise(own), exercise(squat)))
    text = """mutation ($input: UpdateExerciseInput!) { updateExercise(input: $input) { userErrors { code } } }"""
    await api.run(text, gym.coach, input={"id": own, "status": "ARCHIVED"})
    first, second = ids(plan, 0)
    changed = await run(api, CHANGE, gym, id=first, exerciseId=own, sets=5)
    assert changed["planExercise"]["sets"] == 5
    at = ["input", "exerciseId"]
    for sent, document in (
        ({"id": second, "exerciseId": own}, CHANGE),
        ({"sessionId": plan["sessions"][0]["id"], "exerciseId": own, "sets": 1}, ADD),
    ):
        assert await api.refusals(document, gym.coach, input=sent) == [("EXERCISE_NOT_AVAILABLE", at)]


async def test_bad_values_and_places_are_refused_at_their_paths(
    api: Api, world: World, gym: Organization, squat: str
) -> None:
    plan, other = [await create(api, gym, session(1, 1, exercise(squat))) for _ in range(2)]
    one, (row,) = plan["sessions"][0]["id"], ids(plan, 0)
    foreign = await own_exercise(api, await world.organization())
    amounts = {"sessionId": one, "exerciseId": squat}
    for text, input, found in (
        (ADD_SESSION, {"planId": plan["id"], "week": 9, "day": 8},
         [("week", "INVALID_INPUT"), ("day", "INVALID_INPUT")]),
        (ADD_SESSION, {"planId": plan["id"], "week": 1, "day": 1, "exercises": [exercise(squat)] * 51},
         [("exercises", "INVALID_INPUT")]),
        (MOVE_SESSION, {"sessionId": one, "week": 9}, [("week", "INVALID_INPUT")]),
        (MOVE_SESSION, {"sessionId": one, "day": 0, "position": -1},
         [("position", "INVALID_INPUT"), ("day", "INVALID_INPUT")]),
        (MOVE_SESSION, {"sessionId": row}, [("sessionId", "NOT_FOUND")]),
        (UPDATE_SESSION, {"id": NO_ID, "title": "x" * 256}, [("id", "NOT_FOUND"), ("title", "INVALID_INPUT")]),
        (ADD, {**amounts, "reps": 10}, [("sets", "INVALID_INPUT")]),
        (ADD, {**amounts, "sets": -1}, [("sets", "INVALID_INPUT")]),
        (ADD, {**amounts, "sets": 1, "exerciseId": foreign}, [("exerciseId", "EXERCISE_NOT_VISIBLE")]),
        (ADD, {**amounts, "sets": 1, "sessionId": "x", "exerciseId": NO_ID},
         [("sessionId", "INVALID_INPUT"), ("exerciseId", "EXERCISE_NOT_VISIBLE")]),
        (CHANGE, {"id": row, "sets": None}, [("sets", "INVALID_INPUT")]),
        (CHANGE, {"id": row, "holdSeconds": 3_601}, [("holdSeconds", "INVALID_INPUT")]),
        (MOVE, {"planExerciseId": row, "sessionId": other["sessions"][0]["id"]}, [("sessionId", "NOT_FOUND")]),
        (MOVE, {"planExerciseId": NO_ID, "sessionId": NO_ID},
         [("planExerciseId", "NOT_FOUND"), ("sessionId", "NOT_FOUND")]),
        (REMOVE, {"planExerciseId": one}, [("planExerciseId", "NOT_FOUND")]),
    ):  # fmt: skip
        refused = await api.refusals(text, gym.coach, input=input)
        assert refused == [(code, ["input", field]) for field, code in found], (text, input)
    assert await read(api, gym.coach, plan["id"]) == plan


async def test_a_session_takes_fifty_exercises_and_a_plan_two_thousand(api: Api, gym: Organization, squat: str) -> None:
    full = [session(week, 1, *[exercise(squat)] * 50) for week in range(1, 41)]
    plan = await create(api, gym, *full, session(41, 1), weeks=60)
    one, last = plan["sessions"][0]["id"], plan["sessions"][40]["id"]
    added = {"exerciseId": squat, "sets": 1}
    (error,) = await api.user_errors(ADD, gym.coach, input={"sessionId": last, **added})
    assert error["message"] == "The plan would have more than 2,000 exercises in all."
    await run(api, REMOVE, gym, planExerciseId=plan["sessions"][1]["exercises"][0]["id"])
    for text, input in (
        (ADD, {"sessionId": one, **added}),
        (MOVE, {"planExerciseId": plan["sessions"][2]["exercises"][0]["id"], "sessionId": one}),
    ):
        (error,) = await api.user_errors(text, gym.coach, input=input)
        assert error["message"] == "The session has 50 exercises, the most that it may have."
    assert len((await run(api, ADD, gym, sessionId=last, **added))["plan"]["sessions"][40]["exercises"]) == 1


async def test_edits_of_another_state_of_the_plan_are_refused_with_the_stored_one(
    api: Api, gym: Organization, squat: str
) -> None:
    plan = await create(api, gym, session(1, 1, exercise(squat)))
    one, (row,) = plan["sessions"][0]["id"], ids(plan, 0)
    changed = await edit(api, UPDATE, gym.owner, id=plan["id"], title="Hip")
    for text, input in (
        (ADD_SESSION, {"planId": plan["id"], "week": 1, "day": 1}),
        (UPDATE_SESSION, {"id": one}),
        (MOVE_SESSION, {"sessionId": one}),
        (REMOVE_SESSION, {"sessionId": one}),
        (ADD, {"sessionId": one, "exerciseId": squat, "sets": 1}),
        (CHANGE, {"id": row}),
        (MOVE, {"planExerciseId": row}),
        (REMOVE, {"planExerciseId": row}),
    ):
        payload = await api.payload(text, gym.coach, input={**input, "ifUpdatedAt": plan["updatedAt"]})
        (error,) = payload["userErrors"]
        assert (error["code"], error["field"]) == ("CONFLICT", ["input", "ifUpdatedAt"])
        assert payload["plan"] == changed and payload["conflict"]["updatedBy"] == {"id": str(gym.owner.id)}
    current = {"ifUpdatedAt": changed["updatedAt"]}
    assert (await run(api, CHANGE, gym, id=row, sets=9, **current))["planExercise"]["sets"] == 9


async def test_edits_at_once_are_all_stored_and_leave_positions_without_gaps(
    api: Api, owner: Pool, gym: Organization, squat: str, clam: str
) -> None:
    plan = await create(api, gym, session(1, 1, *[exercise(squat)] * 6), session(1, 2))
    one, other = [each["id"] for each in plan["sessions"]]
    rows = ids(plan, 0)
    edits = [
        *(run(api, ADD, gym, sessionId=one, exerciseId=clam, sets=1, position=0) for _ in range(3)),
        *(run(api, MOVE, gym, planExerciseId=id, sessionId=other, position=0) for id in rows[:3]),
        run(api, REMOVE, gym, planExerciseId=rows[3]),
        run(api, CHANGE, gym, id=rows[4], sets=7),
    ]
    await asyncio.gather(*edits)
    found = await read(api, gym.coach, plan["id"])
    assert found is not None
    assert len(ids(found, 0)) == 5 and {*ids(found, 1)} == {*rows[:3]}
    assert {one["sets"] for one in found["sessions"][0]["exercises"]} == {1, 3, 7}


async def test_an_edit_takes_as_many_statements_in_a_large_plan_as_in_a_small_one(
    counter: Counter, gym: Organization, squat: str
) -> None:
    counts: dict[str, list[int]] = {}
    for size in (2, 24):
        tree = [session(1 + n // 7, 1 + n % 7, *[exercise(squat)] * 6) for n in range(size)]
        plan = await create(counter.api, gym, *tree)
        one, (row, *_) = plan["sessions"][1]["id"], ids(plan, 0)
        for text, input in (
            (MOVE, {"planExerciseId": row, "sessionId": one, "position": 0}),
            (MOVE_SESSION, {"sessionId": one, "day": 1, "position": 0}),
            (REMOVE_SESSION, {"sessionId": one}),
        ):
            with counter.counting() as statements:
                await run(counter.api, text, gym, **input)
            counts.setdefault(text, []).append(len(statements))
    assert all(small == large for small, large in counts.values()), counts


@pytest.fixture(scope="module")
async def clinic(world: World) -> Organization:
    """An organization for random histories."""
    return await world.organization()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_random_edits_leave_what_a_plain_model_of_lists_leaves(
    api: Api, clinic: Organization, squat: str, clam: str, seed: int
) -> None:
    """The model: a list of exercises' ids for each session, and a list of sessions for each day."""
    chosen = random.Random(seed)
    plan = await create(api, clinic, *(session(1, day, *[exercise(squat)] * 3) for day in (1, 1, 2)))
    sessions = {each["id"]: [one["id"] for one in each["exercises"]] for each in plan["sessions"]}
    days: dict[int, list[str]] = {1: [each["id"] for each in plan["sessions"][:2]], 2: [plan["sessions"][2]["id"]]}
    for _ in range(12):
        rows = [id for each in sessions.values() for id in each]
        step, position = chosen.choice(("add", "move", "remove", "day")), chosen.choice((None, 0, 1, 2, 9))
        at, row = chosen.choice([*sessions]), chosen.choice(rows) if rows else None
        if step == "day":
            day = chosen.choice((1, 2))
            await run(api, MOVE_SESSION, clinic, sessionId=at, day=day, position=position)
            for each in days.values():
                each[:] = [id for id in each if id != at]
            days[day].insert(len(days[day]) if position is None else position, at)
        elif step == "add" or row is None:
            added = await run(api, ADD, clinic, sessionId=at, exerciseId=clam, sets=1, position=position)
            sessions[at].insert(len(sessions[at]) if position is None else position, added["planExercise"]["id"])
        else:
            if step == "move":
                await run(api, MOVE, clinic, planExerciseId=row, sessionId=at, position=position)
            else:
                await run(api, REMOVE, clinic, planExerciseId=row)
            for each in sessions.values():
                each[:] = [id for id in each if id != row]
            if step == "move":
                sessions[at].insert(len(sessions[at]) if position is None else position, row)
    found = await read(api, clinic.coach, plan["id"])
    assert found is not None
    assert [each["id"] for each in found["sessions"]] == [*days[1], *days[2]]
    assert [[one["id"] for one in each["exercises"]] for each in found["sessions"]] == [
        sessions[id] for id in (*days[1], *days[2])
    ]
    assert sent_back(found) == sent_back(
        await edit(api, UPDATE, clinic.coach, id=plan["id"], sessions=sent_back(found))
    )
