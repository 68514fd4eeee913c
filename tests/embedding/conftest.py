"""Fixtures of the tests of embeddings: a worker's job with a local server that speaks Voyage's protocol."""

import struct
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from kinegraph.kit.database import Database
from kinegraph.outside.voyage import Voyage
from kinegraph.services import Services, folder_storage
from kinegraph.settings import Settings
from kinegraph.worker_jobs import Work
from local_voyage.server import LocalVoyage
from tests.conftest import SECRET
from tests.embedding.jobs import Jobs, Pool, patient
from tests.fixtures import admin, gym, home, squat
from tests.settings import NO_COST_LIMITS

__all__ = ["admin", "gym", "home", "squat"]


@pytest.fixture(scope="module")
def server() -> Iterator[LocalVoyage]:
    """The service of embeddings of this module."""
    with LocalVoyage() as server:
        yield server


@pytest.fixture(scope="module")
def services(database_url: str, redis_url: str, home: Path, server: LocalVoyage) -> Services:
    """The services of this module's application, with a key."""
    settings = Settings(home=home, voyage_api_key="key", voyage_url=server.url, **NO_COST_LIMITS)
    return Services(settings, database_url, redis_url, SECRET)


@pytest.fixture
async def voyage(server: LocalVoyage) -> AsyncIterator[Voyage]:
    """The service for one test, which has answered nothing yet and does not wait between its tries."""
    server.fault = lambda request: None
    server.received.clear()
    server.answered.clear()
    voyage = patient(server.url)
    yield voyage
    await voyage.close()


def cheap(text: str) -> bytes:
    """A vector of a text that is made at once, and means nothing."""
    hashed = zlib.crc32(text.encode())
    return struct.pack("<1024f", *(0.5 + (hashed >> bit & 1) for bit in range(32)), *[0.0] * 992)


@pytest.fixture
async def jobs(
    database: Database, services: Services, owner: Pool, voyage: Voyage, monkeypatch: pytest.MonkeyPatch
) -> Jobs:
    """Runs jobs of this module's database; nothing is marked, and none waits."""
    monkeypatch.setattr("local_voyage.server.packed", cheap)
    for table in ("outbox", "jobs", "stale_embeddings"):
        await owner.execute(f"DELETE FROM {table}")
    return Jobs(owner, Work(database, folder_storage(services.settings), voyage=voyage))
