"""Logs and proposals of the organizations of `sizes`."""

import asyncpg

from kinegraph.kit.rows import Row
from tests.conftest import Organization
from tests.treatment import RESPONSE


async def log(owner: "asyncpg.Pool[Row]", organization: Organization, rows: int) -> None:
    """Store this number of painful logs of each exercise of each enrollment, each with twice as many revisions.

    Of each exercise a proposal is open, and as many as the logs were accepted.
    """
    await owner.execute(
        """
        WITH logged AS (
            INSERT INTO exercise_logs (organization_id, enrollment_id, patient_id, version_exercise_id, source_id,
                                       exercise_id, client_id, content_hash, performed_on, recorded_by_id, pain_score)
            SELECT $1, e.id, e.patient_id, x.id, x.source_id, x.exercise_id,
                   gen_random_uuid()::text, '', e.starts_on, $2, 5
            FROM enrollments e
            JOIN plan_version_exercises x ON x.version_id = e.version_id
            CROSS JOIN generate_series(1, $3) n
            WHERE e.organization_id = $1
            RETURNING *)
        INSERT INTO exercise_log_revisions (organization_id, patient_id, log_id, content, recorded_by_id)
        SELECT organization_id, patient_id, id, '{"performed_on": "2026-03-02", "pain_score": 4}', recorded_by_id
        FROM logged, generate_series(1, 2 * $3)
        """,
        organization.id,
        organization.coach.id,
        rows,
    )
    firsts = await owner.fetch(
        "SELECT DISTINCT ON (enrollment_id, exercise_id) id FROM exercise_logs WHERE organization_id = $1 "
        "ORDER BY enrollment_id, exercise_id, id",
        organization.id,
    )
    await owner.execute(RESPONSE, [row.id for row in firsts], ["open", *["accepted"] * rows])
