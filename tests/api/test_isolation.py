"""Isolation of callers: failing and cut-off requests do not affect valid ones of other tenants."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any  # JSON of requests and responses

import asyncpg
import pytest

from kinegraph.kit.rows import Row
from kinegraph.services import Services
from tests.api.documents import CREATE_WORKOUT
from tests.api.serving import Served, headers, serving
from tests.conftest import Organization, Person, World

EXECUTORS = ("breadth-first", "graphql-core")
POOL = 3
VALID = 18
"""Valid requests of each organization, one after the other."""
SLOW_SECONDS = 1
BACKLOG = 8
"""Maximum of requests under way before clients that do not wait for an answer send more."""

NAME = "{ viewer { user { id name } } }"
TREE = """{ viewer { user { id } memberships { organization { id name programs { organization { id } name }
  workouts { nodes { organization { id } title sections { movements { exercise { name } comments { body } } } } }
  exerciseLibrary(first: 2) { nodes { organization { id } name } } taxonomy { categories { name } } } } } }"""
CREATE = """mutation ($own: ID!, $name: String!) {
  createProgram(input: {organizationId: $own, name: $name}) { program { name organization { id } } userErrors { code } }
}"""

FAILING: tuple[tuple[str, dict[str, Any]], ...] = (
    ('query ($any: ID!) { taxonomy(organizationId: "x") { categories { id } } workout(id: $any) { title } }', {}),
    ('query ($any: ID!) { workout(id: $any) { title } taxonomy(organizationId: "x") { categories { id } } }', {}),
    ('{ exercises(after: "wrong") { totalCount } viewer { assignments { id } memberships { role } } }', {}),
    ('{ viewer { assignments { id } memberships { organization { workouts(after: "no") { totalCount } } } } }', {}),
    ("""{ viewer { memberships { organization { programs { workouts(first: 0) { totalCount } name }
        workouts { nodes { sections { movements { comments { author { email } } } } } } } } } }""", {}),
    ("""{ viewer { memberships { organization { members(first: 101) { totalCount } programs { name }
        exerciseLibrary(filter: {difficultyMin: -7}, first: 3) { nodes { name video { myVote } } } } } } }""", {}),
    ("query ($n: Int) { exercises(first: $n) { totalCount } viewer { user { id } } }", {"n": -1}),
    ("query ($n: Int = 3) { exercises(first: $n) { totalCount } viewer { user { id } } }", {"n": None}),
    ("query ($s: ExerciseSort) { exercises(sort: $s) { totalCount } viewer { user { id } } }", {"s": None}),
    ("query ($f: ExerciseFilter) { exercises(filter: $f) { totalCount } viewer { user { id } } }", {"f": {"x": 1}}),
    ("""mutation { a: updateProgram(id: "x", input: {name: "a"}) { program { name } userErrors { code } }
        b: deleteWorkout(id: "x") { userErrors { code } } }""", {}),
    ("""mutation ($any: ID!) { a: deleteWorkout(id: $any) { userErrors { code } }
        b: updateProgram(id: $any, input: {name: ""}) { program { organization { workouts(after: "x") { totalCount } } }
        userErrors { code } } }""", {}),
    ("""mutation ($own: ID!) { a: createProgram(input: {organizationId: $own, name: "failed"}) {
        program { name organization { workouts(after: "x") { totalCount } programs { name } } }
        userErrors { code } } }""", {}),
    ("{ exercises(first: 5) { nodes { name video { myVote } } } viewer { user { id } memberships { role } } }", {}),
)  # fmt: skip
"""Documents that are refused or fail, at every level; the last waits for a lock until its time is over."""


class Tenants:
    """Organizations whose members send valid requests, and one whose members do not."""

    def __init__(self, good: list[Organization], bad: Organization) -> None:
        self.good = good
        self.bad = bad


@pytest.fixture(scope="module")
async def tenants(world: World) -> Tenants:
    return Tenants([await world.organization() for _ in range(4)], await world.organization())


@pytest.fixture(scope="module")
async def served(services: Services, tenants: Tenants) -> AsyncIterator[Served]:
    settings = {"pool_size": POOL, "statement_timeout_seconds": SLOW_SECONDS, "log_format": "json"}
    async with serving(services, **settings) as served:
        for organization in (*tenants.good, tenants.bad):
            exercise = {"exerciseId": await _exercise(served, organization.coach)}
            tree = [{"movements": [exercise, exercise]}] * 2
            input = {"organizationId": str(organization.id), "title": organization.slug, "sections": tree}
            await served.api.run(CREATE_WORKOUT, organization.coach, input=input)
        yield served


async def _exercise(served: Served, person: Person) -> str:
    found: str = (await served.api.run("{ exercises(first: 1) { nodes { id } } }", person))["exercises"]["nodes"][0][
        "id"
    ]
    return found


async def send_valid_request(served: Served, organization: Organization, executor: str, number: int) -> None:
    """Send a valid request. Assert that its answer has no errors and only this organization's data."""
    own, person = str(organization.id), (organization.coach, organization.owner)[number % 2]
    document, variables = ((NAME, {}), (TREE, {}), (CREATE, {"own": own, "name": f"Program {number}"}))[number % 3]
    sent = headers(person, executor)
    response = await served.api.client.post("/graphql", json={"query": document, "variables": variables}, headers=sent)
    body = response.json()
    assert response.status_code == 200 and "errors" not in body, (number, executor, body)
    if document is CREATE:
        assert body["data"]["createProgram"]["program"]["organization"]["id"] == own, body
        return
    assert body["data"]["viewer"]["user"]["id"] == str(person.id)
    assert set(_organizations(body["data"])) <= {own}, body
    if document is TREE:
        (membership,) = body["data"]["viewer"]["memberships"]
        titles = [workout["title"] for workout in membership["organization"]["workouts"]["nodes"]]
        assert titles == [organization.slug], body


def _organizations(value: Any) -> list[str]:
    """The ids of the organizations in an answer."""
    if isinstance(value, list):
        return [id for entry in value for id in _organizations(entry)]
    if not isinstance(value, dict):
        return []
    own = [value["organization"]["id"]] if isinstance(value.get("organization"), dict) else []
    return own + [id for entry in value.values() for id in _organizations(entry)]


async def send_failing_requests(served: Served, tenants: Tenants, executor: str, done: asyncio.Event) -> set[str]:
    """Send failing documents until the valid ones are answered. Return the error codes that were answered."""
    codes: set[str] = set()
    turn = 0
    while not done.is_set():
        document, variables = FAILING[turn % len(FAILING)]
        turn += 1
        given = {"own": str(tenants.bad.id), "any": str(tenants.good[0].id)}
        sent = {**{name: id for name, id in given.items() if f"${name}:" in document}, **variables}
        body = {"query": document, "variables": sent}
        response = await served.api.client.post("/graphql", json=body, headers=headers(tenants.bad.coach, executor))
        codes |= {error["extensions"]["code"] for error in response.json().get("errors", [])}
    return codes


@pytest.mark.parametrize("executor", EXECUTORS)
async def test_valid_requests_succeed_beside_failing_documents_of_others(
    served: Served, tenants: Tenants, owner: "asyncpg.Pool[Row]", executor: str
) -> None:
    idle = await served.idle_tasks()
    done = asyncio.Event()
    async with owner.acquire() as blocker, blocker.transaction():
        await blocker.execute("LOCK TABLE exercise_video_votes IN ACCESS EXCLUSIVE MODE")
        bad = [asyncio.create_task(send_failing_requests(served, tenants, executor, done)) for _ in range(3)]
        try:
            async with asyncio.TaskGroup() as group:
                for organization in tenants.good:
                    group.create_task(_send_valid_requests(served, organization, executor, VALID))
        finally:
            done.set()
            met = await asyncio.gather(*bad)
    assert {"BAD_REQUEST", "INVALID_INPUT"} <= set().union(*met)
    await served.require_idle(owner, POOL, idle)
    async with owner.acquire() as connection:
        failed = "SELECT count(*) FROM programs WHERE name = 'failed'"
        assert await connection.fetchval(failed) == 0, "a failed mutation was stored"


async def _send_valid_requests(served: Served, organization: Organization, executor: str, times: int) -> None:
    for number in range(times):
        await send_valid_request(served, organization, executor, number)


async def hang_up(served: Served, tenants: Tenants, executor: str, random: random.Random) -> None:
    """Send a random number of bytes of a request, and close the connection after a random time."""
    document, variables = random.choice([*FAILING[:-1], (TREE, {}), (TREE, {}), (CREATE, {"name": "cut off"})])
    given = {"own": str(tenants.bad.id), "any": str(tenants.good[0].id), **variables}
    sent = {name: value for name, value in given.items() if f"${name}:" in document}
    body = json.dumps({"query": document, "variables": sent}).encode()
    lines = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": str(len(body)),
             **headers(tenants.bad.coach, executor)}  # fmt: skip
    head = "\r\n".join(["POST /graphql HTTP/1.1", *(f"{name}: {value}" for name, value in lines.items()), "", ""])
    whole = head.encode() + body
    _, writer = await asyncio.open_connection("127.0.0.1", served.port)
    with suppress(ConnectionError):
        cut = len(whole) if random.random() < 0.7 else random.randrange(len(whole))
        writer.write(whole[:cut])
        await writer.drain()
        await asyncio.sleep(random.random() * random.choice([0, 0.003, 0.02]))
    if random.random() < 0.5:
        writer.transport.abort()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


@pytest.mark.parametrize("executor", EXECUTORS)
async def test_valid_requests_succeed_beside_clients_that_hang_up_at_any_time(
    served: Served, tenants: Tenants, owner: "asyncpg.Pool[Row]", executor: str
) -> None:
    idle = await served.idle_tasks()
    random_times = random.Random(11)
    done = asyncio.Event()

    async def cut_off() -> int:
        count = 0
        while not done.is_set():
            await hang_up(served, tenants, executor, random_times)
            count += 1
            while served.requests > BACKLOG:  # noqa: ASYNC110  # requests of clients that have gone are answered all the same
                await asyncio.sleep(0.002)
        return count

    bad = [asyncio.create_task(cut_off()) for _ in range(3)]
    try:
        async with asyncio.TaskGroup() as group:
            for organization in tenants.good:
                group.create_task(_send_valid_requests(served, organization, executor, VALID))
    finally:
        done.set()
        counts = await asyncio.gather(*bad)
    assert sum(counts) > 30
    await served.require_idle(owner, POOL, idle)
