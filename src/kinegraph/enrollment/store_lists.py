"""Lists of enrollments, the newest first: of the viewer, of a plan, of an organization."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.enrollment.rules import EnrollmentRow
from kinegraph.enrollment.store import CALENDAR, COLUMNS, JOINS, STATUS
from kinegraph.identity.rules import Viewer
from kinegraph.kit.batches import pages_of
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import grouped
from kinegraph.kit.sessions import Arguments, ReadSession

ListKey = tuple[UUID, UUID | None, UUID | None]
"""An organization, and the patient and the plan that a list is restricted to (None: all)."""


async def of_viewers(
    session: ReadSession[Viewer], user_ids: Sequence[UUID], status: str | None = None
) -> list[list[EnrollmentRow]]:
    """The viewer's enrollments in all their organizations; none for other users."""
    viewer: Viewer = session.viewer
    rows: list[EnrollmentRow] = await session.fetch_list(
        f"""
        SELECT {COLUMNS}
        FROM enrollments e
        {JOINS}
        WHERE e.patient_id = ANY ($1) AND e.patient_id = $2 AND e.organization_id = ANY ($3)
          AND ($4::text IS NULL OR ({STATUS})::text = $4)
        ORDER BY e.created_at DESC, e.id DESC
        """,
        user_ids,
        viewer.user.id,
        list(viewer.by_organization),
        status,
    )
    return grouped(rows, user_ids, "patient_id")


async def pages(
    session: ReadSession[Viewer], keys: Sequence[ListKey], window: Window, status: str | None = None
) -> list[Page]:
    """A page of each key's enrollments."""
    arguments, direction = Arguments(), window.direction(descending=True)
    lists, where = _lists(keys, status, arguments)
    where += window.between("e.created_at, e.id", ("timestamptz", "uuid"), arguments, descending=True)
    rows = await session.fetch(
        f"""
        SELECT list.position, page.*
        FROM {lists}
        CROSS JOIN LATERAL (
            SELECT {COLUMNS}
            FROM enrollments e
            {JOINS}
            WHERE {" AND ".join(where)}
            ORDER BY e.created_at {direction}, e.id {direction}
            LIMIT {window.limit}
        ) AS page
        ORDER BY list.position, page.created_at {direction}, page.id {direction}
        """,
        *arguments.values,
    )
    seen(session, "Enrollment", rows)
    return pages_of(rows, keys, window, "created_at", "id")


async def counts(session: ReadSession, keys: Sequence[ListKey], status: str | None = None) -> list[int]:
    """The number of each key's enrollments."""
    arguments = Arguments()
    lists, where = _lists(keys, status, arguments)
    rows = await session.fetch(
        f"""
        SELECT (SELECT count(*) FROM enrollments e {CALENDAR if status else ""} WHERE {" AND ".join(where)}) AS number
        FROM {lists}
        ORDER BY list.position
        """,
        *arguments.values,
    )
    return [row.number for row in rows]


def _lists(keys: Sequence[ListKey], status: str | None, arguments: Arguments) -> tuple[str, list[str]]:
    """FROM item `list` with one row for each key, and the conditions of its enrollments."""
    names = ("organization_id", "patient_id", "plan_id")
    columns = ", ".join(arguments.bind([key[index] for key in keys], "uuid[]") for index in range(3))
    named = [name for index, name in enumerate(names) if index and any(key[index] for key in keys)]
    where = ["e.organization_id = list.organization_id"]
    where += [f"(list.{name} IS NULL OR e.{name} = list.{name})" for name in named]  # others hide an index
    where += [f"({STATUS})::text = {arguments.bind(status, 'text')}"] if status else []
    return f"unnest({columns}) WITH ORDINALITY AS list ({', '.join(names)}, position)", where
