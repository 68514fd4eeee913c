"""The job makes partitions ahead and drops old ones; nobody else may, and nothing falls between two months."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from kinegraph.background.rules import JobKind
from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from kinegraph.telemetry import store_upkeep
from kinegraph.telemetry.jobs import rotate_telemetry
from kinegraph.telemetry.rules import BatchKind
from kinegraph.telemetry.store import telemetry_of
from kinegraph.worker_jobs import NIGHTLY, RUN
from tests.conftest import World
from tests.telemetry.contract import batch_of, event_of, frame_of
from tests.workout.documents import Pool

PARTITIONED = ("media_events", "playback_errors", "pose_frames")


def month(offset: int) -> date:
    """The first day of a month, counted from the present one."""
    today = datetime.now(UTC).date()
    number = today.year * 12 + today.month - 1 + offset
    return date(number // 12, number % 12 + 1, 1)


def name(table: str, offset: int) -> str:
    """The name of a month's partition."""
    return f"{table}_{month(offset):%Y_%m}"


async def partitions(owner: Pool) -> set[str]:
    """The names of all partitions."""
    rows = await owner.fetch(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits i "
        "JOIN pg_class c ON c.oid = i.inhparent AND c.relkind = 'p'"
    )
    return {row.name for row in rows}


async def test_the_next_three_months_are_made_and_months_beyond_the_retention_dropped(
    database: Database, owner: Pool
) -> None:
    """Partitions that are missing are made, of the months whose events may come; running it again changes nothing."""
    for offset in (-2, -3, -14):
        first, end = month(offset), month(offset + 1)
        await owner.execute(
            f"CREATE TABLE IF NOT EXISTS {name('media_events', offset)} PARTITION OF media_events "
            f"FOR VALUES FROM ('{first} 00:00:00+00') TO ('{end} 00:00:00+00')"
        )
    await owner.execute(f"DROP TABLE {name('pose_frames', 2)}, {name('pose_frames', 3)}")
    message = await rotate_telemetry(database, 2)
    made = f"made {name('pose_frames', 2)}, {name('pose_frames', 3)}"
    dropped = f"dropped {name('media_events', -14)}, {name('media_events', -3)}"
    assert message == f"{made}; {dropped}; 0 old rows deleted"
    assert await rotate_telemetry(database, 2) == "0 old rows deleted"
    late = (datetime.now(UTC) - timedelta(days=31)).date()
    offsets = [offset for offset in (-2, -1, 0, 1, 2, 3) if month(offset + 1) > late]
    expected = {name(table, offset) for table in PARTITIONED for offset in offsets}
    assert await partitions(owner) == expected | {name("media_events", -2)}


async def test_events_at_the_first_and_the_last_moment_of_a_month_are_stored(
    world: World, squat: str, owner: Pool
) -> None:
    """Months are those of UTC, each from its first moment to the next one's."""
    clinic = await world.organization()
    start = datetime.combine(month(1), datetime.min.time(), UTC)
    moments = [start - timedelta(microseconds=1), start]
    rows = [event_of(uuid4(), squat, occurred_at=each) for each in moments]
    async with world.writing_as(clinic.member) as session:
        await telemetry_of(session).append(batch_of(BatchKind.MEDIA, clinic, clinic.member, *rows))
    found = await owner.fetch(
        "SELECT tableoid::regclass::text AS name FROM media_events WHERE organization_id = $1 ORDER BY occurred_at",
        clinic.id,
    )
    assert [row.name for row in found] == [name("media_events", 0), name("media_events", 1)]


async def test_sums_and_batches_end_with_their_time(world: World, database: Database, squat: str, owner: Pool) -> None:
    """Sums whose last event is older than the retention go, batches after 32 days; younger ones stay."""
    clinic = await world.organization()
    async with world.writing_as(clinic.member) as session:
        for row, kind in ((event_of(uuid4(), squat), BatchKind.MEDIA), (frame_of(uuid4(), squat), BatchKind.POSE)):
            for _ in range(2):
                own = {**row, "session_id": uuid4()}
                await telemetry_of(session).append(batch_of(kind, clinic, clinic.member, own))
    for table in ("media_sessions", "pose_sessions"):
        await owner.execute(
            f"UPDATE {table} SET last_at = $2 WHERE session_id = (SELECT session_id FROM {table} "
            "WHERE organization_id = $1 LIMIT 1)",
            clinic.id,
            datetime.combine(month(-2), datetime.min.time(), UTC) - timedelta(seconds=1),
        )
    await owner.execute(
        "UPDATE telemetry_batches SET created_at = now() - interval '33 days' "
        "WHERE organization_id = $1 AND kind = 'media'",
        clinic.id,
    )
    assert await rotate_telemetry(database, 2) == "4 old rows deleted"
    tables = ("media_sessions", "pose_sessions", "telemetry_batches")
    query = "SELECT count(*) FROM {} WHERE organization_id = $1"
    assert [await owner.fetchval(query.format(table), clinic.id) for table in tables] == [1, 1, 2]


async def test_only_the_worker_rotates_and_retains_two_months_at_least(world: World, database: Database) -> None:
    """Users cannot, and the worker can drop neither the present month nor the two before."""
    clinic = await world.organization()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.write(authenticate_as(clinic.owner.id)) as session:
            await store_upkeep.rotate(session, 13)
    for months in (1, 0, -5, None):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.write(act_as_worker) as session:
                await store_upkeep.rotate(session, months)  # type: ignore[arg-type]  # what SQL may send


def test_the_job_is_of_every_night() -> None:
    """It is one of the nightly jobs, and the worker knows how to run it."""
    assert NIGHTLY["rotate telemetry"] == (JobKind.ROTATE_TELEMETRY, {})
    assert JobKind.ROTATE_TELEMETRY in RUN
