"""Enrollments and logs of the organizations of `sizes`."""

from datetime import date

import asyncpg

from kinegraph.kit.rows import Row
from tests.conftest import Organization, Person
from tests.treatment import store_enrollment, store_version


async def treat(owner: "asyncpg.Pool[Row]", organization: Organization, member: Person, rows: int) -> None:
    """Enroll the member in this number of plans, each with this number of days of all own exercises, and log them.

    Each exercise of each day has this number of logs, and each log twice as many revisions.
    """
    own = await owner.fetch("SELECT id FROM exercises WHERE organization_id = $1 ORDER BY id", organization.id)
    exercises = [row.id for row in own]
    for number in range(rows):
        days = {(1, day + 1): exercises for day in range(rows)}
        version = await store_version(owner, organization, days, title=f"Plan {number}")
        enrollment = await store_enrollment(owner, organization, version, member, date(2026, 3, 1))
        await owner.execute(
            """
            WITH logged AS (
                INSERT INTO exercise_logs (organization_id, enrollment_id, patient_id, version_exercise_id, source_id,
                                           exercise_id, client_id, content_hash, performed_on, recorded_by_id)
                SELECT $1, $2, $3, x.id, x.source_id, x.exercise_id, x.id::text || n, '', '2026-03-01', $4
                FROM plan_version_exercises x, generate_series(1, $6) n
                WHERE x.version_id = $5
                RETURNING *)
            INSERT INTO exercise_log_revisions (organization_id, patient_id, log_id, content, recorded_by_id)
            SELECT organization_id, patient_id, id, '{"performed_on": "2026-03-02", "pain_score": 4}', recorded_by_id
            FROM logged, generate_series(1, 2 * $6)
            """,
            organization.id,
            enrollment,
            member.id,
            organization.coach.id,
            version.id,
            rows,
        )
