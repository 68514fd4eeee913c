"""Fixtures of the tests of `enrichment`: a local server in place of Anthropic, and a worker that speaks to it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from kinegraph.kit.database import Database
from kinegraph.outside.claude import Claude
from kinegraph.outside.vendor_calls import Patience, VendorCalls
from kinegraph.services import Services, folder_storage
from kinegraph.settings import Settings
from kinegraph.worker_jobs import Work
from tests.conftest import SECRET, Api, Person
from tests.enrichment.enriching import BUDGET, KEY, Enriching, Pool, enricher_of
from tests.fixtures import admin, gym, home
from tests.vendors.claude import ClaudeServer, claude_server

__all__ = ["admin", "gym", "home"]


@pytest.fixture(scope="module")
def claude() -> Iterator[ClaudeServer]:
    """A server that speaks Anthropic's protocol."""
    with claude_server(KEY) as server:
        yield server


@pytest.fixture(scope="module")
def services(database_url: str, redis_url: str, home: Path, claude: ClaudeServer) -> Services:
    """The services of this module's application."""
    settings = Settings(home=home, anthropic_api_key=KEY, anthropic_url=claude.url)
    return Services(settings, database_url, redis_url, SECRET)


async def at_once(seconds: float) -> None:
    """Retry without the delay."""


@pytest.fixture(scope="module")
async def work(database: Database, services: Services, claude: ClaudeServer) -> AsyncIterator[Work]:
    """The context of the worker's jobs, whose retries wait for nothing."""
    calls = VendorCalls("Anthropic", requests_per_minute=100_000, tokens_per_minute=10**9, sleep=at_once)
    patience = Patience(max_calls=2, call_seconds=1, deadline_seconds=30)
    model = Claude(KEY, "claude-haiku-4-5", claude.url, calls=calls, patience=patience)
    yield Work(database, folder_storage(services.settings), enricher=enricher_of(model, BUDGET))
    await model.close()


@pytest.fixture
async def enriching(api: Api, admin: Person, owner: Pool, work: Work, claude: ClaudeServer) -> Enriching:
    """Enrichment with a regular server, before any was done."""
    claude.reset()
    await owner.execute("DELETE FROM jobs; DELETE FROM alias_proposals; DELETE FROM exercise_enrichments")
    return Enriching(api, admin, owner, work, claude)
