"""The layers of a mutation are all checked before it refuses: laws of every mutation of the schema."""

from collections.abc import Iterator
from typing import Any  # inputs are JSON

import pytest
from graphql import GraphQLList, GraphQLNonNull, get_named_type, is_leaf_type

from tests.api.samples import Operation, Path, leaves, operations, put
from tests.api.targets import NAMES as ALL
from tests.api.targets import Prepared
from tests.api.test_malformed import prepared
from tests.conftest import Api
from tests.rooms import listed, merged
from tests.workout.documents import NO_ID

__all__ = ["prepared"]

MUTATIONS = [operation for operation in operations() if operation.parent == "Mutation"]
MALFORMED = {"ID": "none", "String": "a\0b", "DateTime": "2026-03-01T10:00:00", "Int": -1, "Float": -1.0}
"""A value of each type that no row is needed to refuse: no id, a control character, a time without offset."""
STALE = "2001-02-03T04:05:06Z"
"""A version that is never stored."""


def faults(operation: Operation, type_name: str, value: Any) -> Iterator[tuple[Path, Any, Path]]:
    """Every place of an operation that takes a type: its path, the value there, and the path that a refusal names."""
    for argument, type in operation.arguments.items():
        for path, leaf in leaves(type, (argument,)):
            if not is_leaf_type(get_named_type(leaf)) or get_named_type(leaf).name != type_name:
                continue
            if path[-1] == "clientId" and type_name == "ID":
                continue  # made by the client: any text
            if f"{operation.name}.{path[-1]}" in listed("client_ids") and value == NO_ID:
                continue  # made by the client: any UUID
            inner: Any = leaf.of_type if isinstance(leaf, GraphQLNonNull) else leaf
            is_list = isinstance(inner, GraphQLList)
            yield (path, [value], (*path, "0")) if is_list else (path, value, path)


async def refused(api: Api, operation: Operation, person: Any, variables: Any) -> set[Path]:
    """The paths that a mutation refuses."""
    return {tuple(path) for _, path in await api.refusals(operation.text, person, **variables)}


@pytest.mark.parametrize("operation", MUTATIONS, ids=[each.name for each in MUTATIONS])
async def test_values_ids_and_rows_are_refused_together(api: Api, prepared: Prepared, operation: Operation) -> None:
    good, coach = prepared.variables(operation), prepared.organization.coach
    malformed = [each for name, value in MALFORMED.items() for each in faults(operation, name, value)]
    sent = good
    for path, value, _ in malformed:
        sent = put(sent, path, value)
    found = await refused(api, operation, coach, sent)
    assert found >= {named for _, _, named in malformed}, "all that is malformed"
    for path, value, named in faults(operation, "ID", NO_ID):
        sent = put(good, path, value)
        others = [each for each in malformed if get_value(each) != MALFORMED["ID"]]
        for at, bad, _ in others:
            sent = put(sent, at, bad)
        found = await refused(api, operation, coach, sent)
        assert found >= {named, *(name for _, _, name in others)}, (path, found)


def references(operation: Operation) -> Iterator[tuple[Path, Any, Path]]:
    """The faults of every place that names a row or a file: an id of nothing."""
    yield from faults(operation, "ID", NO_ID)
    yield from (each for each in faults(operation, "String", NO_ID) if each[0][-1] == "imageKey")


def with_faults(variables: Any, *wrong: tuple[Path, Any, Path]) -> Any:
    """The variables with each of these faults."""
    for path, value, _ in wrong:
        variables = put(variables, path, value)
    return variables


@pytest.mark.parametrize("operation", MUTATIONS, ids=[each.name for each in MUTATIONS])
async def test_of_every_two_wrong_fields_both_are_refused(api: Api, prepared: Prepared, operation: Operation) -> None:
    good, coach = prepared.variables(operation), prepared.organization.coach
    malformed = [each for name, value in MALFORMED.items() for each in faults(operation, name, value)]
    missed = []
    named = [*references(operation)]
    for number, first in enumerate(named):
        for second in (*named[number + 1 :], *malformed):
            if second[0] != first[0]:
                found = await refused(api, operation, coach, with_faults(good, first, second))
                missed += [(first[2], second[2], found)] if not found >= {first[2], second[2]} else []
    assert missed == []


def version(operation: Operation) -> Path | None:
    """The path of the version that an edit is made for; None for a mutation that takes none."""
    paths = (path for path, _, _ in faults(operation, "DateTime", STALE))
    return next((path for path in paths if path[-1] == "ifUpdatedAt"), None)


ROWS = {"id", "workoutId", "movementId", "assignmentId"}
"""The names of ids without which no stored version is found (beside `ifUpdatedAt`, or above it), unless declared."""


def names_the_row(operation: Operation, path: Path) -> bool:
    """True if the place of an input names what is edited."""
    return len(path) <= 2 and path[-1] in merged("edited_by").get(operation.name, ROWS)


VERSIONED = [operation for operation in MUTATIONS if version(operation)]


@pytest.mark.parametrize("operation", VERSIONED, ids=[each.name for each in VERSIONED])
async def test_a_stale_edit_is_refused_as_a_conflict_beside_every_fault_of_its_input(
    api: Api, prepared: Prepared, operation: Operation
) -> None:
    at = version(operation)
    assert at is not None
    good, coach = put(prepared.variables(operation), at, STALE), prepared.organization.coach
    text = operation.text.replace("{ userErrors", "{ conflict { updatedAt updatedBy { id } } userErrors")
    malformed = [each for name, value in MALFORMED.items() for each in faults(operation, name, value)]
    payload = (await api.post(text, coach, **good)).json()["data"][operation.name]
    assert payload["conflict"] and [each["code"] for each in payload["userErrors"]] == ["CONFLICT"]
    for fault in (*references(operation), *malformed):
        path, _, named = fault
        if path == at or names_the_row(operation, path):
            continue
        response = await api.post(text, coach, **with_faults(good, fault))
        payload = response.json()["data"][operation.name]
        found = {(tuple(each["field"]), each["code"]) for each in payload["userErrors"]}
        assert payload["conflict"], (path, found)
        assert (at, "CONFLICT") in found and named in {field for field, _ in found}, (path, found)


def get_value(fault: tuple[Path, Any, Path]) -> Any:
    """The value of a fault, out of a list."""
    return fault[1][0] if isinstance(fault[1], list) else fault[1]


def test_every_mutation_is_covered() -> None:
    assert [f"Mutation.{each.name}" for each in MUTATIONS] == [name for name in ALL if name.startswith("Mutation.")]
