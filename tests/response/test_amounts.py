"""Less of an exercise is never more than the plan says on a day; another exercise takes nothing that was said of it."""

from datetime import timedelta
from typing import Any  # amounts by column
from uuid import UUID

import pytest

from tests.conftest import Api, World
from tests.identity.rows import Pool
from tests.record.test_history import opened
from tests.response.clinic import ACCEPT, Json, Treated, today, treated

NULLS: Json = dict.fromkeys(("sets", "reps", "durationSeconds", "holdSeconds", "restSeconds", "perSide", "notes"))


async def prescribe(clinic: Treated, day: int, index: int = 0, **values: Any) -> None:
    """Let the version say this of an exercise, so many days from today on."""
    number = 28 + day
    id: UUID = clinic.version.exercises[number // 7 + 1, number % 7 + 1][index]
    columns = ", ".join(f"{name} = ${place}" for place, name in enumerate(values, 2))
    async with clinic.owner.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(f"UPDATE plan_version_exercises SET {columns} WHERE id = $1", id, *values.values())


async def done(clinic: Treated, day: int) -> tuple[object, ...]:
    """Sets, repetitions and time of the first exercise, so many days from today on."""
    due = (await clinic.shown(day))["dueExercises"][0]
    return due["sets"], due["reps"], due["durationSeconds"]


async def refused(clinic: Treated, proposal: Json, exercise: str, **values: Any) -> list[tuple[str, list[str]]]:
    """The refusals of accepting an exercise with these amounts."""
    given = {"id": proposal["id"], "exerciseId": exercise, **values}
    return await clinic.api.refusals(ACCEPT, clinic.coach, input=given)


async def week(clinic: Treated, *rows: tuple[int | None, ...]) -> None:
    """Let the version say these sets, repetitions and seconds on the days from tomorrow on, the last one on all others.

    A fourth number is the hold.
    """
    for day in range(1, 28):
        row = rows[min(day, len(rows)) - 1]
        names = ("sets", "reps", "duration_seconds", "hold_seconds")
        values: Json = dict(zip(names, (*row, None), strict=False))
        await prescribe(clinic, day, **values)


async def all_done(clinic: Treated, days: int) -> list[tuple[object, ...]]:
    """Sets, repetitions and time of the first exercise on the days from tomorrow on."""
    return [await done(clinic, day) for day in range(1, days + 1)]


async def test_less_of_the_same_exercise_is_half_of_what_each_day_says(api: Api, world: World, owner: Pool) -> None:
    """Half of the sets, rounded up, else of the repetitions, of the time, of the hold; twice is half of the half."""
    clinic = await treated(api, world, owner)
    await week(clinic, (4, 12, None), (1, 5, None), (2, None, 20), (None, None, 601), (1, 1, None, 9), (3, 10, None))
    proposal = await clinic.hurt()
    same = proposal["options"][-1]
    assert (same["steps"], same["sets"], same["reps"], same["differsByDay"]) == (0, 2, 12, True)
    assert same["most"] == {"sets": 2, "reps": 12, "durationSeconds": 301, "holdSeconds": 5}
    assert same["on"] == str(today() + timedelta(days=1))
    first = (await clinic.accept(proposal, clinic.exercises[0]))["substitution"]
    assert (first["hasAmounts"], first["sets"], first["isHalved"], first["replaces"]) == (True, 4, True, None)
    halves = [(2, 12, None), (1, 3, None), (1, None, 20), (None, None, 301), (1, 1, None), (2, 10, None)]
    assert await all_done(clinic, 6) == halves
    assert (await clinic.shown(5))["dueExercises"][0]["holdSeconds"] == 5
    again = await clinic.hurt(9)
    assert (again["options"][-1]["sets"], again["options"][-1]["reps"]) == (1, 12)
    made = (await clinic.accept(again, clinic.exercises[0]))["substitution"]
    assert (made["isHalved"], made["replaces"]) == (True, {"id": first["id"]})
    quarters = [(1, 12, None), (1, 2, None), (1, None, 10), (None, None, 151), (1, 1, None), (1, 10, None)]
    assert await all_done(clinic, 6) == quarters


async def test_sent_amounts_of_the_same_exercise_are_less_on_every_day(api: Api, world: World, owner: Pool) -> None:
    """None is more than on any day to come, and each day has one that is less; holds count, and rests are not less."""
    clinic = await treated(api, world, owner)
    await week(clinic, (3, 10, None), (2, 8, None, 2), (2, None, 20))
    proposal, same = await clinic.hurt(), clinic.exercises[0]
    sets, reps, time, hold, rest, side = (
        ["input", name] for name in ("sets", "reps", "durationSeconds", "holdSeconds", "restSeconds", "perSide")
    )
    bad: list[tuple[Json, list[str]]] = [
        ({"sets": 3, "reps": 11}, reps),
        ({"sets": 3, "reps": 10}, sets),
        ({"reps": 6}, reps),
        ({"sets": 1, "durationSeconds": 25}, time),
        ({"sets": 1, "holdSeconds": 3600}, hold),
        ({"sets": 1, "restSeconds": 0}, rest),
        ({"sets": 1, "perSide": True}, side),
    ]
    assert await refused(clinic, proposal, same, sets=50, reps=100) == [
        ("INVALID_INPUT", sets),
        ("INVALID_INPUT", reps),
    ]
    for values, path in bad:
        assert await refused(clinic, proposal, same, **values) == [("INVALID_INPUT", path)], values
    payload = await api.payload(ACCEPT, clinic.coach, input={"id": proposal["id"], "exerciseId": same, "reps": 6})
    day = today() + timedelta(days=3)
    assert [error["message"] for error in payload["userErrors"]] == [
        f"On {day} it is no less (sets 2, 20 s): send less, or no amounts, so that each day's are halved."
    ]
    made = (await clinic.accept(proposal, same, reps=6, durationSeconds=15))["substitution"]
    assert (made["hasAmounts"], made["sets"], made["reps"], made["isHalved"]) == (True, 3, 6, False)
    assert await all_done(clinic, 3) == [(3, 6, None), (2, 6, None), (2, None, 15)]


async def test_a_cap_is_beside_the_halves_of_before_and_a_half_is_of_the_cap(
    api: Api, world: World, owner: Pool
) -> None:
    """After more pain no day goes back to the plan's: halved, capped, and halved once more, each day is less."""
    clinic = await treated(api, world, owner)
    await week(clinic, (4, 8, None), (1, 5, None), (2, None, 30), (None, None, 60))
    same = clinic.exercises[0]
    await clinic.accept(await clinic.hurt(), same)
    assert await all_done(clinic, 4) == [(2, 8, None), (1, 3, None), (1, None, 30), (None, None, 30)]
    again = await clinic.hurt(9)
    assert await refused(clinic, again, same, reps=6) == [("INVALID_INPUT", ["input", "reps"])]
    await clinic.accept(again, same, reps=2, durationSeconds=20)
    assert await all_done(clinic, 4) == [(2, 2, None), (1, 2, None), (1, None, 20), (None, None, 20)]
    await clinic.accept(await clinic.hurt(10), same)
    assert await all_done(clinic, 4) == [(1, 2, None), (1, 1, None), (1, None, 10), (None, None, 10)]


async def test_less_is_measured_by_the_days_to_come(api: Api, world: World, owner: Pool) -> None:
    """The log's own row, 1 set of 5, does not bound what is due from tomorrow on, 6 sets of 20: options show that."""
    clinic = await treated(api, world, owner)
    await prescribe(clinic, 0, sets=1, reps=5)
    await week(clinic, (6, 20, None))
    proposal = await clinic.hurt()
    shown = {each["steps"]: (each["sets"], each["reps"], each["differsByDay"]) for each in proposal["options"]}
    assert (shown[0], shown[1]) == ((3, 20, False), (6, 20, False))
    await clinic.accept(proposal, clinic.exercises[0], sets=2, reps=10)
    assert await all_done(clinic, 2) == [(2, 10, None)] * 2


async def test_less_of_a_substitute_is_never_more_of_it(api: Api, world: World, owner: Pool) -> None:
    """Though the painful day had 6 sets of 20, 5 of 20 is refused where 1 of 5 is due, and each week is less."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    await prescribe(clinic, -1, sets=6, reps=20)
    await week(clinic, (1, 5, None), (3, 8, None))
    await clinic.send(clinic.log(8, 1))
    await clinic.accept(await clinic.open(), box)
    assert await all_done(clinic, 2) == [(1, 5, None), (3, 8, None)]
    await clinic.send(clinic.log(9, 1))
    again = await clinic.open()
    assert await refused(clinic, again, box, sets=5, reps=20) == [
        ("INVALID_INPUT", ["input", name]) for name in ("sets", "reps")
    ]
    await clinic.accept(again, box, sets=2, reps=4)
    assert await all_done(clinic, 2) == [(1, 4, None), (2, 4, None)]


async def test_what_cannot_be_less_on_a_day_is_refused(api: Api, world: World, owner: Pool) -> None:
    """Of one repetition there is no less: no option, and a refusal that names the day."""
    clinic = await treated(api, world, owner)
    await week(clinic, (3, 10, None), (1, 1, None), (3, 10, None))
    proposal, same = await clinic.hurt(), clinic.exercises[0]
    assert same not in [each["exercise"]["exerciseId"] for each in proposal["options"]]
    payload = await api.payload(ACCEPT, clinic.coach, input={"id": proposal["id"], "exerciseId": same, "sets": 1})
    day = today() + timedelta(days=2)
    assert [(error["message"], error["field"]) for error in payload["userErrors"]] == [
        (
            f"On {day} none of it can be less (sets 1, repetitions 1): accept another option, or decline.",
            ["input", "exerciseId"],
        )
    ]


async def test_amounts_of_another_exercise_are_at_most_the_days_own(api: Api, world: World, owner: Pool) -> None:
    """50 sets of 100 are refused; on a day that has time alone, the sent repetitions are done in as many sets."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    await week(clinic, (4, 8, None), (1, 5, None), (2, None, 30), (None, None, 60))
    proposal = await clinic.hurt()
    assert await refused(clinic, proposal, box, sets=50, reps=100) == [
        ("INVALID_INPUT", ["input", name]) for name in ("sets", "reps")
    ]
    await clinic.accept(proposal, box, sets=3, reps=6)
    assert await all_done(clinic, 4) == [(3, 6, None), (1, 5, None), (2, 6, None), (1, 6, None)]


async def test_each_side_and_hold_of_another_exercise_are_no_more_than_before(
    api: Api, world: World, owner: Pool
) -> None:
    """On each side half of the repetitions is done, no hold that no day has; with less, `perSide` is taken back."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    await week(clinic, (3, 11, None))
    proposal = await clinic.hurt()
    assert await refused(clinic, proposal, box, perSide=True, reps=6, holdSeconds=60) == [
        ("INVALID_INPUT", ["input", name]) for name in ("reps", "holdSeconds")
    ]
    assert await refused(clinic, proposal, box, reps=8, durationSeconds=20) == [
        ("INVALID_INPUT", ["input", "durationSeconds"])
    ]
    await clinic.accept(proposal, box, perSide=True)
    due = (await clinic.shown(1))["dueExercises"][0]
    assert (due["sets"], due["reps"], due["perSide"], due["holdSeconds"]) == (3, 5, True, None)
    again = await clinic.hurt(8)
    assert await refused(clinic, again, box, perSide=False) == [("INVALID_INPUT", ["input", "perSide"])]
    assert await refused(clinic, again, box, perSide=False, sets=3) == [("INVALID_INPUT", ["input", "sets"])]
    await clinic.accept(again, box, perSide=False, sets=2)
    due = (await clinic.shown(1))["dueExercises"][0]
    assert (due["sets"], due["reps"], due["perSide"]) == (2, 5, False)


async def test_one_repetition_is_not_done_on_each_side(api: Api, world: World, owner: Pool) -> None:
    """It would be two: `perSide` is refused where a day to come has one."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    await week(clinic, (3, 10, None), (3, 1, None))
    assert await refused(clinic, await clinic.hurt(), box, perSide=True) == [("INVALID_INPUT", ["input", "perSide"])]


async def test_amounts_that_no_day_has_are_bounded(api: Api, world: World, owner: Pool) -> None:
    """In place of repetitions at most half an hour a set, held a minute; a kind that comes back is capped as it was."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    await week(clinic, (2, None, 60))
    proposal = await clinic.hurt()
    assert await refused(clinic, proposal, box, reps=101, holdSeconds=61) == [
        ("INVALID_INPUT", ["input", name]) for name in ("reps", "holdSeconds")
    ]
    await clinic.accept(proposal, box, reps=20, holdSeconds=5)
    again = await clinic.hurt(9)
    other = next(each["exercise"]["exerciseId"] for each in again["options"] if each["steps"])
    assert await refused(clinic, again, other, durationSeconds=3600) == [
        ("INVALID_INPUT", ["input", "durationSeconds"])
    ]
    await clinic.accept(again, other, durationSeconds=60)
    assert await done(clinic, 1) == (2, None, 60)


@pytest.mark.parametrize("values", [{}, NULLS, {"sets": 2, "reps": 6}, {"restSeconds": 120, "notes": "Slowly"}])
async def test_the_same_exercise_keeps_what_is_not_sent(
    api: Api, world: World, owner: Pool, values: dict[str, Any]
) -> None:
    """Hold, rest, side and notes are the plan's, unless they are sent; a null is as left out."""
    clinic = await treated(api, world, owner)
    plan: Json = {"hold_seconds": 2, "rest_seconds": 90, "per_side": True, "notes": "Only the LOW box"}
    for day in (0, 1):
        await prescribe(clinic, day, **plan)
    await clinic.accept(await clinic.hurt(), clinic.exercises[0], **values)
    due = (await clinic.shown(1))["dueExercises"][0]
    expected = {
        "sets": 2,
        "reps": 10,
        "holdSeconds": 2,
        "restSeconds": 90,
        "perSide": True,
        "notes": "Only the LOW box",
    }
    sent = {name: value for name, value in values.items() if value is not None}
    assert {name: due[name] for name in expected} == {**expected, **sent}


async def test_another_exercise_has_no_hold_side_and_notes_of_the_plans(api: Api, world: World, owner: Pool) -> None:
    """Without amounts it has sets, repetitions and rest of the plan; its option too; less of it is half."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    for day in (0, 1):
        await prescribe(clinic, day, hold_seconds=2, per_side=True, notes="Use 80 kg on the bar, mixed grip")
    proposal = await clinic.hurt()
    amounts = [(each["sets"], each["reps"]) for each in proposal["options"]]
    assert (amounts[0], amounts[-1]) == ((3, 10), (2, 10))
    await clinic.accept(proposal, box)
    names = ("sets", "reps", "durationSeconds", "holdSeconds", "restSeconds", "perSide", "notes")
    due = (await clinic.shown(1))["dueExercises"][0]
    assert [due[name] for name in names] == [3, 10, None, None, 60, False, None]
    await clinic.accept(await clinic.hurt(8), box, notes="To the high box")
    due = (await clinic.shown(1))["dueExercises"][0]
    assert due["exercise"]["exerciseId"] == box
    assert [due[name] for name in names] == [2, 10, None, None, 60, False, "To the high box"]


async def test_another_exercise_is_held_where_the_day_has_a_hold_alone(api: Api, world: World, owner: Pool) -> None:
    """As long as the day says; a hold that was sent is the most; without a hold there is none."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    await week(clinic, (3, None, None, 40), (2, None, None, 10), (3, None, None))
    proposal = await clinic.hurt()
    assert {each["holdSeconds"] for each in proposal["options"] if each["steps"]} == {40}
    await clinic.accept(proposal, box, holdSeconds=20)
    due = [(await clinic.shown(day))["dueExercises"][0] for day in (1, 2, 3)]
    assert [(each["sets"], each["holdSeconds"]) for each in due] == [(3, 20), (2, 10), (3, None)]


@pytest.mark.parametrize(
    ("slug", "sets", "has_notes"), [("box-squat", "3 sets", False), ("back-squat", "2 sets", True)]
)
async def test_the_handout_says_what_is_due(
    api: Api, world: World, owner: Pool, slug: str, sets: str, has_notes: bool
) -> None:
    """Another exercise without the notes of the plan's; the same one with them, and half of its sets."""
    clinic = await treated(api, world, owner, ["back-squat"])
    for day in range(7, 14):
        await prescribe(clinic, day, notes="Only the LOW box")
    await clinic.accept(await clinic.hurt(), await world.exercise_id(slug))
    document = "query ($id: ID!) { enrollment(id: $id) { handout(week: 6) { htmlUrl } } }"
    found = await api.run(document, clinic.patient, id=str(clinic.id))
    page = (await opened(api, found["enrollment"]["handout"]["htmlUrl"])).text.replace("\N{NO-BREAK SPACE}", " ")
    assert (sets in page, "2 sets" in page, "Only the LOW box" in page) == (True, sets == "2 sets", has_notes)
