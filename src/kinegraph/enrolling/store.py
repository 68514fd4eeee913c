"""Writing enrollments, under the lock of their row; enrolling, under the lock of the plan's row."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any  # values to write, by column
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.enrolling.rules_moves import PlannedRow
from kinegraph.enrollment.rules import EnrollmentRow
from kinegraph.identity.rules import Viewer
from kinegraph.kit.sessions import ReadSession, WriteSession


async def lock_plan(session: WriteSession, plan_id: UUID) -> None:
    """Keep a plan from being archived or published until the transaction ends."""
    await session.fetch("SELECT FROM treatment_plans WHERE id = $1 FOR SHARE", plan_id)


async def lock(session: WriteSession, id: UUID) -> None:
    """Lock the row of an enrollment, which the viewer may change, until the transaction ends."""
    await session.fetch("SELECT FROM enrollments WHERE id = $1 FOR NO KEY UPDATE", id)


async def insert(session: WriteSession[Viewer], values: Mapping[str, Any]) -> UUID | None:
    """Enroll a patient by the viewer; None where they have a running enrollment in the plan."""
    columns = {**values, "enrolled_by_id": session.viewer.user.id}
    names = ", ".join(columns)
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    id: UUID | None = await session.fetch_value(
        f"""
        INSERT INTO enrollments ({names}) VALUES ({places})
        ON CONFLICT (plan_id, patient_id) WHERE status IN ('active', 'paused') DO NOTHING
        RETURNING id
        """,
        *columns.values(),
    )
    return id


async def has_running(session: ReadSession[Viewer], plan_id: UUID, patient_id: UUID) -> bool:
    """True if a patient has a running enrollment in a plan."""
    rows = await session.fetch(
        """
        SELECT e.organization_id, e.patient_id
        FROM enrollments e
        WHERE e.plan_id = $1 AND e.patient_id = $2 AND e.status IN ('active', 'paused')
        """,
        plan_id,
        patient_id,
    )
    seen(session, "Enrollment", rows)
    return bool(rows)


async def ended_on(session: ReadSession[Viewer], plan_id: UUID, patient_id: UUID) -> date | None:
    """The first day after all ended enrollments of a patient in a plan that have a day; None without any."""
    rows = await session.fetch(
        """
        SELECT e.organization_id, e.patient_id, e.ended_on
        FROM enrollments e
        WHERE e.plan_id = $1 AND e.patient_id = $2 AND e.ended_on > e.starts_on
        ORDER BY e.ended_on DESC
        LIMIT 1
        """,
        plan_id,
        patient_id,
    )
    seen(session, "Enrollment", rows)
    return rows[0].ended_on if rows else None


async def hold(session: WriteSession, row: EnrollmentRow, version_id: UUID, from_day: date) -> None:
    """Let a version hold from a day on, in place of those that were to hold from that day or later.

    Nothing is stored where it holds on the day before already: the later versions are taken back.
    """
    await session.run(
        """
        DELETE FROM enrollment_versions
        WHERE enrollment_id = $1 AND (from_day > $2 OR from_day = $2 AND version_id <> $3)
        """,
        row.id,
        from_day,
        version_id,
    )
    held = await session.fetch_value(
        "SELECT version_id FROM enrollment_versions WHERE enrollment_id = $1 ORDER BY from_day DESC LIMIT 1", row.id
    )
    if held != version_id:
        await insert_version(session, row.id, owner_columns(row), row.plan_id, version_id, from_day)
    await session.update("enrollments", row.id, {"version_id": version_id})


async def insert_version(
    session: WriteSession, id: UUID, whose: Mapping[str, UUID], plan_id: UUID, version_id: UUID, from_day: date
) -> None:
    """Store that a version of the plan holds for an enrollment from a day on."""
    await session.run(
        """
        INSERT INTO enrollment_versions (enrollment_id, organization_id, patient_id, plan_id, version_id, from_day)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        id,
        whose["organization_id"],
        whose["patient_id"],
        plan_id,
        version_id,
        from_day,
    )


async def held_versions(session: ReadSession, id: UUID) -> list[PlannedRow]:
    """The versions of an enrollment in the order in which they hold, each with the first day that refers to it.

    Such a day has a log of an exercise of the version, which may be a day to come where the patient travels.
    """
    rows: list[PlannedRow] = await session.fetch_list(
        """
        SELECT h.version_id, h.from_day,
               (SELECT min(l.performed_on)
                FROM exercise_logs l
                JOIN plan_version_exercises x ON x.id = l.version_exercise_id
                WHERE l.patient_id = h.patient_id AND l.enrollment_id = h.enrollment_id AND x.version_id = h.version_id
                  AND l.performed_on >= h.from_day) AS logged_on
        FROM enrollment_versions h
        WHERE h.enrollment_id = $1
        ORDER BY h.from_day
        """,
        id,
    )
    return rows


async def pause(session: WriteSession, row: EnrollmentRow, first: date, last: date | None) -> None:
    """Store a pause. Without an end, the stored status says it too."""
    await session.insert(
        "enrollment_pauses", {"enrollment_id": row.id, **owner_columns(row), "from_day": first, "to_day": last}
    )
    if last is None:
        await session.update("enrollments", row.id, {"status": "paused"})


async def resume(session: WriteSession, id: UUID, day: date) -> None:
    """End the pause that a day lies in before this day; one that begins on it is deleted."""
    await session.run(
        """
        DELETE FROM enrollment_pauses
        WHERE enrollment_id = $1 AND from_day = $2
        """,
        id,
        day,
    )
    await session.run(
        """
        UPDATE enrollment_pauses SET to_day = $2::date - 1
        WHERE enrollment_id = $1 AND from_day < $2 AND (to_day IS NULL OR to_day >= $2)
        """,
        id,
        day,
    )
    await session.run(
        """
        UPDATE enrollments e SET status = 'active', updated_at = now()
        WHERE e.id = $1 AND e.status = 'paused'
          AND NOT EXISTS (SELECT FROM enrollment_pauses o WHERE o.enrollment_id = e.id AND o.to_day IS NULL)
        """,
        id,
    )


async def end(session: WriteSession, row: EnrollmentRow, status: str, day: date) -> None:
    """Complete or cancel an enrollment from a day on: pauses end before it, and versions to come never hold.

    Open proposals of painful exercises are withdrawn.
    """
    await session.run(
        """
        UPDATE regression_proposals SET status = 'withdrawn', updated_at = now()
        WHERE enrollment_id = $1 AND status = 'open'
        """,
        row.id,
    )
    await session.run("DELETE FROM enrollment_pauses WHERE enrollment_id = $1 AND from_day >= $2", row.id, day)
    await session.run(
        """
        UPDATE enrollment_pauses SET to_day = $2::date - 1
        WHERE enrollment_id = $1 AND (to_day IS NULL OR to_day >= $2)
        """,
        row.id,
        day,
    )
    await session.run(
        """
        DELETE FROM enrollment_versions h
        WHERE h.enrollment_id = $1 AND h.from_day > (now() AT TIME ZONE 'UTC' + interval '14 hours')::date
          AND h.from_day > (SELECT min(first.from_day) FROM enrollment_versions first WHERE first.enrollment_id = $1)
        """,
        row.id,
    )
    held = await session.fetch_value(
        "SELECT version_id FROM enrollment_versions WHERE enrollment_id = $1 ORDER BY from_day DESC LIMIT 1", row.id
    )
    await session.update("enrollments", row.id, {"status": status, "ended_on": day, "version_id": held})


async def touch(session: WriteSession, id: UUID) -> None:
    """Set `updated_at`, after a pause, a version or an override was changed."""
    await session.run("UPDATE enrollments SET updated_at = now() WHERE id = $1", id)


async def record_move(
    session: WriteSession[Viewer],
    id: UUID,
    whose: Mapping[str, UUID],
    statuses: tuple[str | None, str],
    versions: tuple[UUID | None, UUID],
    effective_on: date,
    reason: str | None,
) -> None:
    """Record a change of status or version by the viewer: from what to what."""
    values = {
        "from_status": statuses[0],
        "to_status": statuses[1],
        "from_version_id": versions[0],
        "to_version_id": versions[1],
        "effective_on": effective_on,
        "reason": reason,
        "moved_by_id": session.viewer.user.id,
    }
    await session.insert("enrollment_moves", {"enrollment_id": id, **whose, **values})


async def record_overrides(
    session: WriteSession[Viewer], id: UUID, whose: Mapping[str, UUID], overrides: Sequence[Mapping[str, Any]]
) -> None:
    """Store overrides of findings, by the viewer."""
    if overrides:
        await session.run(
            """
            INSERT INTO enrollment_overrides (enrollment_id, organization_id, patient_id, created_by_user_id,
                                              exercise_id, condition, reason, note, expires_on)
            SELECT $1, $2, $3, $4, sent.exercise_id, sent.condition, sent.reason, sent.note, sent.expires_on
            FROM jsonb_to_recordset($5)
                AS sent (exercise_id uuid, condition text, reason text, note text, expires_on date)
            """,
            id,
            whose["organization_id"],
            whose["patient_id"],
            session.viewer.user.id,
            [dict(override) for override in overrides],
        )


def owner_columns(row: EnrollmentRow) -> dict[str, UUID]:
    """The columns that name an enrollment's organization and patient."""
    return {"organization_id": row.organization_id, "patient_id": row.patient_id}
