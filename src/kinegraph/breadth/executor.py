"""The entry point: an Executor of graphql-core that runs plans, and otherwise executes as graphql-core does."""

import asyncio
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any  # values of variables, and results: graphql-core declares them so

from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode, VariableNode, visit
from graphql.language import DirectiveNode, Visitor

from kinegraph.breadth.adapter import Adapter
from kinegraph.breadth.aliases import CoreExecutor
from kinegraph.breadth.budget import Budget
from kinegraph.breadth.convert import Fallback
from kinegraph.breadth.core import CoreExecution
from kinegraph.breadth.plan import Plan, Unplannable, compile_plan
from kinegraph.breadth.run import run_plan

MAX_PLANS = 16
"""Plans of one operation: one for each combination of values of the variables in its @skip and @include. All are
dropped before one more is stored."""

REQUESTED = "requested"
"""The reason that is counted where breadth-first execution is switched off, for the server or by the request."""


@dataclass(slots=True)
class OperationPlans:
    """The plans of one operation, by the values of the variables in its @skip and @include (`switches`).

    A plan, or the reason why there is none, depends on the operation's text only, not on the caller.
    """

    switches: tuple[str, ...]
    by_values: dict[tuple[Any, ...], Plan | str] = field(default_factory=dict)


class Plans:
    """Compiles the operations of a schema, and counts how operations were executed."""

    def __init__(self, adapter: Adapter) -> None:
        self.adapter = adapter
        self.counted: Counter[str] = Counter()
        """The number of operations executed breadth first (""), and by graphql-core, by the reason."""

    def find(self, executor: "BreadthFirst") -> Plan | str | None:
        """The stored plan of the executor's operation, or the stored reason why it has none; None if neither."""
        plans = executor.plan_store().get(_name(executor))
        return None if plans is None else plans.by_values.get(_values(plans, executor))

    def compile(self, executor: "BreadthFirst") -> Plan | str:
        """Compile the executor's operation and store the plan, or the reason why it has none."""
        stored = executor.plan_store()
        plans = stored.get(_name(executor))
        if plans is None:
            plans = stored[_name(executor)] = OperationPlans(_switches(executor.operation, executor))
        values = _values(plans, executor)
        try:
            plan: Plan | str = compile_plan(executor, self.adapter)
        except Unplannable as reason:
            plan = str(reason)
        except GraphQLError:
            return "an argument of a directive"
        if len(plans.by_values) >= MAX_PLANS:
            plans.by_values.clear()
        plans.by_values[values] = plan
        return plan


def _name(executor: CoreExecutor) -> str | None:
    return executor.operation.name.value if executor.operation.name else None


def _values(plans: OperationPlans, executor: CoreExecutor) -> tuple[Any, ...]:
    """The values of the variables in @skip and @include."""
    coerced = executor.variable_values.coerced if plans.switches else {}
    return tuple(coerced.get(switch) for switch in plans.switches)


def _switches(operation: OperationDefinitionNode, executor: CoreExecutor) -> tuple[str, ...]:
    """The names of the variables in @skip and @include."""
    visitor = _SwitchVisitor()
    visit(operation, visitor)
    for fragment in executor.fragment_definitions.values():
        visit(fragment, visitor)
    return tuple(sorted(visitor.names))


class _SwitchVisitor(Visitor):
    """Collects the names of the variables in @skip and @include."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        """Add the variables of one directive."""
        if node.name.value in ("skip", "include"):
            self.names.update(a.value.name.value for a in node.arguments or () if isinstance(a.value, VariableNode))


class BreadthFirst(CoreExecution):
    """A mixin for an Executor: executes breadth first what can be planned, and the rest by graphql-core.

    Both count the answer with one `budget`, whose refusal ends the execution.
    """

    plans: Plans
    final: tuple[type[Exception], ...] = ()
    """Exceptions that end the execution without a fallback, because graphql-core would meet them again."""

    is_breadth_first = True
    has_large_document = False
    """True if the document is so large that it is compiled in a thread, so that other requests need not wait."""

    @property
    def adapter(self) -> Adapter:  # type: ignore[override]  # it is read only
        """The adapter of the schema."""
        return self.plans.adapter

    async def execute_operation(self, serially: bool | None = None) -> Any:
        """Execute the operation, and return its result."""
        plan = await self._find_or_compile() if self.is_breadth_first else REQUESTED
        if isinstance(plan, str):
            self.plans.counted[plan] += 1
            return await self._execute_without_plan(serially)
        return await self._execute_plan(plan, serially)

    async def _find_or_compile(self) -> Plan | str:
        plan = self.plans.find(self)
        if plan is None:
            compiled = self.plans.compile
            plan = await asyncio.to_thread(compiled, self) if self.has_large_document else compiled(self)
            self.plan_added()
        return plan

    def plan_store(self) -> dict[Hashable, OperationPlans]:
        """Return the plans of the document by name of the operation; by default they are stored nowhere."""
        return {}

    def plan_added(self) -> None:
        """Hook: a plan was added to the store."""

    async def begin(self, plan: Plan) -> None:
        """Hook: a plan is about to be executed."""

    async def fall_back(self, error: Exception) -> None:
        """Hook: executing a plan raised this error, and graphql-core is about to execute the operation again.

        Raises an error that ends the execution instead.
        """

    async def _execute_plan(self, plan: Plan, serially: bool | None) -> Any:
        budget = self.budget or Budget(2**31, 2**31, ValueError)
        try:
            await self.begin(plan)
            data = await run_plan(plan, self, budget)
        except Exception as error:
            if budget.is_exceeded or isinstance(error, self.final):
                self.plans.counted[""] += 1
                raise
            await self.fall_back(error)
            is_fallback = isinstance(error, Fallback)
            self.plans.counted[str(error) if is_fallback else f"{type(error).__name__} was raised"] += 1
        else:
            self.plans.counted[""] += 1
            return ExecutionResult(data, None)
        return await self._execute_without_plan(serially)

    async def _execute_without_plan(self, serially: bool | None) -> Any:
        if self.budget is not None:
            self.budget.restart()
        return await self.execute_by_graphql_core(serially)
