"""The path of a document to the fields of each type: the shortest one of the schema, or one that a room declares."""

from collections.abc import Iterator, Mapping
from functools import cache

from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_required_argument

from tests.rooms import merged
from tests.shipped import exported_schema

SCHEMA = exported_schema()

STARTS: Mapping[str, str] = {
    "Query": "%s",
    "Mutation": "%s",
    "Organization": "organization(id: $organization) { %s }",
    "Viewer": "viewer { %s }",
}
"""The types at which paths begin."""


@cache
def routes() -> Mapping[str, str]:
    """The path to each type that one leads to without another argument than the organization's id."""
    found = {**STARTS, **merged("routes")}
    ends = [name for name in found if name not in ("Query", "Mutation", *merged("routes"))]
    ends = [*ends, *merged("routes"), "Query"]
    for name in ends:  # grows by the types that the paths end at
        for field_name, field in _fields(name):
            target, step = _step(field_name, field)
            if target not in found:
                found[target] = found[name] % step
                ends.append(target)
    return found


def _fields(name: str) -> Iterator[tuple[str, GraphQLField]]:
    """The fields of a type that lead to objects and take no argument that is required."""
    parent = SCHEMA.type_map[name]
    assert isinstance(parent, GraphQLObjectType)
    for field_name, field in parent.fields.items():
        is_object = isinstance(get_named_type(field.type), GraphQLObjectType)
        if is_object and not any(map(is_required_argument, field.args.values())):
            yield field_name, field


def _step(name: str, field: GraphQLField) -> tuple[str, str]:
    """The type that a field leads to, through the pages of a list, and the selection of it."""
    target = get_named_type(field.type)
    assert isinstance(target, GraphQLObjectType)
    if target.name.endswith("Connection"):
        return get_named_type(target.fields["nodes"].type).name, f"{name}(first: 1) {{ nodes {{ %s }} }}"
    return target.name, f"{name} {{ %s }}"
