"""Progress: it commits with the work it is about, and a run that was cancelled or overtaken commits nothing more."""

from typing import Any  # rows of asyncpg
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kinegraph.background import store, store_requests, store_runs
from kinegraph.background.jobs import JobRun, JobStopped
from kinegraph.background.rules import MAX_TEXT_LENGTH, JobKind, JobStatus, storable_text
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from tests.background.rows import Pool, expire

WORK = "INSERT INTO outbox (fact, payload) VALUES ('Worked', '{}')"


async def begun(database: Database, wake: Any = lambda: None) -> JobRun:
    """The first run of a new job."""
    async with database.write(act_as_worker) as session:
        (id,) = await store.insert(session, [(JobKind.EMBED_EXERCISES, {})])
    return await begun_again(database, id, wake)


async def begun_again(database: Database, id: UUID, wake: Any = lambda: None) -> JobRun:
    """The next run of a job."""
    async with database.write(act_as_worker) as session:
        job = await store_runs.begin(session, id)
    assert job is not None
    return JobRun(id, job.tries, wake=wake)


async def work(database: Database, run: JobRun, done: int) -> None:
    """Do a batch of work, and report it."""
    async with database.write() as session:
        await session.run(WORK)
        await run.report(session, total=10, done=done, message=f"Did {done}.")


async def succeed(database: Database, run: JobRun) -> None:
    """Do the last batch of work, and let the job succeed with it."""
    async with database.write() as session:
        await session.run(WORK)
        await run.succeed(session, "Did it.")


async def stored(owner: Pool, run: JobRun) -> Any:
    """The row of a run's job, and the seconds until its lease is over."""
    left = "extract(epoch FROM due_at - clock_timestamp())::float"
    return await owner.fetchrow(f"SELECT *, {left} AS due_in FROM jobs WHERE id = $1", run.id)


async def worked(owner: Pool) -> int:
    """The number of batches that were committed."""
    count: int = await owner.fetchval("SELECT count(*) FROM outbox WHERE fact = 'Worked'")
    return count


async def test_progress_is_committed_with_its_work_or_not_at_all(database: Database, owner: Pool) -> None:
    wakes: list[int] = []
    run = await begun(database, lambda: wakes.append(1))
    await work(database, run, 4)
    session = await database.begin_write()
    await session.run(WORK)
    await run.report(session, done=9)
    await database.end(session, commit=False)
    job = await stored(owner, run)
    assert (job.total, job.done, job.message, await worked(owner), len(wakes)) == (10, 4, "Did 4.", 1, 1)
    async with database.write() as session:
        await run.report(session, done=5)
        await run.report(session, done=6)
        assert len(wakes) == 1
    job = await stored(owner, run)
    assert (job.total, job.done, job.message, len(wakes)) == (10, 6, "Did 4.", 2)


async def test_progress_extends_the_lease(database: Database, owner: Pool) -> None:
    run = await begun(database)
    for shows in (False, True):
        await expire(owner)
        if shows:
            await run.show(database, done=1)
        else:
            await work(database, run, 1)
        assert 25 < (await stored(owner, run)).due_in <= 30


async def test_work_that_is_committed_resets_the_count_of_failures_and_what_is_only_shown_does_not(
    database: Database, owner: Pool
) -> None:
    run = await begun(database)
    await owner.execute("UPDATE jobs SET failures = 7")
    await run.show(database, done=3)
    assert (await stored(owner, run)).failures == 7
    await work(database, run, 3)
    assert (await stored(owner, run)).failures == 7
    await work(database, run, 4)
    assert (await stored(owner, run)).failures == 0


@pytest.mark.parametrize("reason", ["cancelled", "handed over again", "begun again", "ended"])
async def test_a_run_that_is_over_commits_no_more_work(database: Database, owner: Pool, reason: str) -> None:
    run = await begun(database)
    await work(database, run, 1)
    async with database.write(act_as_worker) as session:
        if reason == "cancelled":
            await store_requests.cancel(session, run.id)
        elif reason == "ended":
            await store_runs.end(session, run.id, run.tries, JobStatus.FAILED, message=None, error="No.")
        else:
            await session.run("UPDATE jobs SET due_at = now()")
            await store_runs.take_due(session, 10)
    if reason == "begun again":
        await begun_again(database, run.id)
    before = await stored(owner, run)
    with pytest.raises(JobStopped):
        await work(database, run, 2)
    with pytest.raises(JobStopped):
        await run.show(database, done=2)
    with pytest.raises(JobStopped):
        await succeed(database, run)
    async with database.write(act_as_worker) as session:
        assert await store_runs.renew(session, run.id, run.tries) == (reason == "cancelled")
        await store_runs.postpone(session, run.id, run.tries - 1, 9, "Late.")
        assert not await store_runs.end(session, run.id, run.tries - 1, JobStatus.FAILED, message=None, error="Late.")
    assert await worked(owner) == 1
    after = await stored(owner, run)
    assert [after[name] for name in ("status", "tries", "done", "error")] == [
        before[name] for name in ("status", "tries", "done", "error")
    ]


async def test_a_job_that_succeeds_in_the_transaction_of_its_work_is_never_run_again(
    database: Database, owner: Pool
) -> None:
    run = await begun(database)
    await succeed(database, run)
    job = await stored(owner, run)
    assert (job.status, job.message, job.due_at) == ("succeeded", "Did it.", None)
    async with database.write(act_as_worker) as session:
        assert not await store_runs.end(session, run.id, run.tries, JobStatus.SUCCEEDED, message="Late.", error=None)
        assert await store_runs.begin(session, run.id) is None
        assert await store_runs.take_due(session, 10) == []
    assert (await stored(owner, run)).message == "Did it."


# ---------------------------------------------------------------------------------- texts

ANY_TEXTS = ["a\0b", "a\ud800b", "\x1b[31m\x85\x7f", "\u202eevil", "\0" * (MAX_TEXT_LENGTH + 1), "a\n\tb \U0001f600"]


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs", "Cc", "Cf", "Cs"])))
@example("a" * (MAX_TEXT_LENGTH + 1))
def test_any_text_is_made_one_that_is_stored_and_shown_with_as_many_visible_characters(text: str) -> None:
    stored = storable_text(text)
    assert len(stored) == min(len(text), MAX_TEXT_LENGTH)
    assert stored.encode().decode() == storable_text(stored) == stored
    assert all(
        each.isprintable() or each in "\n\t" or each == before for each, before in zip(stored, text, strict=False)
    )
    assert not set(stored) & {*map(chr, range(9)), "\x7f", "\x85", "\u202e", "\u2066"}
    if text.isprintable() and len(text) <= MAX_TEXT_LENGTH:
        assert stored == text


async def test_messages_and_errors_of_any_characters_and_length_are_stored(database: Database, owner: Pool) -> None:
    for text in ANY_TEXTS:
        run = await begun(database)
        await run.show(database, message=text)
        assert (await stored(owner, run)).message == storable_text(text)
        async with database.write(act_as_worker) as session:
            await run.report(session, message="")
            await run.report(session, message=text)
            await store_runs.postpone(session, run.id, run.tries, 0, text)
        job = await stored(owner, run)
        assert (job.status, job.message, job.error) == ("queued", storable_text(text), storable_text(text))
        run = await begun_again(database, run.id)
        async with database.write(act_as_worker) as session:
            await store_runs.end(session, run.id, run.tries, JobStatus.FAILED, message=text, error=text)
        assert (await stored(owner, run)).error == storable_text(text)
        run = await begun(database)
        async with database.write() as session:
            await run.succeed(session, text)
        assert (await stored(owner, run)).message == storable_text(text)
