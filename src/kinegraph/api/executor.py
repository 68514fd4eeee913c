"""Breadth-first execution for this schema: how its objects are read, and how its edges are loaded."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import asyncpg
import asyncpg.pgproto.pgproto
import orjson
from graphql import DocumentNode, ExecutionResult, GraphQLSchema
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from kinegraph.api.causes import is_timeout
from kinegraph.api.sources import shape, source
from kinegraph.breadth.adapter import Adapter, Contents
from kinegraph.breadth.executor import BreadthFirst, Plans
from kinegraph.breadth.plan import Plan
from kinegraph.breadth.selections import Field
from kinegraph.breadth.strawberry_adapter import way
from kinegraph.kit.batches import is_narrowed
from kinegraph.kit.context import Batch, Context
from kinegraph.kit.pieces import Pieces


async def _load(context: Context, batch: Batch, keys: list[Any], names: frozenset[str] | None) -> Sequence[Any]:
    session = await context.session()
    return await (batch(session, keys, names) if is_narrowed(batch) else batch(session, keys))


def _note(field: Field) -> frozenset[str] | None:
    """What is read of a row, or of those of a connection, by `nodes` and by `edges`; None where it is not known."""
    if field.child is not None and not field.child.type.name.endswith("Connection"):
        return field.child.names
    found: set[str] = set()
    for rows in _rows(field):
        if rows.child is None or rows.child.names is None:
            return None
        found |= rows.child.names
    return frozenset(found)


def _rows(field: Field) -> Iterator[Field]:
    """The fields of a connection that show its rows."""
    for inner in field.child.fields if field.child else ():
        if not isinstance(inner, str) and inner.place[1] in ("nodes", "node"):
            yield inner
        elif not isinstance(inner, str) and inner.place[1] == "edges":
            yield from _rows(inner)


PLAIN: Mapping[str, Mapping[type, Callable[[Any], Any]]] = {"ID": {asyncpg.pgproto.pgproto.UUID: str, UUID: str}}
"""Conversions that need no check: GraphQL's own would come to the same."""


def _keep(pieces: Pieces, text: str, made: Any) -> Any:
    """Write down what was made, and keep it."""
    if text in pieces:  # the same object stands twice in the answer
        return pieces[text]
    content = _json(made)
    piece = orjson.Fragment(content)
    pieces.put(text, piece, len(text) + len(content))
    return piece


def written(data: Any) -> orjson.Fragment:
    """The data of a result as JSON text."""
    return orjson.Fragment(_json(data))


def _json(data: Any) -> bytes:
    return orjson.dumps(data, option=orjson.OPT_UTC_Z)


READY = {"DateTime": "{v}.__class__ is datetime and {v}.tzinfo is UTC"}
"""What orjson writes as GraphQL's own conversion would (`written`)."""

ADAPTER = Adapter(
    way=way,
    shape=shape,
    source=source,
    load=_load,
    note=_note,
    documents=lambda named: named.name in ("Prescription", "Load", "SectionConfig", "PageInfo"),
    trusted=lambda named: True,  # no field returns an interface, so there is nothing to tell apart
    keep=_keep,
    recurring=frozenset(("Prescription", "SectionConfig")),
    digest=orjson.dumps,
    contents=Contents(written),
    plain=PLAIN,
    ready=READY,
    names={"datetime": datetime, "UTC": UTC},
)
PLANS = Plans(ADAPTER)


class Executor(BreadthFirst, StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor, breadth first."""

    plans = PLANS

    def begin(self, plan: Plan) -> None:
        """Let resolvers know what is read of their lists."""
        self.context_value.notes = plan.notes

    async def give_up(self, error: Exception) -> None:
        """graphql-core reads everything anew, and whole rows; after a statement that failed, in a new transaction.

        A statement that ran into its time limit would only do so again: it ends the request.
        """
        if is_timeout(error):
            raise error
        self.context_value.notes = {}
        self.context_value.forget()
        if isinstance(error, asyncpg.PostgresError):
            await self.context_value.renew()


async def execute(
    schema: GraphQLSchema,
    document: DocumentNode,
    context: Context,
    variables: dict[str, Any] | None,
    operation_name: str | None,
    *,
    breadth_first: bool,
) -> ExecutionResult:
    """The result of a valid document's operation; of a query breadth first, unless that is switched off."""
    kind = Executor if breadth_first else StrawberryGraphQLCoreExecutionContext
    built = kind.build(
        schema,
        document,
        context_value=context,
        raw_variable_values=variables,
        operation_name=operation_name,
        is_awaitable=cast(Any, optimized_is_awaitable),
    )
    if isinstance(built, list):
        return ExecutionResult(None, built)
    try:
        result: Any = built.execute_operation()
        return cast(ExecutionResult, await result if built.is_awaitable(result) else result)
    finally:
        vars(built).pop("async_helpers", None)  # they hold the executor, which holds them
