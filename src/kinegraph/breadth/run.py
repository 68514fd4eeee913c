"""Running a plan: level by level, every relation once for all objects of its scope."""

from collections.abc import Awaitable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql.execution.executor import Executor
from graphql.pyutils import Path

from kinegraph.breadth.budget import Budget
from kinegraph.breadth.columns import Column, flatten, positions
from kinegraph.breadth.fragments import CachedColumn
from kinegraph.breadth.leaves import build
from kinegraph.breadth.loads import Loads, shared
from kinegraph.breadth.plan import Plan
from kinegraph.breadth.reading import keys_of, read_values, tally
from kinegraph.breadth.scopes import Scope, by_type
from kinegraph.breadth.selections import Field, Selection
from kinegraph.breadth.strategies import Call, Edge, Read, Resolve
from kinegraph.breadth.tasks import MAX_VALUES, SLICE, Turn, discard, gather

Place = tuple[Scope, int, Field]
"""A field of a scope, and the place of the field's column."""


@dataclass(slots=True)
class _PendingField:
    """A field whose values are to come: of an edge, with its keys and their places among the loads."""

    scope: Scope
    place: int
    field: Field
    keys: list[Any]
    places: list[int]
    cached: CachedColumn | None = None


async def run_plan(plan: Plan, executor: Executor[Any], budget: Budget) -> Any:
    """The data of an operation.

    Raises Fallback, the budget's refusal, and whatever a batch function or resolver raises. No task outlives it.
    """
    run = _Run(plan, executor, budget)
    try:
        return await run.data()
    finally:
        run.release()


class _Run:
    """One execution: the scopes that were made, what was loaded, and what is still to be."""

    def __init__(self, plan: Plan, executor: Executor[Any], budget: Budget) -> None:
        self.plan = plan
        self.adapter = plan.adapter
        self.executor = executor
        self.budget = budget
        self.loads = Loads()
        self.scopes: list[Scope] = []
        self.stand_ins: list[Scope] = []
        self._turn = Turn()

    async def data(self) -> Any:
        """Resolve everything level by level, then build the answer from below."""
        root = Scope(self.plan.root, [self.executor.root_value])
        self.scopes.append(root)
        fields = _fields_of(root)
        for level in [[field] for field in fields] if self.plan.is_mutation else [fields]:
            self.loads = Loads()
            while level:
                level = await self._advance(level)
                await self._turn.end_if_long()
        for scope in reversed(self.scopes):
            scope.built = await self._build(scope)
            await self._turn.end_if_long()
        return root.built[0]

    def release(self) -> None:
        """Drop the references between scopes."""
        for scope in (*self.scopes, *self.stand_ins):
            scope.release()

    async def _advance(self, level: list[Place]) -> list[Place]:
        """Work out a level's fields. Returns the fields of the scopes that this led to and that need more loading."""
        wanted: list[_PendingField] = []
        calls: list[Place] = []
        below: list[Place] = []
        work = list(level)
        for scope, place, field in work:  # grows by what needs no loading
            strategy = field.strategy
            if isinstance(strategy, Edge):
                self._ask(scope, place, field, list(keys_of(self.adapter, scope.objects, strategy.key)), wanted)
            elif isinstance(strategy, Read):
                values = read_values(self.adapter, scope.objects, strategy.name)
                self._attach(_PendingField(scope, place, field, [], []), values, None, work)
            elif isinstance(strategy, Call):
                values = [strategy.function(o) for o in scope.objects]
                self._attach(_PendingField(scope, place, field, [], []), values, None, work)
            else:
                calls.append((scope, place, field))
        await self._resolve_all(calls, wanted, below)
        await self.loads.load(self._call)
        for pending in wanted:
            self._attach_edge(pending, below)
        return below

    def _ask(self, scope: Scope, place: int, field: Field, keys: list[Any], wanted: list[_PendingField]) -> None:
        """Say which keys an edge needs, as far as its answers are not cached."""
        strategy = field.strategy
        assert isinstance(strategy, Edge)
        cached = None
        if field.cached is not None:
            unique = list(dict.fromkeys(keys))
            cached = self._find_cached(scope, place, field, unique, keys)
        if cached is not None:
            numbers = {key: number for number, key in enumerate(unique)}
            cached.places = [numbers[key] for key in keys]
            self._fill_gaps(scope, field, cached, wanted)
            keys = [unique[number] for number in cached.missing]
        if keys or cached is None:
            places = self.loads.ask(strategy.batch, keys, field.joined)
            wanted.append(_PendingField(scope, place, field, keys, places, cached))

    def _find_cached(
        self, scope: Scope, place: int, field: Field, unique: list[Any], keys: list[Any]
    ) -> CachedColumn | None:
        """What the cache has of a field for these keys; None where it is not to be asked.

        In a fragment that is being made only its gaps may come from the cache: all else is to leave the same gaps.
        """
        cache, recorder = self.adapter.cache(self.executor.context_value), scope.recorder
        if cache is None or field.cached is None or (recorder and field not in recorder.field.gaps) or None in unique:
            return None
        entries = field.cached.entries(self.executor.context_value, unique)
        if entries is None:
            return None
        cached = CachedColumn(field, entries, cache, self.adapter, self.budget)
        scope.columns[place] = (recorder and recorder.mark(field, cached, keys)) or cached
        return cached

    def _fill_gaps(self, scope: Scope, field: Field, cached: CachedColumn, wanted: list[_PendingField]) -> None:
        """Count the objects of the fragments found, and ask for what goes in their gaps."""
        assert field.child is not None
        counts = tally(scope.counts, cached.places, len(cached.found))
        cached.counts = counts
        for number, fragment in enumerate(cached.found):
            if fragment is not None:
                times = 1 if counts is None else counts[number]
                self.budget.spend(fragment.objects * times, len(field.child.fields))
        for gap, below in enumerate(field.gaps):
            keys, times_each = cached.gap_keys(gap)
            stand_in = Scope(field.child, keys)  # of the objects in the fragments, which are not there
            stand_in.columns, stand_in.counts = [None], times_each
            self.stand_ins.append(stand_in)
            cached.gaps.append(stand_in)
            self._ask(stand_in, 0, below, keys, wanted)

    def _attach_edge(self, pending: _PendingField, below: list[Place]) -> None:
        """Hang the answers of an edge's batch function under its scope."""
        field, strategy = pending.field, pending.field.strategy
        assert isinstance(strategy, Edge)
        answers = self.loads.answers(strategy.batch)
        values: list[Any]
        index: list[int] | None = None
        if strategy.extract is not None:
            objects = pending.scope.objects
            values = [strategy.extract(o, answers[number]) for o, number in zip(objects, pending.places, strict=True)]
        elif field.children is not None or (field.child and field.child.has_resolvers):  # each object has its own path
            values = [answers[number] for number in pending.places]
        else:
            values, index = shared(pending.places, answers)
        self._attach(pending, values, index, below)

    async def _resolve_all(self, calls: list[Place], wanted: list[_PendingField], below: list[Place]) -> None:
        """Call the ordinary resolvers of a level, each for every object, and await them all at once."""
        found: list[tuple[_PendingField, list[Any]]] = []
        try:
            for scope, place, field in calls:
                arguments = field.arguments(self.executor)
                keys = [(source, arguments) for source in scope.objects] if field.cached is not None else []
                cached = self._find_cached(scope, place, field, keys, keys)
                if cached is not None:
                    cached.places = range(len(keys))
                    self._fill_gaps(scope, field, cached, wanted)
                missing = range(len(scope.objects)) if cached is None else cached.missing
                results: list[Any] = []
                found.append((_PendingField(scope, place, field, [], [], cached), results))
                await self._resolve(scope, field, missing, arguments, results)
        except BaseException:
            discard([results for _, results in found])
            raise
        await self._await_all([results for _, results in found])
        for pending, results in found:
            self._attach(pending, results, None, below)

    async def _resolve(
        self, scope: Scope, field: Field, wanted: Sequence[int], arguments: dict[str, Any], results: list[Any]
    ) -> None:
        """Add what an ordinary resolver returns for each of these objects, awaitables not awaited yet."""
        executor, definition = self.executor, field.definition
        own = field.strategy.call if isinstance(field.strategy, Resolve) else None
        resolve = own or definition.resolve or executor.field_resolver
        type = scope.selection.type
        for number, place in enumerate(wanted, 1):
            path = Path(scope.path(place), field.key, type.name)
            info = executor.build_resolve_info(definition, field.nodes, type, path)
            results.append(resolve(scope.objects[place], info, **arguments))
            if number % SLICE == 0:
                await self._turn.end_if_long()

    async def _await_all(self, columns: list[list[Any]]) -> None:
        """Await the awaitables among the level's results, all at once, in place. None outlives this."""
        is_awaitable = self.executor.is_awaitable
        waiting = [
            (results, place) for results in columns for place, result in enumerate(results) if is_awaitable(result)
        ]
        if len(waiting) == 1:
            ((results, place),) = waiting
            with self.adapter.alone(self.executor.context_value):
                results[place] = await results[place]
        elif waiting:
            hold = self.adapter.hold(self.executor.context_value)
            answers = await gather([results[place] for results, place in waiting], hold)
            for (results, place), answer in zip(waiting, answers, strict=True):
                results[place] = answer

    def _call(self, batch: Hashable, keys: list[Any], joined: tuple[Hashable, Hashable] | None) -> Awaitable[Any]:
        """Call a batch function, with what is read of its answers; or the one that answers for two."""
        assert self.adapter.load is not None
        context, names = self.executor.context_value, self.plan.names
        if joined is None:
            return self.adapter.load(context, batch, keys, names.get(batch))
        below, function = joined
        return self.adapter.load(context, function, keys, names.get(batch), names.get(below))

    def _attach(self, pending: _PendingField, values: list[Any], index: list[int] | None, work: list[Place]) -> None:
        """Hang a field's values under its scope, and the objects among them into scopes of their own."""
        scope, field, cached = pending.scope, pending.field, pending.cached
        column = Column(field, values, index)
        if cached is not None:
            cached.column = column
            counts = cached.counts and [cached.counts[number] for number in cached.missing]
            recorder = cached if cached.is_recorded else None
        else:
            marks = scope.recorder and scope.recorder.mark(field, column, pending.keys)
            scope.columns[pending.place] = marks or column
            counts = scope.counts
            recorder = None if marks else scope.recorder
        if field.leaf is not None:
            return
        counts = tally(counts, index, len(values))
        owner_of = None if cached is None else cached.missing
        needs_path = field.children is not None or (field.child is not None and field.child.has_resolvers)
        objects: list[Any] = []
        owners: list[int] | None = [] if needs_path or counts is not None else None
        flatten(values, field.shape, objects, owners)
        parts: list[tuple[Selection, list[Any], Sequence[int]]]
        if field.child is not None:
            parts = [(field.child, objects, range(len(objects)))]
        else:
            parts = by_type(self.executor, scope, field, objects, owners or [])
        for selection, members, places in parts:
            inner = Scope(selection, members)
            inner.recorder = recorder
            if owners is not None:
                inner.owners = [owners[place] for place in places]
                inner.counts = counts and [counts[owner] for owner in inner.owners]
            if needs_path:
                inner.owners = inner.owners if owner_of is None else [owner_of[owner] for owner in inner.owners]
                inner.above, inner.field = scope, field
                each = positions(owners or [])
                inner.positions = [each[place] for place in places]
            if field.children is not None:
                column.places.append(list(places))
            column.parts.append(inner)
            self.budget.spend(inner.count(), len(selection.fields), selection.objects - 1)
            self.scopes.append(inner)
            if members:
                work += _fields_of(inner)

    async def _build(self, scope: Scope) -> list[Any]:
        """The dicts of a scope's objects; those of the scopes below are built already."""
        objects = scope.objects
        if not objects:
            return []
        columns = [column.values() for column in scope.columns if column is not None]
        size = max(1, min(SLICE, MAX_VALUES // (len(scope.selection.fields) or 1)))
        if len(objects) <= 2 * size:
            return build(scope.selection, self.adapter, objects, columns)
        built: list[Any] = []
        for start in range(0, len(objects), size):
            part = slice(start, start + size)
            built += build(scope.selection, self.adapter, objects[part], [column[part] for column in columns])
            await self._turn.end_if_long()
        return built


def _fields_of(scope: Scope) -> list[Place]:
    return [(scope, place, field) for place, field in enumerate(scope.selection.columns)]
