"""Every list of objects that has no pages is read with a bound."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast  # batch functions and keys of any type
from unittest.mock import MagicMock
from uuid import uuid4

import pytest
from graphql import get_named_type, get_nullable_type, is_list_type, is_object_type

from kinegraph.api.schema import schema
from kinegraph.kit.errors import AnswerTooLarge
from kinegraph.kit.sessions import ReadSession
from tests.rooms import WHERE, merged

Read = Callable[[ReadSession[Any]], Any]
ID = uuid4()
DERIVED = {"Enrollment.safetyFindings": ("organization_id", "patient_id", "id", "version_ids")}
"""The parts of keys that are not columns of the parent, where there are more than two ids."""
OTHERS = {"query": "q", "version_ids": (ID,)}
"""The values of columns that have no id."""


def lists() -> Iterator[tuple[str, Any]]:
    """The lists of objects in the schema, by type and field, with their edges; without pages and payloads."""
    for parent in schema._schema.type_map.values():
        if (
            not is_object_type(parent)
            or parent.name.startswith("__")
            or parent.name.endswith(("Connection", "Payload"))
        ):
            continue
        for name, field in cast(Any, parent).fields.items():
            if is_list_type(get_nullable_type(field.type)) and is_object_type(get_named_type(field.type)):
                yield f"{parent.name}.{name}", field.extensions["strawberry-definition"].metadata.get("edge")


def reading_functions() -> Iterator[tuple[str, Read]]:
    """The read function of each list of the schema that has a statement of its own."""
    yield from merged("reads").items()
    for name, edge in lists():
        if edge is not None:
            several = edge.columns or DERIVED.get(name, ("id", "organization_id"))
            key = ID if isinstance(edge.columns, str) else tuple(OTHERS.get(each, ID) for each in several)
            yield name, partial(_call_batch, edge.batch, key)


def _call_batch(batch: Any, key: Any, session: ReadSession[Any]) -> Any:
    return batch(session, [key])


class Sessions(ReadSession[Any]):
    """A session whose every statement finds one row more than a list may have."""

    def __init__(self) -> None:
        super().__init__(MagicMock(), max_rows=3)
        self.viewer = MagicMock()

    async def fetch(self, statement: str, *arguments: Any) -> list[Any]:
        """Return as many rows as the statement's LIMIT allows, at most four."""
        return [MagicMock()] * (4 if statement.endswith("LIMIT 4") else 0)


def test_every_list_of_the_schema_is_an_edge_or_declared() -> None:
    bounded = {*merged("reads"), *merged("bounds")}
    unbounded = [name for name, edge in lists() if edge is None and not {name, name.partition(".")[0]} & bounded]
    assert unbounded == [], f"`reads` has how one is read, `bounds` what else bounds it: {WHERE}"


def test_every_bound_that_a_room_declares_is_of_a_list_that_exists() -> None:
    names = {part for name, _ in lists() for part in (name, name.partition(".")[0])}
    assert {name for name in merged("bounds") if name not in names} == set()


@pytest.mark.parametrize(("name", "read"), [pytest.param(*each, id=each[0]) for each in reading_functions()])
async def test_a_list_of_more_rows_than_the_limit_is_refused(name: str, read: Read) -> None:
    with pytest.raises(AnswerTooLarge, match="more than 3 objects"):
        await read(Sessions())
