"""The door: an Executor of graphql-core that runs plans, and falls back to itself where that cannot be."""

from collections import Counter, OrderedDict
from collections.abc import Hashable
from typing import Any

from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode, VariableNode, visit
from graphql.execution.executor import Executor
from graphql.language import DirectiveNode, Visitor

from kinegraph.breadth.adapter import Adapter
from kinegraph.breadth.convert import Surprise
from kinegraph.breadth.plan import Plan, Unplannable, compile_plan
from kinegraph.breadth.run import run_plan

KEPT_PLANS = 1000


class Plans:
    """The plans of a schema's operations, and a count of what was run how.

    A plan is kept by its operation (the documents are kept by their text, so the node stands for it) and by the
    values of the variables in its @skip and @include.
    """

    def __init__(self, adapter: Adapter) -> None:
        self.adapter = adapter
        self.counted: Counter[str] = Counter()
        """How many operations were run breadth first (""), and how many not, by the reason."""
        self._kept: OrderedDict[Hashable, tuple[OperationDefinitionNode, Plan | str]] = OrderedDict()
        self._switches: dict[int, tuple[OperationDefinitionNode, tuple[str, ...]]] = {}

    def find(self, executor: Executor[Any]) -> Plan | str:
        """The plan of the executor's operation, or the reason why it has none."""
        operation = executor.operation
        names = self._names(operation, executor)
        coerced = executor.variable_values.coerced if names else {}
        key = (id(operation), *(coerced.get(name) for name in names))
        kept = self._kept.get(key)
        if kept is not None and kept[0] is operation:
            self._kept.move_to_end(key)
            return kept[1]
        try:
            found: Plan | str = compile_plan(executor, self.adapter)
        except Unplannable as reason:
            found = str(reason)
        except GraphQLError:  # an argument of @skip or @include that is null
            found = "invalid directive"
        self._kept[key] = operation, found
        if len(self._kept) > KEPT_PLANS:
            old = self._kept.popitem(last=False)[1][0]
            self._switches.pop(id(old), None)
        return found

    def _names(self, operation: OperationDefinitionNode, executor: Executor[Any]) -> tuple[str, ...]:
        """The variables that decide what is selected."""
        known = self._switches.get(id(operation))
        if known is not None and known[0] is operation:
            return known[1]
        found = _Switches()
        visit(operation, found)
        for fragment in executor.fragment_definitions.values():
            visit(fragment, found)
        names = tuple(sorted(found.names))
        self._switches[id(operation)] = operation, names
        return names


class _Switches(Visitor):
    """Notes the variables in @skip and @include."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        """One directive."""
        if node.name.value in ("skip", "include"):
            self.names.update(a.value.name.value for a in node.arguments or () if isinstance(a.value, VariableNode))


class BreadthFirst(Executor[Any]):
    """To be mixed into an Executor: runs what can be planned breadth first."""

    plans: Plans

    def execute_operation(self, serially: bool | None = None) -> Any:
        """The result of the operation, or an awaitable of it."""
        plan = self.plans.find(self)
        if isinstance(plan, str):
            self.plans.counted[plan] += 1
            return super().execute_operation(serially)
        return self._execute_plan(plan, serially)

    def begin(self, plan: Plan) -> None:
        """A plan is going to be run; a place for whoever wants to hand its notes on."""

    async def give_up(self, error: Exception) -> None:
        """What was begun goes to graphql-core; a place for whoever handed something on."""

    async def _execute_plan(self, plan: Plan, serially: bool | None) -> Any:
        try:
            self.begin(plan)
            data = await run_plan(plan, self)
        except Exception as error:
            told = isinstance(error, Surprise)
            self.plans.counted[str(error) if told else f"{type(error).__name__} was raised"] += 1
            await self.give_up(error)
        else:
            self.plans.counted[""] += 1
            return ExecutionResult(data, None)
        result = super().execute_operation(serially)
        return await result if self.is_awaitable(result) else result
