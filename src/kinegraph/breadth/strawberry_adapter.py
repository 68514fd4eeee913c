"""The strategies of a Strawberry schema's fields, and the conversion of arguments. Only this file knows Strawberry.

A field without a resolver, or with the metadata `is_read`, is read. A field whose metadata has an `edge` (with `batch`,
`key` and `extract`) is loaded.
A resolver that takes only the parent and is not async is called. All other fields are resolved for each object.

Arguments: input objects become instances of their classes; other values stay as they are. Strawberry inspects the type
again for each value, which takes 0.1 ms for a movement with a prescription. Here a function is made once for each type,
and takes a twentieth of that.
"""

from collections.abc import Callable
from dataclasses import MISSING
from functools import cache

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
)
from strawberry.types.field import StrawberryField
from strawberry.types.info import Info

from kinegraph.breadth.aliases import ContextValue, Definition, SourceObject, Value
from kinegraph.breadth.strategies import Call, Edge, Embedded, Read, Resolve, Strategy

DEFINITION = "strawberry-definition"
"""The key under which Strawberry puts its own definitions in the extensions of graphql-core's."""

Converter = Callable[[Value], Value]


def strategy(parent: GraphQLObjectType, definition: GraphQLField) -> Strategy:
    """Return the strategy of a field of a Strawberry type."""
    field: Definition = (definition.extensions or {}).get(DEFINITION)
    if not isinstance(field, StrawberryField) or field.permission_classes or field.extensions:
        return Resolve()
    cached = field.metadata.get("cached")
    required_columns = field.metadata.get("required_columns")
    if edge := field.metadata.get("edge"):
        key, joined = edge.columns or edge.key, field.metadata.get("joined")
        return Edge(edge.batch, key, edge.extract, required_columns, joined, cached)
    resolver: Definition = field.base_resolver
    if resolver is None or field.metadata.get("is_read"):
        return Read(field.python_name)
    prefix = field.metadata.get("embedded")
    if prefix and isinstance(definition.type, GraphQLNonNull):  # where it may be null, the resolver says so
        return Embedded(prefix, resolver.wrapped_func)
    takes_parent_only = len(resolver.signature.parameters) == 1 and not resolver.arguments
    if takes_parent_only and not resolver.is_async and not resolver.info_parameter:
        return Call(resolver.wrapped_func, required_columns)
    return Resolve(cached, _direct_call(field, definition), required_columns)


def has_statement(parent: GraphQLObjectType, definition: GraphQLField) -> bool:
    """Return true if a field may take an SQL statement of its own: if it is loaded, or has a resolver that waits."""
    return isinstance(strategy(parent, definition), Edge | Resolve)


def assumed_size(definition: GraphQLField) -> float | None:
    """Return how long a list usually is, as its field declares it."""
    field: Definition = (definition.extensions or {}).get(DEFINITION)
    size: float | None = None if field is None else field.metadata.get("assumed_size")
    return size


def preparation(definition: GraphQLField) -> Callable[..., Value] | None:
    """Return the function that a field's need of other services is met by; None where it has none."""
    field: Definition = (definition.extensions or {}).get(DEFINITION)
    function: Callable[..., Value] | None = None if field is None else field.metadata.get("prepare")
    return function


def _direct_call(field: StrawberryField, definition: GraphQLField) -> Callable[..., Value] | None:
    """Return a function that calls the resolver directly: Strawberry's own call takes longer than most resolvers.

    None for a resolver with arguments that only Strawberry can convert.
    """
    resolver: Definition = field.base_resolver
    try:
        converters = [input_converter(argument.type) for argument in definition.args.values()]
    except NotImplementedError:
        return None
    function: Callable[..., Value] = resolver.wrapped_func
    names = [argument.python_name for argument in field.arguments]
    by_key = {key: (name, convert) for key, name, convert in zip(definition.args, names, converters, strict=True)}
    parent = resolver.self_parameter or resolver.parent_parameter or resolver.root_parameter
    parent_name = parent.name if parent else None
    info_name = resolver.info_parameter.name if resolver.info_parameter else None

    def resolve(source: SourceObject, info: "GraphQLResolveInfo[ContextValue]", /, **given: Value) -> Value:
        arguments = {}
        for key, value in given.items():
            name, convert = by_key[key]
            arguments[name] = value if convert is None else convert(value)
        if parent_name is not None:
            arguments[parent_name] = source
        if info_name is not None:
            arguments[info_name] = Info(_raw_info=info, _field=field)
        return function(**arguments)

    return resolve


def input_converter(type: GraphQLInputType) -> Converter | None:
    """Return the function that converts a value that graphql-core coerced; None for a type that needs no conversion.

    Raises NotImplementedError for an input type that has its own conversion (`from_input`).
    """
    inner: Definition = type.of_type if is_non_null_type(type) else type
    if is_list_type(inner):
        return _list(input_converter(inner.of_type))
    return _input(inner) if is_input_object_type(inner) else None


def _list(item: Converter | None) -> Converter:
    def convert(value: Value) -> Value:
        if value.__class__ is not list:  # null, or the marker of an absent value
            return value
        return value.copy() if item is None else [item(entry) for entry in value]

    return convert


@cache
def _input(type: GraphQLInputObjectType) -> Converter:
    definition: Definition = type.extensions[DEFINITION]
    if definition.from_input is not None:
        raise NotImplementedError(f"{type.name} converts its values itself.")
    input_class = definition.origin
    required = [
        field.python_name
        for field in definition.fields
        if field.default_value is MISSING and field.default_factory is MISSING
    ]
    defaults = dict.fromkeys(required)
    fields: list[tuple[str, str, Converter | None]] = []

    def convert(value: Value) -> Value:
        if value.__class__ is not dict:
            return value
        if not fields:  # at the first use: an input type may contain itself
            fields.extend(
                (key, each.extensions[DEFINITION].python_name, input_converter(each.type))
                for key, each in type.fields.items()
            )
        given = defaults.copy()
        for key, name, inner in fields:
            if key in value:
                given[name] = value[key] if inner is None else inner(value[key])
        return input_class(**given)

    return convert
