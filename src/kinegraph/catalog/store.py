"""The list of canonical exercises: pages, counts and facets; the conditions that exercises are contraindicated for."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.catalog.rules import ExerciseSort, Filter, UnlistedName
from kinegraph.catalog.rules_facets import FacetRow
from kinegraph.catalog.rules_names import ConditionRow, UsedName
from kinegraph.catalog.store_facets import by_facet, counting_statement, listing_statement
from kinegraph.catalog.store_filters import (
    CANONICAL_VIEW,
    STORED,
    conditions,
    indexed,
    named_conditions,
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
from kinegraph.kit.batches import narrow
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import grouped_by_position
from kinegraph.kit.sessions import Arguments, ReadSession

CANONICAL = "e.organization_id IS NULL AND e.deleted_at IS NULL"


def _shown(wanted: Filter, admin: bool, arguments: Arguments) -> str:
    """The condition of the status: published ones, and for platform admins those of the filter's statuses."""
    statuses = set((ExerciseStatus.PUBLISHED,) if wanted.status is None else wanted.status)
    shown = statuses if admin else statuses & {ExerciseStatus.PUBLISHED}
    return f"e.status = ANY ({arguments.bind(sorted(shown), 'text[]')})"


def _canonical(wanted: Filter, admin: bool, arguments: Arguments) -> list[str]:
    """The conditions of the canonical list."""
    return [CANONICAL, _shown(wanted, admin, arguments), *conditions(wanted, STORED, arguments, CANONICAL_VIEW)]


async def canonical_pages(
    session: ReadSession,
    keys: Sequence[bool],
    window: Window,
    wanted: Filter,
    sort: ExerciseSort,
    names: frozenset[str] | None = None,
) -> list[Page]:
    """A page of the canonical list for each key: whether the viewer is a platform admin."""
    pages = []
    for admin in keys:
        arguments = Arguments()
        shown = [CANONICAL, _shown(wanted, admin, arguments)]
        reading = Listing(wanted, STORED, arguments, CANONICAL_VIEW).reading(sort, window)
        statements = [_page(stretch, shown, wanted, names, arguments) for stretch in reading.stretches]
        direction = ORDERS[sort].direction(window)
        statement = statements[0] if len(statements) == 1 else merged(statements, direction, window.limit)
        rows = await session.fetch(f"{reading.head} {statement}", *arguments.values)
        pages.append(Page.of(rows, window, "sort_key", "id"))
    return pages


def _page(
    stretch: Stretch, shown: Sequence[str], wanted: Filter, names: frozenset[str] | None, arguments: Arguments
) -> str:
    """The statement of a page of a stretch."""
    order, columns = stretch.order, narrow(E_COLUMNS, names, "id organization_id status")
    where = [*shown, *stretch.canonical(), *difficulty_bounds(order, wanted, order.stored)]
    source = sorted_source("exercises e", wanted, STORED, order, arguments)
    return page_statement(columns, source, where, order, stretch.window, arguments, order.stored, "e.id")


async def canonical_counts(session: ReadSession, keys: Sequence[bool], wanted: Filter, sort: ExerciseSort) -> list[int]:
    """The number of rows of the canonical list, for each key as above."""
    counts = []
    for admin in keys:
        arguments = Arguments()
        where = _canonical(wanted, admin, arguments)
        counts.append(
            await session.fetch_value(
                f"SELECT count(*) FROM exercises e WHERE {' AND '.join(where)}", *arguments.values
            )
        )
    return counts


async def canonical_facets(
    session: ReadSession, keys: Sequence[bool], wanted: Filter, sort: ExerciseSort
) -> list[dict[str, list[FacetRow]]]:
    """The facets of the canonical list, for each key as above."""
    found = []
    for admin in keys:
        arguments = Arguments()
        where = [CANONICAL] if admin else [CANONICAL, f"e.status = '{ExerciseStatus.PUBLISHED}'"]
        filters = [
            ("status", _shown(wanted, admin, arguments)),
            *named_conditions(wanted, STORED, arguments, CANONICAL_VIEW),
        ]
        where += indexed(wanted, arguments, CANONICAL_VIEW)
        listed = listing_statement(STORED, "exercises e", where, filters)
        statement = f"SELECT NULL::uuid AS view_id, counted.* FROM ({counting_statement(listed)}) AS counted"
        found.append(by_facet(await session.fetch_list(statement, *arguments.values)))
    return found


ListKey = tuple[UUID | None, bool]
"""A library's organization, or None for the canonical list; and whether the viewer sees its drafts."""


async def conditions_of(session: ReadSession, keys: Sequence[ListKey]) -> list[list[ConditionRow]]:
    """The spellings of conditions that speak against exercises of each list, those of hidden exercises too."""
    rows: list[ConditionRow] = await session.fetch_list(
        """
        SELECT wanted.position, spelling.condition, bool_or(spelling.is_shown) AS is_shown
        FROM unnest($1::uuid[], $2::boolean[]) WITH ORDINALITY AS wanted (organization_id, sees_drafts, position)
        CROSS JOIN LATERAL (
            SELECT found.condition,
                   e.deleted_at IS NULL AND (e.status = 'published' OR wanted.sees_drafts
                       AND e.organization_id IS NOT DISTINCT FROM wanted.organization_id) AS is_shown
            FROM (SELECT exercise_id, condition FROM exercise_contraindications
                  UNION ALL
                  SELECT exercise_id, named
                  FROM exercise_safety_constraints, unnest(avoid_if || caution_if) AS named) AS found
            JOIN exercises e ON e.id = found.exercise_id
            WHERE e.organization_id IS NULL OR e.organization_id = wanted.organization_id) AS spelling
        GROUP BY wanted.position, spelling.condition
        ORDER BY wanted.position, spelling.condition
        """,
        [organization for organization, _ in keys],
        [sees_drafts for _, sees_drafts in keys],
    )
    return grouped_by_position(rows, len(keys))


async def used_names(
    session: ReadSession, keys: Sequence[ListKey], names: tuple[UnlistedName, ...]
) -> list[list[UsedName]]:
    """Those spellings of the names that an exercise or an override has which the viewer sees, for each list.

    Exercises of all organizations of the viewer count, and of the list's own the drafts, if they see these: a filter
    for one list may be sent for another one too.
    """
    rows: list[UsedName] = await session.fetch_list(
        """
        SELECT wanted.position, used.name, used.is_muscle
        FROM unnest($1::uuid[], $2::boolean[]) WITH ORDINALITY AS wanted (organization_id, sees_drafts, position)
        CROSS JOIN LATERAL (
            SELECT DISTINCT stored.name, stored.is_muscle
            FROM exercises e
            CROSS JOIN LATERAL (
                SELECT unnest(e.equipment_keys), false
                UNION ALL SELECT unnest(e.primary_muscles_keys || e.secondary_muscles_keys), true
            ) AS stored (name, is_muscle)
            WHERE e.deleted_at IS NULL
              AND (e.status = 'published'
                   OR wanted.sees_drafts AND e.organization_id IS NOT DISTINCT FROM wanted.organization_id)
              AND (e.equipment_keys && $3 OR e.primary_muscles_keys && $4 OR e.secondary_muscles_keys && $4)
            UNION
            SELECT DISTINCT kinegraph_folded(word), part.is_muscle
            FROM exercise_org_overrides o
            CROSS JOIN (VALUES ('equipment', false), ('primaryMuscles', true), ('secondaryMuscles', true))
                AS part (key, is_muscle)
            CROSS JOIN jsonb_array_elements_text(
                CASE WHEN jsonb_typeof(o.overrides -> part.key) = 'array' THEN o.overrides -> part.key ELSE '[]' END
            ) AS word
        ) AS used
        WHERE used.name = ANY (CASE WHEN used.is_muscle THEN $4 ELSE $3 END)
        ORDER BY wanted.position, used.is_muscle, used.name
        """,
        [organization for organization, _ in keys],
        [sees_drafts for _, sees_drafts in keys],
        [spelling for each in names if not each.is_muscle for spelling in each.spellings],
        [spelling for each in names if each.is_muscle for spelling in each.spellings],
    )
    return grouped_by_position(rows, len(keys))
