"""Clients that hang up while their answer is made: their statement ends at PostgreSQL, and nothing was stored."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any  # JSON of requests
from urllib.parse import urlencode

import pytest

from kinegraph.api.hang_ups import MAX_MESSAGES, WATCH_AFTER_SECONDS, Deadline
from kinegraph.main import create_app
from kinegraph.services import Services
from tests.api.documents import CREATE_EXERCISE, outcome, send
from tests.api.test_time_limits import LIST, assert_later, locked
from tests.conftest import Person, World, running
from tests.realtime.clients import Live, live
from tests.settings import with_settings
from tests.waiting import until
from tests.workout.documents import Pool

OPEN = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'kinegraph' AND xact_start IS NOT NULL
"""
WAITING = f"{OPEN} AND wait_event_type = 'Lock'"
STORED = "SELECT count(*) FROM exercises WHERE name = $1"
KINDS = ("POST", "GET", "server-sent events", "WebSocket")


@pytest.fixture(scope="module")
async def patient(services: Services) -> AsyncIterator[Live]:
    """The API, where no limit of time ends a statement or a request."""
    async with live(services, statement_timeout_seconds=600, execution_seconds=600) as served:
        yield served


@asynccontextmanager
async def hanging_up(
    served: Live, person: Person, kind: str, body: dict[str, Any], **headers: str
) -> AsyncIterator[None]:
    """A request whose client hangs up at the end of the block."""
    if kind == "WebSocket":
        async with served.socket(person) as client:
            await client.send("subscribe", id="1", payload=body)
            yield
            client.socket.transport.abort()
        return
    accept = {"Accept": "text/event-stream"} if kind == "server-sent events" else {}
    text = json.dumps(body).encode()
    path = f"/graphql?{urlencode(body)}" if kind == "GET" else "/graphql"
    sent = {"Host": "127.0.0.1", "Authorization": f"Bearer {person.token}", **accept, **headers}
    if kind != "GET":
        sent |= {"Content-Type": "application/json", "Content-Length": str(len(text))}
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    _, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(f"{'GET' if kind == 'GET' else 'POST'} {path} HTTP/1.1\r\n{head}\r\n".encode())
    writer.write(b"" if kind == "GET" else text)
    yield
    writer.close()


@pytest.mark.parametrize("executor", ["breadth-first", "graphql-core"])
@pytest.mark.parametrize("kind", KINDS)
async def test_the_statement_of_a_query_whose_client_hangs_up_ends_while_it_waits(
    patient: Live, world: World, owner: Pool, kind: str, executor: str
) -> None:
    person = await world.person()
    async with locked(owner):
        headers = {"X-Kinegraph-Executor": executor}
        async with hanging_up(patient, person, kind, {"query": LIST}, **headers):
            await until(lambda: owner.fetchval(f"SELECT ({WAITING}) = 1"))
        await until(lambda: owner.fetchval(f"SELECT ({OPEN}) = 0"))
    assert outcome(await send(patient.api, {"query": LIST}, person=person)) == (200, [])


@pytest.mark.parametrize("kind", ["POST", "WebSocket"])
async def test_a_mutation_whose_client_hangs_up_before_its_commit_is_rolled_back(
    patient: Live, world: World, owner: Pool, kind: str
) -> None:
    admin = await world.person(is_platform_admin=True)
    body = {"query": CREATE_EXERCISE, "variables": {"input": {"name": f"Hung up by {kind}"}}}
    async with locked(owner):
        async with hanging_up(patient, admin, kind, body):
            await until(lambda: owner.fetchval(f"SELECT ({WAITING}) = 1"))
        await until(lambda: owner.fetchval(f"SELECT ({OPEN}) = 0"))
    assert await owner.fetchval(STORED, f"Hung up by {kind}") == 0


async def test_the_idempotency_key_of_a_mutation_whose_client_hung_up_is_free_for_the_same_one_again(
    patient: Live, world: World, owner: Pool
) -> None:
    admin = await world.person(is_platform_admin=True)
    body = {"query": CREATE_EXERCISE, "variables": {"input": {"name": "Hung up with a key"}}}
    key = {"Idempotency-Key": "hung-up-and-again"}
    async with locked(owner):
        async with hanging_up(patient, admin, "POST", body, **key):
            await until(lambda: owner.fetchval(f"SELECT ({WAITING}) = 1"))
        await until(lambda: owner.fetchval(f"SELECT ({OPEN}) = 0"))
    for _ in range(2):
        assert outcome(await send(patient.api, body, person=admin, headers=key)) == (200, [])
    assert await owner.fetchval(STORED, "Hung up with a key") == 1


LOOKUPS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "idempotency_keys": (
        {"query": CREATE_EXERCISE, "variables": {"input": {"name": "Never"}}},
        {"Idempotency-Key": "new"},
    ),
    "persisted_documents": ({"documentId": f"sha256:{'0' * 64}"}, {}),
}
"""The requests that look for a row in a table before they are executed."""


@pytest.mark.parametrize("table", LOOKUPS)
async def test_a_look_up_before_the_execution_ends_when_the_client_hangs_up(
    patient: Live, world: World, owner: Pool, table: str
) -> None:
    person, (body, headers) = await world.person(), LOOKUPS[table]
    async with locked(owner, table):
        async with hanging_up(patient, person, "POST", body, **headers):
            await until(lambda: owner.fetchval(f"SELECT ({WAITING}) = 1"))
        await until(lambda: owner.fetchval(f"SELECT ({OPEN}) = 0"))


@pytest.mark.parametrize("table", LOOKUPS)
async def test_a_look_up_before_the_execution_ends_at_the_time_limit_of_the_request(
    services: Services, world: World, owner: Pool, table: str
) -> None:
    person, (body, headers) = await world.person(), LOOKUPS[table]
    async with running(create_app(with_settings(services, execution_seconds=0.2))) as api, locked(owner, table):
        assert_later(await send(api, body, person=person, headers=headers), "TIMEOUT")


@pytest.mark.parametrize("kind", ["server-sent events", "WebSocket"])
async def test_a_subscription_whose_client_hangs_up_while_it_begins_leaves_no_statement_behind(
    patient: Live, world: World, owner: Pool, kind: str
) -> None:
    organization = await world.organization()
    document = "subscription ($id: ID!) { workoutChanged(id: $id) { cursor } }"
    body = {"query": document, "variables": {"id": str(organization.id)}}
    async with locked(owner, "workouts"):
        async with hanging_up(patient, organization.coach, kind, body):
            await until(lambda: owner.fetchval(f"SELECT ({WAITING}) = 1"))
        await until(lambda: owner.fetchval(f"SELECT ({OPEN}) = 0"))


async def test_a_client_who_waits_is_answered_though_another_of_the_same_process_hung_up(
    patient: Live, world: World, owner: Pool
) -> None:
    person = await world.person()
    async with locked(owner):
        waiting = asyncio.create_task(send(patient.api, {"query": LIST}, person=person))
        await until(lambda: owner.fetchval(f"SELECT ({WAITING}) = 1"))
        async with hanging_up(patient, person, "POST", {"query": LIST}):
            await until(lambda: owner.fetchval(f"SELECT ({WAITING}) = 2"))
        await until(lambda: owner.fetchval(f"SELECT ({OPEN}) = 1"))
        assert not waiting.done()
    assert outcome(await waiting) == (200, [])


async def test_a_mutation_whose_client_hangs_up_during_its_commit_is_committed(
    patient: Live, world: World, owner: Pool
) -> None:
    admin = await world.person(is_platform_admin=True)
    body = {"query": CREATE_EXERCISE, "variables": {"input": {"name": "Hung up at COMMIT"}}}
    async with owner.acquire() as connection, connection.transaction():
        await connection.execute("LOCK TABLE versions IN EXCLUSIVE MODE")
        async with hanging_up(patient, admin, "POST", body):
            await until(lambda: owner.fetchval(f"SELECT ({WAITING} AND query = 'COMMIT') = 1"))
        await send(patient.api, {"query": "{ __typename }"}, person=admin)  # the server has noticed it meanwhile
        assert await owner.fetchval(f"{WAITING} AND query = 'COMMIT'") == 1
    await until(lambda: owner.fetchval(f"SELECT ({STORED}) = 1", "Hung up at COMMIT"))


async def test_a_server_that_repeats_the_body_for_ever_does_not_stop_the_event_loop() -> None:
    received = 0

    async def receive() -> dict[str, Any]:
        nonlocal received
        received += 1
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async with Deadline(None, receive):
        await asyncio.sleep(WATCH_AFTER_SECONDS * 2)
    assert received == MAX_MESSAGES
