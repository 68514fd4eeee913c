"""The list of canonical exercises: pages, counts and facets."""

from collections.abc import Sequence

from kinegraph.catalog.rules import ExerciseSort, FacetRow, Filter
from kinegraph.catalog.store_facets import by_facet, counted_columns, counting_statement
from kinegraph.catalog.store_filters import STORED, conditions
from kinegraph.catalog.store_orders import ORDERS, difficulty_bounds, page_statement
from kinegraph.exercise.rules_terms import ExerciseStatus
from kinegraph.exercise.store import E_COLUMNS
from kinegraph.kit.batches import narrow
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.sessions import Arguments, ReadSession


def _canonical(wanted: Filter, admin: bool, arguments: Arguments) -> list[str]:
    """The conditions of canonical rows: published ones, and for platform admins those of the filter's statuses."""
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
        where += difficulty_bounds(order, wanted, order.stored)
        columns = narrow(E_COLUMNS, names, "id organization_id status")
        statement = page_statement(columns, "exercises e", where, order, window, arguments, order.stored, "e.id")
        rows = await session.fetch(statement, *arguments.values)
        pages.append(Page.of(rows, window, "sort_key", "id"))
    return pages


async def canonical_counts(session: ReadSession, keys: Sequence[bool], wanted: Filter, sort: ExerciseSort) -> list[int]:
    """The number of rows of the canonical list, for each key as above."""
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


async def canonical_facets(
    session: ReadSession, keys: Sequence[bool], wanted: Filter, sort: ExerciseSort
) -> list[dict[str, list[FacetRow]]]:
    """The facets of the canonical list, for each key as above."""
    found = []
    for admin in keys:
        arguments = Arguments()
        where = _canonical(wanted, admin, arguments) + conditions(wanted, STORED, arguments)
        listed = f"SELECT {counted_columns(STORED)} FROM exercises e WHERE {' AND '.join(where)}"
        statement = f"SELECT NULL::uuid AS view_id, counted.* FROM ({counting_statement(listed)}) AS counted"
        found.append(by_facet(await session.fetch_list(statement, *arguments.values)))
    return found
