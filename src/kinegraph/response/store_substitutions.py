"""Reading and writing substitutions, as coaches and the patient see them, and what is due with them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any  # values to write, by column
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.enrollment.store import DueKey, due
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import email_column, member_join, name_column, user_join
from kinegraph.kit.rows import grouped, in_key_order
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.plan.rules import ExerciseRow
from kinegraph.plan.store import exercises
from kinegraph.response.rules_due import DueExercise, SubstitutionRow, by_exercise, due_exercises, holding

STATEMENT = f"""
        SELECT s.id, s.organization_id, s.enrollment_id, s.patient_id, s.proposal_id, s.exercise_id, s.substitute_id,
               s.from_day, s.to_day, s.sets, s.reps, s.duration_seconds, s.hold_seconds, s.rest_seconds, s.per_side,
               s.notes, s.is_halved, s.replaces_id, s.end_reason, s.created_at, s.updated_at,
               s.created_by_id, {name_column("created_by")}, {email_column("created_by")},
               s.ended_by_id, {name_column("ended_by")}, {email_column("ended_by")}
        FROM exercise_substitutions s
        {user_join("created_by", "s.created_by_id")}
        {member_join("created_by", "s.created_by_id", "s.organization_id")}
        {user_join("ended_by", "s.ended_by_id")}
        {member_join("ended_by", "s.ended_by_id", "s.organization_id")}"""

READABLE = "(s.organization_id = ANY ($2) OR s.patient_id = $3 AND s.organization_id = ANY ($4))"
"""SQL condition: the viewer may read substitution s, as a coach or as its patient."""


def _readers(viewer: Viewer) -> tuple[list[UUID], UUID, list[UUID]]:
    """The arguments of READABLE."""
    return viewer.coached(), viewer.user.id, list(viewer.by_organization)


async def by_ids(session: ReadSession[Viewer], ids: Sequence[UUID]) -> list[SubstitutionRow | None]:
    """Substitutions that the viewer may read, in key order."""
    rows: list[SubstitutionRow] = await session.fetch(
        f"{STATEMENT} WHERE s.id = ANY ($1) AND {READABLE}", ids, *_readers(session.viewer)
    )
    seen(session, "ExerciseSubstitution", rows)
    return in_key_order(rows, ids)


async def of_proposals(session: ReadSession[Viewer], proposal_ids: Sequence[UUID]) -> list[SubstitutionRow | None]:
    """The substitution that was made of each proposal."""
    rows: list[SubstitutionRow] = await session.fetch(
        f"{STATEMENT} WHERE s.proposal_id = ANY ($1) AND {READABLE}", proposal_ids, *_readers(session.viewer)
    )
    seen(session, "ExerciseSubstitution", rows)
    return in_key_order(rows, proposal_ids, "proposal_id")


async def of_enrollments(session: ReadSession[Viewer], enrollment_ids: Sequence[UUID]) -> list[list[SubstitutionRow]]:
    """The substitutions of each enrollment, in the order of their days."""
    rows: list[SubstitutionRow] = await session.fetch_list(
        f"""
        {STATEMENT}
        WHERE s.enrollment_id = ANY ($1) AND {READABLE}
        ORDER BY s.enrollment_id, s.from_day, s.id
        """,
        enrollment_ids,
        *_readers(session.viewer),
    )
    seen(session, "ExerciseSubstitution", rows)
    return grouped(rows, enrollment_ids, "enrollment_id")


LogKey = tuple[UUID, UUID, date]
"""An enrollment, an exercise of its plan, and a day."""


async def on_days(session: ReadSession[Viewer], keys: Sequence[LogKey]) -> list[SubstitutionRow | None]:
    """The substitution that holds for an exercise of an enrollment on a day."""
    enrollments = list({enrollment for enrollment, _, _ in keys})
    groups = map(by_exercise, await of_enrollments(session, enrollments))
    held = dict(zip(enrollments, groups, strict=True))
    return [holding(held[enrollment].get(exercise, ()), day) for enrollment, exercise, day in keys]


async def due_of(session: ReadSession[Viewer], keys: Sequence[DueKey]) -> list[list[DueExercise]]:
    """The exercises that are due of visible enrollments between two days, in order: three statements."""
    groups = await due(session, keys)
    ids = list(dict.fromkeys(row.version_exercise_id for rows in groups for row in rows if row.version_exercise_id))
    if not ids:
        return [[] for _ in keys]
    planned: dict[UUID, ExerciseRow] = {row.id: row for row in await exercises(session, ids) if row is not None}
    enrollments = list(dict.fromkeys(id for id, _, _ in keys))
    substitutions = dict(zip(enrollments, await of_enrollments(session, enrollments), strict=True))
    return [due_exercises(rows, planned, substitutions[id]) for (id, _, _), rows in zip(keys, groups, strict=True)]


async def replace(session: WriteSession[Viewer], values: Mapping[str, Any]) -> UUID:
    """Store a substitution by the viewer, in place of the one of the same exercise that lasts."""
    replaced: UUID | None = await session.fetch_value(
        """
        UPDATE exercise_substitutions
        SET to_day = greatest(from_day, $3::date) - 1, ended_by_id = $4, updated_at = now()
        WHERE enrollment_id = $1 AND exercise_id = $2 AND to_day IS NULL
        RETURNING id
        """,
        values["enrollment_id"],
        values["exercise_id"],
        values["from_day"],
        session.viewer.user.id,
    )
    made = {"replaces_id": replaced, "created_by_id": session.viewer.user.id}
    return await session.insert("exercise_substitutions", {**values, **made})


async def end(session: WriteSession[Viewer], row: SubstitutionRow, last: date, reason: str | None) -> None:
    """End a substitution by the viewer: this is its last day, at the latest the one before its first.

    Where it never held, the one that it replaced lasts again.
    """
    await session.run(
        """
        UPDATE exercise_substitutions
        SET to_day = greatest(from_day - 1, $2::date), end_reason = $3, ended_by_id = $4, updated_at = now()
        WHERE id = $1
        """,
        row.id,
        last,
        reason,
        session.viewer.user.id,
    )
    if row.from_day > last and row.replaces_id is not None:
        await session.run(
            """
            UPDATE exercise_substitutions SET to_day = NULL, ended_by_id = NULL, updated_at = now()
            WHERE id = $1
            """,
            row.replaces_id,
        )
