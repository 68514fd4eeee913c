"""Enrollments, logs and proposals of the organizations of `sizes`."""

import asyncpg

from kinegraph.kit.rows import Row
from tests.conftest import Organization, World
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
            SELECT $1, e.id, e.patient_id, x.id, x.source_id, x.exercise_id, x.id::text || n, '', e.starts_on, $2, 5
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


async def propose(owner: "asyncpg.Pool[Row]", organization: Organization, rows: int) -> None:
    """Store this number of proposals, which were withdrawn, for a log of each enrollment."""
    logs = await owner.fetch(
        "SELECT max(l.id::text)::uuid AS id FROM exercise_logs l WHERE l.organization_id = $1 GROUP BY l.enrollment_id",
        organization.id,
    )
    await owner.execute(RESPONSE, [row.id for row in logs], ["withdrawn"] * rows)


async def enroll_more(world: World, owner: "asyncpg.Pool[Row]", organization: Organization) -> None:
    """Enroll three more members in the plan with most enrollments; three more consents and moves of everybody."""
    people = [(await world.join(organization.id, "member")).id for _ in range(3)]
    await owner.execute(
        """
        WITH most AS (SELECT plan_id, version_id, enrolled_by_id FROM enrollments WHERE organization_id = $1
                      GROUP BY plan_id, version_id, enrolled_by_id ORDER BY count(*) DESC LIMIT 1),
             patient AS (INSERT INTO patients (organization_id, user_id) SELECT $1, unnest($2::uuid[])),
             made AS (INSERT INTO enrollments
                          (organization_id, plan_id, version_id, patient_id, enrolled_by_id, starts_on)
                      SELECT $1, plan_id, version_id, unnest($2::uuid[]), enrolled_by_id, current_date FROM most
                      RETURNING *)
        INSERT INTO enrollment_versions (enrollment_id, organization_id, patient_id, plan_id, version_id, from_day)
        SELECT id, $1, patient_id, plan_id, version_id, starts_on FROM made
        """,
        organization.id,
        people,
    )
    await owner.execute(
        """
        WITH consent AS (INSERT INTO patient_consents (organization_id, user_id, kind, level, recorded_by_id)
                         SELECT $1, user_id, 'biometric', 1, user_id
                         FROM patients, generate_series(1, 4) WHERE organization_id = $1)
        INSERT INTO enrollment_moves (enrollment_id, organization_id, patient_id, to_status, to_version_id,
                                      effective_on, moved_by_id)
        SELECT id, $1, patient_id, 'active', version_id, starts_on, enrolled_by_id
        FROM enrollments, generate_series(1, 4) WHERE organization_id = $1
        """,
        organization.id,
    )
