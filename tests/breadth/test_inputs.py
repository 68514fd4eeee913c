"""Arguments are converted as Strawberry converts them, whatever is sent."""

from collections.abc import Iterator
from typing import Any  # types and values of arguments, whatever they are

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
)
from graphql.utilities import coerce_input_value
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.types.arguments import convert_argument

from kinegraph.api.schema import schema
from kinegraph.breadth.strawberry_adapter import DEFINITION, input_converter


def _arguments() -> Iterator[tuple[str, Any, Any]]:
    """Each argument of the schema: its coordinate, its type, and its type in Strawberry."""
    for type in schema._schema.type_map.values():
        for name, field in (type.fields if isinstance(type, GraphQLObjectType) else {}).items():
            for of in getattr(field.extensions.get(DEFINITION), "arguments", ()):
                key = schema.config.name_converter.from_argument(of)
                yield f"{type.name}.{name}.{key}", field.args[key].type, of.type


def _shape(strawberry_type: Any) -> Any:
    """A type in Strawberry, comparable: its containers by name around the innermost type."""
    inner = getattr(strawberry_type, "of_type", None)
    return strawberry_type if inner is None else (type(strawberry_type).__name__, _shape(inner))


SAME = {(str(type), _shape(of)): name for name, type, of in _arguments()}
"""One argument for each pair of types: a converter is made of these alone."""
ARGUMENTS = {name: (type, of) for name, type, of in _arguments() if SAME[str(type), _shape(of)] == name}
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "ID": st.text(max_size=3), "String": st.text(max_size=3), "Int": st.integers(-5, 5), "Boolean": st.booleans(),
    "Float": st.floats(-9, 9), "Date": st.just("2026-02-03"), "DateTime": st.just("2026-02-03T04:05:06Z"),
    "JSON": st.just({"a": [1]}),
}  # fmt: skip


def values(type: Any) -> st.SearchStrategy[Any]:
    """Values that a client may send for a type."""
    if is_non_null_type(type):
        return non_null_values(type.of_type)
    return st.none() | non_null_values(type)


def non_null_values(type: Any) -> st.SearchStrategy[Any]:
    """The same without null."""
    if is_list_type(type):
        return st.lists(values(type.of_type), max_size=3)
    if isinstance(type, GraphQLEnumType):
        return st.sampled_from(list(type.values))
    if not isinstance(type, GraphQLInputObjectType):
        return SCALARS[type.name]
    required = {key: values(field.type) for key, field in type.fields.items() if is_non_null_type(field.type)}
    others = {key: values(field.type) for key, field in type.fields.items() if key not in required}
    return st.fixed_dictionaries(required, optional=others)


INPUTS = [name for name, (type, _) in ARGUMENTS.items() if is_input_object_type(get_named_type(type))]


@pytest.mark.parametrize("name", INPUTS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_every_argument_of_an_input_type_is_converted_as_strawberry_does(name: str, data: st.DataObject) -> None:
    """Each field is left out of half of the values."""
    require_the_same(data, *ARGUMENTS[name])


@pytest.mark.parametrize("name", [name for name in ARGUMENTS if name not in INPUTS])
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_every_other_argument_is_converted_as_strawberry_does(name: str, data: st.DataObject) -> None:
    """Their values have nothing inside, so that a few show all kinds: null, lists of each length, each scalar."""
    require_the_same(data, *ARGUMENTS[name])


def require_the_same(data: st.DataObject, type: Any, strawberry_type: Any) -> None:
    """Assert that a value which may be sent for an argument is converted as Strawberry does it."""
    sent = coerce_input_value(data.draw(values(type)), type)
    convert = input_converter(type)
    expected = convert_argument(sent, strawberry_type, schema.schema_converter.scalar_registry, schema.config)
    assert repr(sent if convert is None else convert(sent)) == repr(expected)


def test_the_tested_arguments_include_input_types() -> None:
    assert sum(is_input_object_type(getattr(type, "of_type", type)) for type, _ in ARGUMENTS.values()) > 10
