"""Row-level security alone: a text is visible to a transaction that names its hash or id, and nothing lists texts."""

import pytest

from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from kinegraph.persisted import store
from kinegraph.persisted.rules import hash_of
from tests.conftest import Api, World
from tests.identity.rows import Pool
from tests.persisted.requests import new_text, post, with_text

TABLES = ("persisted_documents", "document_registrations", "trusted_documents", "document_usage")


@pytest.mark.parametrize("table", TABLES)
async def test_nobody_lists_what_others_registered(
    api: Api, world: World, database: Database, owner: Pool, table: str
) -> None:
    person, admin, text = await world.person(), await world.person(is_platform_admin=True), new_text()
    await post(api, with_text(text), person)
    await owner.execute("INSERT INTO trusted_documents (id, hash, name) VALUES ($1, $2, '')", text[6:16], hash_of(text))
    await owner.execute("INSERT INTO document_usage VALUES ($1, 'ios', '1', 1, now())", hash_of(text))
    for each in (person, admin):
        async with database.read(authenticate_as(each.id)) as session:
            assert await session.fetch(f"SELECT FROM {table}") == []


async def test_a_hash_shows_its_text_and_no_other(api: Api, world: World, database: Database) -> None:
    person, texts = await world.person(), [new_text(), new_text()]
    for text in texts:
        await post(api, with_text(text), person)
    async with database.read(store.NamedDocument(hash_of(texts[0]))) as session:
        rows = await session.fetch("SELECT text FROM persisted_documents")
        assert [row.text.decode() for row in rows] == texts[:1]
        assert await session.fetch("SELECT FROM document_registrations") == []
