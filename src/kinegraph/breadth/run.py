"""Execution of a plan: level by level, each relation loaded once for all objects of its scope."""

import dataclasses
from collections.abc import Awaitable, Hashable, Sequence

from graphql.pyutils import Path

from kinegraph.breadth.aliases import Answer, Arguments, CoreExecutor, Key, Output, Value
from kinegraph.breadth.budget import Budget
from kinegraph.breadth.columns import Column, count_occurrences, read_values
from kinegraph.breadth.fragments import CachedColumn
from kinegraph.breadth.leaves import build
from kinegraph.breadth.loads import Loads, distinct, keys_of
from kinegraph.breadth.plan import Plan
from kinegraph.breadth.scopes import Scope, scopes_below
from kinegraph.breadth.selections import Field
from kinegraph.breadth.strategies import Call, Edge, Read, Resolve
from kinegraph.breadth.tasks import MAX_VALUES, SLICE, Turn, discard, gather

ScopeField = tuple[Scope, int, Field]
"""A scope, the index of one of its columns, and the field of that column."""


@dataclasses.dataclass(slots=True)
class _PendingField:
    """A field whose values are not there yet; for an edge with its keys, and the numbers of their answers."""

    scope: Scope
    index: int
    field: Field
    keys: list[Key] = dataclasses.field(default_factory=list)
    numbers: list[int] = dataclasses.field(default_factory=list)
    cached: CachedColumn | None = None


async def run_plan(plan: Plan, executor: CoreExecutor, budget: Budget) -> Output:
    """Execute a plan and return the data of the answer.

    Raises Fallback, the budget's refusal, and any exception of a batch function or resolver. No task outlives it.
    """
    run = _Run(plan, executor, budget)
    try:
        return await run.data()
    finally:
        run.release()


class _Run:
    """One execution: the scopes made so far, and the batch loads."""

    def __init__(self, plan: Plan, executor: CoreExecutor, budget: Budget) -> None:
        self.plan = plan
        self.adapter = plan.adapter
        self.executor = executor
        self.budget = budget
        self.loads = Loads()
        self.scopes: list[Scope] = []
        self.gap_scopes: list[Scope] = []
        self._turn = Turn()

    async def data(self) -> Output:
        """Resolve all fields level by level from the root, then build the dicts from the leaves up."""
        root = Scope(self.plan.root, [self.executor.root_value])
        self.scopes.append(root)
        fields = _fields_of(root)
        for level in [[field] for field in fields] if self.plan.is_mutation else [fields]:
            self.loads = Loads()
            while level:
                level = await self._execute_level(level)
                await self._turn.end_if_long()
        for scope in reversed(self.scopes):
            scope.built = await self._build_scope(scope)
            await self._turn.end_if_long()
        return root.built[0]

    def release(self) -> None:
        """Drop the references between scopes."""
        for scope in (*self.scopes, *self.gap_scopes):
            scope.release()

    async def _execute_level(self, level: list[ScopeField]) -> list[ScopeField]:
        """Resolve the fields of a level. Returns the next level: the fields of the scopes that were found."""
        pending_edges: list[_PendingField] = []
        calls: list[ScopeField] = []
        below: list[ScopeField] = []
        work = list(level)
        for scope, index, field in work:  # fields below that need no loading are appended while this runs
            strategy = field.strategy
            if isinstance(strategy, Edge):
                keys = list(keys_of(self.adapter, scope.objects, strategy.key))
                self._request_edge(_PendingField(scope, index, field, keys), pending_edges)
            elif isinstance(strategy, Read):
                values = read_values(self.adapter, scope.objects, strategy.name)
                self._attach(_PendingField(scope, index, field), values, None, work)
            elif isinstance(strategy, Call):
                values = [strategy.function(o) for o in scope.objects]
                self._attach(_PendingField(scope, index, field), values, None, work)
            else:
                calls.append((scope, index, field))
        await self._resolve_all(calls, pending_edges, below)
        await self.loads.load(self._call)
        for pending in pending_edges:
            self._attach_edge(pending, below)
        return below

    def _request_edge(self, pending: _PendingField, pending_edges: list[_PendingField]) -> None:
        """Request the answers of an edge for the pending field's keys, except those that are cached."""
        strategy = pending.field.strategy
        assert isinstance(strategy, Edge)
        keys = pending.keys
        if pending.field.cached is not None:
            unique = list(dict.fromkeys(keys))
            pending.cached = self._find_cached(pending, unique)
            if pending.cached is not None:
                numbers = {key: number for number, key in enumerate(unique)}
                pending.cached.index = [numbers[key] for key in keys]
                # Requested a level early, and also without keys: `Loads.load` calls batch functions in the order of
                # their first requests, so that those of gaps come first in the next level too.
                self._fill_gaps(pending, pending.cached, pending_edges)
                pending.keys = [unique[number] for number in pending.cached.missing]
        if pending.keys or pending.cached is None:
            pending.numbers = self.loads.request(strategy.batch, pending.keys, pending.field.joined)
            pending_edges.append(pending)

    def _find_cached(self, pending: _PendingField, unique: list[Key]) -> CachedColumn | None:
        """Look up the fragments of a cached field for these keys; None where the cache is not to be used.

        While a fragment is being made, only its gaps may come from the cache, so that it always has the same gaps.
        """
        scope, field = pending.scope, pending.field
        cache, recorder = self.adapter.cache(self.executor.context_value), scope.recorder
        if cache is None or field.cached is None or (recorder and field not in recorder.field.gaps) or None in unique:
            return None
        entries = field.cached.entries(self.executor.context_value, unique)
        if entries is None:
            return None
        selected = field.fragment_key(self.executor)
        cached = CachedColumn(field, entries, selected, cache, self.adapter, self.budget)
        self.budget.hits += len(entries) - len(cached.missing)
        placeholders = recorder and recorder.placeholders(field, cached, pending.keys)
        scope.columns[pending.index] = placeholders or cached
        return cached

    def _fill_gaps(self, pending: _PendingField, cached: CachedColumn, pending_edges: list[_PendingField]) -> None:
        """Count the objects of the fragments found, and request the values of their gaps."""
        field = pending.field
        assert field.child is not None
        counts = count_occurrences(pending.scope.counts, cached.index, len(cached.fragments))
        cached.counts = counts
        for number, fragment in enumerate(cached.fragments):
            if fragment is not None:
                times = 1 if counts is None else counts[number]
                self.budget.spend(fragment.objects * times, len(field.child.fields))
        for gap, below in enumerate(field.gaps):
            keys, times_each = cached.gap_keys(gap)
            gap_scope = Scope(field.child, keys)  # keys stand for the objects, which are not loaded
            gap_scope.columns, gap_scope.counts = [None], times_each
            self.gap_scopes.append(gap_scope)
            cached.gap_scopes.append(gap_scope)
            self._request_edge(_PendingField(gap_scope, 0, below, keys), pending_edges)

    def _attach_edge(self, pending: _PendingField, below: list[ScopeField]) -> None:
        """Attach the answers of an edge's batch function to its scope."""
        field, strategy = pending.field, pending.field.strategy
        assert isinstance(strategy, Edge)
        answers = self.loads.answers(strategy.batch)
        values: list[Value]
        index: list[int] | None = None
        if strategy.extract is not None:
            objects = pending.scope.objects
            values = [strategy.extract(o, answers[number]) for o, number in zip(objects, pending.numbers, strict=True)]
        elif field.children is not None or (field.child and field.child.has_resolvers):  # each object has its own path
            values = [answers[number] for number in pending.numbers]
        else:
            values, index = distinct(pending.numbers, answers)
        self._attach(pending, values, index, below)

    async def _resolve_all(
        self, calls: list[ScopeField], pending_edges: list[_PendingField], below: list[ScopeField]
    ) -> None:
        """Call the ordinary resolvers of a level, each for every object, and await them all concurrently."""
        resolved: list[tuple[_PendingField, list[Value]]] = []
        try:
            for scope, index, field in calls:
                pending, results = _PendingField(scope, index, field), list[Value]()
                arguments = field.arguments(self.executor)
                if field.cached is not None:
                    pending.keys = [(source, arguments) for source in scope.objects]
                    pending.cached = self._find_cached(pending, pending.keys)
                if pending.cached is not None:
                    pending.cached.index = range(len(pending.keys))
                    self._fill_gaps(pending, pending.cached, pending_edges)
                rows = range(len(scope.objects)) if pending.cached is None else pending.cached.missing
                resolved.append((pending, results))
                await self._resolve(pending, rows, arguments, results)
        except BaseException:
            discard([results for _, results in resolved])
            raise
        await self._await_all([results for _, results in resolved])
        for pending, results in resolved:
            self._attach(pending, results, None, below)

    async def _resolve(
        self, pending: _PendingField, rows: Sequence[int], arguments: Arguments, results: list[Value]
    ) -> None:
        """Append the result of an ordinary resolver for each of these objects of a scope; awaitables as they are."""
        executor, scope, field = self.executor, pending.scope, pending.field
        own = field.strategy.call if isinstance(field.strategy, Resolve) else None
        resolve = own or field.definition.resolve or executor.field_resolver
        type = scope.selection.type
        for number, row in enumerate(rows, 1):
            path = Path(scope.path(row), field.key, type.name)
            info = executor.build_resolve_info(field.definition, field.nodes, type, path)
            results.append(resolve(scope.objects[row], info, **arguments))
            if number % SLICE == 0:
                await self._turn.end_if_long()

    async def _await_all(self, columns: list[list[Value]]) -> None:
        """Replace the awaitables among the level's results by their results, concurrently. No task outlives it."""
        is_awaitable = self.executor.is_awaitable
        waiting = [(results, row) for results in columns for row, result in enumerate(results) if is_awaitable(result)]
        if len(waiting) == 1:
            ((results, row),) = waiting
            with self.adapter.alone(self.executor.context_value):
                results[row] = await results[row]
        elif waiting:
            hold = self.adapter.hold(self.executor.context_value)
            answers = await gather([results[row] for results, row in waiting], hold)
            for (results, row), answer in zip(waiting, answers, strict=True):
                results[row] = answer

    def _call(self, batch: Hashable, keys: list[Key], joined: tuple[Hashable, Hashable] | None) -> Awaitable[Answer]:
        """Call a batch function with the requested columns; or the function that answers it and another one."""
        assert self.adapter.load is not None
        context, columns = self.executor.context_value, self.plan.columns.by_batch
        if joined is None:
            return self.adapter.load(context, batch, keys, columns.get(batch))
        below, function = joined
        return self.adapter.load(context, function, keys, columns.get(batch), columns.get(below))

    def _attach(
        self, pending: _PendingField, values: list[Value], index: list[int] | None, work: list[ScopeField]
    ) -> None:
        """Attach a field's values to its scope, and make scopes of the objects in them, whose fields go to `work`."""
        scope, field, cached = pending.scope, pending.field, pending.cached
        column = Column(field, values, index)
        if cached is not None:
            cached.column = column
            counts = cached.counts and [cached.counts[number] for number in cached.missing]
            recorder = cached if cached.is_recorded else None
        else:
            placeholders = scope.recorder and scope.recorder.placeholders(field, column, pending.keys)
            scope.columns[pending.index] = placeholders or column
            counts = scope.counts
            recorder = None if placeholders else scope.recorder
        if field.leaf is not None:
            return
        counts = count_occurrences(counts, index, len(values))
        for inner in scopes_below(
            self.executor, self.adapter, scope, column, counts, None if cached is None else cached.missing
        ):
            inner.recorder = recorder
            self.budget.spend(inner.count(), len(inner.selection.fields), inner.selection.objects - 1)
            self.scopes.append(inner)
            if inner.objects:
                work += _fields_of(inner)

    async def _build_scope(self, scope: Scope) -> list[Output]:
        """Build the dicts of a scope's objects; those of the scopes below are built already."""
        objects = scope.objects
        if not objects:
            return []
        columns = [column.values() for column in scope.columns if column is not None]
        size = max(1, min(SLICE, MAX_VALUES // (len(scope.selection.fields) or 1)))
        if len(objects) <= 2 * size:
            return build(scope.selection, self.adapter, objects, columns)
        built: list[Output] = []
        for start in range(0, len(objects), size):
            rows = slice(start, start + size)
            built += build(scope.selection, self.adapter, objects[rows], [column[rows] for column in columns])
            await self._turn.end_if_long()
        return built


def _fields_of(scope: Scope) -> list[ScopeField]:
    return [(scope, index, field) for index, field in enumerate(scope.selection.column_fields)]
