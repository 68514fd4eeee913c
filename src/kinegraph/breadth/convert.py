"""From a value to what the answer holds for a leaf type, exactly as graphql-core converts it; else a Fallback."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLEnumType, GraphQLLeafType, GraphQLOutputType, is_list_type, is_non_null_type
from graphql.pyutils import Undefined

from kinegraph.breadth.adapter import Adapter

Convert = Callable[[Any], Any]


class Fallback(Exception):
    """A value is not as its type demands: graphql-core executes the operation, and says what is wrong."""


class Shape:
    """A type's wrappings, outermost first: whether null is refused, and the shape of a list's items."""

    __slots__ = ("item", "required")

    def __init__(self, type: GraphQLOutputType) -> None:
        self.required = is_non_null_type(type)
        inner: Any = type.of_type if self.required else type  # type: ignore[union-attr]  # it is non-null
        self.item: Shape | None = Shape(inner.of_type) if is_list_type(inner) else None


def converter(leaf: GraphQLLeafType, shape: Shape, adapter: Adapter) -> Convert:
    """The function that converts a field's value to JSON, for a leaf type in its wrappings. It raises Fallback."""
    if shape.item is None:
        return _single(leaf, shape.required, adapter)
    return _list(leaf, shape, adapter)


def _single(leaf: GraphQLLeafType, required: bool, adapter: Adapter) -> Convert:
    quick = dict(texts(leaf)) if isinstance(leaf, GraphQLEnumType) else None
    plain = adapter.plain.get(leaf.name, {})
    coerce: Convert = leaf.coerce_output_value

    def convert(value: Any) -> Any:
        if value is None:
            if required:
                raise Fallback("null in a non-null place")
            return None
        if quick is not None and value.__class__ is str:
            found = quick.get(value)
            if found is not None:
                return found
        ready = plain.get(value.__class__, coerce)
        if ready is None:
            return value
        try:
            converted = ready(value)
        except Exception as error:
            raise Fallback("a value that its type does not take") from error
        if converted is None or converted is Undefined:
            raise Fallback("a value that its type does not take")
        return converted

    return convert


def texts(leaf: GraphQLEnumType) -> list[tuple[str, str]]:
    """The texts that stand for an enum's members, by what graphql-core makes of them."""
    found = []
    for member in leaf.values.values():
        inner = getattr(member.value, "value", member.value)
        if isinstance(inner, str):
            text = str.__str__(inner)
            try:
                found.append((text, leaf.coerce_output_value(text)))
            except Exception:  # it is not one of the texts that the type takes
                continue
    return found


def _list(leaf: GraphQLLeafType, shape: Shape, adapter: Adapter) -> Convert:
    assert shape.item is not None
    item = converter(leaf, shape.item, adapter)
    all_text = leaf.name == "String" and shape.item.item is None and shape.item.required
    required = shape.required

    def convert(value: Any) -> Any:
        if value is None:
            if required:
                raise Fallback("null in a non-null place")
            return None
        if value.__class__ is not list and value.__class__ is not tuple:
            raise Fallback("a list that is none")
        if all_text:
            try:
                "".join(value)
            except TypeError:
                raise Fallback("a value that its type does not take") from None
            return value
        return [item(entry) for entry in value]

    return convert
