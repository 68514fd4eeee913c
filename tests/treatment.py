"""Rows of treatment plans, enrollments and logs, written into the database for tests of other rooms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any  # values of columns, by name
from uuid import UUID, uuid4

import asyncpg

from kinegraph.kit.rows import Row
from tests.conftest import Organization, Person

RESPONSE = """
    WITH proposal AS (
        INSERT INTO regression_proposals (organization_id, enrollment_id, patient_id, exercise_id, log_id, log_ids,
                                          light, pain_score, performed_on, status, decided_at)
        SELECT l.organization_id, l.enrollment_id, l.patient_id, l.exercise_id, l.id, ARRAY[l.id], 'red', 7,
               l.performed_on, state.status, CASE WHEN state.status = 'accepted' THEN now() END
        FROM exercise_logs l, unnest($2::text[]) AS state (status)
        WHERE l.id = ANY ($1)
        ON CONFLICT (enrollment_id, exercise_id) WHERE status = 'open' DO NOTHING
        RETURNING *)
    INSERT INTO exercise_substitutions (organization_id, enrollment_id, patient_id, proposal_id, exercise_id,
                                        substitute_id, from_day, to_day, created_by_id)
    SELECT p.organization_id, p.enrollment_id, p.patient_id, p.id, p.exercise_id, p.exercise_id, p.performed_on + 1,
           p.performed_on + 1, e.enrolled_by_id
    FROM proposal p
    JOIN enrollments e ON e.id = p.enrollment_id
    WHERE p.status = 'accepted'
"""
"""Proposals of logs ($1), one of each status ($2) unless one is open already; an accepted one has a substitution."""

AMOUNTS = {"sets": 3, "reps": 10, "duration_seconds": None, "hold_seconds": None, "rest_seconds": 60, "per_side": False}


@dataclass(frozen=True)
class StoredVersion:
    """A published version: its id and its plan's, and the ids of its exercises by (week, day), in their order."""

    plan_id: UUID
    id: UUID
    exercises: Mapping[tuple[int, int], Sequence[UUID]]


async def _insert(owner: "asyncpg.Pool[Row] | asyncpg.Connection[Row]", table: str, **values: Any) -> UUID:
    """Insert a row of these values; its id."""
    columns = ", ".join(values)
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    statement = f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING id"
    id: UUID = await owner.fetchval(statement, *values.values())
    return id


async def store_version(
    owner: "asyncpg.Pool[Row]",
    gym: Organization,
    days: Mapping[tuple[int, int], Sequence[str | UUID]],
    *,
    weeks: int = 8,
    title: str = "Knee programme",
    plan_id: UUID | None = None,
) -> StoredVersion:
    """Store a plan (or the next version of one) with a session for each (week, day), of these exercises' ids.

    Each exercise is prescribed as `AMOUNTS`. The working copy is stored for the first version only; an exercise of
    another version has the source of the first version's exercise at the same place, where there is one.
    """
    async with owner.acquire() as connection, connection.transaction():
        return await _publish(connection, gym, days, weeks, title, plan_id)


async def _publish(
    owner: "asyncpg.Connection[Row]",
    gym: Organization,
    days: Mapping[tuple[int, int], Sequence[str | UUID]],
    weeks: int,
    title: str,
    plan_id: UUID | None,
) -> StoredVersion:
    """Store a version in one transaction, as the database demands."""
    of = {"organization_id": gym.id}
    number = 1
    if plan_id is None:
        plan = {"author_id": gym.coach.id, "title": title, "weeks": weeks, "status": "published"}
        plan_id = await _insert(owner, "treatment_plans", **of, **plan)
    else:
        number += await owner.fetchval("SELECT max(number) FROM plan_versions WHERE plan_id = $1", plan_id)
    published = {"number": number, "title": title, "weeks": weeks, "published_by_id": gym.coach.id}
    version_id = await _insert(owner, "plan_versions", **of, plan_id=plan_id, **published)
    exercises: dict[tuple[int, int], list[UUID]] = {}
    for (week, day), ids in sorted(days.items()):
        where = {"week": week, "day": day, "sort_order": 0}
        working = await _working_session(owner, gym, plan_id, where)
        session = {"version_id": version_id, "source_id": working, **where}
        session_id = await _insert(owner, "plan_version_sessions", **of, **session)
        for order, id in enumerate(ids):
            values = {"exercise_id": UUID(str(id)), "sort_order": order, **AMOUNTS}
            source_id = await _working_exercise(owner, gym, working, values)
            frozen = {"version_id": version_id, "session_id": session_id, "source_id": source_id, "content_hash": ""}
            stored = await _insert(owner, "plan_version_exercises", **of, **frozen, **values)
            exercises.setdefault((week, day), []).append(stored)
    await owner.execute("UPDATE treatment_plans SET current_version_id = $2 WHERE id = $1", plan_id, version_id)
    return StoredVersion(plan_id, version_id, exercises)


async def _working_session(
    owner: "asyncpg.Connection[Row]", gym: Organization, plan_id: UUID, where: Mapping[str, int]
) -> UUID:
    """The working copy's session of this week and day, made where there is none."""
    found = await owner.fetchval(
        "SELECT id FROM treatment_plan_sessions WHERE plan_id = $1 AND week = $2 AND day = $3",
        plan_id,
        where["week"],
        where["day"],
    )
    return found or await _insert(owner, "treatment_plan_sessions", organization_id=gym.id, plan_id=plan_id, **where)


async def _working_exercise(
    owner: "asyncpg.Connection[Row]", gym: Organization, session_id: UUID, values: Mapping[str, Any]
) -> UUID:
    """The working copy's exercise at this place of a session, made where there is none."""
    found = await owner.fetchval(
        "SELECT id FROM treatment_plan_session_exercises WHERE session_id = $1 AND sort_order = $2",
        session_id,
        values["sort_order"],
    )
    return found or await _insert(
        owner, "treatment_plan_session_exercises", organization_id=gym.id, session_id=session_id, **values
    )


async def store_enrollment(
    owner: "asyncpg.Pool[Row]",
    gym: Organization,
    version: StoredVersion,
    patient: Person,
    starts_on: date,
    *,
    status: str = "active",
) -> UUID:
    """Enroll a patient in a version from a day on; the enrollment's id."""
    of = {"organization_id": gym.id, "patient_id": patient.id}
    plan = {"plan_id": version.plan_id, "version_id": version.id}
    ended = {"ended_on": starts_on} if status in ("completed", "cancelled") else {}
    id = await _insert(
        owner,
        "enrollments",
        **of,
        **plan,
        **ended,
        enrolled_by_id=gym.coach.id,
        starts_on=starts_on,
        status=status,
    )
    await owner.execute(
        "INSERT INTO enrollment_versions (enrollment_id, organization_id, patient_id, plan_id, version_id, from_day) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        id,
        gym.id,
        patient.id,
        version.plan_id,
        version.id,
        starts_on,
    )
    return id


async def store_log(
    owner: "asyncpg.Pool[Row]",
    gym: Organization,
    enrollment_id: UUID,
    patient: Person,
    version_exercise_id: UUID,
    performed_on: date,
    **values: Any,
) -> UUID:
    """Store a log of an exercise of a version; its id. `values` are columns, such as pain_score."""
    exercise = await owner.fetchrow(
        "SELECT source_id, exercise_id FROM plan_version_exercises WHERE id = $1", version_exercise_id
    )
    assert exercise is not None
    return await _insert(
        owner,
        "exercise_logs",
        organization_id=gym.id,
        enrollment_id=enrollment_id,
        patient_id=patient.id,
        version_exercise_id=version_exercise_id,
        source_id=exercise["source_id"],
        exercise_id=exercise["exercise_id"],
        performed_on=performed_on,
        recorded_by_id=patient.id,
        **{"client_id": str(uuid4()), "content_hash": "", **values},
    )
