"""Overrides of what a patient's conditions say against the exercises of a plan, and an index of enrollments.

    enrollment_overrides  a finding that a coach overrides for an enrollment: why, and until which day

They say something of a person's health: coaches of the organization alone read and write them, by row-level security.
Rows are never changed; of several for the same finding the latest counts.
"""

from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.execute(OVERRIDES)
    script = op.get_context().script
    assert script is not None
    create = script.get_revision("0025").module.CREATE
    op.execute(create.format(table="enrollment_overrides", kinds="'everything'"))
    op.execute("CREATE INDEX enrollments_newest_idx ON enrollments (organization_id, created_at DESC, id DESC)")


def downgrade() -> None:
    op.execute("DROP INDEX enrollments_newest_idx; DROP TABLE enrollment_overrides")


OVERRIDES = """
CREATE TABLE enrollment_overrides (
    id                 uuid         PRIMARY KEY DEFAULT uuidv7(),
    enrollment_id      uuid         NOT NULL,
    organization_id    uuid         NOT NULL,
    patient_id         uuid         NOT NULL,
    exercise_id        uuid         NOT NULL REFERENCES exercises (id),
    condition          varchar(120) NOT NULL CHECK (condition <> ''),
    reason             varchar(32)  NOT NULL CHECK (reason IN (
        'clinician_cleared', 'supervised', 'modified', 'informed_choice', 'other')),
    note               varchar(1000),
    expires_on         date         NOT NULL,
    created_by_user_id uuid         NOT NULL REFERENCES users (id),
    created_at         timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT enrollment_overrides_note_chk CHECK (reason NOT IN ('modified', 'other') OR note IS NOT NULL),
    CONSTRAINT enrollment_overrides_enrollment_fkey FOREIGN KEY (enrollment_id, organization_id, patient_id)
        REFERENCES enrollments (id, organization_id, patient_id) ON DELETE CASCADE
);
CREATE INDEX enrollment_overrides_enrollment_idx ON enrollment_overrides (enrollment_id, created_at);
CREATE INDEX enrollment_overrides_exercise_idx ON enrollment_overrides (exercise_id);
ALTER TABLE enrollment_overrides ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON enrollment_overrides TO kinegraph_api;
CREATE POLICY enrollment_overrides_coached ON enrollment_overrides FOR ALL USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
) WITH CHECK (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
    AND EXISTS (SELECT FROM exercises e
                WHERE e.id = exercise_id
                  AND (e.organization_id IS NULL OR e.organization_id = enrollment_overrides.organization_id))
);
"""
