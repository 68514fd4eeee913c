"""Usage is counted by document and client, in memory, and written at intervals and at the end of a process."""

from typing import Any  # columns of rows

import pytest

from kinegraph.kit.database import Database
from kinegraph.main import create_app
from kinegraph.persisted import rules_usage, store_usage
from kinegraph.persisted.jobs import write_usage
from kinegraph.persisted.rules import hash_of
from kinegraph.persisted.rules_usage import MAX_CLIENTS, OTHERS, Usage
from kinegraph.services import Services
from tests.conftest import Api, Person, counted, running
from tests.identity.rows import Pool
from tests.persisted.importing import Commands, by_their_hashes
from tests.persisted.requests import by_hash, get, new_text, post, with_text

USAGE = "SELECT client_name, client_version, uses FROM document_usage WHERE hash = $1 ORDER BY 1, 2"


async def stored(owner: Pool, hash: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await owner.fetch(USAGE, hash)]


def headers(name: str, version: str = "") -> list[tuple[bytes, bytes]]:
    return [(b"graphql-client-name", name.encode()), (b"graphql-client-version", version.encode())]


async def test_usage_is_counted_by_document_and_client_and_written_at_the_end(
    services: Services, commands: Commands, person: Person, owner: Pool
) -> None:
    text = new_text()
    commands.imports({**by_their_hashes(text), text.split()[1]: text})
    ios = {"apollographql-client-name": "ios", "apollographql-client-version": "3.2"}
    web = {"GraphQL-Client-Name": "web", "GraphQL-Client-Version": "7", **ios}
    async with running(create_app(services)) as api:
        for body in (by_hash(hash_of(text)), {"documentId": hash_of(text)}, {"documentId": text.split()[1]}):
            await post(api, body, person, **ios)
        await get(api, by_hash(hash_of(text)), person, **web)
        await post(api, by_hash(hash_of(text)), person)
        await post(api, by_hash(hash_of(text)), None, **ios)
        await post(api, by_hash("0" * 64), person, **ios)
        assert await stored(owner, hash_of(text)) == []
    assert await stored(owner, hash_of(text)) == [("", "", 2), ("ios", "3.2", 3), ("web", "7", 1)]


async def test_a_request_without_persisted_documents_causes_no_statement_for_usage(services: Services) -> None:
    async with counted(services, 16) as counter:
        with counter.counting() as statements:
            await post(counter.api, {"query": "{ __typename }"})
    assert statements == []


async def test_counts_add_up_and_remain_while_the_database_is_away(
    api: Api, database_url: str, database: Database, person: Person, owner: Pool
) -> None:
    text, usage = new_text(), Usage()
    await post(api, with_text(text), person)
    away = await Database.open(database_url, 1)
    lost = away.pool.pooled()[0]
    lost.lose()
    away.pool._connect = _refuse
    for _ in range(2):
        usage.count(hash_of(text), headers("ios", "1"))
        assert await write_usage(away, usage) == 0
        assert await write_usage(database, usage) == 1
    usage.count("f" * 64, headers("ios"))  # a document that does not exist any longer
    assert await write_usage(database, usage) == 1
    assert await write_usage(database, usage) == 0
    assert await stored(owner, hash_of(text)) == [("ios", "1", 2)]


async def _refuse() -> Any:
    raise ConnectionRefusedError


NAMES = {
    "\u05de\u05d0\u05de\u05df \U0001f3cb": "\u05de\u05d0\u05de\u05df \U0001f3cb",
    "  two\tnames  ": "two names",
    "nul\0": "nul",
    "x" * 500: "x" * 100,
    "": "",
}


@pytest.mark.parametrize(("sent", "shown"), NAMES.items(), ids=range(len(NAMES)))
def test_names_of_clients_are_printable_and_bounded(sent: str, shown: str) -> None:
    usage = Usage()
    usage.count("a", headers(sent))
    usage.count("a", headers(sent))
    assert [(use.name, use.uses) for use in usage.take()] == [(shown, 2)]
    usage.count("a", [(b"apollographql-client-name", b"\xff\xfe")])
    assert usage.take()[0].name == "\ufffd\ufffd"


def test_counts_in_memory_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_usage, "MAX_GATHERED", 2)
    usage = Usage()
    for number in range(5):
        usage.count("a", headers(f"client {number}"))
    for number in range(9):
        usage.count(f"hash {number}", headers("client"))
    assert len(usage.counts) == 4
    uses = usage.take()
    assert [(use.name, use.uses) for use in uses if use.hash == "a"] == [(OTHERS, 3), ("client 0", 1), ("client 1", 1)]
    usage.put_back(uses)
    assert len(usage.counts) == 2


async def test_the_clients_of_a_document_are_bounded_and_the_oldest_are_added_up(
    api: Api, database: Database, person: Person, owner: Pool
) -> None:
    text, usage = new_text(), Usage()
    await post(api, with_text(text), person)
    usage.count(hash_of(text), headers("ios", "1"))
    await write_usage(database, usage)
    await owner.execute("UPDATE document_usage SET uses = 40, last_used_at = '2026-01-01' WHERE client_name = 'ios'")
    for number in range(MAX_CLIENTS + 1):
        usage.count(hash_of(text), headers(f"flood {number:03}"))
    await write_usage(database, usage)
    rows = await stored(owner, hash_of(text))
    assert len(rows) == MAX_CLIENTS + 1
    assert rows[0] == (OTHERS, "", 41) and sum(row[2] for row in rows) == 40 + MAX_CLIENTS + 1


async def test_two_processes_add_to_the_same_counts(api: Api, database: Database, person: Person, owner: Pool) -> None:
    text = new_text()
    await post(api, with_text(text), person)
    uses = [rules_usage.Use(hash_of(text), "ios", str(version), 1) for version in range(5)]
    both = [Usage(), Usage()]
    for usage in both:
        usage.put_back(uses)
        await write_usage(database, usage)
    assert await stored(owner, hash_of(text)) == [("ios", str(version), 2) for version in range(5)]
    async with database.read() as session:
        assert await store_usage.usage_of(session, [hash_of(text)]) == [[]]
