"""Lists of exercises: filters put together over stored or effective columns.

The same conditions serve the canonical list, over stored columns, and an organization's library, over
effective ones: each condition names a column through `Columns`, which says what stands for it.
"""

from collections.abc import Mapping, Sequence

from kinegraph.exercise.rules import Filter
from kinegraph.exercise.rules_terms import BANDS, ExerciseSort, ExerciseStatus
from kinegraph.exercise.store import E_COLUMNS
from kinegraph.exercise.store_orders import ORDERS, page_of
from kinegraph.kit.batches import narrow
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


def _canonical(wanted: Filter, admin: bool, arguments: Arguments) -> list[str]:
    """Canonical rows that may be listed: published ones, to platform admins those of the statuses asked for."""
    statuses = set((ExerciseStatus.PUBLISHED,) if wanted.status is None else wanted.status)
    shown = statuses if admin else statuses & {ExerciseStatus.PUBLISHED}
    found = ["e.organization_id IS NULL", "e.deleted_at IS NULL"]
    return [*found, f"e.status = ANY ({arguments.bind(sorted(shown), 'text[]')})"]


async def canonical_pages(
    session: ReadSession,
    keys: Sequence[bool],
    window: Window,
    wanted: Filter,
    sort: ExerciseSort,
    names: frozenset[str] | None = None,
) -> list[Page]:
    """A page of the canonical list for each key: whether the viewer is a platform admin."""
    order = ORDERS[sort]
    pages = []
    for admin in keys:
        arguments = Arguments()
        where = _canonical(wanted, admin, arguments) + conditions(wanted, STORED, arguments)
        columns = narrow(E_COLUMNS, names, "id organization_id status")
        page = page_of(columns, "exercises e", where, order, window, arguments, order.stored, "e.id")
        rows = await session.fetch(page, *arguments.values)
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
