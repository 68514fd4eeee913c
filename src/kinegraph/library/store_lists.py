"""Reading an organization's library, on effective values.

A library consists of three streams, each of which an index reads in the order of the page: canonical rows whose sort
key is not overridden, canonical rows whose sort key the organization overrides, and its own rows. A page reads up to
its size of each, and merges them. So its cost does not grow with the library, unless its filter excludes most rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from kinegraph.catalog.rules import ExerciseSort, Filter
from kinegraph.catalog.rules_facets import FacetRow
from kinegraph.catalog.store_facets import by_facet, counting_statement, listing_statement
from kinegraph.catalog.store_filters import (
    STORED,
    conditions,
    indexed,
    named_conditions,
    risk,
)
from kinegraph.catalog.store_orders import (
    ORDERS,
    Listing,
    Stretch,
    difficulty_bounds,
    merged,
    page_statement,
    sorted_source,
)
from kinegraph.exercise.rules_terms import ExerciseStatus
from kinegraph.exercise.store import E_COLUMNS
from kinegraph.kit.batches import narrow, pages_of
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import grouped_by_position
from kinegraph.kit.sessions import Arguments, ReadSession
from kinegraph.library.rules import LibrarySource, merge
from kinegraph.library.store import ALWAYS, version_column
from kinegraph.library.store_columns import CUSTOMIZED, EFFECTIVE

LibraryKey = tuple[UUID, bool]
"""An organization, and whether the viewer has coach access to it."""

CANONICAL = """exercises e
            LEFT JOIN exercise_org_overrides o
                ON o.exercise_id = e.id AND o.organization_id = wanted.organization_id"""
VIEWER = "wanted.organization_id"
OVERRIDDEN = """exercise_org_overrides o
            JOIN exercises e ON e.id = o.exercise_id"""


def _is_canonical(source: LibrarySource) -> list[str]:
    """The conditions of a library's canonical rows, whatever its filter."""
    found = ["e.organization_id IS NULL", "e.deleted_at IS NULL", "e.status = 'published'"]
    return [*found, CUSTOMIZED] if source is LibrarySource.CUSTOMIZED else found


IS_OWN = (
    "e.organization_id = wanted.organization_id",
    "e.deleted_at IS NULL",
    "(wanted.coached OR e.status = 'published')",
)
"""The conditions of an organization's own rows, whatever the filter: members see published ones."""


def _has_status(wanted: Filter, arguments: Arguments) -> str:
    """The condition of the filter's statuses; archived rows are listed only if they are among these."""
    if wanted.status is None:
        return f"e.status <> '{ExerciseStatus.ARCHIVED}'"
    return f"e.status = ANY ({arguments.bind(sorted(wanted.status), 'text[]')})"


def _canonical(source: LibrarySource, wanted: Filter, arguments: Arguments) -> list[str]:
    """The conditions of the canonical rows that are listed, without the filter's other fields than `status`."""
    status = [] if wanted.status is None else [_has_status(wanted, arguments)]
    return [*_is_canonical(source), *status]


def _own(wanted: Filter, arguments: Arguments) -> list[str]:
    """The conditions of the organization's own rows that are listed, without the filter's other fields."""
    return [*IS_OWN, _has_status(wanted, arguments)]


def _streams(
    source: LibrarySource, wanted: Filter, names: frozenset[str] | None, stretch: Stretch, arguments: Arguments
) -> Iterator[str]:
    """The statement of each stream of a stretch of a page."""
    columns, order, window = narrow(E_COLUMNS, names, ALWAYS), stretch.order, stretch.window
    if source is not LibrarySource.ORG:
        where, over = [*_canonical(source, wanted, arguments), *stretch.canonical()], order.overriding
        shown = f"o.overrides, {columns}{version_column(names)}"
        # A CASE, since the planner would estimate IS NULL as rare, from the overrides, where every row has a key.
        conditions = [f"CASE WHEN {over} IS NULL THEN true ELSE false END"] if over else []
        conditions += difficulty_bounds(order, wanted, order.stored) if over else []
        rows = sorted_source(CANONICAL, wanted, EFFECTIVE, order, arguments)
        yield page_statement(shown, rows, [*where, *conditions], order, window, arguments, order.stored, "e.id")
        if over:
            where += ["o.organization_id = wanted.organization_id", f"{over} IS NOT NULL"]
            where += difficulty_bounds(order, wanted, over)
            yield page_statement(shown, OVERRIDDEN, where, order, window, arguments, over, "o.exercise_id")
    if source in (LibrarySource.ALL, LibrarySource.ORG) and stretch.own is not None:
        where, shown = (
            [*_own(wanted, arguments), *stretch.own(), *difficulty_bounds(order, wanted, order.stored)],
            f"NULL::jsonb AS overrides, {columns}{version_column(names, 'e.updated_at AS version')}",
        )
        rows = sorted_source("exercises e", wanted, STORED, order, arguments)
        yield page_statement(shown, rows, where, order, window, arguments, order.stored, "e.id")


async def library_pages(
    session: ReadSession,
    keys: Sequence[LibraryKey],
    window: Window,
    source: LibrarySource,
    wanted: Filter,
    sort: ExerciseSort,
    names: frozenset[str] | None = None,
) -> list[Page]:
    """A page of each organization's library."""
    arguments, direction = Arguments(), ORDERS[sort].direction(window)
    libraries = _libraries(keys, arguments)
    reading = Listing(wanted, EFFECTIVE, arguments, VIEWER).reading(sort, window)
    streams = [each for stretch in reading.stretches for each in _streams(source, wanted, names, stretch, arguments)]
    rows = await session.fetch(
        f"""
        {reading.head}
        SELECT wanted.position, wanted.organization_id, page.*
        FROM {libraries}
        {reading.beside}
        CROSS JOIN LATERAL ({merged(streams, direction, window.limit)}) AS page
        ORDER BY wanted.position, sort_key {direction}, page.id {direction}
        """,
        *arguments.values,
    )
    pages = pages_of(rows, keys, window, "sort_key", "id")
    # A row begins with position, organization and overrides.
    return [replace(page, nodes=[merge(row, row[2], row[1]) for row in page.rows]) for page in pages]


async def library_counts(
    session: ReadSession, keys: Sequence[LibraryKey], source: LibrarySource, wanted: Filter, sort: ExerciseSort
) -> list[int]:
    """The number of rows of each organization's library."""
    arguments, counts = Arguments(), []
    libraries = _libraries(keys, arguments)
    if source is not LibrarySource.ORG:
        filter = conditions(wanted, EFFECTIVE, arguments, VIEWER)
        counts.append((CANONICAL, [*_canonical(source, wanted, arguments), *filter]))
    if source in (LibrarySource.ALL, LibrarySource.ORG):
        counts.append(("exercises e", [*_own(wanted, arguments), *conditions(wanted, STORED, arguments)]))
    total = " + ".join(f"(SELECT count(*) FROM {rows} WHERE {' AND '.join(where)})" for rows, where in counts)
    rows = await session.fetch(
        f"SELECT {total} AS exercises FROM {libraries} ORDER BY wanted.position", *arguments.values
    )
    return [row.exercises for row in rows]


async def safest(
    session: ReadSession, keys: Sequence[LibraryKey], wanted: Filter, limit: int
) -> list[list[tuple[UUID, UUID]]]:
    """Of each organization's library the exercises of the lowest risk for a person with the filter's conditions.

    As organization and exercise, in the order of their risk scores, equal ones by name; at most `limit`.
    """
    arguments, name = Arguments(), ORDERS[ExerciseSort.NAME_ASC]
    libraries = _libraries(keys, arguments)
    canonical = [*_canonical(LibrarySource.ALL, wanted, arguments), *conditions(wanted, EFFECTIVE, arguments, VIEWER)]
    own = [*_own(wanted, arguments), *conditions(wanted, STORED, arguments)]
    rows = await session.fetch_list(
        f"""
        SELECT wanted.position, wanted.organization_id, safe.id
        FROM {libraries}
        CROSS JOIN LATERAL (
            SELECT e.id, {risk(wanted, EFFECTIVE, arguments)} AS risk,
                   coalesce({name.overriding}, {name.stored}) AS name
            FROM {CANONICAL} WHERE {" AND ".join(canonical)}
            UNION ALL
            SELECT e.id, {risk(wanted, STORED, arguments)}, {name.stored}
            FROM exercises e WHERE {" AND ".join(own)}
            ORDER BY risk, name, id
            LIMIT {limit}) AS safe
        ORDER BY wanted.position, safe.risk, safe.name, safe.id
        """,
        *arguments.values,
    )
    groups = grouped_by_position(rows, len(keys))
    return [[(row.organization_id, row.id) for row in group] for group in groups]


async def library_facets(
    session: ReadSession, keys: Sequence[LibraryKey], source: LibrarySource, wanted: Filter, sort: ExerciseSort
) -> list[dict[str, list[FacetRow]]]:
    """The facets of each organization's library, on effective values."""
    arguments, listed = Arguments(), []
    libraries = _libraries(keys, arguments)
    status = ("status", _has_status(wanted, arguments))
    if source is not LibrarySource.ORG:
        filters = [status, *named_conditions(wanted, EFFECTIVE, arguments, VIEWER)]
        where = [*_is_canonical(source), *indexed(wanted, arguments, VIEWER)]
        listed.append(listing_statement(EFFECTIVE, CANONICAL, where, filters))
    if source in (LibrarySource.ALL, LibrarySource.ORG):
        filters = [status, *named_conditions(wanted, STORED, arguments)]
        listed.append(listing_statement(STORED, "exercises e", IS_OWN, filters))
    rows: list[FacetRow] = await session.fetch_list(
        f"""
        SELECT wanted.position, wanted.organization_id AS view_id, counted.*
        FROM {libraries}
        CROSS JOIN LATERAL ({counting_statement(" UNION ALL ".join(listed))}) AS counted
        ORDER BY wanted.position, counted.name, counted.count DESC, counted.value
        """,
        *arguments.values,
    )
    return [by_facet(group) for group in grouped_by_position(rows, len(keys))]


def _libraries(keys: Sequence[LibraryKey], arguments: Arguments) -> str:
    """The organizations of the keys, as the relation `wanted`, which the rest of the statement refers to."""
    organizations = arguments.bind([organization for organization, _ in keys], "uuid[]")
    coached = arguments.bind([coached for _, coached in keys], "boolean[]")
    columns = "(organization_id, coached, position)"
    return f"unnest({organizations}, {coached}) WITH ORDINALITY AS wanted {columns}"
