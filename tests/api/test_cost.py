"""Clients are told what a request costs; one that costs too much, or whose caller has spent the budget, is refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any  # JSON of requests and responses, and settings

import httpx
import pytest

from kinegraph.cost import shared
from kinegraph.main import create_app
from kinegraph.outside import redis_client
from kinegraph.outside.redis import start_redis
from kinegraph.persisted.rules import hash_of
from kinegraph.services import Services
from tests.api.documents import outcome, send
from tests.api.test_statements import make_workout
from tests.conftest import Api, Organization, Person, World, running
from tests.settings import with_settings
from tests.waiting import until

ASK = {"X-Kinegraph-Cost": "1"}
PAGE = "query ($n: Int) { exercises(first: $n) { nodes { name } } }"
SECTIONS = "query ($id: ID!) { workout(id: $id) { sections { id movements { id exercise { name } } } } }"
BUDGET = {"cost_budget": 1_000, "cost_refill": 1, "max_cost": 2_000, "max_aliases": 100, "max_root_fields": 50}


@asynccontextmanager
async def budgeted(services: Services, **changes: Any) -> AsyncIterator[Api]:
    """The API with a small budget that hardly refills."""
    async with running(create_app(with_settings(services, **{**BUDGET, **changes}))) as api:
        yield api


async def page(api: Api, person: Person | None, rows: int, **headers: str) -> httpx.Response:
    return await send(api, {"query": PAGE, "variables": {"n": rows}}, person=person, headers=headers or None)


@pytest.mark.parametrize("executor", ["breadth-first", "graphql-core"])
async def test_what_a_request_cost_stands_in_the_extensions_on_request(
    api: Api, world: World, gym: Organization, executor: str
) -> None:
    id = await make_workout(api, world, gym, 2, 3)
    body = {"query": SECTIONS, "variables": {"id": id}}
    for _ in range(4):
        found = await send(api, body, person=gym.coach, headers={**ASK, "X-Kinegraph-Executor": executor})
    cost = found.json()["extensions"]["cost"]
    assert cost["actual"] > 20 and cost["estimated"] > 20
    assert cost["statements"] > 0 and cost["actual"] > 10 * cost["statements"]
    assert cost["cacheHits"] == (1 if executor == "breadth-first" else 0)
    assert cost["budget"]["remaining"] <= cost["budget"]["capacity"] and cost["budget"]["refillPerSecond"] > 0
    assert found.headers["RateLimit-Policy"].startswith('"cost";q=') and ";r=" in found.headers["RateLimit"]
    assert "extensions" not in (await send(api, body, person=gym.coach)).json()


async def test_the_actual_cost_counts_the_objects_of_the_answer(api: Api, world: World) -> None:
    found = (await page(api, await world.person(), 7, **ASK)).json()
    assert found["extensions"]["cost"]["actual"] == 2 + 1 + 7 + 10 * found["extensions"]["cost"]["statements"]


async def test_a_request_above_the_limit_is_refused_with_the_number_and_the_field_that_costs_most(
    services: Services, world: World
) -> None:
    person = await world.person()
    async with budgeted(services, max_cost=60) as api:
        refused = await page(api, person, 90)
        assert outcome(refused) == (400, ["COST_LIMIT"])
        (error,) = refused.json()["errors"]
        assert error["message"] == (
            "The request costs 103, and at most 60 is allowed, 102 of it for `exercises`: ask for fewer rows of it, "
            "such as `first: 51`, or select less below it."
        )
        assert error["extensions"] == {
            "code": "COST_LIMIT", "cost": 103, "limit": 60, "field": ["exercises"], "fieldCost": 102
        }  # fmt: skip
        assert outcome(await page(api, person, 30)) == (200, [])


async def test_a_spent_budget_is_429_with_the_time_to_wait_and_the_rate_limit_headers(
    services: Services, world: World
) -> None:
    person, other = await world.person(), await world.person()
    async with budgeted(services) as api:
        responses = [await page(api, person, 100) for _ in range(12)]
        refused = responses[-1]
        assert [r.status_code for r in responses[:5]] == [200] * 5
        assert outcome(refused) == (429, ["RATE_LIMITED"])
        assert 0 < int(refused.headers["Retry-After"]) <= 1_000
        assert refused.headers["RateLimit-Policy"] == '"cost";q=1000;w=1000'
        assert refused.headers["RateLimit"].startswith('"cost";r=')
        assert outcome(await page(api, other, 100)) == (200, [])
        assert outcome(await page(api, None, 1))[0] != 429


REFUSED: dict[str, tuple[dict[str, Any], int, str | None]] = {
    "an unknown field": ({"query": "{ nope }"}, 400, "BAD_REQUEST"),
    "a text that does not parse": ({"query": "{"}, 400, "BAD_REQUEST"),
    "too many variables": ({"query": f"query ({'$a: ID ' * 5_001}) {{ __typename }}"}, 400, "BAD_REQUEST"),
    "a wrong name": ({"query": "query A { __typename }", "operationName": "B"}, 400, "BAD_REQUEST"),
    "a variable without a value": ({"query": "query ($id: ID!) { node(id: $id) { id } }"}, 400, "BAD_REQUEST"),
    "a hash that is not stored": ({"documentId": "0" * 64}, 404, "PERSISTED_DOCUMENT_NOT_FOUND"),
    "too costly": ({"query": "{ exercises(first: 90) { nodes { name } } }"}, 400, "COST_LIMIT"),
    "a subscription": ({"query": 'subscription { workoutChanged(id: "1") { cursor } }'}, 400, None),
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_a_refusal_says_what_is_left_where_it_is_asked_for(services: Services, world: World, kind: str) -> None:
    body, status, code = REFUSED[kind]
    person = await world.person()
    async with budgeted(services, max_cost=60, cost_budget=40_000) as api:
        for caller, quota in ((person, 40_000), (None, 10_000)):
            refused = await send(api, body, person=caller, headers=ASK)
            assert refused.status_code == status and code in (None, *outcome(refused)[1]), refused.text
            assert refused.headers["RateLimit-Policy"].startswith(f'"cost";q={quota};w=')
            assert 0 < int(refused.headers["RateLimit"].split(";")[1].removeprefix("r=")) < quota
        assert "RateLimit" not in (await send(api, body, person=person)).headers


async def test_what_was_estimated_too_high_is_given_back(services: Services, world: World, gym: Organization) -> None:
    text = "{ viewer { memberships { organization { workouts(first: 100) { nodes { title author { name } } } } } } }"
    async with budgeted(services) as api:
        for _ in range(8):
            found = await send(api, {"query": text}, person=gym.member, headers=ASK)
            cost = found.json()["extensions"]["cost"]
            assert cost["estimated"] > 10 * cost["actual"] - 400
        assert cost["budget"]["remaining"] > 400


async def test_a_flood_of_invalid_documents_spends_the_callers_budget(services: Services, world: World) -> None:
    person = await world.person()
    async with budgeted(services) as api:
        for number in range(400):
            refused = await send(api, {"query": f"{{ unknown{number} }}".ljust(200)}, person=person)
            if refused.status_code == 429:
                break
        assert 10 < number < 30 and refused.status_code == 429


async def test_callers_who_are_not_signed_in_share_the_budget_of_their_address(services: Services) -> None:
    async with budgeted(services) as api:
        for number in range(100):
            refused = await send(api, {"query": f"{{ __typename {'a' * number}: __typename }}"})
            if refused.status_code == 429:
                break
        assert 5 < number < 100


async def test_a_budget_of_0_is_none(services: Services, world: World) -> None:
    person = await world.person()
    async with budgeted(services, cost_budget=0) as api:
        answers = [await page(api, person, 100, **ASK) for _ in range(12)]
    assert {each.status_code for each in answers} == {200}
    assert answers[0].json()["extensions"]["cost"]["budget"] is None


async def test_two_processes_share_a_budget_through_redis(services: Services, world: World) -> None:
    person = await world.person()
    async with budgeted(services) as one, budgeted(services) as two:
        spent = [await page(one, person, 100) for _ in range(12)]
        assert spent[-1].status_code == 429
        await asyncio.sleep(0.3)  # an interval, in which Redis hears of it

        async def is_refused() -> bool:
            return (await page(two, person, 100)).status_code == 429

        await until(is_refused)
        found = [await page(two, person, 100) for _ in range(3)]
        assert {each.status_code for each in found} == {429}


async def test_each_process_accounts_by_itself_while_redis_is_away(
    services: Services, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_client, "TIMEOUT_SECONDS", 1)
    person = await world.person()
    changed = Services(services.settings, services.database_url, "redis://127.0.0.1:1", services.jwt_secret)
    async with budgeted(changed) as api:
        codes = [(await page(api, person, 100)).status_code for _ in range(12)]
    assert codes[0] == 200 and codes[-1] == 429


async def test_a_flood_of_unknown_hashes_spends_the_callers_budget(services: Services, world: World) -> None:
    person = await world.person()
    async with budgeted(services) as api:
        for caller, most in ((person, 60), (None, 20)):
            for number in range(100):
                extensions = {"persistedQuery": {"version": 1, "sha256Hash": f"{number:064x}"}}
                refused = await send(api, {"extensions": extensions}, person=caller)
                if refused.status_code == 429:
                    break
            assert outcome(refused) == (429, ["RATE_LIMITED"])
            assert number < most


async def test_a_flood_of_registrations_spends_the_callers_budget(services: Services, world: World) -> None:
    person = await world.person()
    async with budgeted(services) as api:
        for number in range(100):
            text = f"{{ __typename a{number}: __typename }}"
            extensions = {"persistedQuery": {"version": 1, "sha256Hash": hash_of(text)}}
            refused = await send(api, {"query": text, "extensions": extensions}, person=person)
            if refused.status_code == 429:
                break
        assert 5 < number < 20


async def test_a_document_that_is_refused_for_its_cost_is_charged_where_it_had_to_be_evaluated(
    services: Services, world: World
) -> None:
    person = await world.person()
    fields = " ".join(f"e{n}: exercises(first: $n) {{ nodes {{ instructions {{ body }} }} }}" for n in range(40))
    text = f"query ($n: Int) {{ {fields} }}"
    async with budgeted(services, cost_budget=3_000) as api:
        for number in range(1_000):
            refused = await send(api, {"query": text, "variables": {"n": 20 + number % 80}}, person=person)
            if refused.status_code == 429:
                break
        assert refused.status_code == 429 and number < 400


async def test_budgets_go_on_from_memory_while_redis_is_away_and_are_shared_again_when_it_is_back(
    services: Services, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared, "AWAY_SECONDS", 0.1)
    people = [await world.person() for _ in range(2)]
    redis = await asyncio.to_thread(start_redis, tmp_path / "redis")
    try:
        changed = replace(services, redis_url=redis.url)
        async with budgeted(changed) as one, budgeted(changed) as two:
            assert outcome(await page(one, people[0], 50)) == (200, [])
            await asyncio.to_thread(redis.stop)
            spent = [(await page(one, people[1], 100)).status_code for _ in range(12)]
            assert spent[0] == 200 and spent[-1] == 429
            assert (await page(two, people[1], 100)).status_code == 200
            redis = await asyncio.to_thread(start_redis, tmp_path / "redis")

            async def is_shared() -> bool:
                return (await page(two, people[1], 10)).status_code == 429

            await until(is_shared)
    finally:
        await asyncio.to_thread(redis.stop)


async def test_a_flood_of_the_smallest_requests_spends_the_callers_budget(services: Services, world: World) -> None:
    person = await world.person()
    async with budgeted(services) as api:
        statuses = [(await send(api, {"query": "{ __typename }"}, person=person)).status_code for _ in range(60)]
        assert statuses.index(429) > 20
