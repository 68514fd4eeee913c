"""The tables that a cached answer was read from, and the versions that guard it: found by observing the running system.

The schema says which fields are cached. For each, a document is made that selects everything below it that can be
cached. A hit saves the statements whose rows the cache answers for. Their tables are those that PostgreSQL plans to
read for them, and those that they name. What moves the version of an entry is tried: each version that there is.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any  # values of any argument; plans of PostgreSQL are JSON

import orjson
from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_leaf_type

from kinegraph.api.schema import schema
from kinegraph.breadth.strategies import Cached, Edge, Embedded, Resolve
from kinegraph.breadth.strawberry_adapter import strategy
from kinegraph.kit.database import Database
from kinegraph.kit.sessions import ReadSession
from tests.api.samples import good

MAX_DEPTH = 7
GOAL = "(goal: STRENGTH)"
PAGE = 3
ARGUMENTS = {
    "safetyFor": '(conditions: ["knee_pain", "condition"])',
    "repRange": GOAL,
    "restSeconds": GOAL,
    "prescription": GOAL,
}
"""The arguments of fields that are part of cached answers."""


@dataclass(frozen=True)
class CachedField:
    """A field of the schema whose answers are cached."""

    parent: GraphQLObjectType
    name: str
    field: GraphQLField
    cached: Cached

    @property
    def coordinate(self) -> str:
        """Such as `Workout.sections`."""
        return f"{self.parent.name}.{self.name}"

    def arguments(self) -> Iterator[dict[str, Any]]:
        """Arguments to try: none, each member of its enums, and each key of its inputs alone; of pages, short ones."""
        page = {"first": PAGE} if "first" in self.field.args else {}
        yield page
        for name, argument in self.field.args.items():
            named: Any = get_named_type(argument.type)
            if hasattr(named, "fields"):
                for key, inner in named.fields.items():
                    yield {**page, name: {key: good(inner.type, key, {})}}
            elif hasattr(named, "values"):
                yield from ({**page, name: member} for member in named.values)

    def selection(self) -> str:
        """The selection of everything below it that can be cached."""
        return _selection(get_named_type(self.field.type), self.cached, MAX_DEPTH)  # type: ignore[arg-type]  # cached fields lead to objects


def cached_fields() -> list[CachedField]:
    """Every cached field of the schema."""
    return [
        CachedField(type, name, field, cached)
        for type in schema._schema.type_map.values()
        if isinstance(type, GraphQLObjectType)
        for name, field in type.fields.items()
        if (cached := getattr(strategy(type, field), "cached", None)) is not None
    ]


def _selection(type: GraphQLObjectType, cached: Cached, depth: int) -> str:
    found = ["__typename"]
    for name, field in type.fields.items():
        how, below = strategy(type, field), get_named_type(field.type)
        is_covered = (
            (type.name, name) in cached.covers
            if isinstance(how, Resolve)
            else not isinstance(how, Edge) or how.batch in cached.covers
        )
        if not is_covered or isinstance(how, Embedded) or (field.args and (type.name, name) not in cached.covers):
            continue
        selected = f"{name}{ARGUMENTS[name] if field.args else ''}"
        if is_leaf_type(below):
            found.append(selected)
        elif isinstance(below, GraphQLObjectType) and depth:
            found.append(f"{selected} {_selection(below, cached, depth - 1)}")
    return f"{{ {' '.join(found)} }}"


def routes(ids: dict[str, str]) -> dict[str, str]:
    """For each type with cached fields, a document that leads there."""
    return {
        "Organization": f'organization(id: "{ids["organization"]}") {{ %s }}',
        "Workout": f'workout(id: "{ids["workout"]}") {{ %s }}',
    }


def document(route: str, field: CachedField, arguments: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The document that selects a cached field with these arguments, and its variables."""
    given = {name: argument for name, argument in field.field.args.items() if name in arguments}
    declared = f"query ({', '.join(f'${name}: {given[name].type}' for name in given)}) " if given else ""
    passed = f"({', '.join(f'{name}: ${name}' for name in given)})" if given else ""
    return f"{declared}{{ {route % f'{field.name}{passed} {field.selection()}'} }}", arguments


def saved(first: list[str], later: list[str]) -> list[str]:
    """The statements that were sent the first time and later not any more, but for what sets the viewer."""
    missing = Counter(map(_own, first)) - Counter(map(_own, later))
    return [statement for statement in missing if statement]


def _own(statement: str) -> str:
    return "" if re.match(r"BEGIN|COMMIT|ROLLBACK", statement) or "kinegraph_authenticate" in statement else statement


async def tables_of(session: ReadSession, statement: str) -> set[str]:
    """The tables that a statement reads: those of its plan, policies included, and those that it names."""
    rows = await session.fetch("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f')")
    existing = {row.relname for row in rows}
    named = {name.lower() for name in re.findall(r'(?:FROM|JOIN|,)\s+(?:LATERAL\s+)?"?(\w+)', statement, re.I)}
    numbers = {int(number) for number in re.findall(r"\$(\d+)", statement)}
    await session.lease.execute(f"PREPARE guarded AS {statement}", ())
    nulls = f" ({', '.join(['NULL'] * max(numbers))})" if numbers else ""
    (row,) = await session.fetch(f"EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE guarded{nulls}")
    await session.lease.execute("DEALLOCATE guarded", ())
    plan = orjson.loads(row[0]) if isinstance(row[0], str) else row[0]
    return (named & existing) | set(_relations(plan))


def _relations(plan: Any) -> Iterator[str]:
    if isinstance(plan, dict):
        if "Relation Name" in plan:
            yield plan["Relation Name"]
        for inner in plan.values():
            yield from _relations(inner)
    elif isinstance(plan, list):
        for inner in plan:
            yield from _relations(inner)


async def functions_of(database: Database, statement: str) -> set[str]:
    """The functions of ours that a statement calls, whose tables its plan does not show; immutable ones read none."""
    rows = await database.fetch(
        """
        SELECT proname FROM pg_proc p
        WHERE pronamespace = 'public'::regnamespace AND prokind <> 'a'
          AND provolatile <> 'i'
          AND prolang NOT IN (SELECT oid FROM pg_language WHERE lanname IN ('c', 'internal'))
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
        """
    )
    return {row.proname for row in rows} & set(re.findall(r"(\w+)\s*\(", statement))


async def kinds_of(database: Database) -> dict[str, list[str]]:
    """For each table whose every change changes versions, the kinds of these versions."""
    rows = await database.fetch(
        r"""
        SELECT c.relname, encode(t.tgargs, 'escape') AS kinds,
               count(*) FILTER (WHERE t.tgconstraint <> 0 AND t.tgtype::int & 31 = 29) AS rows_changed,
               count(*) FILTER (WHERE t.tgtype::int & 33 = 32) AS emptied
        FROM pg_trigger t
        JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE p.proname = 'kinegraph_change_version' AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL
        GROUP BY 1, 2
        """
    )
    return {row.relname: row.kinds.split("\\000")[:-1] for row in rows if row.rows_changed and row.emptied}
