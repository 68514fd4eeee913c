"""How the fields of a Strawberry schema resolve. The one file that knows Strawberry.

A field without a resolver is read; a resolver that takes the parent alone and does not wait is called; a field
whose metadata has an `edge` (with `batch`, `key` and `pick`) is loaded; all others are resolved one by one.
"""

from typing import Any

from graphql import GraphQLField, GraphQLObjectType
from strawberry.types.field import StrawberryField

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
    return Resolve(cached)
