"""Reading what a patient's conditions say against the exercises of versions, and its overrides."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.candidates.rules import Candidate
from kinegraph.candidates.store import candidates
from kinegraph.classification.rules_safety import Person
from kinegraph.enrollment.rules_calendar import Position
from kinegraph.enrollment.rules_safety import Finding, OverrideRow, found, order, replaced_before
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import email_column, member_join, name_column, user_join
from kinegraph.kit.rows import grouped, in_key_order
from kinegraph.kit.sessions import ReadSession
from kinegraph.patient.store import TODAY, patient_join

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
    is_substitute: bool
    """Whether it is done in place of an exercise of the versions, or less of one."""


CHECKED = f"""
        WITH listed AS MATERIALIZED (
            SELECT wanted.*, coalesce(p.conditions, '{{}}') AS conditions, {TODAY.format(patient="p")} AS today,
                   e.starts_on
            FROM jsonb_to_recordset($1) AS wanted (position integer, organization_id uuid, patient_id uuid,
                                                   enrollment_id uuid, versions uuid[])
            {patient_join("p", "wanted.organization_id", "wanted.patient_id")}
            LEFT JOIN enrollments e ON e.id = wanted.enrollment_id
        ), held AS MATERIALIZED (
            SELECT listed.position, b.exercise_id, b.substitute_id, b.from_day, b.to_day,
                   gone.deleted_at IS NOT NULL OR gone.status = 'archived' AS is_discontinued
            FROM listed
            JOIN exercise_substitutions b ON b.enrollment_id = listed.enrollment_id
                AND b.from_day <= coalesce(b.to_day, b.from_day) AND (b.to_day IS NULL OR b.to_day >= listed.today)
            LEFT JOIN exercises gone ON gone.id = b.substitute_id
        )
        SELECT listed.position, listed.organization_id, listed.patient_id, listed.conditions,
               coalesce(b.substitute_id, x.exercise_id) AS exercise_id,
               bool_or(b.substitute_id IS NOT NULL) AS is_substitute,
               array_agg(DISTINCT 10 * s.week + s.day ORDER BY 10 * s.week + s.day) AS places
        FROM listed
        JOIN plan_version_exercises x
            ON x.version_id = ANY (listed.versions) AND x.organization_id = listed.organization_id
        JOIN plan_version_sessions s ON s.id = x.session_id
        CROSS JOIN LATERAL (SELECT listed.starts_on + 7 * (s.week - 1) + s.day - 1 AS on_day) AS due
        LEFT JOIN held b ON b.position = listed.position AND b.exercise_id = x.exercise_id
            AND due.on_day >= greatest(b.from_day, listed.today) AND (b.to_day IS NULL OR due.on_day <= b.to_day)
        WHERE (cardinality(listed.conditions) > 0
               OR EXISTS (SELECT FROM held WHERE held.position = listed.position AND held.is_discontinued))
          AND (b.substitute_id IS NOT NULL OR due.on_day >= listed.today
               OR NOT EXISTS (SELECT FROM held WHERE held.position = listed.position
                                AND held.exercise_id = x.exercise_id)
               OR due.on_day IS NULL)
        GROUP BY listed.position, listed.organization_id, listed.patient_id, listed.conditions,
                 coalesce(b.substitute_id, x.exercise_id)
"""
"""The exercises of versions, in place of which substitutes count on the days from today on, on which they hold.

Of an exercise with a substitution that holds today or later, days before today do not count. `$1`: the keys as JSON.
"""


class ReplacedRow(Protocol):
    """An exercise of the versions of a key that is done otherwise in another enrollment of the patient, and why."""

    position: int
    organization_id: UUID
    patient_id: UUID
    exercise_id: UUID
    substitute_id: UUID
    pain_score: int
    performed_on: date
    places: Sequence[int]


REPLACED = """
        SELECT DISTINCT ON (wanted.position, b.exercise_id)
               wanted.position, wanted.organization_id, wanted.patient_id, b.exercise_id, b.substitute_id, p.pain_score,
               p.performed_on, planned.places
        FROM jsonb_to_recordset($1) AS wanted (position integer, organization_id uuid, patient_id uuid,
                                               enrollment_id uuid, versions uuid[])
        JOIN exercise_substitutions b
            ON b.patient_id = wanted.patient_id AND b.organization_id = wanted.organization_id AND b.to_day IS NULL
               AND b.enrollment_id IS DISTINCT FROM wanted.enrollment_id
        JOIN regression_proposals p ON p.id = b.proposal_id
        CROSS JOIN LATERAL (
            SELECT array_agg(DISTINCT 10 * s.week + s.day ORDER BY 10 * s.week + s.day) AS places
            FROM plan_version_exercises x
            JOIN plan_version_sessions s ON s.id = x.session_id
            WHERE x.version_id = ANY (wanted.versions) AND x.exercise_id = b.exercise_id
        ) AS planned
        WHERE planned.places IS NOT NULL
          AND NOT EXISTS (SELECT FROM exercise_substitutions own
                          WHERE own.enrollment_id = wanted.enrollment_id AND own.exercise_id = b.exercise_id
                            AND own.to_day IS NULL)
        ORDER BY wanted.position, b.exercise_id, b.id DESC
"""
"""The exercises of versions for which a substitution lasts in another enrollment of the patient, and not in this one.

Coaches alone see the proposals that they were made of. `$1`: the keys as JSON.
"""


async def findings(session: ReadSession[Viewer], keys: Sequence[CheckKey]) -> list[list[Finding]]:
    """What the patient's conditions, as they are now, say against the exercises of versions: four statements at most.

    A substitute is checked on the days on which it is done, in place of the plan's exercise. Without stored conditions
    there is none, but of substitutes that were archived or deleted, and of exercises that are replaced in another
    enrollment. Overrides are shown to coaches alone.
    """
    listed = [
        {
            "position": position,
            "organization_id": str(organization_id),
            "patient_id": str(patient_id),
            "enrollment_id": None if enrollment is None else str(enrollment),
            "versions": [str(id) for id in versions],
        }
        for position, (organization_id, patient_id, enrollment, versions) in enumerate(keys)
    ]
    rows: list[CheckedExerciseRow] = await session.fetch_list(CHECKED, listed)
    replaced: list[ReplacedRow] = await session.fetch_list(REPLACED, listed)
    seen(session, "SafetyFinding", [*rows, *replaced])
    if not rows and not replaced:
        return [[] for _ in keys]
    named = [(row.position, row.exercise_id) for row in rows]
    named += [(row.position, id) for row in replaced for id in (row.exercise_id, row.substitute_id)]
    wanted = list(dict.fromkeys((keys[position][0], id) for position, id in named))
    exercises = dict(zip(wanted, await candidates(session, wanted), strict=True))
    answers = await _found(session, keys, rows, exercises)
    for each in replaced:
        of = keys[each.position][0]
        exercise, substitute = exercises[of, each.exercise_id], exercises[of, each.substitute_id]
        if exercise is not None and substitute is not None:
            why = each.pain_score, each.performed_on, [Position(*divmod(place, 10)) for place in each.places]
            answers[each.position].append(replaced_before(exercise, substitute, *why))
    return [sorted(answer, key=order) for answer in answers]


async def _found(
    session: ReadSession[Viewer],
    keys: Sequence[CheckKey],
    rows: Sequence[CheckedExerciseRow],
    exercises: Mapping[tuple[UUID, UUID], Candidate | None],
) -> list[list[Finding]]:
    """What the conditions say against the exercises of each key, by the rows of CHECKED."""
    enrollment_ids = [enrollment for _, _, enrollment, _ in keys if enrollment is not None]
    overrides = dict(zip(enrollment_ids, await overrides_of(session, enrollment_ids), strict=True))
    answers = []
    for position, (organization_id, _, enrollment, _) in enumerate(keys):
        own = [row for row in rows if row.position == position]
        places = {row.exercise_id: [Position(*divmod(place, 10)) for place in row.places] for row in own}
        person = Person(own[0].conditions if own else ())
        substitutes = {row.exercise_id for row in own if row.is_substitute}
        by_exercise = {id: exercises[(organization_id, id)] for id in places}
        recorded = overrides.get(enrollment, []) if enrollment is not None else []
        answers.append(found(by_exercise, places, person, recorded, substitutes))
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
