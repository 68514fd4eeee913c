"""Reading what a patient's conditions say against the exercises of versions, and its overrides."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.candidates.store import candidates
from kinegraph.classification.rules_safety import Person
from kinegraph.enrollment.rules_calendar import Position
from kinegraph.enrollment.rules_safety import Finding, OverrideRow, found
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import email_column, member_join, name_column, user_join
from kinegraph.kit.rows import grouped, in_key_order
from kinegraph.kit.sessions import ReadSession

CheckKey = tuple[UUID, UUID, UUID | None, tuple[UUID, ...]]
"""An organization, a patient, their enrollment (None: not enrolled yet), and the versions that are checked."""


class CheckedExerciseRow(Protocol):
    """An exercise of the versions of a key, the places where it stands as 10 * week + day, and the conditions."""

    position: int
    organization_id: UUID
    patient_id: UUID
    exercise_id: UUID
    places: Sequence[int]
    conditions: Sequence[str]


async def findings(session: ReadSession[Viewer], keys: Sequence[CheckKey]) -> list[list[Finding]]:
    """What the patient's conditions, as they are now, say against the exercises of versions: three statements at most.

    There is none where no conditions are stored. Overrides are shown to coaches alone.
    """
    rows: list[CheckedExerciseRow] = await session.fetch_list(
        """
        SELECT wanted.position, wanted.organization_id, wanted.patient_id, x.exercise_id, p.conditions,
               array_agg(DISTINCT 10 * s.week + s.day ORDER BY 10 * s.week + s.day) AS places
        FROM jsonb_to_recordset($1) AS wanted (position integer, organization_id uuid, patient_id uuid, versions uuid[])
        JOIN patients p ON p.organization_id = wanted.organization_id AND p.user_id = wanted.patient_id
        JOIN plan_version_exercises x
            ON x.version_id = ANY (wanted.versions) AND x.organization_id = wanted.organization_id
        JOIN plan_version_sessions s ON s.id = x.session_id
        WHERE cardinality(p.conditions) > 0
        GROUP BY wanted.position, wanted.organization_id, wanted.patient_id, x.exercise_id, p.conditions
        """,
        [
            {
                "position": position,
                "organization_id": str(organization_id),
                "patient_id": str(patient_id),
                "versions": [str(id) for id in versions],
            }
            for position, (organization_id, patient_id, _, versions) in enumerate(keys)
        ],
    )
    seen(session, "SafetyFinding", rows)
    if not rows:
        return [[] for _ in keys]
    wanted = list(dict.fromkeys((keys[row.position][0], row.exercise_id) for row in rows))
    exercises = dict(zip(wanted, await candidates(session, wanted), strict=True))
    enrollment_ids = [enrollment for _, _, enrollment, _ in keys if enrollment is not None]
    overrides = dict(zip(enrollment_ids, await overrides_of(session, enrollment_ids), strict=True))
    answers = []
    for position, (organization_id, _, enrollment, _) in enumerate(keys):
        own = [row for row in rows if row.position == position]
        places = {row.exercise_id: [Position(*divmod(place, 10)) for place in row.places] for row in own}
        person = Person(own[0].conditions if own else ())
        by_exercise = {id: exercises[(organization_id, id)] for id in places}
        recorded = overrides.get(enrollment, []) if enrollment is not None else []
        answers.append(found(by_exercise, places, person, recorded))
    return answers


async def checked_versions(session: ReadSession, version_ids: Sequence[UUID]) -> dict[int, set[UUID]]:
    """The exercises of versions of one plan, by the numbers of these."""
    rows = await session.fetch(
        """
        SELECT v.number, array_agg(x.exercise_id) AS exercises
        FROM plan_versions v
        JOIN plan_version_exercises x ON x.version_id = v.id
        WHERE v.id = ANY ($1)
        GROUP BY v.number
        """,
        version_ids,
    )
    return {row.number: {*row.exercises} for row in rows}


OVERRIDES = f"""
    SELECT o.id, o.organization_id, o.enrollment_id, o.patient_id, o.exercise_id, o.condition, o.reason, o.note,
           o.expires_on, o.created_at, o.created_by_user_id AS author_id,
           {name_column("author")}, {email_column("author")}
    FROM enrollment_overrides o
    {user_join("author", "o.created_by_user_id")}
    {member_join("author", "o.created_by_user_id", "o.organization_id")}"""


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


async def today_of(session: ReadSession, organization_id: UUID | None, patient_id: UUID) -> date:
    """The day that it is for a member; in UTC where nothing is stored of them."""
    day: date = await session.fetch_value(
        """
        SELECT (now() AT TIME ZONE coalesce(
            (SELECT p.time_zone FROM patients p WHERE p.organization_id = $1 AND p.user_id = $2), 'UTC'))::date
        """,
        organization_id,
        patient_id,
    )
    return day
