"""Embedding: what is marked gets the vector of its text now, once, and only where its text has changed."""

import asyncio
from typing import Any  # rows of jobs
from uuid import uuid4

import pytest

from kinegraph.outside.voyage import Voyage
from local_voyage.server import LocalVoyage, refused
from local_voyage.vectors import packed
from tests.conftest import Organization, World
from tests.embedding.jobs import (
    EXERCISES,
    WORKOUTS,
    Jobs,
    Pool,
    marked,
    stored,
    write_exercise,
    write_override,
    write_workout,
)

NEAREST = "SELECT id FROM exercises WHERE embedding IS NOT NULL ORDER BY embedding <=> $1::text::vector LIMIT 1"


async def test_marked_rows_get_vectors_by_which_they_are_found(
    jobs: Jobs, owner: Pool, gym: Organization, voyage: Voyage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local_voyage.server.packed", packed)
    burpee = await write_exercise(owner, "Burpee", gym)
    squat = await write_exercise(owner, "Goblet Squat", None, aliases=["приседания"])
    job = await jobs.run()
    assert (job.status, job.total, job.done) == ("succeeded", 2, 2)
    assert job.message == "2 rows have the vectors of their texts."
    assert await marked(owner) == set()
    for text, id in (("בורפיס", burpee), ("приседаний", squat)):
        query = await voyage.embed_query(text, 5)
        assert await owner.fetchval(NEAREST, str(query)) == id


async def test_a_text_that_is_as_it_was_is_not_sent_again(jobs: Jobs, owner: Pool, server: LocalVoyage) -> None:
    id = await write_exercise(owner, "Burpee")
    await jobs.run()
    before = await stored(owner, "exercises", id)
    for name in ("Other", "Burpee"):
        await owner.execute("UPDATE exercises SET name = $2 WHERE id = $1", id, name)
    assert await marked(owner) == {("exercise", id)}
    job = await jobs.run()
    assert (job.done, len(server.answered), await stored(owner, "exercises", id)) == (1, 1, before)
    assert await marked(owner) == set()


async def test_changed_aliases_are_embedded_again(jobs: Jobs, owner: Pool, server: LocalVoyage) -> None:
    id = await write_exercise(owner, "Burpee")
    await jobs.run()
    before = await stored(owner, "exercises", id)
    await owner.execute("UPDATE exercises SET aliases = '{бурпи}' WHERE id = $1", id)
    await jobs.run()
    after = await stored(owner, "exercises", id)
    assert before != after and after[1]
    assert "бурпи" in server.answered[-1]


async def test_an_override_has_a_vector_where_its_text_differs(
    jobs: Jobs, owner: Pool, gym: Organization, server: LocalVoyage
) -> None:
    exercise = await write_exercise(owner, "Burpee", description="Jump.")
    renamed = await write_override(owner, gym, exercise, name="Ours", difficulty=1)
    await jobs.run()
    assert (await stored(owner, "exercise_org_overrides", renamed))[1]
    assert "Ours" in server.answered[-1] and "Jump." in server.answered[-1]
    overrides = "UPDATE exercise_org_overrides SET overrides = '{\"difficulty\": 5}' WHERE id = $1"
    await owner.execute(overrides, renamed)
    await jobs.run()
    assert await stored(owner, "exercise_org_overrides", renamed) == (
        (await stored(owner, "exercises", exercise))[0],
        False,
    )


async def test_what_names_an_exercise_is_embedded_again_after_it(
    jobs: Jobs, owner: Pool, world: World, gym: Organization, server: LocalVoyage
) -> None:
    other = await world.organization()
    exercise = await write_exercise(owner, "Burpee")
    override = await write_override(owner, gym, exercise, cues=["Ours"])
    mine, theirs = [await write_workout(owner, each, "Legs", [exercise]) for each in (gym, other)]
    for kind in (EXERCISES, WORKOUTS):
        await jobs.run(kind=kind)
    assert await marked(owner) == set()
    await owner.execute("UPDATE exercises SET name = 'Renamed' WHERE id = $1", exercise)
    job = await jobs.run()
    assert (job.done, await marked(owner)) == (2, {("workout", mine), ("workout", theirs)})
    assert "Renamed" in server.answered[-1] and "Ours" in server.answered[-1]
    await jobs.run(kind=WORKOUTS)
    assert "Renamed" in server.answered[-1]
    await owner.execute('UPDATE exercise_org_overrides SET overrides = \'{"name": "My name"}\' WHERE id = $1', override)
    await jobs.run()
    assert await marked(owner) == {("workout", mine)}
    await jobs.run(kind=WORKOUTS)
    assert server.answered[-1].splitlines() == ["Legs", "strength: My name"]


async def test_the_vector_of_a_deleted_row_is_removed(jobs: Jobs, owner: Pool, gym: Organization) -> None:
    exercise = await write_exercise(owner, "Burpee", gym)
    workout = await write_workout(owner, gym, "Legs")
    gone = await write_exercise(owner, "Gone", gym)
    for kind in (EXERCISES, WORKOUTS):
        await jobs.run(kind=kind)
    await owner.execute("UPDATE exercises SET deleted_at = now() WHERE id = $1", exercise)
    await owner.execute("UPDATE workouts SET deleted_at = now() WHERE id = $1", workout)
    await owner.execute("UPDATE exercises SET name = 'Going' WHERE id = $1", gone)
    await owner.execute("DELETE FROM exercises WHERE id = $1", gone)
    for kind in (EXERCISES, WORKOUTS):
        await jobs.run(kind=kind)
    assert await stored(owner, "exercises", exercise) == await stored(owner, "workouts", workout) == (None, False)
    assert await marked(owner) == set()


async def test_a_row_whose_text_changes_while_it_is_sent_gets_the_vector_of_the_later_text(
    jobs: Jobs, owner: Pool, server: LocalVoyage
) -> None:
    id = await write_exercise(owner, "Burpee")
    await write_exercise(owner, "Squat")
    loop = asyncio.get_running_loop()

    def change(request: Any) -> None:
        server.fault = lambda request: None
        rename = owner.execute("UPDATE exercises SET name = 'Later' WHERE id = $1", id)
        asyncio.run_coroutine_threadsafe(rename, loop).result(10)

    server.fault = change
    job = await jobs.run()
    assert (job.status, job.done, await marked(owner)) == ("succeeded", 2, set())
    assert sorted(server.answered) == ["Burpee\nMovement: other", "Later\nMovement: other", "Squat\nMovement: other"]
    later = await stored(owner, "exercises", id)
    await owner.execute("UPDATE exercises SET embedding_hash = NULL WHERE id = $1", id)
    await jobs.run(sweep=True)
    assert await stored(owner, "exercises", id) == later


async def test_a_row_that_an_edit_has_locked_is_neither_waited_for_nor_lost(
    jobs: Jobs, owner: Pool, server: LocalVoyage
) -> None:
    id = await write_exercise(owner, "Burpee")
    other = await write_exercise(owner, "Squat")
    async with owner.acquire() as connection, connection.transaction():
        await connection.execute("UPDATE exercises SET name = 'Later' WHERE id = $1", id)
        job = await jobs.run()
        assert job.status == "succeeded" and (await stored(owner, "exercises", other))[1]
    assert await marked(owner) == {("exercise", id)}
    await jobs.run()
    assert (await stored(owner, "exercises", id))[1] and server.answered[-1].startswith("Later")


async def test_jobs_at_the_same_time_send_no_text_twice(jobs: Jobs, owner: Pool, server: LocalVoyage) -> None:
    for number in range(250):
        await write_exercise(owner, f"Exercise number {number}")
    server.fault = lambda request: 0.05
    ids = [await jobs.enqueue() for _ in range(3)]
    rows = await asyncio.gather(*(jobs.run(id) for id in (*ids, ids[0])))
    assert {row.status for row in rows[:3]} == {"succeeded"} and sum(row.done for row in rows[:3]) == 250
    assert len(server.answered) == len(set(server.answered)) == 250
    await jobs.run(ids[0])
    assert (len(server.answered), await marked(owner)) == (250, set())


async def test_a_job_that_was_killed_continues_with_its_own_claims(jobs: Jobs, owner: Pool) -> None:
    id = await write_exercise(owner, "Burpee")
    job = await jobs.enqueue()
    claim = "UPDATE stale_embeddings SET claimed_by = $1, claimed_until = now() + interval '1 hour'"
    await owner.execute(claim, uuid4())
    assert (await jobs.run()).done == 0 and await marked(owner) == {("exercise", id)}
    await owner.execute(claim, job)
    assert (await jobs.run(job)).done == 1
    await owner.execute("UPDATE exercises SET name = 'Squat' WHERE id = $1", id)
    await owner.execute(claim, uuid4())
    await owner.execute("UPDATE stale_embeddings SET claimed_until = now() - interval '1 second'")
    assert (await jobs.run()).done == 1


async def test_the_claims_of_a_batch_of_several_requests_are_renewed_between_them(
    jobs: Jobs, owner: Pool, server: LocalVoyage
) -> None:
    for number in range(20):
        await write_exercise(owner, f"Exercise number {number}", description="long " * 1_600)
    loop = asyncio.get_running_loop()
    expired = "SELECT count(*) FROM stale_embeddings WHERE claimed_until < now()"
    counts = []

    async def expire() -> int:
        before = await owner.fetchval(expired)
        await owner.execute("UPDATE stale_embeddings SET claimed_until = now() - interval '1 second'")
        return int(before)

    def count(request: Any) -> None:
        counts.append(asyncio.run_coroutine_threadsafe(expire(), loop).result(10))

    server.fault = count
    job = await jobs.run()
    assert (job.status, job.done, len(server.received)) == ("succeeded", 20, 2)
    assert counts == [0, 0]


async def test_only_the_given_exercises_are_embedded(jobs: Jobs, owner: Pool) -> None:
    wanted, other = [await write_exercise(owner, name) for name in ("Burpee", "Squat")]
    job = await jobs.run(ids=[str(wanted)])
    assert (job.total, job.done, await marked(owner)) == (1, 1, {("exercise", other)})


async def test_the_comparison_of_all_rows_finds_what_was_missed(
    jobs: Jobs, owner: Pool, world: World, gym: Organization, server: LocalVoyage
) -> None:
    other = await world.organization()
    exercises = [await write_exercise(owner, f"E{number}", each) for number, each in enumerate((gym, other, None))]
    override = await write_override(owner, gym, exercises[2], name="Ours")
    workout = await write_workout(owner, other, "Legs")
    await jobs.run(sweep=True)
    sent = len(server.answered)
    await owner.execute("UPDATE exercises SET embedding_hash = 'of another model' WHERE id = ANY ($1)", exercises)
    await owner.execute("UPDATE exercise_org_overrides SET embedding_hash = NULL WHERE id = $1", override)
    await owner.execute("DELETE FROM stale_embeddings")
    job = await jobs.run(sweep=True)
    assert (job.status, job.done, len(server.answered)) == ("succeeded", 4, sent + 4)
    assert (await jobs.run(sweep=True)).done == 0
    assert (await jobs.run(kind=WORKOUTS, sweep=True)).done >= 1
    assert (await stored(owner, "workouts", workout))[1]


async def test_a_text_that_the_service_refuses_keeps_no_other_from_its_vector(
    jobs: Jobs, owner: Pool, server: LocalVoyage
) -> None:
    bad = await write_exercise(owner, "Refused")
    good = [await write_exercise(owner, f"Good {number}") for number in range(5)]
    server.fault = lambda request: refused() if any(text.startswith("Refused") for text in request.texts) else None
    job = await jobs.run()
    assert (job.status, job.done) == ("succeeded", 6)
    assert job.message == "5 rows have the vectors of their texts. The service refused the texts of 1."
    assert all([(await stored(owner, "exercises", id))[1] for id in good])
    assert (await stored(owner, "exercises", bad))[1] is False
    server.fault = lambda request: refused()
    await owner.execute("UPDATE exercises SET name = name || '!' WHERE id = ANY ($1)", good)
    job = await jobs.run()
    assert (job.status, job.error) == ("queued", "Voyage refuses the request (400).")
    assert len(await marked(owner)) == 5


async def test_thousands_of_rows_are_read_and_sent_in_batches_of_bounded_size(
    jobs: Jobs, owner: Pool, gym: Organization, server: LocalVoyage
) -> None:
    size = 5_000
    await owner.execute("DROP INDEX exercises_embedding_idx")  # most of the time would be its own
    await owner.execute(
        "INSERT INTO exercises (name, organization_id) SELECT 'Row ' || n, $1 FROM generate_series(1, $2) AS n",
        gym.id,
        size,
    )
    job = await jobs.run()
    assert (job.status, job.total, job.done) == ("succeeded", size, size)
    assert len(server.received) == size / 100 and max(len(each.texts) for each in server.received) == 100
    assert len(set(server.answered)) == size
