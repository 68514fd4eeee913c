"""Lists of exercises: filters and orders put together over stored or effective columns.

The same conditions serve the canonical list, over stored columns, and an organization's library, over
effective ones: each condition names a column through `Columns`, which says what stands for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kinegraph.exercise.rules import Filter
from kinegraph.exercise.rules_terms import BANDS, ExerciseSort, ExerciseStatus
from kinegraph.exercise.store import E_COLUMNS
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.sessions import Arguments, ReadSession

Columns = Mapping[str, str]
"""The SQL that stands for a column, by its name."""

STORED: Columns = {
    name: f"e.{name}"
    for name in (
        "name",
        "aliases",
        "status",
        "category",
        "kind",
        "movement_pattern",
        "difficulty",
        "primary_muscles",
        "secondary_muscles",
        "equipment",
        "mechanics",
        "is_unilateral",
        "discipline",
        "created_at",
        "updated_at",
    )
}


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted: by `expression` of a column and by id, both ascending or both descending."""

    column: str
    expression: str
    kind: type
    sql_type: str
    descending: bool = False

    def key(self, columns: Columns) -> str:
        """The sort value."""
        return self.expression.format(columns[self.column])


ORDERS: Mapping[ExerciseSort, Order] = {
    ExerciseSort.NAME_ASC: Order("name", "lower({})", str, "text"),
    ExerciseSort.NAME_DESC: Order("name", "lower({})", str, "text", descending=True),
    ExerciseSort.CREATED_AT_ASC: Order("created_at", "{}", datetime, "timestamptz"),
    ExerciseSort.CREATED_AT_DESC: Order("created_at", "{}", datetime, "timestamptz", descending=True),
    ExerciseSort.UPDATED_AT_DESC: Order("updated_at", "{}", datetime, "timestamptz", descending=True),
    # Rows without a difficulty come last both ways.
    ExerciseSort.DIFFICULTY_ASC: Order("difficulty", "coalesce({}, 9)", int, "integer"),
    ExerciseSort.DIFFICULTY_DESC: Order("difficulty", "coalesce({}, 0)", int, "integer", descending=True),
}


def conditions(wanted: Filter, columns: Columns, arguments: Arguments) -> list[str]:
    """The filter as SQL conditions, one for each thing that it asks for."""
    found = [
        f"{columns[name]}::text = ANY ({arguments.bind(values, 'text[]')})"
        for name in ("category", "kind", "movement_pattern")
        if (values := getattr(wanted, name)) is not None
    ]
    found += _difficulties(wanted, columns, arguments)
    found += _lists(wanted, columns, arguments)
    if wanted.q is not None:
        pattern = arguments.bind(f"%{_escaped(wanted.q)}%", "text")
        in_aliases = f"EXISTS (SELECT FROM unnest({columns['aliases']}) AS alias WHERE alias ILIKE {pattern})"
        found.append(f"({columns['name']} ILIKE {pattern} OR {in_aliases})")
    if wanted.mechanics is not None:
        found.append(f"{columns['mechanics']} = {arguments.bind(wanted.mechanics, 'text')}")
    if wanted.is_unilateral is not None:
        found.append(f"{columns['is_unilateral']} = {arguments.bind(wanted.is_unilateral, 'boolean')}")
    return found


def _difficulties(wanted: Filter, columns: Columns, arguments: Arguments) -> list[str]:
    column = columns["difficulty"]
    found = []
    if wanted.difficulty is not None:
        low, high = BANDS[wanted.difficulty]
        found.append(f"{column} BETWEEN {low} AND {high}")
    if wanted.difficulty_min is not None:
        found.append(f"{column} >= {arguments.bind(wanted.difficulty_min, 'integer')}")
    if wanted.difficulty_max is not None:
        found.append(f"{column} <= {arguments.bind(wanted.difficulty_max, 'integer')}")
    return found


def _lists(wanted: Filter, columns: Columns, arguments: Arguments) -> list[str]:
    tests = (
        (wanted.muscles, "({primary_muscles} || {secondary_muscles}) && {values}"),
        (wanted.primary_muscles, "{primary_muscles} && {values}"),
        (wanted.available_equipment, "{equipment} <@ {values}"),
        (wanted.exclude_equipment, "NOT {equipment} && {values}"),
        (wanted.discipline, "{discipline} && {values}"),
    )
    return [
        test.format(values=arguments.bind(values, "text[]"), **columns) for values, test in tests if values is not None
    ]


def _escaped(text: str) -> str:
    """A text in which LIKE sees no wildcard."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def after(order: Order, window: Window, columns: Columns, arguments: Arguments) -> list[str]:
    """The condition that starts the page behind the window's cursor."""
    if window.after is None:
        return []
    value, id = window.after
    sign = "<" if order.descending else ">"
    bound = f"{arguments.bind(value, order.sql_type)}, {arguments.bind(id, 'uuid')}"
    return [f"({order.key(columns)}, e.id) {sign} ({bound})"]


def ordering(order: Order, prefix: str = "e.") -> str:
    """The ORDER BY of a page; `sort_key` is the sort value."""
    direction = "DESC" if order.descending else "ASC"
    return f"sort_key {direction}, {prefix}id {direction}"


def _canonical(wanted: Filter, admin: bool, arguments: Arguments) -> list[str]:
    """Canonical rows that may be listed: published ones, to platform admins those of the statuses asked for."""
    statuses = set((ExerciseStatus.PUBLISHED,) if wanted.status is None else wanted.status)
    shown = statuses if admin else statuses & {ExerciseStatus.PUBLISHED}
    found = ["e.organization_id IS NULL", "e.deleted_at IS NULL"]
    return [*found, f"e.status = ANY ({arguments.bind(sorted(shown), 'text[]')})"]


async def canonical_pages(
    session: ReadSession, keys: Sequence[bool], window: Window, wanted: Filter, sort: ExerciseSort
) -> list[Page]:
    """A page of the canonical list for each key: whether the viewer is a platform admin."""
    order = ORDERS[sort]
    pages = []
    for admin in keys:
        arguments = Arguments()
        where = _canonical(wanted, admin, arguments) + conditions(wanted, STORED, arguments)
        where += after(order, window, STORED, arguments)
        rows = await session.fetch(
            f"""
            SELECT {E_COLUMNS}, {order.key(STORED)} AS sort_key
            FROM exercises e
            WHERE {" AND ".join(where)}
            ORDER BY {ordering(order)}
            LIMIT {window.first + 1}
            """,
            *arguments.values,
        )
        pages.append(Page.of(rows, window, "sort_key", "id"))
    return pages


async def canonical_counts(session: ReadSession, keys: Sequence[bool], wanted: Filter, sort: ExerciseSort) -> list[int]:
    """How many rows the canonical list has, for each key as above."""
    counts = []
    for admin in keys:
        arguments = Arguments()
        where = _canonical(wanted, admin, arguments) + conditions(wanted, STORED, arguments)
        counts.append(
            await session.fetch_value(
                f"SELECT count(*) FROM exercises e WHERE {' AND '.join(where)}", *arguments.values
            )
        )
    return counts
