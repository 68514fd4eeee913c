"""Jobs of every night: each is enqueued once, whichever worker does it; and jobs that ended long ago are deleted."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinegraph import worker
from kinegraph.background import store_upkeep
from kinegraph.background.rules import (
    FAILED_RETENTION_DAYS,
    NIGHT_HOUR,
    RETENTION_DAYS,
    JobKind,
    last_night,
)
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from tests.background.rows import Pool

MOMENT = st.datetimes(datetime(2020, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(MOMENT)
def test_the_last_night_began_at_its_hour_within_the_last_day(now: datetime) -> None:
    night = last_night(now)
    assert (night.hour, night.minute, night.second, night.microsecond) == (NIGHT_HOUR, 0, 0, 0)
    assert timedelta(0) <= now - night < timedelta(days=1)


async def test_each_night_has_one_job_of_each_schedule_with_any_number_of_workers(
    database: Database, owner: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    nightly = {"sweep": (JobKind.EMBED_EXERCISES, {"missed": True}), "other": (JobKind.EMBED_WORKOUTS, {})}
    monkeypatch.setattr(worker, "NIGHTLY", nightly)
    evening = datetime(2026, 3, 1, 22, tzinfo=UTC)
    for hours in (0, 1, 4.9):
        now = evening + timedelta(hours=hours)
        await asyncio.gather(*(worker.enqueue_nightly(database, now) for _ in range(8)))
    for hours in (5, 6, 28.9):
        await worker.enqueue_nightly(database, evening + timedelta(hours=hours))
    rows = await owner.fetch(
        "SELECT kind, arguments, scheduled_for, status FROM jobs ORDER BY scheduled_for, kind DESC"
    )
    nights = [datetime(2026, 3, day, NIGHT_HOUR, tzinfo=UTC) for day in (1, 2)]
    assert [tuple(row) for row in rows] == [
        (kind, arguments, night, "queued")
        for night in nights
        for kind, arguments in (("embed_workouts", "{}"), ("embed_exercises", '{"missed": true}'))
    ]


async def purged(database: Database) -> int:
    async with database.write(act_as_worker) as session:
        return await store_upkeep.purge(session)


async def test_ended_jobs_are_deleted_after_their_time_and_others_never(database: Database, owner: Pool) -> None:
    for status, days in (
        ("succeeded", RETENTION_DAYS),
        ("cancelled", RETENTION_DAYS),
        ("failed", FAILED_RETENTION_DAYS),
    ):
        for age in (days - 0.1, days + 0.1):
            await owner.execute(
                "INSERT INTO jobs (kind, status, due_at, finished_at, message) "
                "VALUES ('thumbnail', $1, NULL, now() - make_interval(secs => $2 * 86400), $3)",
                status,
                age,
                f"{status} old" if age > days else f"{status} new",
            )
    await owner.execute("INSERT INTO jobs (kind, enqueued_at) VALUES ('thumbnail', now() - interval '1 year')")
    assert [await purged(database) for _ in range(2)] == [3, 0]
    left = await owner.fetch("SELECT coalesce(message, status::text) AS name FROM jobs ORDER BY 1")
    assert [row.name for row in left] == ["cancelled new", "failed new", "queued", "succeeded new"]


async def test_at_most_a_maximum_of_ended_jobs_is_stored_and_few_are_deleted_at_once(
    database: Database, owner: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_upkeep, "MAX_ENDED", 5)
    monkeypatch.setattr(store_upkeep, "MAX_PURGED", 10)
    await owner.execute(
        "INSERT INTO jobs (kind, status, due_at, finished_at, done) "
        "SELECT 'thumbnail', 'succeeded', NULL, now() - make_interval(secs => n), n FROM generate_series(1, 18) n"
    )
    assert [await purged(database) for _ in range(3)] == [10, 3, 0]
    left = await owner.fetch("SELECT done FROM jobs ORDER BY done")
    assert [row.done for row in left] == [1, 2, 3, 4, 5]
