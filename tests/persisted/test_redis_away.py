"""Redis away: persisted documents go on from PostgreSQL and memory, and hardly anybody waits for it."""

import asyncio

import pytest

from kinegraph.main import create_app
from kinegraph.outside.texts import RedisTexts
from kinegraph.persisted.rules import hash_of
from kinegraph.services import Services
from tests.conftest import Api, Person, running
from tests.identity.rows import Pool
from tests.persisted.requests import DATA, MISS, by_hash, get, new_text, outcome, post, with_text


async def test_documents_are_registered_and_found_while_redis_is_away(services: Services, person: Person) -> None:
    text = new_text()
    away = Services(services.settings, services.database_url, "redis://127.0.0.1:1/0", services.jwt_secret)
    async with running(create_app(away)) as api:
        assert outcome(await get(api, by_hash(hash_of(text)), person)) == MISS
        assert outcome(await post(api, with_text(text), person)) == DATA
        for _ in range(2):
            assert outcome(await get(api, by_hash(hash_of(text)), person)) == DATA


async def test_a_redis_that_does_not_answer_is_not_asked_again_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinegraph.outside.texts.AWAY_SECONDS", 3600)
    connections = []

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    texts = RedisTexts(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0", "test:")
    for _ in range(5):
        assert await texts.get("key") is None
        await texts.put("key", b"text")
    await texts.close()
    server.close()
    assert len(connections) == 1


async def test_a_text_in_redis_that_is_another_is_not_executed(
    api: Api, redis_url: str, person: Person, owner: Pool
) -> None:
    text, texts = new_text(), RedisTexts(redis_url, "kinegraph:document:")
    for planted in (new_text().encode(), b"\xff"):
        await texts.put(hash_of(text), planted)
        assert outcome(await get(api, by_hash(hash_of(text)), person)) == MISS
    await post(api, with_text(text), person)
    await owner.execute("DELETE FROM persisted_documents WHERE hash = $1", hash_of(text))
    assert await texts.get(hash_of(text)) == text.encode()
    assert outcome(await get(api, by_hash(hash_of(text)), person)) == DATA
    await texts.close()
