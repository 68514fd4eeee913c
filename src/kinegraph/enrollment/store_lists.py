"""Lists of enrollments, the newest first: of the viewer, of a plan, of an organization; and of their overrides."""

from collections.abc import Sequence
from itertools import chain
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.enrollment.rules import EnrollmentRow
from kinegraph.enrollment.rules_safety import OverrideRow
from kinegraph.enrollment.store import CALENDAR, COLUMNS, JOINS, STATUS
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import email_column, member_join, name_column, user_join
from kinegraph.kit.batches import Lists
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import grouped, in_key_order
from kinegraph.kit.sessions import ReadSession
from kinegraph.patient.store import patient_join

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


OVERRIDES = f"""
    SELECT o.id, o.organization_id, o.enrollment_id, o.patient_id, o.exercise_id, o.reason,
           CASE WHEN p.has_conditions_consent THEN o.condition ELSE '' END AS condition,
           CASE WHEN p.has_conditions_consent THEN o.note END AS note, o.expires_on, o.created_at,
           o.created_by_user_id AS author_id, {name_column("author")}, {email_column("author")}
    FROM enrollment_overrides o
    {patient_join("p", "o.organization_id", "o.patient_id")}
    {user_join("author", "o.created_by_user_id")}
    {member_join("author", "o.created_by_user_id", "o.organization_id")}"""
"""Columns and FROM of a statement that reads overrides.

Their condition and note are those of a patient who consents to it; the rows themselves never change.
"""


async def overrides_of(session: ReadSession[Viewer], enrollment_ids: Sequence[UUID]) -> list[list[OverrideRow]]:
    """The overrides of enrollments of organizations that the viewer coaches, the latest last."""
    rows: list[OverrideRow] = await session.fetch_list(
        f"""
        {OVERRIDES}
        WHERE o.enrollment_id = ANY ($1) AND o.organization_id = ANY ($2)
        ORDER BY o.enrollment_id, o.created_at, o.id
        """,
        enrollment_ids,
        session.viewer.coached(),
    )
    seen(session, "EnrollmentOverride", rows)
    return grouped(rows, enrollment_ids, "enrollment_id")


async def overrides(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[OverrideRow | None]:
    """Overrides of organizations that the viewer coaches, in key order."""
    rows: list[OverrideRow] = await session.fetch(
        f"{OVERRIDES} WHERE o.id = ANY ($1) AND o.organization_id = ANY ($2)", ids, session.viewer.coached()
    )
    seen(session, "EnrollmentOverride", rows)
    return in_key_order(rows, ids)
