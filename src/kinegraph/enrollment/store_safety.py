"""Reading what speaks against the exercises of versions for a patient: their conditions, and pain."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from kinegraph.audit.rules import seen
from kinegraph.candidates.rules import Candidate
from kinegraph.candidates.store import candidates
from kinegraph.classification.rules_safety import Person
from kinegraph.enrollment.rules_calendar import Position
from kinegraph.enrollment.rules_safety import RECENT_DAYS, Finding, Pain, done_twice, found, hurt_before, order
from kinegraph.enrollment.store_blocks import DONE_THEN, FELT, PAINS, beside
from kinegraph.enrollment.store_lists import overrides_of
from kinegraph.identity.rules import Viewer
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


LISTED = f"""listed AS MATERIALIZED (
            SELECT wanted.*, coalesce(p.conditions, '{{}}') AS conditions, {TODAY.format(patient="p")} AS today,
                   e.starts_on, e.ended_on
            FROM jsonb_to_recordset($1) AS wanted (position integer, organization_id uuid, patient_id uuid,
                                                   enrollment_id uuid, versions uuid[])
            {patient_join("p", "wanted.organization_id", "wanted.patient_id")}
            LEFT JOIN enrollments e ON e.id = wanted.enrollment_id
        )"""
"""Common table expression: the keys (`$1`, as JSON), with the patient's conditions and day, and the enrollment."""

CHECKED = f"""
        WITH {LISTED}, held AS MATERIALIZED (
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


class HurtingRow(Protocol):
    """An exercise that is to be done, and that hurt the patient in another place."""

    position: int
    organization_id: UUID
    patient_id: UUID
    exercise_id: UUID
    places: Sequence[int]
    pain_score: int
    performed_on: date
    is_elsewhere: bool
    """True for another enrollment."""
    is_again: bool
    """True where it is done again in its own place, since a substitution was ended."""
    substitute_id: UUID | None
    """The exercise that was accepted in its place, there; None while nobody has decided."""


_PAINS = PAINS.format(organization="listed.organization_id", patient="listed.patient_id", today="listed.today")
HURTING = f"""
        WITH {LISTED}, hurting AS MATERIALIZED (
            SELECT listed.position, q.enrollment_id, q.exercise_id AS planned_id, q.pain_score, q.performed_on,
                   coalesce(then_done.substitute_id, q.exercise_id) AS exercise_id,
                   CASE WHEN lasting.id >= made.id THEN lasting.substitute_id
                        ELSE nullif(lasting.substitute_id, coalesce(then_done.substitute_id, q.exercise_id))
                        END AS substitute_id
            FROM listed
            CROSS JOIN LATERAL {_PAINS} AS q
            LEFT JOIN {DONE_THEN}
            LEFT JOIN exercise_substitutions made ON made.proposal_id = q.id
            LEFT JOIN exercise_substitutions lasting  -- an earlier one where that which was made never held
                ON made.id IS NOT NULL AND lasting.enrollment_id = q.enrollment_id
                   AND lasting.exercise_id = q.exercise_id AND lasting.to_day IS NULL
            WHERE listed.organization_id = ANY ($2)
        ), again AS MATERIALIZED (
            SELECT listed.position, made.exercise_id AS planned_id, made.id AS made_id, made.to_day, q.pain_score,
                   q.performed_on, coalesce(then_done.substitute_id, q.exercise_id) AS exercise_id
            FROM listed
            JOIN exercise_substitutions made ON made.enrollment_id = listed.enrollment_id AND made.to_day IS NOT NULL
            JOIN (SELECT p.id, p.enrollment_id, p.exercise_id, felt.*
                  FROM regression_proposals p
                  CROSS JOIN {FELT}) AS q ON q.id = made.proposal_id
            LEFT JOIN {DONE_THEN} AND then_done.id < made.id
            WHERE listed.organization_id = ANY ($2)
              AND EXISTS (SELECT FROM exercise_substitutions ended
                          WHERE ended.enrollment_id = made.enrollment_id AND ended.exercise_id = made.exercise_id
                            AND ended.id >= made.id AND ended.to_day > listed.today - {RECENT_DAYS})
        ), done AS MATERIALIZED (
            SELECT listed.position, listed.organization_id, listed.patient_id, listed.enrollment_id,
                   x.exercise_id AS planned_id, coalesce(b.substitute_id, x.exercise_id) AS exercise_id,
                   10 * s.week + s.day AS place, due.on_day, b.id AS held_id
            FROM listed
            JOIN plan_version_exercises x
                ON x.version_id = ANY (listed.versions) AND x.organization_id = listed.organization_id
            JOIN plan_version_sessions s ON s.id = x.session_id
            CROSS JOIN LATERAL (SELECT listed.starts_on + 7 * (s.week - 1) + s.day - 1 AS on_day) AS due
            LEFT JOIN exercise_substitutions b
                ON b.enrollment_id = listed.enrollment_id AND b.exercise_id = x.exercise_id
                   AND b.from_day <= due.on_day AND (b.to_day IS NULL OR due.on_day <= b.to_day)
            WHERE listed.position IN (SELECT hurting.position FROM hurting UNION ALL SELECT again.position FROM again)
              AND (due.on_day IS NULL
                   OR due.on_day >= listed.today AND (listed.ended_on IS NULL OR due.on_day < listed.ended_on))
        ), worst AS (
            SELECT DISTINCT ON (place.position, place.planned_id, place.exercise_id, hurting.substitute_id IS NULL)
                   place.*, hurting.pain_score, hurting.performed_on, hurting.substitute_id,
                   hurting.enrollment_id IS DISTINCT FROM place.enrollment_id AS is_elsewhere
            FROM (SELECT DISTINCT position, organization_id, patient_id, enrollment_id, planned_id, exercise_id
                  FROM done) AS place
            JOIN hurting ON hurting.position = place.position AND hurting.exercise_id = place.exercise_id
                AND (hurting.enrollment_id IS DISTINCT FROM place.enrollment_id
                     OR hurting.planned_id <> place.planned_id)
            ORDER BY place.position, place.planned_id, place.exercise_id, hurting.substitute_id IS NULL,
                     hurting.pain_score DESC, hurting.performed_on DESC, hurting.planned_id
        )
        (SELECT worst.position, worst.organization_id, worst.patient_id, worst.exercise_id,
                array_agg(DISTINCT done.place ORDER BY done.place) AS places,
                worst.pain_score, worst.performed_on, worst.substitute_id, worst.is_elsewhere, false AS is_again
         FROM worst
         JOIN done ON done.position = worst.position AND done.planned_id = worst.planned_id
             AND done.exercise_id = worst.exercise_id
         GROUP BY worst.position, worst.organization_id, worst.patient_id, worst.exercise_id,
                  worst.pain_score, worst.performed_on, worst.substitute_id, worst.is_elsewhere)
        UNION ALL
        (SELECT DISTINCT ON (done.position, done.exercise_id)
               done.position, done.organization_id, done.patient_id, done.exercise_id,
               array_agg(DISTINCT done.place ORDER BY done.place), again.pain_score, again.performed_on, NULL, false,
               true
        FROM done
        JOIN again ON again.position = done.position AND again.planned_id = done.planned_id
            AND again.exercise_id = done.exercise_id AND done.on_day > again.to_day
            AND (done.held_id IS NULL OR done.held_id < again.made_id)
        GROUP BY 1, 2, 3, 4, again.pain_score, again.performed_on
        ORDER BY done.position, done.exercise_id, again.pain_score DESC, again.performed_on DESC)
"""
"""The exercises to do, from today on, that hurt the patient in another place: of this enrollment or of another one.

A place is an exercise of the plan of an enrollment; its own pain is not said there, but that of each other place. Of
what is decided and of what is not, the worst counts each. And those that are done again in their place (`is_again`),
since the substitution that was accepted after pain, or a later one of its chain, was ended within RECENT_DAYS.
`$1`: the keys as JSON; `$2`: the organizations that the viewer coaches, since coaches alone see these.
"""


async def findings(session: ReadSession[Viewer], keys: Sequence[CheckKey]) -> list[list[Finding]]:
    """The findings of safety of versions' exercises, by the conditions that patients have now: five statements at most.

    A substitute is checked on the days on which it is done, in place of the plan's exercise. Without stored conditions
    there is none, but of substitutes that were archived or deleted, or are done twice on a day, and of exercises that
    hurt the patient in another place. Overrides are shown to coaches alone.
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
    hurting: list[HurtingRow] = await session.fetch_list(HURTING, listed, session.viewer.coached())
    seen(session, "SafetyFinding", [*rows, *hurting])
    twice = await beside(session, [each for each in listed if each["enrollment_id"] is not None])
    if not rows and not hurting and not twice:
        return [[] for _ in keys]
    named = [(row.position, row.exercise_id) for row in rows] + [(row.position, row.exercise_id) for row in twice]
    named += [(row.position, id) for row in hurting for id in (row.exercise_id, row.substitute_id) if id is not None]
    wanted = list(dict.fromkeys((keys[position][0], id) for position, id in named))
    exercises = dict(zip(wanted, await candidates(session, wanted), strict=True))
    answers = await _found(session, keys, rows, exercises)
    for each in hurting:
        of = keys[each.position][0]
        exercise = exercises[of, each.exercise_id]
        substitute = None if each.substitute_id is None else exercises[of, each.substitute_id]
        if exercise is not None:
            places = [Position(*divmod(place, 10)) for place in each.places]
            pain = Pain(each.pain_score, each.performed_on, each.is_elsewhere, substitute, each.is_again)
            answers[each.position].append(hurt_before(exercise, pain, places))
    for row in twice:
        exercise = exercises[row.organization_id, row.exercise_id]
        if exercise is not None:
            places = [Position(*divmod(place, 10)) for place in row.places]
            answers[row.position].append(done_twice(exercise, len(places), row.is_elsewhere, places))
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
