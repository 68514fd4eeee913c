"""Scopes: all objects of one type at one place of the document, and where each of them stands in the answer."""

from collections.abc import Sequence
from typing import Any

from graphql.execution.executor import Executor
from graphql.pyutils import Path

from kinegraph.breadth.columns import Column
from kinegraph.breadth.convert import Fallback
from kinegraph.breadth.fragments import CachedColumn, Marks
from kinegraph.breadth.selections import Field, Selection


class Scope:
    """All objects of one type at one place of the document, and the column of each field that is loaded for them.

    An object that several others refer to stands once; `counts` says how often it stands in the answer (None: each
    once). `owners` and `positions` are each object's place among the objects above, and in its list; they are known
    where resolvers need paths, and then no object is shared. `recorder` is the cached field above whose fragments are
    being made.
    """

    __slots__ = (
        "above", "built", "columns", "counts", "field", "objects", "owners", "positions", "recorder", "selection"
    )  # fmt: skip

    def __init__(self, selection: Selection, objects: list[Any]) -> None:
        self.selection = selection
        self.objects = objects
        self.columns: list[Column | CachedColumn | Marks | None] = [None] * len(selection.columns)
        self.built: list[Any] = []
        self.counts: list[int] | None = None
        self.above: Scope | None = None
        self.field: Field | None = None
        self.owners: list[int] = []
        self.positions: list[int] = []
        self.recorder: CachedColumn | None = None

    def path(self, place: int) -> Path | None:
        """Where the object at `place` stands in the answer; only known where resolvers are called below."""
        if self.above is None or self.field is None:
            return None
        path = Path(self.above.path(self.owners[place]), self.field.key, self.above.selection.type.name)
        return path if self.field.shape.item is None else Path(path, self.positions[place], None)

    def count(self) -> int:
        """How often its objects stand in the answer, all together."""
        return len(self.objects) if self.counts is None else sum(self.counts)

    def release(self) -> None:
        """Drop what refers to other scopes, so that nothing is left for the garbage collector."""
        self.above = self.recorder = None
        self.columns = []


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
