"""A caller has a bound of registered documents and bytes, and a flood of registrations evicts only its own."""

import asyncio
from typing import Any  # metrics and rows

import pytest

from kinegraph.outside.texts import RedisTexts
from kinegraph.persisted import store
from kinegraph.persisted.rules import hash_of
from tests.conftest import Api, Person, World
from tests.identity.rows import Pool
from tests.persisted.requests import DATA, MISS, by_hash, new_text, outcome, post, with_text

THEIRS = "SELECT count(*) FROM document_registrations WHERE user_id = $1"
STORED = "SELECT count(*) FROM persisted_documents WHERE hash = ANY ($1)"


async def register(api: Api, person: Person, texts: list[str]) -> None:
    for text in texts:
        assert outcome(await post(api, with_text(text), person)) == DATA


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bound of three documents."""
    monkeypatch.setattr(store, "MAX_DOCUMENTS", 3)


@pytest.fixture
async def redis(redis_url: str) -> Any:
    texts = RedisTexts(redis_url, "kinegraph:document:")
    yield texts
    await texts.close()


@pytest.mark.usefixtures("few")
async def test_a_flood_of_registrations_evicts_only_its_own(
    api: Api, world: World, owner: Pool, redis: RedisTexts
) -> None:
    quiet, flooder = await world.person(), await world.person()
    before, flood = [new_text(), new_text()], [new_text() for _ in range(8)]
    await register(api, quiet, before)
    await register(api, flooder, flood)
    assert [await owner.fetchval(THEIRS, each.id) for each in (quiet, flooder)] == [2, 3]
    assert await owner.fetchval(STORED, [*map(hash_of, flood)]) == 3
    in_redis = [text for text in (*before, *flood) if await redis.get(hash_of(text)) is not None]
    assert in_redis == [*before, *flood[-3:]]
    found = [outcome(await post(api, by_hash(hash_of(text)), quiet)) for text in (*before, *flood)]
    assert found == [DATA] * 2 + [MISS] * 5 + [DATA] * 3


async def test_registrations_leave_nothing_in_the_memory_of_the_process(api: Api, world: World) -> None:
    person = await world.person()
    await register(api, person, [new_text()])
    before = await _entries(api)
    await register(api, person, [new_text() for _ in range(5)])
    assert await _entries(api) == before


async def _entries(api: Api) -> list[str]:
    lines = (await api.client.get("/metrics")).text.splitlines()
    kinds = ('kind="document"', 'kind="hash"')
    return [line for line in lines if line.startswith("kinegraph_cache_bytes") and any(kind in line for kind in kinds)]


@pytest.mark.usefixtures("few")
async def test_the_least_recently_used_registrations_are_evicted(api: Api, world: World, owner: Pool) -> None:
    person, texts = await world.person(), [new_text() for _ in range(5)]
    await register(api, person, texts[:3])
    await owner.execute(
        "UPDATE persisted_documents SET last_used_at = now() + interval '1 s' WHERE hash = $1", hash_of(texts[0])
    )
    await register(api, person, texts[3:])
    stored = [text for text in texts if await owner.fetchval(STORED, [hash_of(text)])]
    assert stored == [texts[0], texts[3], texts[4]]


async def test_the_bytes_of_a_callers_texts_are_bounded(
    api: Api, world: World, owner: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MAX_BYTES", 2_500)
    person, texts = await world.person(), [f"{new_text()} # {'x' * 1_000}" for _ in range(3)]
    await register(api, person, texts)
    assert [await owner.fetchval(STORED, [hash_of(text)]) for text in texts] == [0, 1, 1]


@pytest.mark.usefixtures("few")
async def test_a_text_that_several_registered_is_stored_once_and_stays_while_one_has_it(
    api: Api, world: World, owner: Pool
) -> None:
    one, other, text = await world.person(), await world.person(), new_text()
    await register(api, one, [text])
    await register(api, other, [text])
    await register(api, one, [new_text() for _ in range(3)])
    assert await owner.fetchval(STORED, [hash_of(text)]) == 1
    await register(api, other, [new_text() for _ in range(3)])
    assert await owner.fetchval(STORED, [hash_of(text)]) == 0


@pytest.mark.usefixtures("few")
async def test_concurrent_registrations_stay_within_the_bound(api: Api, world: World, owner: Pool) -> None:
    people = [await world.person() for _ in range(3)]
    texts = [new_text() for _ in range(6)]
    answers = await asyncio.gather(*(post(api, with_text(text), each) for text in texts for each in people))
    assert {outcome(answer) for answer in answers} == {DATA}
    assert [await owner.fetchval(THEIRS, each.id) for each in people] == [3, 3, 3]


async def test_a_client_that_always_sends_both_is_registered_once(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, text, calls = await world.person(), new_text(), []

    async def counted(*arguments: Any) -> list[str]:
        calls.append(arguments)
        return await register_text(*arguments)

    register_text = store.register
    monkeypatch.setattr(store, "register", counted)
    await register(api, person, [text] * 3)
    assert len(calls) == 1


async def test_registrations_go_with_their_user(api: Api, world: World, owner: Pool) -> None:
    person = await world.person()
    await register(api, person, [new_text()])
    await owner.execute("DELETE FROM users WHERE id = $1", person.id)
    assert await owner.fetchval(THEIRS, person.id) == 0


async def test_documents_that_nobody_uses_are_deleted_after_a_month(api: Api, world: World, owner: Pool) -> None:
    person, texts = await world.person(), [new_text() for _ in range(3)]
    await register(api, person, texts)
    age = "UPDATE persisted_documents SET last_used_at = now() - interval '31 days' WHERE hash = ANY ($1)"
    await owner.execute(age, [hash_of(text) for text in texts[:2]])
    await owner.execute("INSERT INTO trusted_documents (id, hash, name) VALUES ('old', $1, '')", hash_of(texts[1]))
    async with world.database.write() as session:
        assert await store.purge(session) == 1
    assert [await owner.fetchval(STORED, [hash_of(text)]) for text in texts] == [0, 1, 1]
