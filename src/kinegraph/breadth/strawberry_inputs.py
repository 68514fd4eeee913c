"""Arguments as Strawberry's resolvers take them: an input as an instance of its class, all else as graphql-core has it.

Strawberry finds out anew for each value what its type is, which takes 0.1 ms for a movement with a prescription. Here
a function is made once for each type, and takes a twentieth of it.
"""

from collections.abc import Callable
from dataclasses import MISSING
from functools import cache
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLInputType, is_input_object_type, is_list_type, is_non_null_type

DEFINITION = "strawberry-definition"

Converter = Callable[[Any], Any]


def converter(type: GraphQLInputType) -> Converter | None:
    """What converts a value of a type, as graphql-core coerced it; None where it stays as it is.

    Raises NotImplementedError for a type that has a conversion of its own (`from_input`).
    """
    inner: Any = type.of_type if is_non_null_type(type) else type
    if is_list_type(inner):
        return _list(converter(inner.of_type))
    return _input(inner) if is_input_object_type(inner) else None


def _list(item: Converter | None) -> Converter:
    def convert(value: Any) -> Any:
        if value.__class__ is not list:  # null, or what stands for a value that was not given
            return value
        return value.copy() if item is None else [item(entry) for entry in value]

    return convert


@cache
def _input(type: GraphQLInputObjectType) -> Converter:
    definition: Any = type.extensions[DEFINITION]
    if definition.from_input is not None:
        raise NotImplementedError(f"{type.name} converts its values itself.")
    made = definition.origin
    required = [
        field.python_name
        for field in definition.fields
        if field.default_value is MISSING and field.default_factory is MISSING
    ]
    nothing = dict.fromkeys(required)
    fields: list[tuple[str, str, Converter | None]] = []

    def convert(value: Any) -> Any:
        if value.__class__ is not dict:
            return value
        if not fields:  # made when first needed: an input may hold others of its own type
            fields.extend(
                (key, each.extensions[DEFINITION].python_name, converter(each.type))
                for key, each in type.fields.items()
            )
        given = nothing.copy()
        for key, name, inner in fields:
            if key in value:
                given[name] = value[key] if inner is None else inner(value[key])
        return made(**given)

    return convert
