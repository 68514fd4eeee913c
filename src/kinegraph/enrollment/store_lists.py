"""Lists of enrollments, the newest first: of the viewer, of a plan, of an organization."""

from collections.abc import Sequence
from itertools import chain
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.enrollment.rules import EnrollmentRow
from kinegraph.enrollment.store import CALENDAR, COLUMNS, JOINS, STATUS
from kinegraph.identity.rules import Viewer
from kinegraph.kit.batches import Lists
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import grouped
from kinegraph.kit.sessions import ReadSession

ListKey = tuple[UUID, UUID | None, UUID | None]
"""An organization, and the patient and the plan that a list is restricted to (None: all)."""

NARROWING = ("patient_id", "plan_id")
"""The columns that a list may be restricted to, in the order of ListKey."""


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
    sort = {"e.created_at": "timestamptz", "e.id": "uuid"}
    found = await _lists(keys, status).pages(session, window, COLUMNS, sort, joins=JOINS, descending=True)
    seen(session, "Enrollment", chain.from_iterable(page.rows for page in found))
    return found


async def counts(session: ReadSession, keys: Sequence[ListKey], status: str | None = None) -> list[int]:
    """The number of each key's enrollments."""
    lists = _lists(keys, status)
    lists.rows += f" {CALENDAR}" if status else ""
    return await lists.counts(session)


def _lists(keys: Sequence[ListKey], status: str | None) -> Lists:
    """The enrollments of each key."""
    columns = {name: [key[index] for key in keys] for index, name in enumerate(("organization_id", *NARROWING))}
    lists = Lists("enrollments e", "e.organization_id = list.organization_id", **columns)
    named = [name for name in NARROWING if any(columns[name])]
    lists.conditions += [f"(list.{name} IS NULL OR e.{name} = list.{name})" for name in named]  # others hide an index
    lists.conditions += [f"({STATUS})::text = {lists.arguments.bind(status, 'text')}"] if status else []
    return lists
