"""After a move to a version with more, a substitution gives at most what was agreed; the move says that it lasts."""

import pytest

from tests.conftest import Api, World
from tests.enrollment.documents import MOVE, sent
from tests.identity.rows import Pool
from tests.response.clinic import treated
from tests.response.test_amounts import week
from tests.treatment import store_version


@pytest.mark.parametrize(
    ("slug", "expected", "what"),
    [
        ("back-squat", (2, 10, 60), "Less of it is done"),
        ("box-squat", (3, 10, 60), "It is done in place of Back Squat"),
    ],
)
async def test_a_version_with_more_gives_no_more_than_was_agreed(
    api: Api, world: World, owner: Pool, slug: str, expected: tuple[int, int, int], what: str
) -> None:
    """Of 3 sets of 10 half, or as much of another exercise: so it stays where the next version has 10 of 50."""
    clinic = await treated(api, world, owner)
    await clinic.accept(await clinic.hurt(), await world.exercise_id(slug))
    days = {(week, day): clinic.exercises for week in range(1, 9) for day in range(1, 8)}
    second = await store_version(owner, clinic.gym, days, plan_id=clinic.version.plan_id)
    async with owner.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(
            "UPDATE plan_version_exercises SET sets = 10, reps = 50, rest_seconds = 0 WHERE version_id = $1", second.id
        )
    payload = await api.payload(MOVE, clinic.coach, input=sent(id=clinic.id, versionId=second.id))
    assert payload["userErrors"] == []
    reason = (
        f"{what} in this version, too: a substitution lasts. Of sets, repetitions, time and hold it gives at most "
        "what was accepted; one of which nothing was accepted is as in this version. Is it still right?"
    )
    assert [(each["level"], each["reason"]) for each in payload["safetyFindings"]] == [("WARN", reason)]
    assert len(payload["safetyFindings"][0]["places"]) == 56
    assert payload["enrollment"]["safetyFindings"] == []
    first, other = (await clinic.shown(2))["dueExercises"]
    assert (first["sets"], first["reps"], first["restSeconds"]) == expected
    assert (other["sets"], other["reps"], other["restSeconds"]) == (10, 50, 0)


async def test_a_hold_of_days_without_another_measure_is_capped_beside_days_with_repetitions(
    api: Api, world: World, owner: Pool
) -> None:
    """An option says 30 s; after a move to a version that holds for an hour it is 30 s still."""
    clinic = await treated(api, world, owner)
    box = await world.exercise_id("box-squat")
    await week(clinic, (3, None, None, 30), (3, 10, None, 5))
    proposal = await clinic.hurt()
    option = next(each for each in proposal["options"] if each["exercise"]["exerciseId"] == box)
    assert (option["holdSeconds"], option["most"]["holdSeconds"]) == (30, 30)
    accepted = await clinic.accept(proposal, box)
    assert accepted["substitution"]["holdSeconds"] == 30
    days = {(week, day): clinic.exercises for week in range(1, 9) for day in range(1, 8)}
    second = await store_version(owner, clinic.gym, days, plan_id=clinic.version.plan_id)
    async with owner.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(
            "UPDATE plan_version_exercises SET reps = NULL, hold_seconds = 3600 WHERE version_id = $1", second.id
        )
    payload = await api.payload(MOVE, clinic.coach, input=sent(id=clinic.id, versionId=second.id))
    assert payload["userErrors"] == []
    assert (await clinic.shown(2))["dueExercises"][0]["holdSeconds"] == 30
