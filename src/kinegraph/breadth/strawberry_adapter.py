"""How the fields of a Strawberry schema resolve. The one file that knows Strawberry.

A field without a resolver is read; a resolver that takes the parent alone and does not wait is called; a field
whose metadata has an `edge` (with `batch`, `key` and `pick`) is loaded; all others are resolved one by one.
"""

from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    is_non_null_type,
    is_scalar_type,
    is_specified_scalar_type,
)
from strawberry.types.field import StrawberryField
from strawberry.types.info import Info

from kinegraph.breadth.ways import Call, Edge, Embedded, Read, Resolve, Way

DEFINITION = "strawberry-definition"


def way(parent: GraphQLObjectType, definition: GraphQLField) -> Way:
    """How a field of a Strawberry type resolves."""
    field: Any = (definition.extensions or {}).get(DEFINITION)
    if not isinstance(field, StrawberryField) or field.permission_classes or field.extensions:
        return Resolve()
    cached = field.metadata.get("cached")
    reads = field.metadata.get("reads")
    if of := field.metadata.get("edge"):
        return Edge(of.batch, of.columns or of.key, of.pick, reads, field.metadata.get("joined"), cached)
    resolver: Any = field.base_resolver
    if resolver is None:
        return Read(field.python_name)
    if prefix := field.metadata.get("embedded"):
        return Embedded(prefix, resolver.wrapped_func)
    takes_parent_alone = len(resolver.signature.parameters) == 1 and not resolver.arguments
    if takes_parent_alone and not resolver.is_async and not resolver.info_parameter:
        return Call(resolver.wrapped_func, reads)
    return Resolve(cached, _direct(field, definition))


def _direct(field: StrawberryField, definition: GraphQLField) -> Callable[..., Any] | None:
    """The resolver without Strawberry's conversion of arguments, where there is nothing to be converted.

    Strawberry's own call takes longer than most resolvers: it looks at every argument's type for each call. Arguments
    of GraphQL's own scalars pass it unchanged. None for a resolver that takes others.
    """
    resolver: Any = field.base_resolver
    if any(not _is_plain(argument.type) for argument in definition.args.values()):
        return None
    function: Callable[..., Any] = resolver.wrapped_func
    names = dict(zip(definition.args, (argument.python_name for argument in field.arguments), strict=True))
    parent = resolver.self_parameter or resolver.parent_parameter or resolver.root_parameter
    parent_name = parent.name if parent else None
    info_name = resolver.info_parameter.name if resolver.info_parameter else None

    def resolve(source: Any, info: "GraphQLResolveInfo[Any]", **given: Any) -> Any:
        arguments = {names[name]: value for name, value in given.items()}
        if parent_name is not None:
            arguments[parent_name] = source
        if info_name is not None:
            arguments[info_name] = Info(_raw_info=info, _field=field)
        return function(**arguments)

    return resolve


def _is_plain(type: Any) -> bool:
    named = type.of_type if is_non_null_type(type) else type
    return is_scalar_type(named) and is_specified_scalar_type(named)
