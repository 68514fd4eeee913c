"""Interfaces and unions: the objects of a field by the types that they turn out to be."""

from collections.abc import Sequence
from typing import Any

from graphql.execution.executor import Executor
from graphql.pyutils import Path

from kinegraph.breadth.convert import Fallback
from kinegraph.breadth.scopes import Scope
from kinegraph.breadth.selections import Field, Selection


def by_type(
    executor: Executor[Any], scope: Scope, field: Field, objects: list[Any], owners: list[int]
) -> list[tuple[Selection, list[Any], Sequence[int]]]:
    """What is selected of each type, the objects of it, and each one's place among all.

    Raises Fallback for an object whose type is none of the abstract one's, or is not known at once.
    """
    assert field.children is not None
    abstract: Any = field.definition.type
    while hasattr(abstract, "of_type"):
        abstract = abstract.of_type
    resolve_type = abstract.resolve_type or executor.type_resolver
    groups: dict[str, tuple[list[Any], list[int]]] = {}
    for place, value in enumerate(objects):
        path = Path(scope.path(owners[place]), field.key, scope.selection.type.name)
        info = executor.build_resolve_info(field.definition, field.nodes, scope.selection.type, path)
        name = resolve_type(value, info, abstract)
        if name.__class__ is not str or name not in field.children:
            raise Fallback("an object whose type is not known")
        members, places = groups.setdefault(name, ([], []))
        members.append(value)
        places.append(place)
    return [(field.children[name], members, places) for name, (members, places) in groups.items()]
