"""A plan as text: levels, fields with strategies and columns, generated code (`commands.explain` has an example)."""

from collections.abc import Iterator
from typing import Any  # functions and classes of the schema, of which only the names are printed

from kinegraph.breadth.plan import Plan
from kinegraph.breadth.selections import Field, Selection
from kinegraph.breadth.strategies import Call, Edge, Embedded, Read, Resolve
from kinegraph.breadth.strawberry_adapter import DEFINITION
from kinegraph.commands.plan_code import children, describe_code, listed


def describe(plan: Plan, title: str) -> Iterator[str]:
    """Yield the lines that describe a plan; the title is that of its operation."""
    fields = list(_fields(plan.root, plan, "", 1, "column {}"))
    order = ", one field of the mutation after the other" if plan.is_mutation else ""
    yield f"{title}, breadth first{order}: {len(fields)} {'field' if len(fields) == 1 else 'fields'}"
    levels: dict[int, list[str]] = {}
    for level, lines in fields:
        levels.setdefault(level, []).extend(lines)
    for level, lines in sorted(levels.items()):
        yield from ["", f"Level {level}", *(f"  {line}" for line in lines)]
    yield from describe_code(plan)


def _fields(selection: Selection, plan: Plan, path: str, level: int, value: str) -> Iterator[tuple[int, list[str]]]:
    """The description of each field, in lines, with the level in which it is resolved.

    `value` describes a value of the object by its name, such as "column {}".
    """
    for field in selection.fields:
        if isinstance(field, str):
            yield level, [f"{path}{field}: the name {selection.type.name}"]
            continue
        here = path + field.key
        first, *others = _describe(field, plan, value)
        yield level, [f"{here}: {first}", *(f"    {line}" for line in others)]
        below = level + (field.strategy.__class__ in (Edge, Resolve))
        for condition, child in children(field):
            yield from _fields(child, plan, f"{here}{condition}.", below, _value_below(field, value))


def _value_below(field: Field, value: str) -> str:
    """How values of a field's objects are described."""
    if isinstance(field.strategy, Embedded):
        return value.format(field.strategy.prefix + "{}")
    return "key {} of the JSON value" if field.is_document else "column {}"


def _describe(field: Field, plan: Plan, value: str) -> Iterator[str]:
    """How a field is resolved, which columns are selected, and how it is cached."""
    match field.strategy:
        case Read(name) if field.leaf:
            yield value.format(name)
        case Read(name):
            yield f"{value.format(name)}, a JSON value" if field.is_document else f"attribute {name}"
        case Call(function):
            yield f"function {_name(function)} of the object"
        case Embedded(prefix):
            yield f"embedded in the columns {prefix}…"
        case Resolve():
            yield f"resolver {_name(_resolver(field))}, called for each object"
            if field.child:
                yield f"columns: {listed(plan.columns.by_node.get(id(field.nodes[0])))}"
        case Edge(batch, key):
            by = _name(key) if callable(key) else key if isinstance(key, str) else ", ".join(key)
            yield f"batch function {_name(batch)}, by {by}"
            if field.joined:
                yield f"joined with {_name(field.joined[0])} in {_name(field.joined[1])}"
            if field.child:
                yield f"columns: {listed(plan.columns.by_batch.get(batch))}"
    if field.cached is not None:
        gaps = ", ".join(".".join(gap.coordinate) for gap in field.gaps)
        rule = getattr(field.cached, "keys_and_versions", field.cached.entries)
        yield f"cached by {_name(rule)}{f', with gaps: {gaps}' if gaps else ''}"
    elif field.uncached_because is not None:
        yield f"not cached, because of {field.uncached_because}"


def _resolver(field: Field) -> Any:
    """The function that Strawberry's field was declared with."""
    definition: Any = (field.definition.extensions or {}).get(DEFINITION)
    resolver = getattr(definition, "base_resolver", None)
    return resolver.wrapped_func if resolver else field.definition.resolve


def _name(function: Any) -> str:
    """The module and name of a function."""
    return f"{function.__module__}.{function.__qualname__}" if hasattr(function, "__qualname__") else repr(function)
