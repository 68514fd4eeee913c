"""How the fields of a Strawberry schema resolve. This file and strawberry_inputs know Strawberry.

A field without a resolver is read; a resolver that takes the parent alone and does not wait is called; a field
whose metadata has an `edge` (with `batch`, `key` and `extract`) is loaded; all others are resolved one by one.
"""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLResolveInfo
from strawberry.types.field import StrawberryField
from strawberry.types.info import Info

from kinegraph.breadth.strategies import Call, Edge, Embedded, Read, Resolve, Strategy
from kinegraph.breadth.strawberry_inputs import DEFINITION, converter


def strategy(parent: GraphQLObjectType, definition: GraphQLField) -> Strategy:
    """How a field of a Strawberry type resolves."""
    field: Any = (definition.extensions or {}).get(DEFINITION)
    if not isinstance(field, StrawberryField) or field.permission_classes or field.extensions:
        return Resolve()
    cached = field.metadata.get("cached")
    required_columns = field.metadata.get("required_columns")
    if of := field.metadata.get("edge"):
        return Edge(of.batch, of.columns or of.key, of.extract, required_columns, field.metadata.get("joined"), cached)
    resolver: Any = field.base_resolver
    if resolver is None:
        return Read(field.python_name)
    if prefix := field.metadata.get("embedded"):
        return Embedded(prefix, resolver.wrapped_func)
    takes_parent_alone = len(resolver.signature.parameters) == 1 and not resolver.arguments
    if takes_parent_alone and not resolver.is_async and not resolver.info_parameter:
        return Call(resolver.wrapped_func, required_columns)
    return Resolve(cached, _direct(field, definition))


def _direct(field: StrawberryField, definition: GraphQLField) -> Callable[..., Any] | None:
    """The resolver without Strawberry's own call of it, which takes longer than most resolvers.

    None for a resolver with arguments that only Strawberry converts.
    """
    resolver: Any = field.base_resolver
    try:
        converters = [converter(argument.type) for argument in definition.args.values()]
    except NotImplementedError:
        return None
    function: Callable[..., Any] = resolver.wrapped_func
    names = [argument.python_name for argument in field.arguments]
    taken = {key: (name, convert) for key, name, convert in zip(definition.args, names, converters, strict=True)}
    parent = resolver.self_parameter or resolver.parent_parameter or resolver.root_parameter
    parent_name = parent.name if parent else None
    info_name = resolver.info_parameter.name if resolver.info_parameter else None

    def resolve(source: Any, info: "GraphQLResolveInfo[Any]", /, **given: Any) -> Any:
        arguments = {}
        for key, value in given.items():
            name, convert = taken[key]
            arguments[name] = value if convert is None else convert(value)
        if parent_name is not None:
            arguments[parent_name] = source
        if info_name is not None:
            arguments[info_name] = Info(_raw_info=info, _field=field)
        return function(**arguments)

    return resolve
