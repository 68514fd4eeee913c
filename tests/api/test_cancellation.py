"""No task outlives its request, and no connection is lost, wherever the request is cancelled."""

import asyncio
import itertools
import types
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any  # coroutines and ASGI state of any type

import httpx
import pytest

from kinegraph.api import hang_ups
from kinegraph.kit.database import Database
from kinegraph.main import create_app
from kinegraph.services import Services
from tests.api.documents import CREATE_WORKOUT
from tests.api.serving import headers
from tests.api.test_statements import TREE, make_workout
from tests.conftest import Api, Organization, World
from tests.observing import observe
from tests.settings import with_settings

EXECUTORS = ("breadth-first", "graphql-core")
MAX_CANCELLATIONS = 400

LISTS = """{ viewer { user { name } memberships { role organization { programs { name workouts { totalCount } }
  workouts(first: 2) { totalCount nodes { title author { name } } } members { nodes { user { name } } }
  exerciseLibrary(first: 2) { totalCount nodes { name overrides { field } } } assignments { totalCount } } } }
  exercises(first: 3) { totalCount nodes { name forkedFrom { name } } } taxonomy { categories { children { id } } } }"""
FAILS_LATE = """{ taxonomy(organizationId: "x") { categories { id } } viewer { memberships { organization {
  workouts(first: 2) { nodes { sections { movements { comments { body } } } } } members(after: "x") { totalCount } } } }
  exercises(first: 3) { totalCount nodes { name } } }"""


@dataclass
class Cancelled:
    """The API on two connections, whose requests can be cancelled where a test wants it."""

    api: Api
    database: Database
    statements: list[str]
    cancel_at: int | None = None
    """The await of the request's own task at which it is cancelled."""

    @types.coroutine
    def advance(self, work: Any) -> Generator[Any, Any, Any]:
        """Run a request, and cancel its task at one of its awaits."""
        error: BaseException | None = None
        for number in itertools.count():
            try:
                waits_for = work.send(None) if error is None else work.throw(error)
            except StopIteration as end:
                return end.value
            if number == self.cancel_at:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            error = None
            try:
                yield waits_for
            except BaseException as raised:
                error = raised

    async def require_idle(self, before: set[Any]) -> None:
        """Assert that the process has the tasks of before the request, and two usable connections."""
        left = [task for task in asyncio.all_tasks() - before if not _is_of_the_process(task)]
        assert left == []
        leases = [await asyncio.wait_for(self.database.pool.begin("BEGIN"), 20) for _ in range(2)]
        for lease in leases:
            assert await lease.fetch("SELECT 1", ())
            await self.database.pool.end(lease, "ROLLBACK")


def _is_of_the_process(task: "asyncio.Task[Any]") -> bool:
    """True for tasks of the process's own: the pool's, which sends deferred commits, and that of wake-ups."""
    return getattr(task.get_coro(), "__qualname__", "") in ("ConnectionPool.end", "Channel._publish")


@asynccontextmanager
async def cancellable(services: Services) -> AsyncIterator[Cancelled]:
    app = create_app(with_settings(services, pool_size=2))
    async with app.router.lifespan_context(app) as state:
        app_state: Any = state

        async def stepped(scope: Any, receive: Any, send: Any) -> None:
            await found.advance(app({**scope, "state": dict(app_state)}, receive, send))

        transport = httpx.ASGITransport(stepped, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            found = Cancelled(Api(client), app_state["database"], [])
            observe(app_state["database"], found.statements)
            yield found


@pytest.fixture(scope="module")
async def cancelled(services: Services) -> AsyncIterator[Cancelled]:
    """With clients that are watched from the beginning, so that each watching task is one that could be left behind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hang_ups, "WATCH_AFTER_SECONDS", 0)
        async with cancellable(services) as found:
            yield found


@pytest.fixture(scope="module")
async def organization(world: World) -> Organization:
    return await world.organization()


@pytest.fixture(scope="module")
async def requests(api: Api, world: World, organization: Organization) -> dict[str, dict[str, Any]]:
    """Bodies of requests, by description."""
    workout = await make_workout(api, world, organization, 2, 2)
    tree = [{"movements": [{"exerciseId": await world.exercise_id("back-squat")}] * 2}] * 2
    created = {"input": {"organizationId": str(organization.id), "title": "Cancelled", "sections": tree}}
    return {
        "a tree": {"query": TREE, "variables": {"id": workout}},
        "lists": {"query": LISTS},
        "one that fails": {"query": FAILS_LATE},
        "a mutation": {"query": CREATE_WORKOUT, "variables": created},
    }


KINDS = ("a tree", "lists", "one that fails", "a mutation")


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("kind", KINDS)
async def test_a_request_that_is_cancelled_at_any_of_its_awaits_leaves_nothing_behind(
    cancelled: Cancelled, organization: Organization, requests: dict[str, Any], kind: str, executor: str
) -> None:
    body, sent = requests[kind], headers(organization.coach, executor)
    for position in range(MAX_CANCELLATIONS):
        cancelled.cancel_at = position
        before = asyncio.all_tasks()
        request = asyncio.create_task(cancelled.api.client.post("/graphql", json=body, headers=sent))
        await asyncio.wait([request])
        cancelled.cancel_at = None
        await cancelled.require_idle(before)
        if not request.cancelled():
            assert position
            return
    raise AssertionError("it never came to its end")


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("kind", KINDS)
async def test_a_request_that_is_cancelled_at_any_of_its_statements_leaves_nothing_behind(
    cancelled: Cancelled, organization: Organization, requests: dict[str, Any], kind: str, executor: str
) -> None:
    body, sent = requests[kind], headers(organization.coach, executor)
    for number in range(MAX_CANCELLATIONS):
        before = asyncio.all_tasks()
        request = asyncio.create_task(cancelled.api.client.post("/graphql", json=body, headers=sent))
        seen = len(cancelled.statements)
        while not request.done() and len(cancelled.statements) < seen + number:  # noqa: ASYNC110  # each turn of the loop
            await asyncio.sleep(0)
        request.cancel()
        await asyncio.wait([request])
        await cancelled.require_idle(before)
        if not request.cancelled():
            assert number > 1
            return
    raise AssertionError("it never came to its end")


@pytest.mark.parametrize("executor", EXECUTORS)
async def test_a_field_that_fails_at_once_cancels_the_fields_beside_it(
    cancelled: Cancelled, organization: Organization, executor: str
) -> None:
    document = "query ($s: ExerciseSort) { viewer { memberships { role } } exercises(sort: $s) { totalCount } }"
    before = asyncio.all_tasks()
    response = await cancelled.api.client.post(
        "/graphql", json={"query": document, "variables": {"s": None}}, headers=headers(organization.coach, executor)
    )
    assert response.json()
    await cancelled.require_idle(before)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("kind", KINDS[:-1])
async def test_completed_requests_leave_no_task_behind(
    cancelled: Cancelled, organization: Organization, requests: dict[str, Any], kind: str, executor: str
) -> None:
    before = asyncio.all_tasks()
    response = await cancelled.api.client.post(
        "/graphql", json=requests[kind], headers=headers(organization.coach, executor)
    )
    assert ("errors" in response.json()) == (kind == "one that fails")
    await cancelled.require_idle(before)
