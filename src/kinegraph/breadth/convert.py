"""Conversion of leaf values to JSON values, exactly as graphql-core converts them; otherwise a Fallback."""

from collections.abc import Callable

from graphql import GraphQLEnumType, GraphQLLeafType, GraphQLOutputType, is_list_type, is_non_null_type
from graphql.pyutils import Undefined

from kinegraph.breadth.adapter import Adapter
from kinegraph.breadth.aliases import Definition, Output, Value

Convert = Callable[[Value], Output]

NULL = "null for a non-null type"
NO_LIST = "not a list"
NOT_SERIALIZABLE = "a value that its type cannot serialize"
"""Reasons of a fallback."""


class Fallback(Exception):
    """A value does not conform to its type: graphql-core executes the operation again and reports the error.

    The message is the reason, one of a few (it becomes a label of a metric).
    """


class Shape:
    """The type modifiers of a field: whether null is forbidden, and for a list the shape of its items."""

    __slots__ = ("item", "required")

    def __init__(self, type: GraphQLOutputType) -> None:
        self.required = is_non_null_type(type)
        inner: Definition = type.of_type if self.required else type  # type: ignore[union-attr]  # it is non-null
        self.item: Shape | None = Shape(inner.of_type) if is_list_type(inner) else None


def converter(leaf: GraphQLLeafType, shape: Shape, adapter: Adapter) -> Convert:
    """Return the function that converts values of a field of a leaf type. It raises Fallback."""
    if shape.item is None:
        return _single(leaf, shape.required, adapter)
    return _list(leaf, shape, adapter)


def _single(leaf: GraphQLLeafType, required: bool, adapter: Adapter) -> Convert:
    names = dict(enum_names(leaf)) if isinstance(leaf, GraphQLEnumType) else None
    unchecked = adapter.unchecked_conversions.get(leaf.name, {})
    coerce: Convert = leaf.coerce_output_value

    def convert(value: Value) -> Output:
        if value is None:
            if required:
                raise Fallback(NULL)
            return None
        if names is not None and value.__class__ is str:
            name = names.get(value)
            if name is not None:
                return name
        conversion = unchecked.get(value.__class__, coerce)
        if conversion is None:
            return value
        try:
            converted = conversion(value)
        except Exception as error:
            raise Fallback(NOT_SERIALIZABLE) from error
        if converted is None or converted is Undefined:
            raise Fallback(NOT_SERIALIZABLE)
        return converted

    return convert


def enum_names(leaf: GraphQLEnumType) -> list[tuple[str, str]]:
    """Texts that stand for members of an enum (text values, or `.value` of Python enums), with the members' names."""
    pairs = []
    for member in leaf.values.values():
        inner = getattr(member.value, "value", member.value)
        if isinstance(inner, str):
            text = str.__str__(inner)
            try:
                pairs.append((text, leaf.coerce_output_value(text)))
            except Exception:  # graphql-core does not accept the text for this member
                continue
    return pairs


def _list(leaf: GraphQLLeafType, shape: Shape, adapter: Adapter) -> Convert:
    assert shape.item is not None
    item = converter(leaf, shape.item, adapter)
    is_text_list = leaf.name == "String" and shape.item.item is None and shape.item.required
    required = shape.required

    def convert(value: Value) -> Output:
        if value is None:
            if required:
                raise Fallback(NULL)
            return None
        if value.__class__ is not list and value.__class__ is not tuple:
            raise Fallback(NO_LIST)
        if is_text_list:
            try:
                "".join(value)
            except TypeError:
                raise Fallback(NOT_SERIALIZABLE) from None
            return value
        return [item(entry) for entry in value]

    return convert
