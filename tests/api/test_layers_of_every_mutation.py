"""The layers of a mutation are all checked before it refuses: a law of every mutation of the schema."""

from collections.abc import Iterator
from typing import Any  # inputs are JSON

import pytest
from graphql import GraphQLList, GraphQLNonNull, get_named_type, is_leaf_type

from tests.api.samples import Operation, Path, leaves, operations, put
from tests.api.test_malformed import NAMES as ALL
from tests.api.test_malformed import base, organization, targets
from tests.conftest import Api, Organization, World
from tests.workout.documents import NO_ID

__all__ = ["organization"]

MUTATIONS = [operation for operation in operations() if operation.parent == "Mutation"]
MALFORMED = {"ID": "none", "String": "a\0b", "DateTime": "2026-03-01T10:00:00"}
"""A value of each type that no row is needed to refuse: no id, a control character, a time without offset."""


def faults(operation: Operation, type_name: str, value: str) -> Iterator[tuple[Path, Any, Path]]:
    """Every place of an operation that takes a type: its path, the value there, and the path that a refusal names."""
    for argument, type in operation.arguments.items():
        for path, leaf in leaves(type, (argument,)):
            if not is_leaf_type(get_named_type(leaf)) or get_named_type(leaf).name != type_name:
                continue
            inner: Any = leaf.of_type if isinstance(leaf, GraphQLNonNull) else leaf
            is_list = isinstance(inner, GraphQLList)
            yield (path, [value], (*path, "0")) if is_list else (path, value, path)


async def refused(api: Api, operation: Operation, person: Any, variables: Any) -> set[Path]:
    """The paths that a mutation refuses."""
    return {tuple(path) for _, path in await api.refusals(operation.text, person, **variables)}


@pytest.mark.parametrize("operation", MUTATIONS, ids=[each.name for each in MUTATIONS])
async def test_values_ids_and_rows_are_refused_together(
    api: Api, world: World, organization: Organization, operation: Operation
) -> None:
    ids = (await targets(api, world, organization))[f"Mutation.{operation.name}"]
    good = base(operation, ids)
    malformed = [each for name, value in MALFORMED.items() for each in faults(operation, name, value)]
    sent = good
    for path, value, _ in malformed:
        sent = put(sent, path, value)
    found = await refused(api, operation, organization.coach, sent)
    assert found >= {named for _, _, named in malformed}, "all that is malformed"
    for path, value, named in faults(operation, "ID", NO_ID):
        sent = put(good, path, value)
        others = [each for each in malformed if get_value(each) != MALFORMED["ID"]]
        for at, bad, _ in others:
            sent = put(sent, at, bad)
        found = await refused(api, operation, organization.coach, sent)
        assert found >= {named, *(name for _, _, name in others)}, (path, found)


def get_value(fault: tuple[Path, Any, Path]) -> Any:
    """The value of a fault, out of a list."""
    return fault[1][0] if isinstance(fault[1], list) else fault[1]


def test_every_mutation_is_covered() -> None:
    assert [f"Mutation.{each.name}" for each in MUTATIONS] == [name for name in ALL if name.startswith("Mutation.")]
