"""Helpers of the tests of cached answers: the API with a cache and without, and queries that stay open.

An entry is made at the second miss of its key: a document that is sent `TIMES` times is missed, then put, then found.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any  # JSON of variables

import orjson
from graphql import parse

from kinegraph.api.context import RequestContext
from kinegraph.api.documents import Document
from kinegraph.api.executor import execute, json_fragment
from kinegraph.api.schema import schema
from kinegraph.breadth.budget import Budget
from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from kinegraph.kit.errors import AnswerTooLarge
from kinegraph.kit.sessions import ReadSession
from kinegraph.main import create_app
from kinegraph.services import Services
from tests.conftest import Api, Person, running
from tests.settings import with_settings

TIMES = 3


@asynccontextmanager
async def serving(services: Services, cache_mb: int) -> AsyncIterator[Api]:
    """The API with a cache of so many megabytes; 0 for none."""
    changed = with_settings(services, cache_mb=cache_mb)
    async with running(create_app(changed)) as api:
        yield api


async def agree(
    plain: Api, api: Api, people: Iterable[Person], texts: Iterable[str], variables: Mapping[str, Any]
) -> None:
    """Assert that every person gets the same bytes with a cache and without, the first time and later."""
    for person in people:
        for text in texts:
            answer = await plain.post(text, person, **variables)
            assert all("path" in each for each in answer.json().get("errors", ())), f"not executed: {answer.text}"
            for _ in range(TIMES):
                assert (await api.post(text, person, **variables)).content == answer.content


class _OpenContext(RequestContext):
    """A context whose session was opened before: the executor begins no other."""

    async def open(self) -> ReadSession:
        return self.opened or await super().open()


class Query:
    """A query that has begun: it sees one snapshot, whatever is written meanwhile."""

    def __init__(self, database: Database, person: Person) -> None:
        self._context = _OpenContext(
            database, authenticate_as(person.id), Document(parse("{ __typename }")), writes=False
        )

    async def __aenter__(self) -> "Query":
        await self._context.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._context.finish(commit=True)

    async def answer(self, text: str, **variables: Any) -> bytes:
        """The answer to a document, as the bytes that are sent."""
        context, budget = self._context, Budget(100_000, 2**26, AnswerTooLarge)
        context.document = Document(parse(text))
        result = await execute(schema._schema, context, variables, None, breadth_first=True, budget=budget)
        context.clear_loaders()
        assert not result.errors, result.errors
        return orjson.dumps(json_fragment(result.data, budget))
