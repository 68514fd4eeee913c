"""The door: an Executor of graphql-core that runs plans, and falls back to itself where that cannot be."""

import asyncio
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode, VariableNode, visit
from graphql.execution.executor import Executor
from graphql.language import DirectiveNode, Visitor

from kinegraph.breadth.adapter import Adapter
from kinegraph.breadth.budget import Budget
from kinegraph.breadth.convert import Fallback
from kinegraph.breadth.core import CoreExecution
from kinegraph.breadth.plan import Plan, Unplannable, compile_plan
from kinegraph.breadth.run import run_plan

MAX_PLANS = 16
"""Plans of one operation: one for each set of values of the variables in its @skip and @include."""


@dataclass(slots=True)
class OperationPlans:
    """The plans of one operation, by the values of the variables that decide what is selected (`switches`).

    A plan, or the reason why there is none, holds for the operation's text alone, whoever sends it.
    """

    switches: tuple[str, ...]
    by_values: dict[tuple[Any, ...], Plan | str] = field(default_factory=dict)


class Plans:
    """How a schema's operations are planned, and a count of what was run how."""

    def __init__(self, adapter: Adapter) -> None:
        self.adapter = adapter
        self.counted: Counter[str] = Counter()
        """How many operations were run breadth first (""), and how many not, by the reason."""

    def known(self, executor: "BreadthFirst") -> Plan | str | None:
        """The plan of the executor's operation, or the reason why it has none, where that was found before."""
        plans = executor.plan_store().get(_name(executor))
        return None if plans is None else plans.by_values.get(_values(plans, executor))

    def find(self, executor: "BreadthFirst") -> Plan | str:
        """The plan of the executor's operation, or the reason why it has none."""
        stored = executor.plan_store()
        plans = stored.get(_name(executor))
        if plans is None:
            plans = stored[_name(executor)] = OperationPlans(_switches(executor.operation, executor))
        values = _values(plans, executor)
        try:
            found: Plan | str = compile_plan(executor, self.adapter)
        except Unplannable as reason:
            found = str(reason)
        except GraphQLError:
            return "an argument of a directive"
        if len(plans.by_values) >= MAX_PLANS:
            plans.by_values.clear()
        plans.by_values[values] = found
        return found


def _name(executor: Executor[Any]) -> str | None:
    return executor.operation.name.value if executor.operation.name else None


def _values(plans: OperationPlans, executor: Executor[Any]) -> tuple[Any, ...]:
    """The values of the variables that decide what is selected."""
    coerced = executor.variable_values.coerced if plans.switches else {}
    return tuple(coerced.get(switch) for switch in plans.switches)


def _switches(operation: OperationDefinitionNode, executor: Executor[Any]) -> tuple[str, ...]:
    """The variables that decide what is selected."""
    found = _Switches()
    visit(operation, found)
    for fragment in executor.fragment_definitions.values():
        visit(fragment, found)
    return tuple(sorted(found.names))


class _Switches(Visitor):
    """Collects the variables in @skip and @include."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        """One directive."""
        if node.name.value in ("skip", "include"):
            self.names.update(a.value.name.value for a in node.arguments or () if isinstance(a.value, VariableNode))


class BreadthFirst(CoreExecution):
    """To be mixed into an Executor: runs what can be planned breadth first, the rest by graphql-core.

    Both count what the answer holds with one `budget`, whose refusal ends the execution.
    """

    plans: Plans
    final: tuple[type[Exception], ...] = ()
    """Exceptions that end the execution: graphql-core would only meet them again."""

    is_breadth_first = True
    is_large = False
    """Whether the document is so large that it is planned in a thread, while others have their turn."""

    @property
    def adapter(self) -> Adapter:  # type: ignore[override]  # it is read only
        """What is known of the schema."""
        return self.plans.adapter

    async def execute_operation(self, serially: bool | None = None) -> Any:
        """The result of the operation."""
        plan = await self._find_plan() if self.is_breadth_first else "asked for"
        if isinstance(plan, str):
            self.plans.counted[plan] += 1
            return await self._by_core(serially)
        return await self._execute_plan(plan, serially)

    async def _find_plan(self) -> Plan | str:
        plan = self.plans.known(self)
        if plan is None:
            plan = await asyncio.to_thread(self.plans.find, self) if self.is_large else self.plans.find(self)
            self.planned()
        return plan

    def plan_store(self) -> dict[Hashable, OperationPlans]:
        """Where the document's plans are stored, by the operation's name; by default nowhere."""
        return {}

    def planned(self) -> None:
        """A plan was added to the store."""

    async def begin(self, plan: Plan) -> None:
        """A plan is going to be run."""

    async def fall_back(self, error: Exception) -> None:
        """What was begun is executed by graphql-core from the start."""

    async def _execute_plan(self, plan: Plan, serially: bool | None) -> Any:
        budget = self.budget or Budget(2**31, 2**31, ValueError)
        try:
            await self.begin(plan)
            data = await run_plan(plan, self, budget)
        except Exception as error:
            is_fallback = isinstance(error, Fallback)
            self.plans.counted[str(error) if is_fallback else f"{type(error).__name__} was raised"] += 1
            if budget.is_exceeded or isinstance(error, self.final):
                raise
            await self.fall_back(error)
        else:
            self.plans.counted[""] += 1
            return ExecutionResult(data, None)
        return await self._by_core(serially)

    async def _by_core(self, serially: bool | None) -> Any:
        if self.budget is not None:
            self.budget.restart()
        return await self.execute_by_core(serially)
