"""Failures of the service lose nothing and are shown in the job; while it is down it is not called."""

import asyncio
from typing import Any  # faults, and private attributes

import pytest

from kinegraph.background.jobs import JobRun
from kinegraph.kit.database import Database
from kinegraph.outside import voyage
from kinegraph.outside.vendor_breaker import BreakerState
from kinegraph.outside.vendor_calls import Patience
from local_voyage.server import LocalVoyage, answer, failed, limited
from tests.embedding.jobs import Jobs, Pool, marked, stored, write_exercise

FAULTS: dict[str, tuple[Any, str]] = {
    "429": (lambda request: limited(1), "Voyage is called too often (429)."),
    "500": (lambda request: failed(), "Voyage failed (500)."),
    "nonsense": (lambda request: answer([], 0), "Voyage answered vectors that cannot be used."),
    "silence": (lambda request: 5.0, "Voyage did not answer in time (0.1 seconds)."),
}


@pytest.mark.parametrize("kind", FAULTS)
async def test_a_service_that_fails_for_a_while_loses_nothing_and_the_job_tells_it(
    jobs: Jobs, owner: Pool, server: LocalVoyage, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(voyage, "DOCUMENTS", Patience(max_calls=3, call_seconds=0.1 if kind == "silence" else 9,
                                                      deadline_seconds=30))  # fmt: skip
    id = await write_exercise(owner, "Burpee")
    server.fault, message = FAULTS[kind]
    job = await jobs.run()
    assert (job.status, job.error, job.done, job.finished_at) == ("queued", message, 0, None)
    assert len(server.received) == 3 and await marked(owner) == {("exercise", id)}
    server.fault = lambda request: None
    job = await jobs.run(job.id)
    assert (job.status, job.error, job.done) == ("succeeded", None, 1)
    assert (await stored(owner, "exercises", id))[1] and len(server.answered) == 1


async def test_a_running_job_shows_why_a_request_is_tried_again(jobs: Jobs, owner: Pool, server: LocalVoyage) -> None:
    await write_exercise(owner, "Burpee")
    loop = asyncio.get_running_loop()
    shown: list[Any] = []

    def fail_once(request: Any) -> Any:
        if len(server.received) == 1:
            return failed()
        read = owner.fetchrow("SELECT status, message FROM jobs")
        shown.append(asyncio.run_coroutine_threadsafe(read, loop).result(10))
        return None

    server.fault = fail_once
    job = await jobs.run()
    assert [(each.status, each.message) for each in shown] == [("running", "Voyage failed (500). It is tried again.")]
    assert (job.status, job.message) == ("succeeded", "1 rows have the vectors of their texts.")


async def test_a_cancelled_job_stores_nothing_more_and_leaves_its_rows_to_others(
    jobs: Jobs, owner: Pool, server: LocalVoyage
) -> None:
    await write_exercise(owner, "Burpee")
    loop = asyncio.get_running_loop()

    def cancel(request: Any) -> None:
        server.fault = lambda request: None
        requested = owner.execute("UPDATE jobs SET cancel_requested_at = now()")
        asyncio.run_coroutine_threadsafe(requested, loop).result(10)

    server.fault = cancel
    job = await jobs.run()
    assert (job.status, job.done, len(await marked(owner))) == ("cancelled", 0, 1)
    assert (await jobs.run()).done == 1


async def test_a_job_tells_how_many_rows_wait_also_those_that_were_marked_before_it_compared_them(
    jobs: Jobs, owner: Pool, server: LocalVoyage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write_exercise(owner, "Burpee")
    shown = []
    show = JobRun.show

    async def seen(run: JobRun, database: Database, **progress: Any) -> None:
        await show(run, database, **progress)
        shown.append(progress["message"])

    monkeypatch.setattr(JobRun, "show", seen)
    server.fault = lambda request: failed()
    job = await jobs.run(sweep=True)
    waiting = len(await marked(owner))
    assert job.total == waiting > 0
    assert f"Comparing all rows: {waiting} wait for the vectors of their texts." in shown
    assert shown[-1] == job.message == "Voyage failed (500). It is tried again."


async def test_a_failed_job_leaves_its_rows_to_others(jobs: Jobs, owner: Pool, server: LocalVoyage) -> None:
    await write_exercise(owner, "Burpee")
    server.fault = lambda request: failed()
    await jobs.run()
    server.fault = lambda request: None
    assert (await jobs.run()).done == 1


async def test_while_the_breaker_is_open_nothing_is_sent_and_the_job_waits(
    jobs: Jobs, owner: Pool, server: LocalVoyage
) -> None:
    await write_exercise(owner, "Burpee")
    server.fault = lambda request: failed()
    job = await jobs.run()
    job = await jobs.run(job.id)
    sent = len(server.received)
    job = await jobs.run(job.id)
    assert len(server.received) == sent == 5
    assert job.status == "queued" and "failed repeatedly; it is called again in" in job.error
    voyage: Any = jobs.work.voyage
    assert voyage._calls.breaker.state is BreakerState.OPEN
