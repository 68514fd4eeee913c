"""Reading logs and their revisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import email_column, member_join, name_column, user_join
from kinegraph.kit.batches import Lists
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
class LogFilter:
    """The conditions of a list of logs: from a day on, up to a day, of one prescription; None is no condition.

    Deleted logs are in the list only where it includes them.
    """

    start: date | None = None
    end: date | None = None
    plan_exercise_id: UUID | None = None
    include_deleted: bool = False


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
    session: ReadSession[Viewer], enrollment_ids: Sequence[UUID], window: Window, wanted: LogFilter
) -> list[Page]:
    """A page of the logs of each visible enrollment, by day."""
    sort = {"l.performed_on": "date", "l.id": "uuid"}
    found = await _logs_of(enrollment_ids, wanted).pages(session, window, COLUMNS, sort, joins=JOINS)
    seen(session, "ExerciseLog", chain.from_iterable(page.rows for page in found))
    return found


async def counts(session: ReadSession, enrollment_ids: Sequence[UUID], wanted: LogFilter) -> list[int]:
    """The number of logs of each visible enrollment."""
    return await _logs_of(enrollment_ids, wanted).counts(session)


def _logs_of(enrollment_ids: Sequence[UUID], wanted: LogFilter) -> Lists:
    """The logs of each enrollment.

    A prescription is the same in all versions: its logs are found by the working copy's id of it.
    """
    lists = Lists(
        "exercise_logs l",
        "l.enrollment_id = list.enrollment_id",
        *(() if wanted.include_deleted else ("l.deleted_at IS NULL",)),
        enrollment_id=enrollment_ids,
    )
    if wanted.include_deleted:  # no index has deleted logs by enrollment
        whose = "(SELECT e.patient_id FROM enrollments e WHERE e.id = list.enrollment_id)"
        lists.conditions.append(f"l.patient_id = {whose}")
    bind = lists.arguments.bind
    lists.conditions += [f"l.performed_on >= {bind(wanted.start, 'date')}"] if wanted.start else []
    lists.conditions += [f"l.performed_on <= {bind(wanted.end, 'date')}"] if wanted.end else []
    if wanted.plan_exercise_id:
        id = bind(wanted.plan_exercise_id, "uuid")
        source = f"(SELECT x.source_id FROM plan_version_exercises x WHERE x.id = {id})"
        lists.conditions.append(f"l.source_id = coalesce({source}, {id})")
    return lists


REVISION_COLUMNS = f"""r.id, r.organization_id, r.log_id, (r.content ->> 'performed_on')::date AS performed_on,
                   {", ".join(f"(r.content ->> '{name}')::integer AS {name}" for name in BOUNDS)},
                   r.content ->> 'notes' AS notes, r.reason, r.created_at, r.recorded_by_id,
                   {name_column("recorded_by")}, {email_column("recorded_by")}"""
REVISION_JOINS = f"""{user_join("recorded_by", "r.recorded_by_id")}
                {member_join("recorded_by", "r.recorded_by_id", "r.organization_id")}"""


def _revisions(log_ids: Sequence[UUID]) -> Lists:
    return Lists("exercise_log_revisions r", "r.log_id = list.log_id", log_id=log_ids)


async def revision_pages(session: ReadSession, log_ids: Sequence[UUID], window: Window) -> list[Page]:
    """A page of the revisions of each visible log, oldest first."""
    sort = {"r.created_at": "timestamptz", "r.id": "uuid"}
    return await _revisions(log_ids).pages(session, window, REVISION_COLUMNS, sort, joins=REVISION_JOINS)


async def revision_counts(session: ReadSession, log_ids: Sequence[UUID]) -> list[int]:
    """The number of revisions of each visible log."""
    return await _revisions(log_ids).counts(session)
