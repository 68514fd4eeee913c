"""Automatic persisted queries: registered on a miss, found by their hash, over GET and POST."""

import asyncio
from typing import Any  # JSON of requests

import pytest

from kinegraph.main import create_app
from kinegraph.persisted.rules import hash_of
from kinegraph.services import Services
from tests.conftest import Api, Person, World, counted, running
from tests.identity.rows import Pool
from tests.persisted.requests import (
    APOLLO,
    DATA,
    MISS,
    PLAIN,
    URQL,
    by_hash,
    get,
    new_text,
    outcome,
    post,
    with_text,
)

STORED = "SELECT count(*) FROM persisted_documents WHERE hash = $1"


@pytest.mark.parametrize("accept", [APOLLO, URQL, PLAIN, {}], ids=["apollo", "urql", "plain", "any"])
async def test_the_miss_has_the_message_and_the_code_that_clients_expect_and_is_not_cacheable(
    api: Api, person: Person, accept: dict[str, str]
) -> None:
    body = by_hash(hash_of(new_text()), operationName="Screen", variables={})
    for response in (await post(api, body, person, **accept), await get(api, body, person, **accept)):
        assert outcome(response) == MISS
        assert response.json()["errors"][0]["message"] == "PersistedQueryNotFound"
        assert response.headers["cache-control"] == "no-store"


async def test_apollo_registers_by_post_what_it_missed_by_get(api: Api, person: Person) -> None:
    text = new_text()
    assert outcome(await get(api, by_hash(hash_of(text)), person, **APOLLO)) == MISS
    registered = await post(api, with_text(text, variables={}), person, **APOLLO)
    assert registered.json() == {"data": {"viewer": {"user": {"name": "Person"}}}}
    for response in (
        await get(api, by_hash(hash_of(text), variables={}), person, **APOLLO),
        await post(api, by_hash(hash_of(text)), person, **APOLLO),
    ):
        assert response.json() == registered.json()


async def test_urql_registers_by_get_and_says_that_it_is_after_a_miss(api: Api, person: Person) -> None:
    text = new_text()
    body = with_text(text)
    body["extensions"]["persistedQuery"]["miss"] = True
    assert outcome(await get(api, body, person, **URQL)) == DATA
    assert outcome(await get(api, by_hash(hash_of(text)), person, **URQL)) == DATA


async def test_registered_documents_are_found_after_a_restart_and_without_redis(
    api: Api, services: Services, person: Person
) -> None:
    text = new_text()
    await post(api, with_text(text), person)
    nowhere = Services(services.settings, services.database_url, "redis://127.0.0.1:1/0", services.jwt_secret)
    for restarted in (services, nowhere):
        async with running(create_app(restarted)) as later:
            assert outcome(await get(later, by_hash(hash_of(text)), person)) == DATA


async def test_twenty_cold_clients_at_once_are_all_answered(api: Api, person: Person, owner: Pool) -> None:
    text = new_text()

    async def client() -> tuple[int, str]:
        if outcome(await get(api, by_hash(hash_of(text)), person)) == MISS:
            return outcome(await post(api, with_text(text), person))
        return DATA

    assert await asyncio.gather(*(client() for _ in range(20))) == [DATA] * 20
    assert await owner.fetchval(STORED, hash_of(text)) == 1


async def test_a_hash_mismatch_is_refused_and_nothing_is_stored(api: Api, person: Person, owner: Pool) -> None:
    text, other = new_text(), new_text()
    body = by_hash(hash_of(text), query=other)
    assert outcome(await post(api, body, person, **PLAIN)) == (200, "PERSISTED_QUERY_HASH_MISMATCH")
    assert outcome(await get(api, body, person)) == (400, "PERSISTED_QUERY_HASH_MISMATCH")
    assert outcome(await post(api, by_hash(hash_of(text)), person)) == MISS
    assert [await owner.fetchval(STORED, hash_of(each)) for each in (text, other)] == [0, 0]


BAD = {
    "short": "a" * 63,
    "long": "a" * 65,
    "upper case": "A" * 64,
    "not hexadecimal": "g" * 64,
    "full-width digits": "\uff11" * 64,
    "number": 5,
    "null": None,
    "list": ["a" * 64],
    "quoted": "'; SELECT 1; --",
    "empty": "",
    "huge": "a" * 100_000,
}


@pytest.mark.parametrize("hash", BAD.values(), ids=BAD)
async def test_a_hash_that_is_no_sha256_is_refused(api: Api, person: Person, hash: object) -> None:
    for body in (by_hash(hash), by_hash(hash, query="{ __typename }")):
        response = await post(api, body, person)
        assert outcome(response) == (400, "BAD_REQUEST")
        assert "must be a SHA-256 in 64 lower-case hexadecimal digits" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize("sent", [{"version": 2}, {"version": True}, {"version": "1"}, {}], ids=str)
async def test_clients_of_another_version_learn_to_send_the_text(api: Api, sent: dict[str, Any]) -> None:
    body = {"extensions": {"persistedQuery": {"sha256Hash": "0" * 64, **sent}}}
    assert outcome(await post(api, body)) == (400, "PERSISTED_QUERY_NOT_SUPPORTED")
    assert outcome(await post(api, {"extensions": {"persistedQuery": 5}})) == (400, "BAD_REQUEST")


INVALID = {
    "does not parse": "query { viewer {",
    "does not validate": "query Bad { thisFieldDoesNotExist }",
    "is over the limits": f"query Long {{ __typename }} # {'x' * 100_000}",
    "nests too deeply": "{" + "a{" * 500 + "b" + "}" * 501,
}


@pytest.mark.parametrize("text", INVALID.values(), ids=INVALID)
async def test_a_document_that_is_refused_is_not_stored(api: Api, person: Person, owner: Pool, text: str) -> None:
    assert outcome(await post(api, with_text(text), person)) == (400, "BAD_REQUEST")
    assert await owner.fetchval(STORED, hash_of(text)) == 0
    assert outcome(await post(api, by_hash(hash_of(text)), person)) == MISS


async def test_a_mutation_by_hash_goes_by_post_alone_and_is_not_registered_by_get(
    api: Api, world: World, owner: Pool
) -> None:
    gym = await world.organization()
    text = "mutation M($i: CreateProgramInput!) { createProgram(input: $i) { program { name } } }"
    variables = {"i": {"organizationId": str(gym.id), "name": "By hash"}}
    assert (await get(api, with_text(text, variables=variables), gym.coach)).status_code == 405
    assert await owner.fetchval(STORED, hash_of(text)) == 0
    created = {"data": {"createProgram": {"program": {"name": "By hash"}}}}
    assert (await post(api, with_text(text, variables=variables), gym.coach)).json() == created
    assert (await post(api, by_hash(hash_of(text), variables=variables), gym.coach)).json() == created
    refused = await get(api, by_hash(hash_of(text), variables=variables), gym.coach)
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("comment", ["\u05e9\u05dc\u05d5\u05dd", "\u7b4b\u8098", "\U0001f3cb", "\u0000", "\u0130"])
async def test_texts_of_any_script_are_found_by_the_hash_of_their_utf8(api: Api, person: Person, comment: str) -> None:
    text = f"{new_text()} # {comment}"
    assert outcome(await post(api, with_text(text), person)) == DATA
    assert outcome(await get(api, by_hash(hash_of(text)), person)) == DATA


async def test_callers_who_are_not_signed_in_use_hashes_but_register_nothing(
    api: Api, person: Person, owner: Pool
) -> None:
    text = new_text("__typename")
    assert outcome(await post(api, with_text(text))) == DATA
    assert await owner.fetchval(STORED, hash_of(text)) == 0
    assert outcome(await post(api, by_hash(hash_of(text)))) == MISS
    await post(api, with_text(text), person)
    assert outcome(await post(api, by_hash(hash_of(text)))) == DATA


async def test_a_warm_hash_costs_no_statement_more_than_its_text(services: Services, world: World) -> None:
    person, text = await world.person(), new_text()
    async with counted(services, 16) as counter:
        await post(counter.api, with_text(text), person)
        for body in (by_hash(hash_of(text)), {"query": text}):
            await post(counter.api, body, person)
        seen = []
        for body in (by_hash(hash_of(text)), {"query": text}):
            with counter.counting() as statements:
                assert outcome(await post(counter.api, body, person)) == DATA
            seen.append(statements)
    assert seen[0] == seen[1] and len(seen[0]) == 1
