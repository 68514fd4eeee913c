"""The API with a local embedding service, and stored vectors, for the tests of search by meaning."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any  # answers are JSON
from uuid import UUID

import pytest

from kinegraph.main import create_app
from kinegraph.services import Services
from local_voyage.server import LocalVoyage
from local_voyage.vectors import vector
from tests.conftest import Api, Person, running
from tests.identity.rows import Pool
from tests.settings import with_settings

EXECUTORS = ("breadth-first", "graphql-core")


@pytest.fixture(scope="module")
def voyage() -> Iterator[LocalVoyage]:
    """The service, which answers at once unless a test says otherwise."""
    with LocalVoyage(key="the key") as server:
        yield server


@asynccontextmanager
async def embedding(services: Services, voyage: LocalVoyage, **settings: Any) -> AsyncIterator[Api]:
    """The API of a process that uses the service."""
    changed = with_settings(services, voyage_api_key="the key", voyage_url=voyage.url, **settings)
    async with running(create_app(changed)) as api:
        yield api


@pytest.fixture(scope="module")
async def semantic(services: Services, voyage: LocalVoyage, owner: Pool) -> AsyncIterator[Api]:
    """The API with the service, where all canonical exercises have vectors."""
    rows = await owner.fetch("SELECT id, name, aliases FROM exercises WHERE organization_id IS NULL")
    await embed(owner, "exercises", [row.id for row in rows], ["\n".join([row.name, *row.aliases]) for row in rows])
    async with embedding(services, voyage) as api:
        yield api


async def embed(owner: Pool, table: str, ids: Sequence[UUID], texts: Sequence[str]) -> None:
    """Store the vectors of texts in rows of a table, as the job of embeddings would."""
    await owner.execute(
        f"UPDATE {table} t SET embedding = sent.v::vector FROM unnest($1::uuid[], $2::text[]) AS sent (id, v) "
        "WHERE t.id = sent.id",
        ids,
        [str(vector(text)) for text in texts],
    )


async def sent(
    api: Api, text: str, person: Person | None = None, executor: str = "breadth-first", **variables: Any
) -> Any:
    """The answer to a document by an executor, with its extensions; fails where it has errors."""
    headers = {"X-Kinegraph-Executor": executor} | ({"Authorization": f"Bearer {person.token}"} if person else {})
    response = await api.client.post("/graphql", json={"query": text, "variables": variables}, headers=headers)
    body = response.json()
    assert "errors" not in body, body
    return body
