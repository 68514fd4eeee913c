"""Less of an exercise is never more than the plan says on a day; another exercise takes nothing that was said of it."""

from typing import Any  # amounts by column
from uuid import UUID

import pytest

from tests.conftest import Api, World
from tests.identity.rows import Pool
from tests.record.test_history import opened
from tests.response.clinic import ACCEPT, Json, Treated, treated


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


async def test_less_of_the_same_exercise_is_half_of_what_each_day_says(api: Api, world: World, owner: Pool) -> None:
    """Half of the sets, rounded up, else of the repetitions, else of the time; once stays; twice is a quarter."""
    clinic = await treated(api, world, owner)
    rows: list[tuple[int | None, ...]] = [
        (4, 12, None),
        (1, 5, None),
        (2, None, 20),
        (1, 1, None),
        (None, None, 601),
        (3, 10, None),
    ]
    for day, row in enumerate(rows, 1):
        values: Json = dict(zip(("sets", "reps", "duration_seconds"), row, strict=True))
        await prescribe(clinic, day, **values)
    made = (await clinic.accept(await clinic.hurt(), clinic.exercises[0]))["substitution"]
    assert (made["hasAmounts"], made["sets"], made["halvings"]) == (False, None, 1)
    halves = [(2, 12, None), (1, 3, None), (1, None, 20), (1, 1, None), (None, None, 301), (2, 10, None)]
    assert [await done(clinic, day) for day in range(1, 7)] == halves
    again = await clinic.hurt(9)
    assert (again["options"][-1]["sets"], again["options"][-1]["reps"]) == (1, 10)
    made = (await clinic.accept(again, clinic.exercises[0]))["substitution"]
    assert made["halvings"] == 2
    quarters = [(1, 12, None), (1, 2, None), (1, None, 10), (1, 1, None), (None, None, 151), (1, 10, None)]
    assert [await done(clinic, day) for day in range(1, 7)] == quarters


async def test_sent_amounts_of_the_same_exercise_are_less_on_every_day(api: Api, world: World, owner: Pool) -> None:
    """Of the prescription that hurt (3 sets of 10) none is more, one is less; a day that says less stays as it is."""
    clinic = await treated(api, world, owner)
    await prescribe(clinic, 2, sets=1, reps=4)
    await prescribe(clinic, 3, sets=2, reps=None, duration_seconds=20)
    proposal, same = await clinic.hurt(), clinic.exercises[0]
    sets, reps, time, side = (["input", name] for name in ("sets", "reps", "durationSeconds", "perSide"))
    assert await refused(clinic, proposal, same, sets=50, reps=100) == [
        ("INVALID_INPUT", sets),
        ("INVALID_INPUT", reps),
    ]
    assert await refused(clinic, proposal, same, sets=3, reps=11) == [("INVALID_INPUT", reps)]
    assert await refused(clinic, proposal, same, sets=3, reps=10) == [("INVALID_INPUT", sets)]
    assert await refused(clinic, proposal, same, reps=10) == [("INVALID_INPUT", reps)]
    assert await refused(clinic, proposal, same, sets=2, durationSeconds=5) == [("INVALID_INPUT", time)]
    assert await refused(clinic, proposal, same, sets=2, perSide=True) == [("INVALID_INPUT", side)]
    made = (await clinic.accept(proposal, same, sets=3, reps=6))["substitution"]
    assert (made["hasAmounts"], made["sets"], made["reps"], made["halvings"]) == (True, 3, 6, 0)
    assert [await done(clinic, day) for day in (1, 2, 3)] == [(3, 6, None), (1, 4, None), (2, None, 20)]
    again = await clinic.hurt(9)
    assert await refused(clinic, again, same, reps=7) == [("INVALID_INPUT", reps)]
    await clinic.accept(again, same, reps=4)
    assert [await done(clinic, day) for day in (1, 2, 3)] == [(3, 4, None), (1, 4, None), (2, None, 20)]


async def test_what_cannot_be_less_is_refused(api: Api, world: World, owner: Pool) -> None:
    """Of one repetition there is no less: no option, and a refusal of the exercise."""
    clinic = await treated(api, world, owner)
    await prescribe(clinic, 0, sets=1, reps=1)
    proposal = await clinic.hurt()
    assert clinic.exercises[0] not in [each["exercise"]["exerciseId"] for each in proposal["options"]]
    assert await refused(clinic, proposal, clinic.exercises[0]) == [("INVALID_INPUT", ["input", "exerciseId"])]


@pytest.mark.parametrize("values", [{}, {"sets": 2, "reps": 6}, {"restSeconds": 120, "notes": "Slowly"}])
async def test_the_same_exercise_keeps_what_is_not_sent(
    api: Api, world: World, owner: Pool, values: dict[str, Any]
) -> None:
    """Hold, rest, side and notes are the plan's, unless they are sent."""
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
    assert {name: due[name] for name in expected} == {**expected, **values}


async def test_another_exercise_has_no_hold_side_and_notes_of_the_plans(api: Api, world: World, owner: Pool) -> None:
    """Without amounts it has sets, repetitions and rest of the plan; its option too; less of it is half."""
    clinic, box = await treated(api, world, owner), await world.exercise_id("box-squat")
    for day in (0, 1):
        await prescribe(clinic, day, hold_seconds=2, per_side=True, notes="Use 80 kg on the bar, mixed grip")
    proposal = await clinic.hurt()
    assert [(each["sets"], each["reps"]) for each in proposal["options"]][:: len(proposal["options"]) - 1] == [
        (3, 10),
        (2, 10),
    ]
    await clinic.accept(proposal, box)
    names = ("sets", "reps", "durationSeconds", "holdSeconds", "restSeconds", "perSide", "notes")
    due = (await clinic.shown(1))["dueExercises"][0]
    assert [due[name] for name in names] == [3, 10, None, None, 60, False, None]
    await clinic.accept(await clinic.hurt(8), box, notes="To the high box")
    due = (await clinic.shown(1))["dueExercises"][0]
    assert due["exercise"]["exerciseId"] == box
    assert [due[name] for name in names] == [2, 10, None, None, 60, False, "To the high box"]


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
