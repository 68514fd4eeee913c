"""Reading enrollments: their rows, what is due of them, their pauses, versions and moves."""

from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.enrollment.rules import DueRow, EnrollmentRow, HeldRow, MoveRow, PauseRow
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import email_column, member_join, name_column, user_join
from kinegraph.kit.batches import Lists
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import grouped, grouped_by_position, in_key_order
from kinegraph.kit.sessions import ReadSession
from kinegraph.patient.store import TODAY, patient_join
from kinegraph.plan.rules import SessionRow
from kinegraph.plan.store import sessions

STATUS = """CASE WHEN e.ended_on <= greatest(calendar.today, e.starts_on) THEN e.status
                    WHEN EXISTS (SELECT FROM enrollment_pauses pause
                                 WHERE pause.enrollment_id = e.id AND pause.from_day <= calendar.today
                                   AND (pause.to_day IS NULL OR pause.to_day >= calendar.today)) THEN 'paused'
                    ELSE 'active' END"""
"""SQL expression: the status of enrollment e on the day calendar.today.

The stored one has no planned pauses, and says at once how an enrollment will end. One that ends on its
first day is due on no day, and shows its end at once, before that day too.
"""

CALENDAR = f"""{patient_join("p", "e.organization_id", "e.patient_id")}
        CROSS JOIN LATERAL (SELECT {TODAY.format(patient="p")} AS today) AS calendar"""
"""FROM item: the day that it is for the patient of enrollment e."""

COLUMNS = f"""e.id, e.organization_id, e.plan_id, e.patient_id, e.enrolled_by_id, e.starts_on, e.ended_on, e.created_at,
               e.updated_at, calendar.today, {STATUS} AS status, e.version_id AS last_version_id, assigned.weeks,
               held.version_id, held.version_ids,
               {name_column("patient")}, {email_column("patient")},
               {name_column("enrolled_by")}, {email_column("enrolled_by")}"""

JOINS = f"""{CALENDAR}
        JOIN plan_versions assigned ON assigned.id = e.version_id
        CROSS JOIN LATERAL (
            SELECT (array_agg(each.version_id ORDER BY each.from_day))[1] AS version_id,
                   array_agg(each.version_id ORDER BY each.from_day) AS version_ids
            FROM (SELECT h.version_id, h.from_day, lead(h.from_day) OVER (ORDER BY h.from_day) AS until_day
                  FROM enrollment_versions h
                  WHERE h.enrollment_id = e.id) AS each
            WHERE each.until_day IS NULL OR each.until_day > least(calendar.today, e.ended_on - 1)
        ) AS held
        {user_join("patient", "e.patient_id")}
        {member_join("patient", "e.patient_id", "e.organization_id")}
        {user_join("enrolled_by", "e.enrolled_by_id")}
        {member_join("enrolled_by", "e.enrolled_by_id", "e.organization_id")}"""

READABLE = "(e.organization_id = ANY ({coached}) OR (e.patient_id = {viewer} AND e.organization_id = ANY ({own})))"
"""SQL condition: the viewer may read enrollment e, as a coach or as its patient while they belong to the clinic."""


async def by_ids(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[EnrollmentRow | None]:
    """Enrollments that the viewer may read, in key order."""
    viewer: Viewer = session.viewer
    rows: list[EnrollmentRow] = await session.fetch(
        f"""
        SELECT {COLUMNS}
        FROM enrollments e
        {JOINS}
        WHERE e.id = ANY ($1) AND {READABLE.format(coached="$2", viewer="$3", own="$4")}
        """,
        ids,
        viewer.coached(),
        viewer.user.id,
        list(viewer.by_organization),
    )
    seen(session, "Enrollment", rows)
    return in_key_order(rows, ids)


DUE = (files("kinegraph.enrollment") / "due.sql").read_text()
"""The statement that reads the prescriptions of enrollments that are due between two days."""

DueKey = tuple[UUID, date | None, date | None]
"""An enrollment, and the first and the last day; None: today, by the patient's calendar."""


async def due(session: ReadSession, keys: Sequence[DueKey]) -> list[list[DueRow]]:
    """The prescriptions of visible enrollments that are due between two days, by day, session and exercise."""
    rows: list[DueRow] = await session.fetch_list(
        DUE, [id for id, _, _ in keys], [first for _, first, _ in keys], [last for _, _, last in keys]
    )
    return grouped_by_position(rows, len(keys))


DueSession = tuple[DueRow, SessionRow]


async def due_sessions(session: ReadSession[Viewer], keys: Sequence[DueKey]) -> list[list[DueSession]]:
    """The sessions that are due of visible enrollments between two days, each with a row of that day."""
    groups = await due(session, keys)
    ids = list(dict.fromkeys(row.session_id for rows in groups for row in rows))
    found = dict(zip(ids, await sessions(session, ids), strict=True)) if ids else {}
    days = [{(row.on_day, row.session_id): row for row in rows} for rows in groups]
    return [
        [(row, planned) for row in by_day.values() if (planned := found[row.session_id]) is not None] for by_day in days
    ]


async def due_on(session: ReadSession[Viewer], keys: Sequence[tuple[UUID, date | None]]) -> list[list[SessionRow]]:
    """The sessions that are due of visible enrollments on one day each."""
    found = await due_sessions(session, [(id, day, day) for id, day in keys])
    return [[planned for _, planned in rows] for rows in found]


async def pauses_of(session: ReadSession, enrollment_ids: Sequence[UUID]) -> list[list[PauseRow]]:
    """The pauses of visible enrollments, in their order."""
    rows: list[PauseRow] = await session.fetch_list(
        """
        SELECT pause.id, pause.enrollment_id, pause.from_day, pause.to_day
        FROM enrollment_pauses pause
        WHERE pause.enrollment_id = ANY ($1)
        ORDER BY pause.enrollment_id, pause.from_day
        """,
        enrollment_ids,
    )
    return grouped(rows, enrollment_ids, "enrollment_id")


async def versions_of(session: ReadSession, enrollment_ids: Sequence[UUID]) -> list[list[HeldRow]]:
    """The versions of visible enrollments, in the order in which they hold."""
    rows: list[HeldRow] = await session.fetch_list(
        """
        SELECT h.enrollment_id, h.version_id, h.from_day
        FROM enrollment_versions h
        WHERE h.enrollment_id = ANY ($1)
        ORDER BY h.enrollment_id, h.from_day
        """,
        enrollment_ids,
    )
    return grouped(rows, enrollment_ids, "enrollment_id")


MOVE_COLUMNS = f"""m.id, m.organization_id, m.enrollment_id, m.patient_id, m.from_status, m.to_status,
               m.from_version_id, m.to_version_id, m.effective_on, m.reason, m.moved_by_id, m.created_at,
               {name_column("moved_by")}, {email_column("moved_by")}"""
MOVE_JOINS = f"""{user_join("moved_by", "m.moved_by_id")}
        {member_join("moved_by", "m.moved_by_id", "m.organization_id")}"""


async def moves(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[MoveRow | None]:
    """Changes of enrollments that the viewer may read, in key order."""
    viewer: Viewer = session.viewer
    rows: list[MoveRow] = await session.fetch(
        f"""
        SELECT {MOVE_COLUMNS}
        FROM enrollment_moves m
        JOIN enrollments e ON e.id = m.enrollment_id
        {MOVE_JOINS}
        WHERE m.id = ANY ($1) AND {READABLE.format(coached="$2", viewer="$3", own="$4")}
        """,
        ids,
        viewer.coached(),
        viewer.user.id,
        list(viewer.by_organization),
    )
    seen(session, "Enrollment", rows)
    return in_key_order(rows, ids)


def _moves(enrollment_ids: Sequence[UUID]) -> Lists:
    return Lists("enrollment_moves m", "m.enrollment_id = list.enrollment_id", enrollment_id=enrollment_ids)


async def move_pages(session: ReadSession, enrollment_ids: Sequence[UUID], window: Window) -> list[Page]:
    """A page of the changes of each visible enrollment, the latest first."""
    sort = {"m.created_at": "timestamptz", "m.id": "uuid"}
    lists = _moves(enrollment_ids)
    return await lists.pages(session, window, MOVE_COLUMNS, sort, joins=MOVE_JOINS, descending=True)


async def move_counts(session: ReadSession, enrollment_ids: Sequence[UUID]) -> list[int]:
    """The number of changes of each visible enrollment."""
    return await _moves(enrollment_ids).counts(session)
