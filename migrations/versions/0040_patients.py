"""Patients: what an organization stores about a member who is treated there, and what they consented to.

    patients          one row for a member: calendar and language, consent levels, conditions
    patient_consents  each consent given or withdrawn, by whom and when; rows are never changed

The patient and coaches of the organization read and write them, by row-level security alone. Whoever has no row has
consented to nothing, has no conditions on record, and lives in UTC.

Consent levels (seed 000, Telemetry): 0 nothing, 1 error reports, 2 media events and analytics, 3 all; pose frames need
2 and the biometric consent.
"""

from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.execute(PATIENTS)
    script = op.get_context().script
    assert script is not None
    create = script.get_revision("0025").module.CREATE
    for table, rights in (("patients", "SELECT, INSERT, UPDATE, DELETE"), ("patient_consents", "SELECT, INSERT")):
        op.execute(POLICIES.format(table=table, rights=rights))
        op.execute(create.format(table=table, kinds="'everything'"))


def downgrade() -> None:
    op.execute("DROP TABLE patient_consents, patients")


PATIENTS = """
CREATE TABLE patients (
    id                       uuid        PRIMARY KEY DEFAULT uuidv7(),
    organization_id          uuid        NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id                  uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    time_zone                varchar(64) NOT NULL DEFAULT 'UTC',
    language                 varchar(8)  NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'he', 'ru')),
    consent_level            integer     NOT NULL DEFAULT 0 CHECK (consent_level BETWEEN 0 AND 3),
    has_biometric_consent    boolean     NOT NULL DEFAULT false,
    has_conditions_consent   boolean     NOT NULL DEFAULT false,
    conditions               text[]      NOT NULL DEFAULT '{}',
    created_at               timestamptz NOT NULL DEFAULT now(),
    updated_at               timestamptz NOT NULL DEFAULT now(),
    updated_by_user_id       uuid        REFERENCES users (id),
    CONSTRAINT patients_user_key UNIQUE (organization_id, user_id),
    CONSTRAINT patients_conditions_chk CHECK (has_conditions_consent OR conditions = '{}')
);
CREATE INDEX patients_user_id_idx ON patients (user_id);

CREATE TABLE patient_consents (
    id              uuid        PRIMARY KEY DEFAULT uuidv7(),
    organization_id uuid        NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id         uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind            varchar(16) NOT NULL CHECK (kind IN ('telemetry', 'biometric', 'conditions')),
    level           integer     NOT NULL CHECK (level BETWEEN 0 AND 3),
    recorded_by_id  uuid        NOT NULL REFERENCES users (id),
    created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX patient_consents_user_idx ON patient_consents (user_id, organization_id, created_at);

CREATE TRIGGER patients_row BEFORE UPDATE OF updated_at ON patients
    FOR EACH ROW EXECUTE FUNCTION kinegraph_change_row();
CREATE TRIGGER patients_editor BEFORE UPDATE OF updated_at ON patients
    FOR EACH ROW EXECUTE FUNCTION kinegraph_change_editor();
"""

POLICIES = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY {table}_own ON {table} FOR ALL USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])
    OR user_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)
       AND organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), '')::uuid[])::uuid[])
);
GRANT {rights} ON {table} TO kinegraph_api;
"""
