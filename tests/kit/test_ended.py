"""A session that has ended refuses every further statement, whatever the state of its connection."""

import inspect
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any  # Any: arguments of any method
from uuid import UUID

import pytest

from kinegraph.kit.database import Database
from kinegraph.kit.sessions import ReadSession, SessionEnded, WriteSession

SAMPLES: dict[str, Any] = {"statement": "SELECT 1", "table": "users", "id": UUID(int=1), "values": {"name": "A"}}
"""An argument for each parameter of a session's methods, by its name."""


def methods(kind: type[ReadSession]) -> list[str]:
    """Every public method of a session but `end`, which refuses nothing."""
    return [name for name, _ in inspect.getmembers(kind, inspect.isfunction) if name[0] != "_" and name != "end"]


async def call(method: Callable[..., Any]) -> Any:
    """Call a method with an argument for each of its parameters; open it if it is a context manager."""
    parameters = inspect.signature(method).parameters.values()
    found = method(*(SAMPLES[each.name] for each in parameters if each.kind is not each.VAR_POSITIONAL))
    if isinstance(found, AbstractAsyncContextManager):
        async with found:
            return None
    return await found


CASES = [(kind, name) for kind in (ReadSession, WriteSession) for name in methods(kind)]


@pytest.mark.parametrize(("kind", "name"), CASES)
async def test_a_session_that_has_ended_refuses_every_further_statement_by_itself(
    database: Database, kind: type[ReadSession], name: str
) -> None:
    begin = database.begin_write if kind is WriteSession else database.begin_read
    session = await begin()
    sent: list[str] = []
    session.lease.on_statement = sent.append
    session.end()  # its connection is still leased to it, and would accept statements
    try:
        with pytest.raises(SessionEnded):
            await call(getattr(session, name))
        assert sent == []
    finally:
        session.lease.on_statement = None
        await database.end(session, commit=False)


def test_every_method_of_a_session_is_tested() -> None:
    assert {"fetch", "fetch_list", "fetch_row", "fetch_value"} <= set(methods(ReadSession)) < set(methods(WriteSession))
