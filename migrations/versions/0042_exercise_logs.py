"""Logs: what a patient did of what a version of their plan prescribes, on one day.

    exercise_logs           the log of an exercise of a version on a day, by the client's own id
    exercise_log_revisions  the values of a log before each correction; rows are never changed

The patient of the enrollment and coaches of the organization read and write them, by row-level security alone. A log
refers to an exercise of a version (version_exercise_id) and repeats its exercise and the working copy's id of it
(source_id), by which the same prescription is found in other versions; the reference makes sure that they are its.
"""

from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.execute(LOGS)
    script = op.get_context().script
    assert script is not None
    create = script.get_revision("0025").module.CREATE
    for table, rights in (
        ("exercise_logs", "SELECT, INSERT, UPDATE, DELETE"),
        ("exercise_log_revisions", "SELECT, INSERT"),
    ):
        op.execute(POLICIES.format(table=table, rights=rights))
        op.execute(create.format(table=table, kinds="'everything'"))


def downgrade() -> None:
    op.execute("""
        DROP TABLE exercise_log_revisions, exercise_logs;
        ALTER TABLE plan_version_exercises DROP CONSTRAINT plan_version_exercises_id_source_key;
    """)


LOGS = """
ALTER TABLE plan_version_exercises
    ADD CONSTRAINT plan_version_exercises_id_source_key UNIQUE (id, organization_id, source_id, exercise_id);

CREATE TABLE exercise_logs (
    id                  uuid         PRIMARY KEY DEFAULT uuidv7(),
    organization_id     uuid         NOT NULL,
    enrollment_id       uuid         NOT NULL,
    patient_id          uuid         NOT NULL,
    version_exercise_id uuid         NOT NULL,
    source_id           uuid         NOT NULL,
    exercise_id         uuid         NOT NULL,
    client_id           varchar(100) NOT NULL,
    content_hash        varchar(64)  NOT NULL,
    performed_on        date         NOT NULL,
    sets_completed      integer      CHECK (sets_completed BETWEEN 0 AND 100),
    reps_completed      integer      CHECK (reps_completed BETWEEN 0 AND 10000),
    duration_seconds    integer      CHECK (duration_seconds BETWEEN 0 AND 86400),
    pain_score          integer      CHECK (pain_score BETWEEN 0 AND 10),
    exertion            integer      CHECK (exertion BETWEEN 0 AND 10),
    notes               text,
    recorded_by_id      uuid         NOT NULL REFERENCES users (id),
    created_at          timestamptz  NOT NULL DEFAULT now(),
    updated_at          timestamptz  NOT NULL DEFAULT now(),
    deleted_at          timestamptz,
    CONSTRAINT exercise_logs_enrollment_fkey FOREIGN KEY (enrollment_id, organization_id, patient_id)
        REFERENCES enrollments (id, organization_id, patient_id) ON DELETE CASCADE,
    CONSTRAINT exercise_logs_version_exercise_fkey
        FOREIGN KEY (version_exercise_id, organization_id, source_id, exercise_id)
        REFERENCES plan_version_exercises (id, organization_id, source_id, exercise_id),
    CONSTRAINT exercise_logs_id_patient_key UNIQUE (id, organization_id, patient_id)
);
CREATE UNIQUE INDEX exercise_logs_client_idx ON exercise_logs (patient_id, organization_id, client_id);
CREATE INDEX exercise_logs_day_idx ON exercise_logs (enrollment_id, performed_on, id) WHERE deleted_at IS NULL;
CREATE INDEX exercise_logs_exercise_idx ON exercise_logs (version_exercise_id);

CREATE TABLE exercise_log_revisions (
    id              uuid        PRIMARY KEY DEFAULT uuidv7(),
    organization_id uuid        NOT NULL,
    patient_id      uuid        NOT NULL,
    log_id          uuid        NOT NULL,
    content         jsonb       NOT NULL,
    reason          text,
    recorded_by_id  uuid        NOT NULL REFERENCES users (id),
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT exercise_log_revisions_log_fkey FOREIGN KEY (log_id, organization_id, patient_id)
        REFERENCES exercise_logs (id, organization_id, patient_id) ON DELETE CASCADE
);
CREATE INDEX exercise_log_revisions_log_idx ON exercise_log_revisions (log_id, created_at);

CREATE TRIGGER exercise_logs_row BEFORE UPDATE OF updated_at ON exercise_logs
    FOR EACH ROW EXECUTE FUNCTION kinegraph_change_row();
"""

POLICIES = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY {table}_own ON {table} FOR ALL USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
    OR patient_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)
       AND organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), '')::uuid[])::uuid[])
);
GRANT {rights} ON {table} TO kinegraph_api;
"""
