"""The process in operation: health, readiness, servers that go away and come back, CORS, what production shuts."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any  # responses, and bodies that are JSON or bytes

import asyncpg
import pytest

from kinegraph.commands import migrate
from kinegraph.kit.database import Database
from kinegraph.kit.rows import Row
from kinegraph.main import create_app
from kinegraph.outside.postgres import EmbeddedPostgres, start_postgres
from kinegraph.outside.redis import EmbeddedRedis, start_redis
from kinegraph.services import Services
from kinegraph.settings import Settings
from tests.api.documents import CREATE_EXERCISE, outcome, send
from tests.conftest import SECRET, Api, World, running

ORIGIN = "http://localhost:3000"
PREFLIGHT = {
    "Origin": ORIGIN,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type,x-request-id",
}


WELL = {"database": "ok", "migrations": "ok", "redis": "ok"}


async def get(api: Api, url: str, **headers: str) -> Any:
    return await api.client.get(url, headers=headers)


async def test_the_process_is_healthy_and_ready_where_all_services_answer(api: Api) -> None:
    assert (await get(api, "/healthz")).json() == {"status": "ok"}
    ready = await get(api, "/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ok", **WELL})


async def test_a_database_at_another_migration_is_not_ready_and_the_answer_says_what_to_do(
    api: Api, owner: "asyncpg.Pool[Row]"
) -> None:
    head = await owner.fetchval("UPDATE alembic_version SET version_num = '0001' RETURNING old.version_num")
    try:
        ready = await get(api, "/readyz")
    finally:
        await owner.execute("UPDATE alembic_version SET version_num = $1", head)
    at = f"at 0001, not at {head}: run `kinegraph migrate`"
    assert (ready.status_code, ready.json()) == (503, {"status": "unavailable", **WELL, "migrations": at})
    assert ready.headers["Retry-After"] == "5"
    assert (await get(api, "/healthz")).status_code == 200


async def test_connections_that_the_server_cut_are_replaced(api: Api, world: World, owner: "asyncpg.Pool[Row]") -> None:
    person = await world.person()
    text = "{ viewer { user { id } } }"
    await api.run(text, person)
    cut = await owner.fetchval(
        """
        SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'kinegraph'
        """
    )
    assert cut >= 1
    first = await api.post(text, person)
    assert first.status_code == 200 or outcome(first) == (503, ["SERVICE_UNAVAILABLE"])
    for _ in range(3):
        assert (await api.post(text, person)).status_code == 200


@dataclass
class Servers:
    """A PostgreSQL and a Redis that only this test has, so that it may stop them."""

    postgres: EmbeddedPostgres
    redis: EmbeddedRedis

    @property
    def services(self) -> Services:
        return Services(Settings(), self.postgres.url, self.redis.url, SECRET)


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    made = Servers(start_postgres(tmp_path / "postgres"), start_redis(tmp_path / "redis"))
    migrate.upgrade(made.postgres.url)
    yield made
    made.postgres.stop()
    made.redis.stop()


async def test_without_redis_it_is_not_ready_but_queries_are_served(servers: Servers) -> None:
    async with running(create_app(servers.services)) as api:
        assert (await get(api, "/readyz")).status_code == 200
        await asyncio.to_thread(servers.redis.stop)
        ready = await get(api, "/readyz")
        assert (ready.status_code, ready.json()["database"]) == (503, "ok")
        assert ready.json()["redis"].startswith("unreachable")
        assert (await get(api, "/healthz")).json() == {"status": "ok"}
        assert outcome(await send(api, {"query": "{ __typename }"})) == (200, [])


async def test_requests_are_503_without_the_database_and_served_when_it_is_back(
    servers: Servers, tmp_path: Path
) -> None:
    database = await Database.open(servers.postgres.url, 1)
    person = await World(database).person(is_platform_admin=True)
    await database.close()
    requests: list[Any] = [
        {"query": "{ exercises(first: 1) { totalCount } }"},
        {"query": CREATE_EXERCISE, "variables": {"input": {"name": "Back again"}}},
    ]
    async with running(create_app(servers.services)) as api:
        await asyncio.to_thread(servers.postgres.stop)
        ready = await get(api, "/readyz")
        assert (ready.status_code, ready.json()["redis"]) == (503, "ok")
        assert ready.json()["database"].startswith("unreachable")
        assert (await get(api, "/healthz")).json() == {"status": "ok"}
        for body in requests * 2:
            response = await send(api, body, person=person)
            assert response.headers["Retry-After"] == "5"
            assert outcome(response) == (503, ["SERVICE_UNAVAILABLE"]) and "postgres" not in response.text.lower()
        servers.postgres = await asyncio.to_thread(start_postgres, tmp_path / "postgres")
        assert (await get(api, "/readyz")).status_code == 200
        for body in requests:
            assert outcome(await send(api, body, person=person)) == (200, [])


@pytest.fixture
async def production(services: Services) -> AsyncIterator[Api]:
    """The same application in production, with required settings only."""
    async with running(create_app(replace(services, settings=Settings()))) as api:
        yield api


INTROSPECTION = [
    "{ __schema { queryType { name } } }",
    '{ __type(name: "Query") { name } }',
    "{ harmless: __schema { description } }",
    "{ ... { ... on Query { __schema { description } } } }",
    "query A { ...F } fragment F on Query { __schema { description } }",
    "query A { __typename } query B { __schema { description } }",
    "query ($v: Boolean = false) { __schema @include(if: $v) { description } }",
]


@pytest.mark.parametrize("text", INTROSPECTION)
async def test_introspection_works_in_development_and_is_off_in_production(
    api: Api, production: Api, text: str
) -> None:
    body = {"query": text, "operationName": "A" if "query A" in text else None}
    assert outcome(await send(api, body)) == (200, [])
    for _ in range(2):
        refused = await send(production, body)
        assert outcome(refused) == (400, ["BAD_REQUEST"])
        assert refused.json()["errors"][0]["message"] == "Introspection is switched off on this server."


async def test_production_still_answers_typename(production: Api) -> None:
    assert (await send(production, {"query": "{ __typename }"})).json() == {"data": {"__typename": "Query"}}


async def test_production_suggests_no_names_of_a_schema_that_it_does_not_show(api: Api, production: Api) -> None:
    for text in ("{ viewr { user { id } } }", "{ workout(ide: 1) { id } }", "{ workout(id: 1) { titel } }"):
        assert "Did you mean" in (await send(api, {"query": text})).text
        assert "Did you mean" not in (await send(production, {"query": text})).text
    body = {"query": CREATE_EXERCISE, "variables": {"input": {"name": "Plank", "difficulti": 1}}}
    assert "Did you mean 'difficulty'" in (await send(api, body)).text
    assert "Did you mean" not in (await send(production, body)).text


async def test_production_serves_no_graphiql_and_no_sign_ins(api: Api, production: Api) -> None:
    for path in ("/graphiql", "/graphiql/", "/graphiql/sign-ins", "/graphiql/page.js", "/graphiql/page.css"):
        assert (await get(production, path)).status_code == 404
    assert (await get(api, "/graphiql")).status_code == 200
    assert (await get(api, "/")).headers["location"] == "/graphiql"
    assert (await get(production, "/")).json() == {"graphql": "/graphql"}


@pytest.mark.parametrize("origin", [ORIGIN, "http://127.0.0.1:5173", "https://localhost", "http://[::1]:4000"])
async def test_in_development_any_page_of_this_machine_may_call_the_api(api: Api, origin: str) -> None:
    preflight = await api.client.options("/graphql", headers={**PREFLIGHT, "Origin": origin})
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, origin)
    for body in (
        {"query": "{ __typename }"},
        {"query": "{"},
        {"query": "{ viewer { user { id } } }"},
        b" " * 3_000_000,
    ):
        response = await send(api, body, headers={"Origin": origin})
        assert response.headers["access-control-allow-origin"] == origin
        assert {"x-request-id", "retry-after"} <= set(
            response.headers["access-control-expose-headers"].lower().split(", ")
        )
        assert "origin" in response.headers["vary"].lower()


async def test_a_page_may_validate_what_it_has_by_its_etag(api: Api) -> None:
    wanted = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization,if-none-match"}
    assert (await api.client.options("/graphql", headers={**PREFLIGHT, **wanted})).status_code == 200


FOREIGN = ["https://example.com", "http://localhost.example.com", "http://notlocalhost", "null", "http://localhost:3000/",
    "http://127.0.0.1.example.com", "file://", "http://localhost:3000.example.com", "http://127x0x0x1"]  # fmt: skip


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_foreign_page_may_not_read_an_answer(api: Api, production: Api, origin: str) -> None:
    for server in (api, production):
        assert (await server.client.options("/graphql", headers={**PREFLIGHT, "Origin": origin})).status_code >= 400
        response = await send(server, {"query": "{ __typename }"}, headers={"Origin": origin})
        assert "access-control-allow-origin" not in response.headers


async def test_production_allows_the_configured_origins_and_none_of_this_machine(services: Services) -> None:
    ours = "https://app.example.com"
    async with running(create_app(replace(services, settings=Settings(cors_origins=(ours,))))) as api:
        for origin, allowed in ((ours, True), (ORIGIN, False), ("https://app.example.com.evil.example", False)):
            preflight = await api.client.options("/graphql", headers={**PREFLIGHT, "Origin": origin})
            assert (preflight.status_code == 200) is allowed
            assert preflight.headers.get("access-control-allow-origin") == (ours if allowed else None)


async def test_in_development_another_host_name_of_this_machine_is_refused(api: Api) -> None:
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8000"):
        for path in ("/graphql?query=%7B__typename%7D", "/graphiql/sign-ins", "/healthz"):
            assert (await get(api, path, Host=host)).status_code == 400
    assert (await get(api, "/healthz", Host="127.0.0.1:8000")).status_code == 200
