"""Marking: what may change a text marks the row in its transaction, whatever statement it is.

Exercises are marked by changes of the embedded columns alone; overrides by each write of them, workouts by each change
of `updated_at`.
"""

import re
from types import SimpleNamespace
from typing import Any  # columns of rows
from uuid import UUID

import pytest

from kinegraph.embedding.rules import ExerciseTextsChanged, WorkoutTextsChanged
from kinegraph.embedding.rules_texts import exercise_text
from kinegraph.embedding.store_sources import TEXT_COLUMNS
from kinegraph.exercise.rules_columns import COLUMNS
from tests.conftest import Api, Organization
from tests.embedding.jobs import Jobs, Pool, marked, write_exercise, write_override, write_workout
from tests.library.documents import upsert
from tests.workout.documents import create, section

FACTS = "SELECT fact FROM outbox ORDER BY id"


async def facts(owner: Pool) -> list[str]:
    """The facts that were recorded."""
    return [row.fact for row in await owner.fetch(FACTS)]


async def forget(owner: Pool) -> None:
    """Delete marks and facts."""
    await owner.execute("DELETE FROM stale_embeddings")
    await owner.execute("DELETE FROM outbox")


async def test_new_rows_are_marked_with_one_fact_of_a_transaction(jobs: Jobs, owner: Pool, gym: Organization) -> None:
    async with owner.acquire() as connection, connection.transaction():
        inserted = "INSERT INTO exercises (name, organization_id) VALUES ('A', $1), ('B', NULL) RETURNING id"
        exercises = await connection.fetch(inserted, gym.id)
        await connection.execute("UPDATE exercises SET name = 'C' WHERE organization_id = $1", gym.id)
    override = await write_override(owner, gym, exercises[1].id, name="Ours")
    workout = await write_workout(owner, gym, "Legs")
    expected = {*(("exercise", row.id) for row in exercises), ("override", override), ("workout", workout)}
    assert await marked(owner) == expected
    exercise_facts, workout_fact = [ExerciseTextsChanged.__name__] * 2, WorkoutTextsChanged.__name__
    assert await facts(owner) == [*exercise_facts, workout_fact]


CHANGES = {
    "name = 'Z'": True,
    "aliases = '{z}'": True,
    "primary_muscles = '{z}'": True,
    "cues = '{z}'": True,
    "deleted_at = now()": True,
    "name = name, updated_at = now()": False,
    "difficulty = 4": False,
    "video_positive_votes = 3": False,
    "status = 'archived'": False,
    "embedding_hash = 'x'": False,
}


@pytest.mark.parametrize("change", CHANGES)
async def test_an_exercise_is_marked_where_its_text_changes(
    jobs: Jobs, owner: Pool, gym: Organization, change: str
) -> None:
    id = await write_exercise(owner, "A", gym)
    await forget(owner)
    await owner.execute(f"UPDATE exercises SET {change} WHERE id = $1", id)
    assert await marked(owner) == ({("exercise", id)} if CHANGES[change] else set())
    assert len(await facts(owner)) == CHANGES[change]


async def test_the_trigger_of_exercises_has_every_column_that_is_embedded(owner: Pool) -> None:
    trigger = await owner.fetchval("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'exercises_marked'")
    changed, _, condition = trigger.partition(" WHEN ")
    for column in TEXT_COLUMNS:
        assert re.search(rf"\b{column}\b", changed) and re.search(rf"\bnew\.{column}\b", condition), column


async def test_the_trigger_of_overrides_has_every_text_that_is_embedded_and_can_be_overridden(owner: Pool) -> None:
    """A vector is removed by a change of any overridden text of which it is made (docs/domain.md, Embeddings)."""
    name = "exercise_org_overrides_remove_vector"
    trigger = await owner.fetchval("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = $1", name)
    keys = {COLUMNS[column].api_name for column in TEXT_COLUMNS if COLUMNS[column].is_overridable}
    for row in ("old", "new"):
        assert {*re.findall(rf"{row}\.overrides -> '(\w+)'", trigger)} == keys


def test_the_text_of_an_exercise_is_made_of_the_columns_that_are_read_for_it() -> None:
    """Each column that is read adds something to the text, and no other is needed."""
    values = {column: [column] if COLUMNS[column].is_list else column for column in TEXT_COLUMNS}
    whole = exercise_text(SimpleNamespace(**values))
    assert [column for column in values if exercise_text(SimpleNamespace(**{**values, column: None})) == whole] == []


async def test_a_rolled_back_change_leaves_no_mark_and_the_next_one_has_its_fact(
    jobs: Jobs, owner: Pool, gym: Organization
) -> None:
    id = await write_exercise(owner, "A", gym)
    await forget(owner)
    async with owner.acquire() as connection, connection.transaction():
        await connection.execute("SAVEPOINT one")
        await connection.execute("UPDATE exercises SET name = 'B' WHERE id = $1", id)
        await connection.execute("ROLLBACK TO one")
        await connection.execute("UPDATE exercises SET name = 'C' WHERE id = $1", id)
    assert (await marked(owner), await facts(owner)) == ({("exercise", id)}, [ExerciseTextsChanged.__name__])


async def test_mutations_mark_what_they_write(jobs: Jobs, api: Api, owner: Pool, gym: Organization, squat: str) -> None:
    await upsert(api, gym, squat, name="Ours")
    of_squat = "SELECT id FROM exercise_org_overrides WHERE organization_id = $1 AND exercise_id = $2::text::uuid"
    override = await owner.fetchval(of_squat, gym.id, squat)
    assert await marked(owner) == {("override", override)}
    workout: Any = await create(api, gym, sections=[section()])
    assert await marked(owner) == {("override", override), ("workout", UUID(workout["id"]))}
    await forget(owner)
    await api.run(
        "mutation ($input: UpdateWorkoutInput!, $id: ID!) {"
        " updateWorkout(id: $id, input: $input) { workout { id } userErrors { code } } }",
        gym.coach,
        id=workout["id"],
        input={"title": "Another"},
    )
    assert await marked(owner) == {("workout", UUID(workout["id"]))}


async def test_a_snapshot_is_not_marked(jobs: Jobs, owner: Pool, gym: Organization) -> None:
    original = await write_workout(owner, gym, "Legs")
    await forget(owner)
    await owner.execute(
        "INSERT INTO workouts (organization_id, author_id, title, is_snapshot, forked_from_id) "
        "VALUES ($1, $2, 'S', true, $3)",
        gym.id,
        gym.coach.id,
        original,
    )
    await owner.execute("UPDATE workouts SET updated_at = now() WHERE is_snapshot")
    assert await marked(owner) == set()
