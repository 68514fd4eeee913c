"""Telemetry in PostgreSQL keeps the contract, and its rows are guarded by row-level security alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from uuid import UUID, uuid4

import asyncpg
import pytest

from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from kinegraph.telemetry.rules import BatchKind
from kinegraph.telemetry.rules_pose import packed, unpacked
from kinegraph.telemetry.store import TelemetryStore, telemetry_of
from kinegraph.telemetry.store_postgres import OF_USER, PostgresTelemetry
from tests.conftest import Organization, Person, World
from tests.telemetry.contract import CONSENT, Opened, TelemetryContract, batch_of, event_of, frame_of
from tests.treatment import store_enrollment, store_version
from tests.workout.documents import Pool


class TestPostgres(TelemetryContract):
    """PostgreSQL, for users of the tests' organizations."""

    @pytest.fixture(autouse=True)
    def _pool(self, owner: Pool) -> None:
        self.owner = owner

    @pytest.fixture
    def opened(self, world: World, database: Database) -> Opened:
        """Telemetry in a session of a user, or of the worker."""

        @asynccontextmanager
        async def open_as(person: Person | None) -> AsyncIterator[TelemetryStore]:
            if person is None:
                async with database.write(act_as_worker) as working:
                    yield PostgresTelemetry(working)
            else:
                async with world.writing_as(person) as session:
                    yield telemetry_of(session)

        return open_as

    @pytest.fixture
    async def enrollment(self, clinic: Organization, squat: str) -> UUID:
        """An enrollment of the clinic's member."""
        version = await store_version(self.owner, clinic, {(1, 1): [squat]})
        return await store_enrollment(self.owner, clinic, version, clinic.member, date(2026, 1, 5))

    async def pose_id(self, session_id: UUID) -> UUID:
        """The id of the sums of a session."""
        id: UUID = await self.owner.fetchval("SELECT id FROM pose_sessions WHERE session_id = $1", session_id)
        return id


@pytest.mark.parametrize("table", OF_USER)
async def test_row_level_security_alone_shows_users_their_own_rows(world: World, squat: str, table: str) -> None:
    """Coaches see sums and errors alone; nobody else sees anything, or writes for somebody else."""
    clinic, other = await world.organization(), await world.organization()
    member = await world.join(clinic.id, "member")
    error = {name: value for name, value in event_of(uuid4(), squat).items() if "seconds" not in name or "pos" in name}
    error = {**error, "code": "x", "message": None, "is_fatal": False}
    batches = [
        batch_of(BatchKind.MEDIA, clinic, clinic.member, event_of(uuid4(), squat)),
        batch_of(BatchKind.POSE, clinic, clinic.member, frame_of(uuid4(), squat)),
        batch_of(BatchKind.ERRORS, clinic, clinic.member, error),
    ]
    async with world.writing_as(clinic.member) as session:
        await session.run(CONSENT, clinic.id, clinic.member.id)
        for each in batches:
            await telemetry_of(session).append(each)
    seen = []
    for person in (clinic.member, clinic.coach, member, other.coach):
        async with world.writing_as(person) as session:
            seen.append(len(await session.fetch(f"SELECT FROM {table}")))
    rows = 3 if table == "telemetry_batches" else 1
    assert seen == [rows, 1 if table in ("media_sessions", "pose_sessions", "playback_errors") else 0, 0, 0]
    for person in (clinic.coach, member, other.coach):
        async with world.writing_as(person) as session:
            assert await session.run(f"DELETE FROM {table}") == 0
    for each in batches:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with world.writing_as(member) as session:
                await telemetry_of(session).append(each)


async def test_a_partition_cannot_be_read_or_written_past_its_parent(world: World, owner: Pool) -> None:
    """The API's role has no rights on any partition."""
    clinic = await world.organization()
    names = [row.name for row in await owner.fetch("SELECT inhrelid::regclass::text AS name FROM pg_inherits")]
    assert len(names) >= 12
    granted = await owner.fetch(
        "SELECT table_name FROM information_schema.role_table_grants "
        "WHERE grantee IN ('kinegraph_api', 'PUBLIC') AND table_name = ANY ($1)",
        names,
    )
    assert granted == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with world.writing_as(clinic.owner) as session:
            await session.fetch(f"SELECT FROM {names[0]}")


def test_landmarks_are_stored_to_four_decimals_in_264_bytes() -> None:
    """Coordinates from -4 to 4 come back within half of a unit."""
    numbers = [(index - 66) / 16.5 for index in range(132)]
    stored = packed(numbers)
    assert len(stored) == 264
    assert max(abs(a - b) for a, b in zip(unpacked(stored), numbers, strict=True)) < 0.0001
