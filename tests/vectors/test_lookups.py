"""Lookups of vectors: what they cost, and the bounds of the memory, of the table, of lookups and of new vectors."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from kinegraph.outside.voyage import Voyage, open_voyage
from kinegraph.vectors import jobs, rules, store
from kinegraph.vectors.jobs import QueryVectors
from kinegraph.vectors.rules import Absence, Rate
from local_voyage.server import LocalVoyage, failed
from local_voyage.vectors import vector
from tests.conftest import World
from tests.identity.rows import Pool


@pytest.fixture(scope="module")
def server() -> Iterator[LocalVoyage]:
    vector("the lexicon is read before a request waits for it")
    with LocalVoyage() as server:
        yield server


@pytest.fixture(scope="module")
async def voyage(server: LocalVoyage) -> AsyncIterator[Voyage]:
    async with open_voyage("the key", server.url) as voyage:
        assert voyage is not None
        await voyage.load()
        yield voyage


@pytest.fixture(autouse=True)
def healthy(server: LocalVoyage) -> None:
    """The service answers, and has received nothing yet."""
    server.fault = lambda request: None
    server.received.clear()


async def find(vectors: QueryVectors, *texts: str, is_signed_in: bool = True) -> tuple[dict[str, object], int]:
    """What is found for texts, and what it cost."""
    costs = [0]
    found = await vectors.find([*texts], costs.append, is_signed_in=is_signed_in)
    return {text: len(value) if isinstance(value, tuple) else value for text, value in found.items()}, sum(costs)


async def test_a_new_vector_is_charged_and_a_cached_one_is_not(database: Database, voyage: Voyage) -> None:
    vectors = QueryVectors(database, voyage)
    assert await find(vectors, "one", "two") == ({"one": 1024, "two": 1024}, 2 * rules.NEW_COST)
    assert await find(vectors, "one", "two") == ({"one": 1024, "two": 1024}, 0)
    await vectors.close()
    assert await find(QueryVectors(database, voyage), "one") == ({"one": 1024}, 0)
    assert +vectors.counts == {"service": 2, "process": 2}


async def test_the_memory_has_a_bound_and_what_it_dropped_is_found_in_the_table(
    database: Database, voyage: Voyage, server: LocalVoyage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "CACHE_BYTES", 10 * 4_500)
    vectors = QueryVectors(database, voyage)
    texts = [f"memory {number}" for number in range(30)]
    for start in range(0, 30, 10):
        await find(vectors, *texts[start : start + 10])
    assert vectors._cache.bytes <= 10 * 4_500 and len(vectors._cache) < 11
    await vectors.close()
    server.received.clear()
    assert set((await find(vectors, *texts))[0].values()) == {1024}
    assert server.received == []


async def test_the_table_has_a_bound_that_the_worker_holds(
    database: Database, voyage: Voyage, owner: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = QueryVectors(database, voyage)
    await find(vectors, *(f"table {number}" for number in range(8)))
    await vectors.close()
    await owner.execute("UPDATE query_embeddings SET used_at = now() - interval '1 hour'")
    oldest = rules.hash_of("voyage-multilingual-2", "table 3")
    await owner.execute("UPDATE query_embeddings SET used_at = now() - interval '2 days' WHERE hash = $1", oldest)
    await find(again := QueryVectors(database, voyage), "table 3")  # its use is noted
    await again.close()
    monkeypatch.setattr(store, "MAX_STORED", 5)
    async with database.write() as session:
        assert await store.purge(session) > 0
    left = await owner.fetch("SELECT hash FROM query_embeddings")
    assert len(left) == 5 and oldest in {row.hash for row in left}
    await owner.execute("UPDATE query_embeddings SET used_at = now() - interval '91 days'")
    async with database.write() as session:
        assert await store.purge(session) == 5


async def test_no_session_of_a_user_reads_or_writes_the_table(database: Database, voyage: Voyage, world: World) -> None:
    await find(vectors := QueryVectors(database, voyage), "seen by nobody")
    await vectors.close()
    admin = await world.person(is_platform_admin=True)
    async with database.write(authenticate_as(admin.id)) as session:
        assert await session.fetch_value("SELECT count(*) FROM query_embeddings") == 0
        assert await session.run("DELETE FROM query_embeddings") == 0


async def test_new_vectors_of_all_callers_have_a_limit_and_those_without_a_token_another(
    database: Database, voyage: Voyage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "ANONYMOUS", Rate(2, 0))
    monkeypatch.setattr(jobs, "SIGNED_IN", Rate(3, 0))
    vectors = QueryVectors(database, voyage)
    limited = Absence.EMBEDDINGS_LIMITED
    anonymous, cost = await find(vectors, "limit a", "limit b", "limit c", is_signed_in=False)
    assert (anonymous, cost) == ({"limit a": 1024, "limit b": 1024, "limit c": limited}, 2 * rules.NEW_COST)
    assert (await find(vectors, "limit a", "limit d", is_signed_in=False))[0] == {"limit a": 1024, "limit d": limited}
    assert (await find(vectors, "limit c", "limit d"))[0] == {"limit c": 1024, "limit d": 1024}
    await vectors.close()


async def test_lookups_at_one_time_have_a_limit_and_end_by_themselves(
    database: Database, voyage: Voyage, server: LocalVoyage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MAX_LOOKUPS", 2)
    monkeypatch.setattr(jobs, "WAIT_SECONDS", 0.5)
    server.fault = lambda request: 3.0
    vectors = QueryVectors(database, voyage)
    waiting = [asyncio.create_task(find(vectors, f"hangs {number}")) for number in range(2)]
    await asyncio.sleep(0)
    assert await find(vectors, "one more") == ({"one more": Absence.EMBEDDINGS_UNAVAILABLE}, 0)
    assert not any(task.done() for task in waiting)
    for number, task in enumerate(waiting):
        assert (await task)[0] == {f"hangs {number}": Absence.EMBEDDINGS_UNAVAILABLE}
    await vectors.close()
    assert not vectors._tasks and not vectors._lookups


async def test_a_request_that_ends_does_not_end_the_lookup_of_others(
    database: Database, voyage: Voyage, server: LocalVoyage
) -> None:
    server.fault = lambda request: 0.2
    vectors = QueryVectors(database, voyage)
    first = asyncio.create_task(find(vectors, "shared"))
    await asyncio.sleep(0)
    second = asyncio.create_task(find(vectors, "shared"))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == ({"shared": 1024}, 0)
    assert len(server.received) == 1
    await vectors.close()


async def test_a_service_that_keeps_silent_is_left_alone(
    database: Database, server: LocalVoyage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "WAIT_SECONDS", 0.2)
    server.fault = lambda request: 30.0
    async with open_voyage("the key", server.url) as voyage:
        assert voyage is not None
        vectors = QueryVectors(database, voyage)
        for number in range(15):
            assert (await find(vectors, f"silent {number}"))[0] == {f"silent {number}": Absence.EMBEDDINGS_UNAVAILABLE}
        assert 0 < len(server.received) < 15
        await vectors.close()


async def test_a_service_that_keeps_failing_is_left_alone(database: Database, server: LocalVoyage) -> None:
    server.fault = lambda request: failed(503)
    async with open_voyage("the key", server.url) as voyage:
        vectors = QueryVectors(database, voyage)
        for number in range(20):
            assert (await find(vectors, f"fails {number}"))[0] == {f"fails {number}": Absence.EMBEDDINGS_UNAVAILABLE}
        assert 0 < len(server.received) < 20
        await vectors.close()
