"""Running a plan: level by level, every relation once for all objects of its scope."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from typing import Any

from graphql.execution.executor import Executor
from graphql.pyutils import Path

from kinegraph.breadth.adapter import Adapter
from kinegraph.breadth.convert import Shape, Surprise
from kinegraph.breadth.leaves import build
from kinegraph.breadth.loads import Loads, shared
from kinegraph.breadth.plan import Plan
from kinegraph.breadth.selections import Field, Selection
from kinegraph.breadth.ways import Call, Edge, Read


class Scope:
    """All objects of one type at one place of the document."""

    __slots__ = ("came_from", "columns", "objects", "selection")

    def __init__(
        self, selection: Selection, objects: list[Any], came_from: "tuple[Scope, Field, list[int]] | None"
    ) -> None:
        self.selection = selection
        self.objects = objects
        self.came_from = came_from
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


class Column:
    """The values of one field for a scope: unique ones, and which of them each object has; for the root, no field."""

    __slots__ = ("built", "field", "index", "unique")

    def __init__(self, field: Field | None, unique: list[Any], index: list[int] | None) -> None:
        self.field = field
        self.unique = unique
        self.index = index
        self.built: list[Any] = []

    def values(self) -> Sequence[Any]:
        """What the answer holds for each object of the scope."""
        field = self.field
        assert field is not None  # the root's column stands in no scope
        if field.convert is not None:
            finished = list(map(field.convert, self.unique))
        else:
            finished = _rebuilt(self.unique, field.shape, self.built)
        return finished if self.index is None else [finished[place] for place in self.index]


def _rebuilt(values: Sequence[Any], shape: Shape, built: list[Any]) -> list[Any]:
    """The values with each object in them replaced by its dict, in the order in which `_flatten` met them."""
    if shape.item is None:
        if len(built) == len(values):
            return built
        each = iter(built)
        return [None if value is None else next(each) for value in values]
    if shape.item.item is None and shape.item.required:
        out: list[Any] = []
        start = 0
        for value in values:
            if value is None:
                out.append(None)
            else:
                end = start + len(value)
                out.append(built[start:end])
                start = end
        return out
    each = iter(built)
    return [_again(value, shape, each) for value in values]


def _again(value: Any, shape: Shape, each: Any) -> Any:
    if value is None:
        return None
    return next(each) if shape.item is None else [_again(entry, shape.item, each) for entry in value]


def _flatten(values: Sequence[Any], shape: Shape, objects: list[Any], owners: list[int] | None) -> None:
    """Collect the objects in the values, in order, and for each the place of the value it is in."""
    if shape.item is None:
        if None not in values:
            objects.extend(values)
            if owners is not None:
                owners.extend(range(len(values)))
            return
        if shape.required:
            raise Surprise("null in a non-null place")
    for place, value in enumerate(values):
        before = len(objects)
        _collect(value, shape, objects)
        if owners is not None:
            owners.extend([place] * (len(objects) - before))


def _collect(value: Any, shape: Shape, objects: list[Any]) -> None:
    if value is None:
        if shape.required:
            raise Surprise("null in a non-null place")
    elif shape.item is None:
        objects.append(value)
    elif value.__class__ is not list and value.__class__ is not tuple:
        raise Surprise("a list that is none")
    elif shape.item.item is None and None not in value:
        objects.extend(value)
    else:
        for entry in value:
            _collect(entry, shape.item, objects)


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
                    wanted.append((scope, place, field, self.loads.ask(way.batch, _keys(self.adapter, scope, way.key))))
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
        _flatten(values, field.shape, objects, owners)
        below = Scope(field.child, objects, (scope, field, owners or []))
        column = Column(field, values, index)
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
