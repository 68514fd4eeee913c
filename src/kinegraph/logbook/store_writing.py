"""Writing logs, under the lock of their patient's logs in the organization."""

from collections.abc import Mapping, Sequence
from typing import Any  # values to write, by column
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import EditorRow, email_column, member_join, name_column, user_join
from kinegraph.kit.sessions import Arguments, ReadSession, WriteSession, typed
from kinegraph.logbook.rules import BOUNDS, LogRow, content_of
from kinegraph.logbook.rules_batch import ExerciseRow, Key, StoredLog
from kinegraph.logbook.rules_days import EnrollmentDays
from kinegraph.logbook.store import readable

LOG_TYPES: Mapping[str, str] = {
    "id": "uuid",
    "organization_id": "uuid",
    "enrollment_id": "uuid",
    "patient_id": "uuid",
    "version_exercise_id": "uuid",
    "source_id": "uuid",
    "exercise_id": "uuid",
    "client_id": "text",
    "content_hash": "text",
    "performed_on": "date",
    **dict.fromkeys(BOUNDS, "integer"),
    "notes": "text",
}
"""The columns of a log that are written."""


async def exercises(session: ReadSession, ids: Sequence[UUID]) -> dict[UUID, ExerciseRow]:
    """The exercises of versions, of these ids, that the viewer sees."""
    rows: list[ExerciseRow] = await session.fetch(
        """
        SELECT x.id, x.version_id, x.source_id, x.exercise_id
        FROM plan_version_exercises x
        WHERE x.id = ANY ($1)
        """,
        ids,
    )
    return {row.id: row for row in rows}


async def enrollments(
    session: ReadSession[Viewer], ids: Sequence[UUID], exercises: Sequence[ExerciseRow] = ()
) -> list[EnrollmentDays]:
    """The enrollments that the viewer logs for: of these ids, and the viewer's own of these exercises of versions.

    The latter have or had the version of one of them, or a log of one.
    """
    arguments = Arguments()
    named = arguments.bind(list(ids), "uuid[]")
    versions = arguments.bind(list({each.version_id for each in exercises}), "uuid[]")
    sent = arguments.bind([each.id for each in exercises], "uuid[]")
    user = arguments.bind(session.viewer.user.id, "uuid")
    history = "FROM enrollment_versions h JOIN plan_versions v ON v.id = h.version_id WHERE h.enrollment_id = e.id"
    pauses = "FROM enrollment_pauses p WHERE p.enrollment_id = e.id ORDER BY p.from_day, p.id"
    logs = f"FROM exercise_logs l WHERE l.version_exercise_id = ANY ({sent})"
    rows: list[EnrollmentDays] = await session.fetch(
        f"""
        SELECT e.id, e.organization_id, e.patient_id, e.starts_on, e.ended_on,
               e.ended_on IS NULL OR e.ended_on > calendar.local_day AS is_running, zone.time_zone, calendar.local_day,
               EXISTS (SELECT FROM memberships m
                       WHERE m.organization_id = e.organization_id AND m.user_id = e.patient_id
                         AND m.deleted_at IS NULL) AS is_member,
               ARRAY(SELECT h.from_day {history} ORDER BY h.from_day) AS version_days,
               ARRAY(SELECT h.version_id {history} ORDER BY h.from_day) AS version_ids,
               ARRAY(SELECT v.weeks {history} ORDER BY h.from_day) AS version_weeks,
               ARRAY(SELECT DISTINCT l.version_exercise_id {logs} AND l.enrollment_id = e.id) AS logged_exercise_ids,
               ARRAY(SELECT p.from_day {pauses}) AS paused_from,
               ARRAY(SELECT p.to_day {pauses}) AS paused_to, clinic.pain_amber_from, clinic.pain_red_from
        FROM enrollments e
        JOIN organizations clinic ON clinic.id = e.organization_id
        LEFT JOIN patients t ON t.organization_id = e.organization_id AND t.user_id = e.patient_id
        CROSS JOIN LATERAL (SELECT coalesce(t.time_zone, 'UTC') AS time_zone) AS zone
        CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE zone.time_zone)::date AS local_day) AS calendar
        WHERE (e.id = ANY ({named}) OR e.patient_id = {user} AND e.id IN (
                  SELECT h.enrollment_id FROM enrollment_versions h
                  WHERE h.patient_id = {user} AND h.version_id = ANY ({versions})
                  UNION ALL SELECT l.enrollment_id {logs} AND l.patient_id = {user}))
          AND {readable("e", arguments, session.viewer)}
        """,
        *arguments.values,
    )
    seen(session, "Enrollment", rows)
    return rows


async def stored(session: ReadSession, keys: Sequence[Key]) -> list[StoredLog]:
    """The logs, deleted ones too, with these client's ids: (organization, patient, client's id)."""
    return await session.fetch(
        """
        SELECT l.id, l.organization_id, l.patient_id, l.enrollment_id, l.client_id, l.content_hash
        FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS sent (organization_id, patient_id, client_id)
        JOIN exercise_logs l ON l.patient_id = sent.patient_id AND l.organization_id = sent.organization_id
                            AND l.client_id = sent.client_id
        """,
        [organization_id for organization_id, _, _ in keys],
        [patient_id for _, patient_id, _ in keys],
        [client_id for _, _, client_id in keys],
    )


async def insert(session: WriteSession[Viewer], rows: Sequence[Mapping[str, Any]]) -> None:
    """Store new logs, recorded by the viewer."""
    columns = ", ".join(LOG_TYPES)
    await session.run(
        f"""
        INSERT INTO exercise_logs ({columns}, recorded_by_id)
        SELECT {columns}, $2
        FROM jsonb_to_recordset($1) AS sent ({typed(LOG_TYPES)})
        """,
        [dict(row) for row in rows],
        session.viewer.user.id,
    )


async def correct(session: WriteSession[Viewer], log: LogRow, columns: Mapping[str, Any], reason: str | None) -> None:
    """Set columns of a log, and store its values of before; nothing where none differs."""
    if await session.update("exercise_logs", log.id, columns):
        await _revise(session, log, reason)


async def delete(session: WriteSession[Viewer], log: LogRow, reason: str | None) -> None:
    """Delete a log softly, and store its values of before."""
    if await session.delete_softly("exercise_logs", log.id):
        await _revise(session, log, reason)


async def _revise(session: WriteSession[Viewer], log: LogRow, reason: str | None) -> None:
    """Store the values of a log as its next revision, made by the viewer."""
    owner = {"organization_id": log.organization_id, "patient_id": log.patient_id, "log_id": log.id}
    made = {"content": content_of(log), "reason": reason, "recorded_by_id": session.viewer.user.id}
    await session.insert("exercise_log_revisions", {**owner, **made})


async def last_editor(session: ReadSession, log_id: UUID) -> EditorRow | None:
    """The user who changed a log last, or recorded it."""
    return await session.fetch_row(
        f"""
        SELECT l.organization_id, l.updated_at, editor.id AS editor_id,
               {name_column("editor")}, {email_column("editor")}
        FROM exercise_logs l
        LEFT JOIN LATERAL (
            SELECT r.recorded_by_id FROM exercise_log_revisions r
            WHERE r.log_id = l.id
            ORDER BY r.created_at DESC, r.id DESC
            LIMIT 1
        ) AS change ON true
        {user_join("editor", "coalesce(change.recorded_by_id, l.recorded_by_id)")}
        {member_join("editor", "editor.id", "l.organization_id")}
        WHERE l.id = $1
        """,
        log_id,
    )
