"""Scopes: all objects of one type at one position in the document, and where each of them is in the answer."""

from collections.abc import Sequence

from graphql.pyutils import Path

from kinegraph.breadth.adapter import Adapter
from kinegraph.breadth.aliases import CoreExecutor, Definition, Output, SourceObject
from kinegraph.breadth.columns import Column, flatten, list_positions
from kinegraph.breadth.convert import Fallback
from kinegraph.breadth.fragments import CachedColumn, GapPlaceholders
from kinegraph.breadth.selections import Field, Selection


class ObjectPath(Path):
    """A path that holds the object of its field, `parent`, by which a resolver finds the objects above its own."""

    parent: SourceObject


class Scope:
    """All objects of one type at one position in the document, with the column of each field that is not inline.

    An object that several others refer to is in the scope once; `counts` says how often it occurs in the answer (None:
    each once). `owners` has for each object the row number of its parent in the scope above, `positions` its position
    in the parent's list; both exist only where resolvers need paths, and then no object is shared. `recorder` is the
    cached field above for which fragments are being made.
    """

    __slots__ = (
        "above", "built", "columns", "counts", "field", "objects", "owners", "positions", "recorder", "selection"
    )  # fmt: skip

    def __init__(self, selection: Selection, objects: list[SourceObject]) -> None:
        self.selection = selection
        self.objects = objects
        self.columns: list[Column | CachedColumn | GapPlaceholders | None] = [None] * len(selection.column_fields)
        self.built: list[Output] = []
        self.counts: list[int] | None = None
        self.above: Scope | None = None
        self.field: Field | None = None
        self.owners: list[int] = []
        self.positions: list[int] = []
        self.recorder: CachedColumn | None = None

    def path(self, row: int) -> Path | None:
        """The path of an object in the answer; correct only where resolvers are called below.

        Below a gap of a cached fragment it begins at the gap: a fragment has no indexes of the objects in it.
        """
        if self.above is None or self.field is None:
            return None
        owner = self.owners[row]
        path = ObjectPath(self.above.path(owner), self.field.key, self.above.selection.type.name)
        path.parent = self.above.objects[owner]
        return path if self.field.shape.item is None else Path(path, self.positions[row], None)

    def count(self) -> int:
        """How often its objects occur in the answer, all together."""
        return len(self.objects) if self.counts is None else sum(self.counts)

    def release(self) -> None:
        """Drop the references to other scopes, so that nothing is left for the garbage collector."""
        self.above = self.recorder = None
        self.columns = []


def scopes_below(
    executor: CoreExecutor,
    adapter: Adapter,
    scope: Scope,
    column: Column,
    counts: list[int] | None,
    rows: Sequence[int] | None,
) -> list[Scope]:
    """Make the scopes of the objects in a column's values: one, or one for each type of an abstract field's objects.

    `counts` says how often each value occurs in the answer (None: once each). `rows` has for each value the row of its
    object in the scope; None where they correspond one to one.
    """
    field = column.field
    needs_path = field.children is not None or (field.child is not None and field.child.has_resolvers)
    objects: list[SourceObject] = []
    owners: list[int] | None = [] if needs_path or counts is not None else None
    flatten(column.unique, field.shape, objects, owners)
    groups: list[tuple[Selection, list[SourceObject], Sequence[int]]]
    if field.child is not None:
        groups = [(field.child, objects, range(len(objects)))]
    else:
        groups = _group_by_type(executor, adapter, scope, field, objects, owners or [])
    positions = list_positions(column.unique, field.shape) if needs_path else []
    scopes: list[Scope] = []
    for selection, members, numbers in groups:
        inner = Scope(selection, members)
        if owners is not None:
            inner.owners = [owners[number] for number in numbers]
            inner.counts = counts and [counts[owner] for owner in inner.owners]
        if needs_path:
            inner.owners = inner.owners if rows is None else [rows[owner] for owner in inner.owners]
            inner.above, inner.field = scope, field
            inner.positions = [positions[number] for number in numbers]
        if field.children is not None:
            column.numbers.append(list(numbers))
        scopes.append(inner)
    column.scopes.extend(scopes)
    return scopes


def _group_by_type(
    executor: CoreExecutor,
    adapter: Adapter,
    scope: Scope,
    field: Field,
    objects: list[SourceObject],
    owners: list[int],
) -> list[tuple[Selection, list[SourceObject], Sequence[int]]]:
    """The selection of each object type, the objects of that type, and their numbers among all objects.

    Raises Fallback for an object whose type is none of the abstract type's, or is not known without waiting.
    """
    assert field.children is not None
    abstract: Definition = field.definition.type
    while hasattr(abstract, "of_type"):
        abstract = abstract.of_type
    resolve_type = abstract.resolve_type or executor.type_resolver
    groups: dict[str, tuple[list[SourceObject], list[int]]] = {}
    for number, value in enumerate(objects):
        typed = adapter.type_of(value)
        if typed is None:
            path = Path(scope.path(owners[number]), field.key, scope.selection.type.name)
            info = executor.build_resolve_info(field.definition, field.nodes, scope.selection.type, path)
            name = resolve_type(value, info, abstract)
        else:
            name, value = typed
        if name.__class__ is not str or name not in field.children:
            raise Fallback("an object whose type is not known")
        members, numbers = groups.setdefault(name, ([], []))
        members.append(value)
        numbers.append(number)
    return [(field.children[name], members, numbers) for name, (members, numbers) in groups.items()]
