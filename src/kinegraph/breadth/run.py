"""Running a plan: level by level, every relation once for all objects of its scope."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from itertools import repeat
from typing import Any

from graphql.execution.executor import Executor
from graphql.pyutils import Path

from kinegraph.breadth.adapter import Adapter
from kinegraph.breadth.columns import Column, flatten
from kinegraph.breadth.leaves import build
from kinegraph.breadth.loads import Loads, shared
from kinegraph.breadth.plan import Plan
from kinegraph.breadth.selections import Field, Selection
from kinegraph.breadth.ways import Call, Edge, Read


class Scope:
    """All objects of one type at one place of the document."""

    __slots__ = ("came_from", "columns", "keeps", "objects", "selection")

    def __init__(
        self, selection: Selection, objects: list[Any], came_from: "tuple[Scope, Field, list[int]] | None"
    ) -> None:
        self.selection = selection
        self.objects = objects
        self.came_from = came_from
        self.keeps: dict[int, Callable[[list[Any]], list[Any]]] = {}
        """By the place of a column, what it keeps of its values."""
        """The scope above, the field that led here, and which of its objects each object belongs to."""
        self.columns: list[Column] = []

    def path(self, place: int) -> Path | None:
        """Where the object at `place` stands in the answer; only asked for scopes whose objects are not shared."""
        if self.came_from is None:
            return None
        above, field, owners = self.came_from
        path = Path(above.path(owners[place]), field.key, above.selection.type.name)
        shape, index = field.shape, place - owners.index(owners[place])
        # Only lists of one level know their places; deeper ones are left to graphql-core when the plan is made.
        return path if shape.item is None else Path(path, index, None)

    def build(self, adapter: Adapter) -> list[Any]:
        """The dicts of the objects; those of the scopes below are built already."""
        return build(self.selection, adapter, self.objects, [column.values() for column in self.columns])


async def run_plan(plan: Plan, executor: Executor[Any]) -> Any:
    """The data of an operation. Raises Surprise, and whatever a batch function or resolver raises."""
    run = _Run(plan, executor)
    root = Scope(plan.root, [executor.root_value], None)
    run.columns[root] = Column(None, [], None)
    level = [root]
    made = [root]
    try:
        while level:
            level = await run.advance(level, made)
        for scope in reversed(made):
            run.columns[scope].built = scope.build(plan.adapter)
        return run.columns[root].built[0]
    finally:
        # Scopes know the ones above and below; what is let go here need not be found by the garbage collector.
        for scope in made:
            scope.came_from = None
            scope.columns.clear()


class _Run:
    """One execution: what was loaded, and what is still to be."""

    def __init__(self, plan: Plan, executor: Executor[Any]) -> None:
        self.plan = plan
        self.adapter = plan.adapter
        self.executor = executor
        self.loads = Loads()
        self.columns: dict[Scope, Column] = {}

    async def advance(self, level: list[Scope], made: list[Scope]) -> list[Scope]:
        """Work out every field of a level's scopes. Returns the scopes that this led to and that need more loading."""
        wanted: list[tuple[Scope, int, Field, list[int]]] = []
        calls: list[tuple[Scope, int, Field, list[Any]]] = []
        work = list(level)
        for scope in work:
            for place, field in enumerate(scope.selection.columns):
                way = field.way
                scope.columns.append(None)  # type: ignore[arg-type]  # its place, filled below
                if isinstance(way, Edge):
                    if not (field.is_kept and self._finds(scope, place, field, way)):
                        keys = _keys(self.adapter, scope, way.key)
                        wanted.append((scope, place, field, self.loads.ask(way.batch, keys)))
                elif isinstance(way, Read):
                    values = _read(self.adapter, scope, way.name)
                    self._attach(scope, place, field, values, None, work, made)
                elif isinstance(way, Call):
                    self._attach(scope, place, field, [way.function(o) for o in scope.objects], None, work, made)
                else:
                    calls.append((scope, place, field, self._resolve(scope, field)))
        below: list[Scope] = []
        await self._settle([results for _, _, _, results in calls])
        for scope, place, field, results in calls:
            self._attach(scope, place, field, results, None, below, made)
        await self.loads.load(self._call)
        for scope, place, field, places in wanted:
            self._attach_edge(scope, place, field, places, below, made)
        return below

    def _resolve(self, scope: Scope, field: Field) -> list[Any]:
        """What an ordinary resolver returns for each object, awaitables not awaited yet."""
        executor = self.executor
        definition = field.definition
        resolve = definition.resolve or executor.field_resolver
        arguments = field.arguments(executor)
        type = scope.selection.type
        results = []
        for place, source in enumerate(scope.objects):
            path = Path(scope.path(place), field.key, type.name)
            info = executor.build_resolve_info(definition, field.nodes, type, path)
            results.append(resolve(source, info, **arguments))
        return results

    async def _settle(self, columns: list[list[Any]]) -> None:
        """Await the awaitables among the level's results, all at once, in place."""
        is_awaitable = self.executor.is_awaitable
        waiting = [
            (results, place) for results in columns for place, result in enumerate(results) if is_awaitable(result)
        ]
        if len(waiting) == 1:
            ((results, place),) = waiting
            results[place] = await results[place]
        elif waiting:
            answers = await asyncio.gather(*(results[place] for results, place in waiting))
            for (results, place), answer in zip(waiting, answers, strict=True):
                results[place] = answer

    def _finds(self, scope: Scope, place: int, field: Field, way: Edge) -> bool:
        """Whether all objects have kept what is asked; if not, they are going to."""
        assert way.kept is not None and field.child is not None
        pieces = way.kept(self.executor.context_value, scope.objects)
        if pieces is None:
            return False
        text = field.child.text
        found = [each.get(text) for each in pieces]
        if None not in found:
            scope.columns[place] = Column(field, [], None, lambda values: found)
            return True
        keep = self.adapter.keep
        scope.keeps[place] = lambda values: [keep(*each) for each in zip(pieces, repeat(text), values, strict=False)]
        return False

    def _call(self, batch: Hashable, keys: list[Any]) -> Awaitable[Sequence[Any]]:
        """Call a batch function, with what is read of its answers."""
        assert self.adapter.load is not None
        return self.adapter.load(self.executor.context_value, batch, keys, self.plan.names.get(batch))

    def _attach_edge(
        self, scope: Scope, place: int, field: Field, places: list[int], work: list[Scope], made: list[Scope]
    ) -> None:
        way = field.way
        assert isinstance(way, Edge)
        answers = self.loads.answers(way.batch)
        values: list[Any]
        index: list[int] | None = None
        if way.pick is not None:
            values = [way.pick(o, answers[number]) for o, number in zip(scope.objects, places, strict=True)]
        elif field.child and field.child.has_resolvers:  # each object has a path of its own
            values = [answers[number] for number in places]
        else:
            values, index = shared(places, answers)
        self._attach(scope, place, field, values, index, work, made)

    def _attach(
        self,
        scope: Scope,
        place: int,
        field: Field,
        values: list[Any],
        index: list[int] | None,
        work: list[Scope],
        made: list[Scope],
    ) -> None:
        """Hang a field's values under its scope, and the objects among them into a scope of their own."""
        if field.child is None:
            scope.columns[place] = Column(field, values, index)
            return
        objects: list[Any] = []
        owners: list[int] | None = [] if field.child.has_resolvers else None
        flatten(values, field.shape, objects, owners)
        below = Scope(field.child, objects, (scope, field, owners or []))
        column = Column(field, values, index, scope.keeps.get(place))
        scope.columns[place] = column
        self.columns[below] = column
        made.append(below)
        if objects and field.child.columns:
            work.append(below)
        else:
            below.columns = [Column(each, [], None) for each in field.child.columns]


def _read(adapter: Adapter, scope: Scope, name: str) -> list[Any]:
    """A value of every object of a scope."""
    if not scope.objects:
        return []
    return list(map(adapter.source(scope.objects[0]).getter(name), scope.objects))


def _steady(values: list[Any]) -> list[Any]:
    """The values, where they are all equal the very same one: what is hashed once need not be hashed again."""
    return [values[0]] * len(values) if values and values.count(values[0]) == len(values) else values


def _keys(adapter: Adapter, scope: Scope, key: str | tuple[str, ...] | Callable[[Any], Any]) -> Iterable[Any]:
    """The key of every object of a scope."""
    if isinstance(key, str):
        return _read(adapter, scope, key)
    if isinstance(key, tuple):
        return zip(*(_steady(_read(adapter, scope, name)) for name in key), strict=True)
    return map(key, scope.objects)
