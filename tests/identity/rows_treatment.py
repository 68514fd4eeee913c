"""An organization's rows of treatment plans, patients, enrollments and logs, for tests of row-level security."""

from datetime import date
from typing import TypeAlias
from uuid import UUID

import asyncpg

from kinegraph.kit.rows import Row
from tests.conftest import Organization
from tests.treatment import RESPONSE, store_enrollment, store_log, store_version

Pool: TypeAlias = "asyncpg.Pool[Row]"

RELATED = """
    WITH consent AS (INSERT INTO patient_consents (organization_id, user_id, kind, level, recorded_by_id)
                     VALUES ($1, $2, 'telemetry', 1, $2)),
         patient AS (INSERT INTO patients (organization_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING),
         pause AS (INSERT INTO enrollment_pauses (organization_id, enrollment_id, patient_id, from_day)
                   VALUES ($1, $3, $2, '2026-04-01')),
         move AS (INSERT INTO enrollment_moves (organization_id, enrollment_id, patient_id, to_status, to_version_id,
                                                effective_on, moved_by_id)
                  VALUES ($1, $3, $2, 'active', $4, '2026-03-02', $2)),
         override AS (INSERT INTO enrollment_overrides (organization_id, enrollment_id, patient_id, exercise_id,
                                                        condition, reason, expires_on, created_by_user_id)
                      VALUES ($1, $3, $2, $5, 'knee_pain', 'supervised', '2026-04-01', $2))
    INSERT INTO exercise_log_revisions (organization_id, patient_id, log_id, content, recorded_by_id)
    VALUES ($1, $2, $6, '{}', $2)
"""


async def treat(owner: Pool, organization: Organization, exercise: UUID) -> None:
    """A plan with a version, in which the member is enrolled, a log, and a row in each other table of treatment."""
    version = await store_version(owner, organization, {(1, 1): [exercise]})
    enrollment = await store_enrollment(owner, organization, version, organization.member, date(2026, 3, 2))
    planned = version.exercises[(1, 1)][0]
    log = await store_log(owner, organization, enrollment, organization.member, planned, date(2026, 3, 2))
    await owner.execute(RELATED, organization.id, organization.member.id, enrollment, version.id, exercise, log)
    await owner.execute(RESPONSE, [log], ["accepted", "open"])
