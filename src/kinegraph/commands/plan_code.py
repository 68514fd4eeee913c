"""The generated code of a plan as text: the functions that build the dicts of its objects (`breadth.leaves`).

The class of objects is known at run time only: the code is shown for rows of the requested columns in alphabetical
order, or for the objects that the product makes of such rows.
"""

from collections.abc import Hashable, Iterable, Iterator
from types import SimpleNamespace
from typing import Any  # stands for a row, whose class cannot be instantiated

from kinegraph.api.executor import ADAPTER
from kinegraph.api.sources import JoinedRows, Rows, Wrapped
from kinegraph.breadth.leaves import generate
from kinegraph.breadth.plan import Plan
from kinegraph.breadth.requested_columns import columns_of
from kinegraph.breadth.selections import Field, Selection
from kinegraph.breadth.sources import Attributes, Source
from kinegraph.breadth.strategies import Call, Edge
from kinegraph.library.rules import NOTHING, EffectiveExercise
from kinegraph.workout.rules import PREFIX, Comment, JoinedMovement


def describe_code(plan: Plan) -> Iterator[str]:
    """Yield the lines of all functions that are generated for a plan."""
    for path, selection, source, origin in _scopes(plan.root, "", Attributes(), "one object", None):
        code, _ = generate(selection, ADAPTER, source)
        yield from ["", f"Generated for {path or 'the root'}, {origin}", *(f"  {line}" for line in code.splitlines())]


def children(field: Field) -> list[tuple[str, Selection]]:
    """The selections below a field; for an abstract type with the condition `(Type)` behind the path."""
    if field.child is not None:
        return [("", field.child)]
    return [(f"({name})", child) for name, child in (field.children or {}).items()]


def listed(columns: Iterable[str] | None) -> str:
    """Names of columns, sorted; "all" for None."""
    return "all" if columns is None else ", ".join(sorted(columns)) or "none"


def _scopes(
    selection: Selection, path: str, source: Source, origin: str, joined: Hashable
) -> Iterator[tuple[str, Selection, Source, str]]:
    """Each selection whose dicts are built by a function of its own, with a source that fits its objects.

    `joined` is the batch function of the edge below that is answered with this selection's own rows, if any.
    """
    yield path, selection, source, origin
    for field in selection.column_fields:
        is_joined = isinstance(field.strategy, Edge) and field.strategy.batch == joined
        for condition, child in children(field):
            below = f"{path}.{field.key}".lstrip(".") + condition
            yield from _scopes(child, below, *_source(field, child, is_joined=is_joined), (field.joined or (None,))[0])


def _source(field: Field, child: Selection, *, is_joined: bool) -> tuple[Source, str]:
    """How the objects of a field are read, and what they are."""
    if isinstance(field.strategy, Call) or child.type.name.endswith(("Connection", "Edge", "Payload")):
        return Attributes(), "objects with attributes"
    recorder = _Recorder()
    generate(child, ADAPTER, recorder)
    columns = recorder.names | (columns_of(child) or frozenset())
    if is_joined:
        names = [PREFIX + name for name in columns]
        return JoinedRows(JoinedMovement(_row(names))), f"rows that were joined, with {listed(names)}"
    if child.type.name == "EffectiveExercise":
        row = _row([*(name for name in columns if not hasattr(EffectiveExercise, name)), "deleted_at", "status"])
        return Wrapped(EffectiveExercise(row, None, NOTHING)), f"effective exercises of {listed(row.keys())}"
    if child.type.name == "Comment":
        row = _row([name for name in columns if not hasattr(Comment, name)])
        return Wrapped(Comment(row)), f"comments of {listed(row.keys())}"
    return Rows(_row(columns)), f"rows of {listed(columns)}"


class _Recorder(Attributes):
    """Records which values generated code reads."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def read(self, name: str) -> str:
        """Record the name."""
        self.names.add(name)
        return super().read(name)


def _row(columns: Iterable[str]) -> Any:
    """A substitute for a row: only the names of its columns are read."""
    return SimpleNamespace(keys=lambda: sorted(set(columns)))
