"""Reading logs and their revisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import email_column, member_join, name_column, user_join
from kinegraph.kit.batches import pages_of
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import Arguments, ReadSession
from kinegraph.logbook.rules import BOUNDS, LogRow

COLUMNS = f"""l.id, l.organization_id, l.enrollment_id, l.patient_id, l.version_exercise_id, l.exercise_id,
               l.client_id, l.performed_on, {", ".join(f"l.{name}" for name in BOUNDS)}, l.notes, l.recorded_by_id,
               l.created_at, l.updated_at, l.deleted_at, clinic.pain_amber_from, clinic.pain_red_from,
               {name_column("recorded_by")}, {email_column("recorded_by")}"""

JOINS = f"""JOIN organizations clinic ON clinic.id = l.organization_id
        {user_join("recorded_by", "l.recorded_by_id")}
        {member_join("recorded_by", "l.recorded_by_id", "l.organization_id")}"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The conditions of a list of logs: from a day on, up to a day, of one prescription; None is no condition."""

    start: date | None = None
    end: date | None = None
    plan_exercise_id: UUID | None = None


def readable(alias: str, arguments: Arguments, viewer: Viewer) -> str:
    """SQL condition: the viewer may read a row of a patient, as a coach or as the patient."""
    coached = arguments.bind(viewer.coached(), "uuid[]")
    own = arguments.bind([*viewer.by_organization], "uuid[]")
    user = arguments.bind(viewer.user.id, "uuid")
    organization = f"{alias}.organization_id"
    return f"({organization} = ANY ({coached}) OR {alias}.patient_id = {user} AND {organization} = ANY ({own}))"


async def by_ids(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[LogRow | None]:
    """Logs that the viewer may read and that are not deleted, in key order."""
    return await _logs(session, ids, "AND l.deleted_at IS NULL")


async def lists_of(session: ReadSession[Viewer], lists: Sequence[Sequence[UUID]]) -> list[list[LogRow]]:
    """The logs of each list of ids that the viewer may read and that are not deleted, by day."""
    ids = list({id for each in lists for id in each})
    found = {row.id: row for row in await by_ids(session, ids) if row is not None}
    return [
        sorted((found[id] for id in each if id in found), key=lambda row: (row.performed_on, row.id)) for each in lists
    ]


async def with_deleted(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[LogRow | None]:
    """Logs that the viewer may read, deleted ones too, in key order."""
    return await _logs(session, ids, "")


async def _logs(session: ReadSession[Viewer], ids: Sequence[UUID], condition: str) -> list[LogRow | None]:
    arguments = Arguments()
    keys = arguments.bind(list(ids), "uuid[]")
    rows: list[LogRow] = await session.fetch(
        f"""
        SELECT {COLUMNS}
        FROM exercise_logs l
        {JOINS}
        WHERE l.id = ANY ({keys}) AND {readable("l", arguments, session.viewer)} {condition}
        """,
        *arguments.values,
    )
    seen(session, "ExerciseLog", rows)
    return in_key_order(rows, ids)


async def pages(
    session: ReadSession[Viewer], enrollment_ids: Sequence[UUID], window: Window, wanted: Wanted
) -> list[Page]:
    """A page of the logs of each visible enrollment, by day."""
    arguments, direction = Arguments(), window.direction()
    lists, where = _lists(enrollment_ids, wanted, arguments)
    where += window.between("l.performed_on, l.id", ("date", "uuid"), arguments)
    rows = await session.fetch(
        f"""
        SELECT list.position, page.*
        FROM {lists}
        CROSS JOIN LATERAL (
            SELECT {COLUMNS}
            FROM exercise_logs l
            {JOINS}
            WHERE {" AND ".join(where)}
            ORDER BY l.performed_on {direction}, l.id {direction}
            LIMIT {window.limit}
        ) AS page
        ORDER BY list.position, page.performed_on {direction}, page.id {direction}
        """,
        *arguments.values,
    )
    seen(session, "ExerciseLog", rows)
    return pages_of(rows, enrollment_ids, window, "performed_on", "id")


async def counts(session: ReadSession, enrollment_ids: Sequence[UUID], wanted: Wanted) -> list[int]:
    """The number of logs of each visible enrollment."""
    arguments = Arguments()
    lists, where = _lists(enrollment_ids, wanted, arguments)
    rows = await session.fetch(
        f"""
        SELECT (SELECT count(*) FROM exercise_logs l WHERE {" AND ".join(where)}) AS logs
        FROM {lists}
        ORDER BY list.position
        """,
        *arguments.values,
    )
    return [row.logs for row in rows]


def _lists(enrollment_ids: Sequence[UUID], wanted: Wanted, arguments: Arguments) -> tuple[str, list[str]]:
    """FROM item `list` with one row for each enrollment, and the conditions of its logs.

    A prescription is the same in all versions: its logs are found by the working copy's id of it.
    """
    keys = arguments.bind(list(enrollment_ids), "uuid[]")
    where = ["l.enrollment_id = list.enrollment_id", "l.deleted_at IS NULL"]
    where += [f"l.performed_on >= {arguments.bind(wanted.start, 'date')}"] if wanted.start else []
    where += [f"l.performed_on <= {arguments.bind(wanted.end, 'date')}"] if wanted.end else []
    if wanted.plan_exercise_id:
        id = arguments.bind(wanted.plan_exercise_id, "uuid")
        source = f"(SELECT x.source_id FROM plan_version_exercises x WHERE x.id = {id})"
        where.append(f"l.source_id = coalesce({source}, {id})")
    return f"unnest({keys}) WITH ORDINALITY AS list (enrollment_id, position)", where


async def revision_pages(session: ReadSession, log_ids: Sequence[UUID], window: Window) -> list[Page]:
    """A page of the revisions of each visible log, oldest first."""
    arguments, direction = Arguments(), window.direction()
    keys = arguments.bind(list(log_ids), "uuid[]")
    where = ["r.log_id = list.log_id", *window.between("r.created_at, r.id", ("timestamptz", "uuid"), arguments)]
    numbers = ", ".join(f"(r.content ->> '{name}')::integer AS {name}" for name in BOUNDS)
    rows = await session.fetch(
        f"""
        SELECT list.position, page.*
        FROM unnest({keys}) WITH ORDINALITY AS list (log_id, position)
        CROSS JOIN LATERAL (
            SELECT r.id, r.organization_id, r.log_id, (r.content ->> 'performed_on')::date AS performed_on, {numbers},
                   r.content ->> 'notes' AS notes, r.reason, r.created_at, r.recorded_by_id,
                   {name_column("recorded_by")}, {email_column("recorded_by")}
            FROM exercise_log_revisions r
            {user_join("recorded_by", "r.recorded_by_id")}
            {member_join("recorded_by", "r.recorded_by_id", "r.organization_id")}
            WHERE {" AND ".join(where)}
            ORDER BY r.created_at {direction}, r.id {direction}
            LIMIT {window.limit}
        ) AS page
        ORDER BY list.position, page.created_at {direction}, page.id {direction}
        """,
        *arguments.values,
    )
    return pages_of(rows, log_ids, window, "created_at", "id")


async def revision_counts(session: ReadSession, log_ids: Sequence[UUID]) -> list[int]:
    """The number of revisions of each visible log."""
    rows = await session.fetch(
        """
        SELECT (SELECT count(*) FROM exercise_log_revisions r WHERE r.log_id = list.log_id) AS revisions
        FROM unnest($1::uuid[]) WITH ORDINALITY AS list (log_id, position)
        ORDER BY list.position
        """,
        log_ids,
    )
    return [row.revisions for row in rows]
