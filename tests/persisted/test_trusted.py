"""Trusted documents: requested by `documentId`, and the only ones where KINEGRAPH_DOCUMENTS=trusted."""

import hashlib
from collections.abc import AsyncIterator

import pytest

from kinegraph.main import create_app
from kinegraph.persisted import store_lookup
from kinegraph.persisted.rules import hash_of
from kinegraph.services import Services
from tests.conftest import Api, Person, World, running
from tests.identity.rows import Pool
from tests.persisted.importing import Commands, apollo, by_their_hashes
from tests.persisted.requests import (
    APOLLO,
    DATA,
    PLAIN,
    by_hash,
    get,
    new_text,
    outcome,
    post,
    with_text,
)
from tests.settings import with_settings

NOT_TRUSTED = (400, "DOCUMENT_NOT_TRUSTED")


@pytest.fixture(scope="module")
async def locked(services: Services) -> AsyncIterator[Api]:
    """The API that executes trusted documents alone."""
    async with running(create_app(with_settings(services, documents="trusted"))) as api:
        yield api


async def test_relay_requests_a_document_of_its_manifest_by_document_id(
    api: Api, commands: Commands, person: Person
) -> None:
    text = new_text()
    md5 = hashlib.md5(text.encode()).hexdigest()
    commands.imports({**by_their_hashes(text), md5: text})
    for id in (md5, hash_of(text), f"sha256:{hash_of(text)}"):
        for send in (post, get):
            response = await send(api, {"documentId": id, "variables": {}}, person)
            assert response.json() == {"data": {"viewer": {"user": {"name": "Person"}}}}


async def test_apollo_requests_a_document_of_its_manifest_by_its_id_as_hash(
    api: Api, commands: Commands, person: Person
) -> None:
    text = new_text()
    name = text.split()[1]
    commands.imports(apollo({**by_their_hashes(text), name: text}))
    for id in (hash_of(text), name):
        assert outcome(await get(api, by_hash(id, operationName=name), person, **APOLLO)) == DATA


async def test_document_ids_find_registered_documents_too(api: Api, person: Person) -> None:
    text = new_text()
    await post(api, with_text(text), person)
    assert outcome(await get(api, {"documentId": f"sha256:{hash_of(text)}"}, person)) == DATA


async def test_an_unknown_document_id_is_one_error(api: Api, person: Person) -> None:
    for id in (f"sha256:{'0' * 64}", "0" * 64, "0" * 32, "Screen", "x-app:Screen"):
        assert outcome(await post(api, {"documentId": id}, person)) == (404, "PERSISTED_DOCUMENT_NOT_FOUND")
        assert outcome(await post(api, {"documentId": id}, person, **PLAIN)) == (200, "PERSISTED_DOCUMENT_NOT_FOUND")


BAD = ["", " ", "sha256:", f"sha256:{'A' * 64}", "sha256:abc", "md5:abc", "a b", "'", "x" * 256, "\u00e9", 5, [], {}]


@pytest.mark.parametrize("id", BAD, ids=repr)
async def test_a_malformed_document_id_is_refused_with_its_form(api: Api, id: object) -> None:
    response = await post(api, {"documentId": id})
    assert outcome(response) == (400, "BAD_REQUEST")
    assert response.json()["errors"][0]["message"].startswith("`documentId` must be `sha256:` and a SHA-256 in 64 ")


async def test_a_document_id_beside_its_text_is_executed_and_beside_another_refused(
    api: Api, commands: Commands, person: Person
) -> None:
    text = new_text()
    name = text.split()[1]
    commands.imports({name: text})
    for id in (name, hash_of(text), f"sha256:{hash_of(text)}"):
        assert outcome(await post(api, {"documentId": id, "query": text}, person)) == DATA
        refused = await post(api, {"documentId": id, "query": new_text()}, person)
        assert outcome(refused) == (400, "DOCUMENT_ID_MISMATCH")


async def test_a_document_id_beside_a_hash_is_refused(api: Api, person: Person) -> None:
    body = by_hash("0" * 64, documentId=f"sha256:{'0' * 64}")
    assert outcome(await post(api, body, person)) == (400, "BAD_REQUEST")


async def test_an_empty_document_id_counts_as_none(api: Api, person: Person) -> None:
    assert outcome(await post(api, {"documentId": None, "query": new_text()}, person)) == DATA


async def test_trusted_documents_alone_are_executed_where_the_setting_says_so(
    locked: Api, commands: Commands, person: Person, owner: Pool
) -> None:
    text, other = new_text(), new_text()
    commands.imports(by_their_hashes(text))
    for trusted in ({"documentId": hash_of(text)}, by_hash(hash_of(text)), with_text(text), {"query": text}):
        assert outcome(await post(locked, trusted, person)) == DATA
    for body in ({"documentId": hash_of(other)}, by_hash(hash_of(other)), with_text(other), {"query": other}):
        for caller in (person, None):
            assert outcome(await post(locked, body, caller)) == NOT_TRUSTED
            assert outcome(await get(locked, body, caller)) == NOT_TRUSTED
    message = (await post(locked, {"query": other}, person, **PLAIN)).json()["errors"][0]["message"]
    assert message.startswith("This server executes trusted documents only")
    assert await owner.fetchval("SELECT count(*) FROM persisted_documents WHERE hash = $1", hash_of(other)) == 0


async def test_registered_documents_are_not_trusted(api: Api, locked: Api, person: Person) -> None:
    text = new_text()
    await post(api, with_text(text), person)
    assert outcome(await post(locked, by_hash(hash_of(text)), person)) == NOT_TRUSTED


async def test_subscriptions_are_trusted_documents_too(locked: Api, world: World) -> None:
    gym = await world.organization()
    body = {"query": f'subscription {{ workoutChanged(id: "{gym.id}") {{ __typename }} }}'}
    refused = await post(locked, body, gym.coach, Accept="text/event-stream")
    assert "DOCUMENT_NOT_TRUSTED" in refused.text and "text/event-stream" in refused.headers["content-type"]


async def test_introspection_and_graphiql_pass_for_platform_admins(locked: Api, world: World) -> None:
    admin, person = await world.person(is_platform_admin=True), await world.person()
    for text in ("{ __schema { queryType { name } } }", new_text()):
        assert outcome(await post(locked, {"query": text}, admin)) == DATA
        assert outcome(await post(locked, {"query": text}, person)) == NOT_TRUSTED


async def test_a_token_of_nobody_is_not_valid_for_other_documents(locked: Api, world: World, owner: Pool) -> None:
    gone = await world.person()
    await owner.execute("DELETE FROM users WHERE id = $1", gone.id)
    assert outcome(await post(locked, {"query": new_text()}, gone)) == (401, "UNAUTHENTICATED")


async def test_a_removed_document_is_not_executed_any_longer(
    locked: Api, commands: Commands, person: Person, owner: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_lookup, "TRUSTED_SECONDS", 0)
    text = new_text()
    commands.imports(by_their_hashes(text))
    assert outcome(await post(locked, {"documentId": hash_of(text)}, person)) == DATA
    assert commands.run("remove", hash_of(text), "nothing") == (
        1,
        ["kinegraph: No trusted document has the id nothing; nothing was removed."],
    )
    assert outcome(await post(locked, {"documentId": hash_of(text)}, person)) == DATA
    assert commands.run("remove", f"sha256:{hash_of(text)}")[0] == 0
    assert outcome(await post(locked, {"documentId": hash_of(text)}, person)) == NOT_TRUSTED
    assert await owner.fetchval("SELECT count(*) FROM persisted_documents WHERE hash = $1", hash_of(text)) == 0
