"""Enrollments of patients in versions of plans.

    enrollments          a patient in a plan: the day it starts, its status, the version that holds now
    enrollment_versions  the version that held from each day on: the first one from the start, others by a move
    enrollment_pauses    paused days, both ends included; without an end it lasts
    enrollment_moves     each change of status or version: from what to what, from which day on, why, by whom

Coaches of the organization write them; patients read their own, and through them the versions that they are or were
enrolled in, by row-level security alone. Rows of moves are never changed.
"""

from alembic import op

revision = "0041"
down_revision = "0040"

TABLES = ("enrollments", "enrollment_versions", "enrollment_pauses", "enrollment_moves")


def upgrade() -> None:
    op.execute(ENROLLMENTS)
    script = op.get_context().script
    assert script is not None
    create = script.get_revision("0025").module.CREATE
    for table in TABLES:
        rights = "SELECT, INSERT" if table == "enrollment_moves" else "SELECT, INSERT, UPDATE, DELETE"
        op.execute(POLICIES.format(table=table, rights=rights))
        op.execute(create.format(table=table, kinds="'everything'"))
    op.execute(PATIENTS_READ_VERSIONS)


def downgrade() -> None:
    op.execute("""
        DROP POLICY treatment_plans_patient ON treatment_plans;
        DROP POLICY plan_versions_patient ON plan_versions;
        DROP POLICY plan_version_sessions_patient ON plan_version_sessions;
        DROP POLICY plan_version_exercises_patient ON plan_version_exercises;
        DROP TABLE enrollment_moves, enrollment_pauses, enrollment_versions, enrollments;
        DROP TYPE enrollment_status;
    """)


ENROLLMENTS = """
CREATE TYPE enrollment_status AS ENUM ('active', 'paused', 'completed', 'cancelled');

CREATE TABLE enrollments (
    id                 uuid              PRIMARY KEY DEFAULT uuidv7(),
    organization_id    uuid              NOT NULL,
    plan_id            uuid              NOT NULL,
    version_id         uuid              NOT NULL,
    patient_id         uuid              NOT NULL REFERENCES users (id),
    enrolled_by_id     uuid              NOT NULL REFERENCES users (id),
    starts_on          date              NOT NULL,
    ended_on           date,
    status             enrollment_status NOT NULL DEFAULT 'active',
    created_at         timestamptz       NOT NULL DEFAULT now(),
    updated_at         timestamptz       NOT NULL DEFAULT now(),
    updated_by_user_id uuid              REFERENCES users (id),
    CONSTRAINT enrollments_plan_fkey FOREIGN KEY (plan_id, organization_id)
        REFERENCES treatment_plans (id, organization_id),
    CONSTRAINT enrollments_version_fkey FOREIGN KEY (version_id, plan_id) REFERENCES plan_versions (id, plan_id),
    CONSTRAINT enrollments_ended_chk CHECK ((ended_on IS NOT NULL) = (status IN ('completed', 'cancelled'))),
    CONSTRAINT enrollments_id_patient_key UNIQUE (id, organization_id, patient_id)
);
CREATE UNIQUE INDEX enrollments_running_idx ON enrollments (plan_id, patient_id) WHERE status IN ('active', 'paused');
CREATE INDEX enrollments_patient_idx ON enrollments (patient_id, organization_id);
CREATE INDEX enrollments_plan_idx ON enrollments (plan_id, created_at DESC, id DESC);
CREATE INDEX enrollments_organization_idx ON enrollments (organization_id, status);

CREATE TABLE enrollment_versions (
    enrollment_id   uuid        NOT NULL,
    organization_id uuid        NOT NULL,
    patient_id      uuid        NOT NULL,
    plan_id         uuid        NOT NULL,
    version_id      uuid        NOT NULL,
    from_day        date        NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (enrollment_id, from_day),
    CONSTRAINT enrollment_versions_enrollment_fkey FOREIGN KEY (enrollment_id, organization_id, patient_id)
        REFERENCES enrollments (id, organization_id, patient_id) ON DELETE CASCADE,
    CONSTRAINT enrollment_versions_version_fkey FOREIGN KEY (version_id, plan_id) REFERENCES plan_versions (id, plan_id)
);
CREATE INDEX enrollment_versions_patient_idx ON enrollment_versions (patient_id, version_id);

CREATE TABLE enrollment_pauses (
    id              uuid        PRIMARY KEY DEFAULT uuidv7(),
    enrollment_id   uuid        NOT NULL,
    organization_id uuid        NOT NULL,
    patient_id      uuid        NOT NULL,
    from_day        date        NOT NULL,
    to_day          date        CHECK (to_day >= from_day),
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT enrollment_pauses_enrollment_fkey FOREIGN KEY (enrollment_id, organization_id, patient_id)
        REFERENCES enrollments (id, organization_id, patient_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX enrollment_pauses_open_idx ON enrollment_pauses (enrollment_id) WHERE to_day IS NULL;
CREATE INDEX enrollment_pauses_enrollment_idx ON enrollment_pauses (enrollment_id, from_day);

CREATE TABLE enrollment_moves (
    id              uuid              PRIMARY KEY DEFAULT uuidv7(),
    enrollment_id   uuid              NOT NULL,
    organization_id uuid              NOT NULL,
    patient_id      uuid              NOT NULL,
    from_status     enrollment_status,
    to_status       enrollment_status NOT NULL,
    from_version_id uuid,
    to_version_id   uuid              NOT NULL,
    effective_on    date              NOT NULL,
    reason          text,
    moved_by_id     uuid              NOT NULL REFERENCES users (id),
    created_at      timestamptz       NOT NULL DEFAULT now(),
    CONSTRAINT enrollment_moves_enrollment_fkey FOREIGN KEY (enrollment_id, organization_id, patient_id)
        REFERENCES enrollments (id, organization_id, patient_id) ON DELETE CASCADE
);
CREATE INDEX enrollment_moves_enrollment_idx ON enrollment_moves (enrollment_id, created_at);

CREATE TRIGGER enrollments_row BEFORE UPDATE OF updated_at ON enrollments
    FOR EACH ROW EXECUTE FUNCTION kinegraph_change_row();
CREATE TRIGGER enrollments_editor BEFORE UPDATE OF updated_at ON enrollments
    FOR EACH ROW EXECUTE FUNCTION kinegraph_change_editor();
"""

POLICIES = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY {table}_patient ON {table} FOR SELECT USING (
    patient_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)
    AND organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), '')::uuid[])::uuid[])
);
CREATE POLICY {table}_coached ON {table} FOR ALL USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
);
GRANT {rights} ON {table} TO kinegraph_api;
"""

# The subqueries read the patient's own rows alone, by the policies above.
PATIENTS_READ_VERSIONS = """
CREATE POLICY treatment_plans_patient ON treatment_plans FOR SELECT USING (
    id IN (SELECT e.plan_id FROM enrollments e
           WHERE e.patient_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid))
);
CREATE POLICY plan_versions_patient ON plan_versions FOR SELECT USING (
    id IN (SELECT e.version_id FROM enrollment_versions e
           WHERE e.patient_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid))
);
CREATE POLICY plan_version_sessions_patient ON plan_version_sessions FOR SELECT USING (
    version_id IN (SELECT e.version_id FROM enrollment_versions e
                   WHERE e.patient_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid))
);
CREATE POLICY plan_version_exercises_patient ON plan_version_exercises FOR SELECT USING (
    version_id IN (SELECT e.version_id FROM enrollment_versions e
                   WHERE e.patient_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid))
);
"""
