"""Fixtures of all tests: a real PostgreSQL and Redis, a migrated and seeded database, the real API.

Tests send requests to the API over HTTP (in process, unless they need a socket) as users of organizations that they
make for themselves, so that they do not meet each other: modules may share a database and an application.
"""

import gc
import itertools
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, cast  # JSON of the API, and ASGI messages
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from kinegraph.identity import store as identity
from kinegraph.identity import store_operator as operator
from kinegraph.identity.rules import Viewer
from kinegraph.kit import pool
from kinegraph.kit.database import Database
from kinegraph.kit.sessions import WriteSession
from kinegraph.main import create_app
from kinegraph.outside.tokens import Tokens
from kinegraph.services import Services
from kinegraph.settings import Settings
from tests.observing import observe
from tests.servers import (
    database,
    database_url,
    guarded_database_url,
    is_shared,
    own_database,
    own_database_url,
    own_owner,
    owner,
    redis_url,
    server_url,
    shared_database,
    shared_database_url,
    shared_owner,
    template,
    with_database,
)
from tests.settings import ALL_ALLOWED, with_settings

__all__ = [
    "database", "database_url", "guarded_database_url", "own_database", "own_database_url", "own_owner", "owner",
    "redis_url", "server_url", "shared_database", "shared_database_url", "shared_owner", "template", "with_database",
]  # fmt: skip

SECRET = "a secret of the tests, of 64 bytes and more, as HS512 needs (RFC 7518)"
_numbers = itertools.count(1)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the garbage collector the modules and tests, which stay: it took a third of the time to collect them."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(5_000, 8, 200)
        gc.enable()


@dataclass
class Person:
    """A user of the tests."""

    id: UUID
    email: str

    @property
    def token(self) -> str:
        """A bearer token that is valid for an hour; the same one within a second, in which it would not differ."""
        return _token(str(self.id), self.email, int(time.time()))


@lru_cache(1_000)
def _token(id: str, email: str, second: int) -> str:
    return Tokens(SECRET).sign({"sub": id, "email": email}, 3600)


@dataclass
class Organization:
    """An organization of the tests, with somebody in each role."""

    id: UUID
    slug: str
    owner: Person
    coach: Person
    member: Person
    others: list[Person] = field(default_factory=list)


@dataclass
class World:
    """Makes organizations and users directly in the database: the API has no mutations for them."""

    database: Database

    async def person(self, *, is_platform_admin: bool = False) -> Person:
        """A new user, in no organization."""
        async with self.database.write(operator.act_as_operator) as session:
            return await _person(session, is_platform_admin=is_platform_admin)

    async def organization(self) -> Organization:
        """A new organization with an owner, a coach and a member."""
        slug = f"organization-{next(_numbers)}"
        async with self.database.write(operator.act_as_operator) as session:
            id = await operator.insert_organization(session, slug.title(), slug)
            assert id is not None
            owner, coach, member = [await _join(session, id, role) for role in ("owner", "coach", "member")]
        return Organization(id, slug, owner, coach, member)

    async def join(self, organization_id: UUID, role: str, person: Person | None = None) -> Person:
        """A (new) user who belongs to the organization."""
        async with self.database.write(operator.act_as_operator) as session:
            return await _join(session, organization_id, role, person)

    async def exercise_id(self, slug: str) -> str:
        """The id of a canonical exercise."""
        async with self.database.read() as session:
            id = await session.fetch_value("SELECT id FROM exercises WHERE slug = $1 AND organization_id IS NULL", slug)
        assert id is not None, slug
        return str(id)

    @asynccontextmanager
    async def writing_as(self, person: Person) -> AsyncIterator[WriteSession[Viewer]]:
        """A write session of a user, without any check of the application: row-level security alone."""
        async with self.database.write(identity.authenticate_as(person.id)) as session:
            yield session


async def _person(session: WriteSession[None], *, is_platform_admin: bool = False) -> Person:
    email = f"person{next(_numbers)}@kinegraph.example"
    return Person(await operator.insert_user(session, "Person", email, is_platform_admin=is_platform_admin), email)


async def _join(session: WriteSession[None], organization_id: UUID, role: str, person: Person | None = None) -> Person:
    who = person or await _person(session)
    await operator.insert_membership(session, organization_id, who.id, role)
    return who


@pytest.fixture(scope="module")
def world(database: Database) -> World:
    """Organizations and users for this module."""
    return World(database)


class Refused(AssertionError):
    """A mutation answered userErrors, or a request errors, where a test counted on success."""


@dataclass
class Api:
    """The API over HTTP."""

    client: httpx.AsyncClient

    async def post(self, text: str, person: Person | None = None, **variables: Any) -> httpx.Response:
        """The response to a document."""
        headers = {"Authorization": f"Bearer {person.token}"} if person else {}
        return await self.client.post("/graphql", json={"query": text, "variables": variables}, headers=headers)

    async def run(self, text: str, person: Person | None = None, **variables: Any) -> Any:
        """The data of a document. Raises Refused where anything was refused."""
        body = (await self.post(text, person, **variables)).json()
        data = body.get("data")
        if body.get("errors") or data is None or any(_user_errors(value) for value in data.values()):
            raise Refused(body)
        return data

    async def payload(self, text: str, person: Person | None = None, **variables: Any) -> Any:
        """The payload of a mutation, refused or not."""
        response = await self.post(text, person, **variables)
        body = response.json()
        assert response.status_code == 200 and "errors" not in body, body
        (payload,) = body["data"].values()
        return payload

    async def refusals(self, text: str, person: Person | None = None, **variables: Any) -> list[tuple[str, list[str]]]:
        """Code and path of each userErrors entry of a document with one mutation."""
        return [(error["code"], error["field"]) for error in await self.user_errors(text, person, **variables)]

    async def user_errors(self, text: str, person: Person | None = None, **variables: Any) -> list[dict[str, Any]]:
        """The userErrors of a document with one mutation."""
        return [*(await self.payload(text, person, **variables))["userErrors"]]


def _user_errors(value: Any) -> Any:
    return value.get("userErrors") if isinstance(value, dict) else None


def services_of(database_url: str, redis_url: str) -> Services:
    """The services of an application under test."""
    settings = Settings(environment="development", graphiql=True, home=Path.cwd() / ".kinegraph", **ALL_ALLOWED)
    return Services(settings, database_url, redis_url, SECRET)


@pytest.fixture(scope="session")
def shared_services(shared_database_url: str, redis_url: str) -> Services:
    """The services of the shared application."""
    return services_of(shared_database_url, redis_url)


@pytest.fixture(scope="module")
def services(request: pytest.FixtureRequest, database_url: str, redis_url: str) -> Services:
    """The services of the application under test."""
    if is_shared(database_url):
        return cast(Services, request.getfixturevalue("shared_services"))
    return services_of(database_url, redis_url)


@asynccontextmanager
async def running(app: Starlette, started: Callable[[Any], None] = lambda state: None) -> AsyncIterator[Api]:
    """The application in this process, with its lifespan; `started` is called with the state of the lifespan."""
    async with app.router.lifespan_context(app) as state:
        started(state)

        async def with_state(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = httpx.ASGITransport(with_state, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            yield Api(client)


@pytest.fixture(scope="session")
async def shared_api(shared_services: Services) -> AsyncIterator[Api]:
    """The API on the shared database."""
    async with running(create_app(shared_services)) as api:
        yield api


@pytest.fixture(scope="module")
async def own_api(services: Services) -> AsyncIterator[Api]:
    """The API of this module alone."""
    async with running(create_app(services)) as api:
        yield api


@pytest.fixture(scope="module")
def api(request: pytest.FixtureRequest, services: Services) -> Api:
    """The API on this module's database."""
    is_own = not is_shared(services.database_url) or services is not request.getfixturevalue("shared_services")
    return cast(Api, request.getfixturevalue("own_api" if is_own else "shared_api"))


@dataclass
class Counter:
    """The API on one connection whose statements are seen."""

    api: Api
    statements: list[str]

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """The statements of the block, transaction control included."""
        self.statements.clear()
        seen: list[str] = []
        yield seen
        seen.extend(self.statements)


@asynccontextmanager
async def counted(services: Services, cache_mb: int, *, request_cache_mb: int | None = None) -> AsyncIterator[Counter]:
    """The API on one connection whose statements are seen, a read's COMMIT with the BEGIN after it; 0: no caches."""
    requests = min(cache_mb, 16) if request_cache_mb is None else request_cache_mb
    changed = with_settings(services, pool_size=1, cache_mb=cache_mb, request_cache_mb=requests)
    statements: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "DEFERRED_COMMIT_SECONDS", 3600)
        async with running(create_app(changed), lambda state: observe(state["database"], statements)) as api:
            yield Counter(api, statements)


@pytest.fixture(scope="module")
async def counter(services: Services) -> AsyncIterator[Counter]:
    """Counts what a request sends to the database, where nothing is cached that could save a statement."""
    async with counted(services, 0) as counter:
        yield counter
