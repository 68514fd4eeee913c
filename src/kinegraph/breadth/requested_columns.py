"""Which columns does a field select? The columns that the selection below it needs.

From the schema to the SQL, in this order:

1. `strategies`: each strategy names the values of the object that it reads (`Read.name`, `Edge.key` and
   `required_columns`). `strawberry_adapter.strategy` gets them from the schema: a field without a resolver is the
   column of its name; `kit.graph.edge` and `kit.graph.field` declare those of edges and functions.
2. `columns_of` (here) is the union of these over a selection: the columns that its rows need. None means every column,
   because one of its fields does not declare what it reads.
3. `RequestedColumns` (here) collects them for a whole plan. `by_batch`: for each batch function the union over all
   edges that use it, since they share their rows. `by_node`: for each resolver that returns rows, by the id of its
   field's first AST node, with the object type's name where the field has an abstract type; `Adapter.requested_columns`
   decides which rows these are (`api.executor` finds the rows of a connection below `nodes` and `edges`).
4. `run` passes `by_batch` to `Adapter.load`, which passes it to batch functions that are decorated with
   `kit.batches.narrowed`. `api.executor` puts `by_node` in the context, where resolvers of lists get it with
   `Context.requested_columns(info)`.
5. `kit.batches.narrow` makes the column list of the statement: the requested columns, and those that the store itself
   always needs.

When graphql-core executes an operation, nothing is narrowed.
"""

from collections.abc import Callable, Hashable

from kinegraph.breadth.selections import Field, Selection
from kinegraph.breadth.strategies import Edge, Embedded, Read, Resolve

Columns = frozenset[str] | None
"""Names of columns; None for all."""


def columns_of(selection: Selection) -> Columns:
    """The columns that a selection needs of its rows."""
    return _union_all([_columns_of_field(field) for field in selection.fields if not isinstance(field, str)])


def _columns_of_field(field: Field) -> Columns:
    """The columns that a field needs of the row that it is a field of."""
    strategy = field.strategy
    if isinstance(strategy, Embedded):
        below = columns_of(field.child) if field.child else None
        return None if below is None else frozenset(strategy.prefix + name for name in below)
    if field.children is not None:  # the resolver of an abstract type may read anything
        return None
    if isinstance(strategy, Read):
        return frozenset((strategy.name,))
    return strategy.required_columns


class RequestedColumns:
    """The requested columns of an operation's batch functions and resolvers.

    `of_resolver` decides about the rows that a resolver returns (`Adapter.requested_columns`).
    """

    def __init__(self, root: Selection, of_resolver: Callable[[Field], Columns]) -> None:
        self.by_batch: dict[Hashable, Columns] = {}
        self.by_node: dict[Hashable, Columns] = {}
        self._of_resolver = of_resolver
        self._collect(root)

    def _collect(self, selection: Selection) -> None:
        for field in selection.fields:
            if isinstance(field, str):
                continue
            for name, child in (field.children or {}).items():
                key = id(field.nodes[0]), name
                self.by_node[key] = _union(self.by_node.get(key, frozenset()), columns_of(child))
                self._collect(child)
            if field.child is not None:
                self._add(field, field.child)
                self._collect(field.child)

    def _add(self, field: Field, child: Selection) -> None:
        if isinstance(field.strategy, Resolve):
            node = id(field.nodes[0])
            before = self.by_node.get(node, frozenset())  # a fragment's node may be in several selections
            self.by_node[node] = _union(before, self._of_resolver(field))
        elif isinstance(field.strategy, Edge):
            batch = field.strategy.batch
            self.by_batch[batch] = _union(self.by_batch.get(batch, frozenset()), columns_of(child))


def _union(some: Columns, others: Columns) -> Columns:
    return None if some is None or others is None else some | others


def _union_all(all_columns: list[Columns]) -> Columns:
    declared = [columns for columns in all_columns if columns is not None]
    return frozenset().union(*declared) if len(declared) == len(all_columns) else None
