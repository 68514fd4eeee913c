"""Breadth-first execution for this schema: how its objects are read, and how its edges are loaded."""

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast  # keys, values and answers of any field
from uuid import UUID

import asyncpg
import asyncpg.pgproto.pgproto
import orjson
from graphql import ExecutionResult, FieldNode, GraphQLSchema, OperationDefinitionNode
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from kinegraph.api.causes import add_paths_of_variables, hide_values, is_timeout, is_unreachable
from kinegraph.api.context import RequestContext
from kinegraph.api.sources import shape, source
from kinegraph.breadth.adapter import Adapter
from kinegraph.breadth.budget import Budget
from kinegraph.breadth.executor import BreadthFirst, OperationPlans, Plans
from kinegraph.breadth.plan import Plan
from kinegraph.breadth.requested_columns import Columns, columns_of
from kinegraph.breadth.selections import Field
from kinegraph.breadth.strawberry_adapter import strategy
from kinegraph.events.rules import Delivery
from kinegraph.events.rules_ends import Hidden
from kinegraph.idempotency.rules import AnsweredBefore, KeyRefused
from kinegraph.kit.batches import TypedNode, is_narrowed
from kinegraph.kit.cache import Cache
from kinegraph.kit.context import Batch, Context
from kinegraph.kit.errors import AnswerTooLarge, TokenRefused
from kinegraph.kit.pool import PoolExhausted


async def _load(context: Context, batch: Batch, keys: list[Any], columns: Columns, *below: Columns) -> Any:
    session = await context.session()
    if below:
        return await batch(session, keys, columns, *below)
    return await (batch(session, keys, columns) if is_narrowed(batch) else batch(session, keys))


def _requested_columns(field: Field) -> Columns:
    """The columns that are selected of a resolver's rows, or of a connection's (`nodes` and `edges`); None for all."""
    if field.child is not None and not field.child.type.name.endswith("Connection"):
        return columns_of(field.child)
    found: set[str] = set()
    for rows in _rows(field):
        columns = None if rows.child is None else columns_of(rows.child)
        if columns is None:
            return None
        found |= columns
    return frozenset(found)


def _rows(field: Field) -> Iterator[Field]:
    """The fields of a connection that show its rows."""
    for inner in field.child.fields if field.child else ():
        if not isinstance(inner, str) and inner.coordinate[1] in ("nodes", "node"):
            yield inner
        elif not isinstance(inner, str) and inner.coordinate[1] == "edges":
            yield from _rows(inner)


UNCHECKED_CONVERSIONS: Mapping[str, Mapping[type, Callable[[Any], Any]]] = {
    "ID": {asyncpg.pgproto.pgproto.UUID: str, UUID: str}
}
"""Conversions that need no check: GraphQL's own would come to the same."""
MAX_TEXT_LENGTH = 10_000
"""Maximum length of a text value, in characters: the rules of the rooms allow no more."""


def size_of(data: Any, enough: int) -> int:
    """Estimate an answer's size in bytes as text; at least `enough` if it is larger than that.

    An object that occurs several times (the breadth-first executor shares them) is measured once and counted each time.
    The length of a fragment (orjson.Fragment) is not accessible, and is not counted.
    """
    return _size(data, enough, {})


def _size(value: Any, enough: int, measured: dict[int, int]) -> int:
    found = measured.get(id(value))
    if found is not None:
        return found
    each = value.values() if value.__class__ is dict else value
    size = 6 * len(value) + sum([len(inner) for inner in each if inner.__class__ is str])
    for inner in each:
        if inner.__class__ is dict or inner.__class__ is list:
            size += _size(inner, enough, measured)
            if size > enough:
                break
    measured[id(value)] = size
    return size


def json_fragment(data: Any, budget: Budget) -> orjson.Fragment:
    """The data of a result as JSON text. Raises AnswerTooLarge before there is more text than the budget allows."""
    if budget.values * MAX_TEXT_LENGTH > budget.max_bytes:
        budget.spend_bytes(size_of(data, budget.max_bytes))
    return orjson.Fragment(_json(data))


def _json(data: Any) -> bytes:
    return orjson.dumps(data, option=orjson.OPT_UTC_Z)


def _cache(context: Context) -> Cache | None:
    """Where the answers of a query are cached; a session that writes uses no cache."""
    session = context.opened
    return session.cache if session is not None and session.cache is not None and session.cache.max_bytes else None


MAX_WAITING = 100
"""Executions that wait for graphql-core at most."""

INTROSPECTIONS = ThreadPoolExecutor(1, "introspection")
"""The thread of introspections, one after the other; each ends by the limit of its cost."""

LARGE_TREE = 500
"""Nodes of a document, beyond which it is planned in a thread."""

READY_TESTS = {"DateTime": "{v}.__class__ is datetime and {v}.tzinfo is UTC"}
"""By scalar, the condition, as Python source, on which orjson writes a value as GraphQL's own conversion would
(`json_fragment`)."""

ADAPTER = Adapter(
    strategy=strategy,
    shape=shape,
    source=source,
    load=_load,
    requested_columns=_requested_columns,
    is_document=lambda named: named.name in ("Prescription", "Load", "SectionConfig", "PageInfo"),
    is_trusted=lambda named: True,  # `type_of` tells the types of the only field that returns an interface
    type_of=lambda value: (value.type_name, value.value) if value.__class__ is TypedNode else None,
    alone=lambda context: cast(Context, context).alone(),
    hold=lambda context: cast(Context, context).hold(),
    cache=_cache,
    dump=_json,
    fragment=orjson.Fragment,
    unchecked_conversions=UNCHECKED_CONVERSIONS,
    ready_tests=READY_TESTS,
    ready_test_names={"datetime": datetime, "UTC": UTC},
)
PLANS = Plans(ADAPTER)


class Gate:
    """Bounds the concurrent executions by graphql-core; the others wait, first come, first served.

    Such an execution takes many times as long as a plan, and a connection for all of that time: without this, a few
    documents that fail would use all connections of the pool. An execution that waits holds none.
    """

    def __init__(self, size: int) -> None:
        self._semaphore = asyncio.Semaphore(size)
        self.waiting = 0
        """The number of executions that wait."""

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """A context manager around one execution, which begins when its turn comes.

        Raises PoolExhausted if MAX_WAITING wait already.
        """
        if self.waiting >= MAX_WAITING:
            raise PoolExhausted(f"{MAX_WAITING} executions by graphql-core wait already")
        self.waiting += 1
        try:
            await self._semaphore.acquire()
        finally:
            self.waiting -= 1
        try:
            yield
        finally:
            self._semaphore.release()


class Executor(BreadthFirst, StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor, breadth first."""

    plans = PLANS
    final = (AnswerTooLarge, AnsweredBefore, KeyRefused, Hidden, TokenRefused)
    gate: Gate | None = None

    async def execute_by_graphql_core(self, serially: bool | None = None) -> Any:
        """The result of the operation, as soon as the gate lets it in.

        Introspection alone needs no connection. It awaits nothing, and is executed in a thread: others need not wait.
        """
        if self.gate is None:
            return await super().execute_by_graphql_core(serially)
        if all(name.startswith("__") for name in _root_names(self.operation)):
            execute = (
                super().execute_by_graphql_core
            )  # called in the thread, to which a cancelled request may never come
            return await asyncio.get_running_loop().run_in_executor(
                INTROSPECTIONS, lambda: asyncio.run(execute(serially))
            )
        async with self.gate.turn():
            return await super().execute_by_graphql_core(serially)

    def plan_store(self) -> dict[Hashable, OperationPlans]:
        """The document's own."""
        store: dict[Hashable, OperationPlans] = self.context_value.document.plans
        return store

    def plan_added(self) -> None:
        """The document weighs more now."""
        self.context_value.document.changed()

    async def begin(self, plan: Plan) -> None:
        """Open a query's session, as no other task is there yet, and pass resolvers the columns that their lists need.

        A mutation's session is opened by its first field that needs it.
        """
        context: Context = self.context_value
        context.columns_by_node = plan.columns.by_node
        if not plan.is_mutation and context.opened is None:
            await context.open()

    async def fall_back(self, error: Exception) -> None:
        """Prepare for graphql-core, which reads whole rows anew. A mutation's writes are rolled back first.

        A statement that ran into its time limit would only do so again, and so would a database to which no session
        could be opened: they end the request. A lost deadlock ends this try of it (`api.execution`).
        """
        context: Context = self.context_value
        if (
            is_timeout(error)
            or isinstance(error, asyncpg.DeadlockDetectedError)
            or (context.opened is None and is_unreachable(error))
        ):
            raise error
        context.columns_by_node = {}
        context.clear_loaders()
        await context.restart()


def _root_names(operation: OperationDefinitionNode) -> Iterator[str]:
    """The names of an operation's fields; of a fragment at its root, an empty one."""
    for node in operation.selection_set.selections:
        yield node.name.value if isinstance(node, FieldNode) else ""


async def execute(
    schema: GraphQLSchema,
    context: RequestContext,
    variables: dict[str, Any] | None,
    operation_name: str | None,
    *,
    breadth_first: bool,
    has_large_variables: bool = False,
    budget: Budget,
    gate: Gate | None = None,
    root: Delivery | None = None,
) -> ExecutionResult:
    """The result of a valid document's operation, breadth first unless that is switched off.

    `root` is the event that a subscription is executed for; Hidden is raised where the viewer may not see it.
    Raises the budget's refusal where the answer would be too large. Large variables are converted in a thread.
    """
    build = partial(
        Executor.build,
        schema,
        context.document.node,
        root,
        context_value=context,
        raw_variable_values=variables,
        operation_name=operation_name,
        is_awaitable=cast(Any, optimized_is_awaitable),
    )
    built: Any = await asyncio.to_thread(build) if has_large_variables else build()
    if isinstance(built, list):
        add_paths_of_variables(built, variables or {})
        hide_values(built, context.document.node)
        return ExecutionResult(None, built)
    built.is_breadth_first = breadth_first
    built.has_large_document = context.document.nodes > LARGE_TREE
    built.budget = budget
    built.gate = gate
    try:
        return cast(ExecutionResult, await built.execute_operation())
    finally:
        vars(built).pop("async_helpers", None)  # they hold the executor, which holds them
