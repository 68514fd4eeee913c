"""Pages of an organization's treatment plans."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.batches import pages_of
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.sessions import Arguments, ReadSession, contains
from kinegraph.plan.rules import PlanSort, WantedPlans
from kinegraph.plan.store import selected, shown, visible

ORDERS: Mapping[PlanSort, tuple[str, type, str, bool]] = {
    PlanSort.CREATED_AT_DESC: ("p.created_at", datetime, "timestamptz", True),
    PlanSort.CREATED_AT_ASC: ("p.created_at", datetime, "timestamptz", False),
    PlanSort.UPDATED_AT_DESC: ("p.updated_at", datetime, "timestamptz", True),
    PlanSort.TITLE_ASC: ("p.title_key", str, "text", False),
    PlanSort.TITLE_DESC: ("p.title_key", str, "text", True),
}
"""For each order the sort key, its type in Python and in SQL, and whether it is descending; then the id."""


async def plan_pages(
    session: ReadSession[Viewer],
    keys: Sequence[UUID],
    window: Window,
    conditions: WantedPlans,
    sort: PlanSort,
    names: frozenset[str] | None = None,
) -> list[Page]:
    """A page of each organization's plans that the viewer sees."""
    arguments, (key, _, sql_type, descending) = Arguments(), ORDERS[sort]
    reader = _reader(session.viewer, arguments)
    wanted, narrowed = _wanted(keys, conditions, reader, arguments)
    if key == "p.title_key" and not all(map(session.viewer.coaches, keys)):
        key = f"kinegraph_sort_key({shown('title', *reader)})"
    between = window.between(f"{key}, p.id", (sql_type, "uuid"), arguments, descending=descending)
    direction = window.direction(descending=descending)
    rows = await session.fetch(
        f"""
        SELECT wanted.position, found.sort_key, page.*
        FROM {wanted}
        CROSS JOIN LATERAL (
            SELECT p.id, {key} AS sort_key
            FROM treatment_plans p
            WHERE {" AND ".join([narrowed, *between])}
            ORDER BY {key} {direction}, p.id {direction} LIMIT {window.limit}) AS found
        CROSS JOIN LATERAL (
            {selected(names, *reader)}
            WHERE p.id = found.id
        ) AS page
        ORDER BY wanted.position, found.sort_key {direction}, page.id {direction}
        """,
        *arguments.values,
    )
    return pages_of(rows, keys, window, "sort_key", "id")


async def plan_counts(
    session: ReadSession[Viewer], keys: Sequence[UUID], conditions: WantedPlans, sort: PlanSort
) -> list[int]:
    """The number of each organization's plans that the viewer sees."""
    arguments = Arguments()
    wanted, narrowed = _wanted(keys, conditions, _reader(session.viewer, arguments), arguments)
    rows = await session.fetch(
        f"""
        SELECT (SELECT count(*) FROM treatment_plans p WHERE {narrowed}) AS plans
        FROM {wanted}
        ORDER BY wanted.position
        """,
        *arguments.values,
    )
    return [row.plans for row in rows]


def _reader(viewer: Viewer, arguments: Arguments) -> tuple[str, str]:
    """The bind parameters of the organizations that the viewer coaches, and of the viewer."""
    return arguments.bind(viewer.coached(), "uuid[]"), arguments.bind(viewer.user.id, "uuid")


def _wanted(
    keys: Sequence[UUID], conditions: WantedPlans, reader: tuple[str, str], arguments: Arguments
) -> tuple[str, str]:
    """FROM item `wanted` with one row for each organization, and the condition of its plans."""
    ids = arguments.bind(keys, "uuid[]")
    found = ["p.organization_id = wanted.organization_id", visible(*reader)]
    if conditions.status is not None:
        found.append(f"p.status = {arguments.bind(conditions.status, 'plan_status')}")
    if conditions.author_id is not None:
        found.append(f"p.author_id = {arguments.bind(conditions.author_id, 'uuid')}")
    if conditions.title is not None:
        found.append(contains(shown("title", *reader), arguments.bind(conditions.title, "text")))
    return f"unnest({ids}) WITH ORDINALITY AS wanted (organization_id, position)", " AND ".join(found)
