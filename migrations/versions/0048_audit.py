"""The audit trail: who read or changed the data of a patient.

    audit_pseudonyms  a random id for each user, which stands for them in the trail; deleted with the user
    audit_pending     what a transaction has to record; it is empty outside of the transaction
    audit_entries     the entries, each with the hash of the one before it in its organization

Triggers record changes in `audit_pending`, so that no writer of rows can forget to; the application records reads by
`kinegraph_audit_reads`. At COMMIT a deferred trigger moves all pending rows to `audit_entries`, under the lock of the
organization's chain, which is so held for the end of the transaction alone. An entry is grouped: one for an actor, a
patient and an action in a transaction, with all types of data that it is about.

Entries are never changed or deleted: the API's role may not, and a trigger refuses it to every other role. They have
pseudonyms in place of the ids of users. Erasing a person deletes the pseudonym's row alone: the chain stays valid, and
nothing in it leads to the person. The organization is no foreign key: the trail outlives it.

All of this is visible to functions that set `kinegraph.auditor`, as events are by the worker's setting. Owners read the
entries of their organizations.

Exporting and erasing a person's data (kinegraph privacy) is done by a role of its own, kinegraph_privacy, which the
owner of the tables may take: its policy `privacy` lets it reach every row, and versions of plans let it replace the
person who published them. The application's role cannot. Every later table has to get this policy, too: a test demands
it.

    erased_totals  by organization and exercise: how much was prescribed to, and done by, patients who were erased
"""

from alembic import op

revision = "0048"
down_revision = "0045"

AUDITED = {
    "patients": ("user_id", "Patient"),
    "patient_consents": ("user_id", "PatientConsent"),
    "enrollments": ("patient_id", "Enrollment"),
    "enrollment_versions": ("patient_id", "Enrollment"),
    "enrollment_pauses": ("patient_id", "Enrollment"),
    "enrollment_moves": ("patient_id", "Enrollment"),
    "enrollment_overrides": ("patient_id", "EnrollmentOverride"),
    "exercise_logs": ("patient_id", "ExerciseLog"),
    "exercise_log_revisions": ("patient_id", "ExerciseLog"),
    "assignment_results": ("athlete_id", "AssignmentResult"),
    "result_sets": ("athlete_id", "AssignmentResult"),
    "result_submissions": ("athlete_id", "AssignmentResult"),
    "safety_overrides": ("athlete_id", "SafetyOverride"),
}
"""By table: the column of the patient, and the type of data that the trail names."""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(FUNCTIONS)
    op.execute(SEAL)
    for table, (column, kind) in AUDITED.items():
        for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            op.execute(
                TRIGGER.format(table=table, event=event, name=event.lower(), rows=rows, column=column, kind=kind)
            )
    op.execute(TOTALS)
    op.execute(PRIVACY_ROLE)
    op.execute(IMMUTABLE.format(unless="TG_OP <> 'UPDATE' OR current_user <> 'kinegraph_privacy'"))


def downgrade() -> None:
    op.execute(IMMUTABLE.format(unless="true"))
    op.execute(WITHOUT_PRIVACY)
    for table in AUDITED:
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER {table}_audit_{event} ON {table}")
    op.execute("""
        DROP TRIGGER users_pseudonym ON users;
        DROP TABLE audit_entries, audit_pending, audit_pseudonyms, erased_totals;
        DROP FUNCTION kinegraph_audit_change, kinegraph_audit_reads, kinegraph_audit_seal, kinegraph_audit_refuse,
            kinegraph_audit_text, kinegraph_audit_users, kinegraph_new_pseudonym, kinegraph_pseudonyms;
    """)


TABLES = """
CREATE TABLE audit_pseudonyms (
    user_id   uuid PRIMARY KEY REFERENCES users (id) ON UPDATE CASCADE ON DELETE CASCADE,
    pseudonym uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE
);
INSERT INTO audit_pseudonyms (user_id) SELECT id FROM users;

CREATE UNLOGGED TABLE audit_pending (
    organization_id uuid        NOT NULL,
    actor           uuid,
    subject         uuid        NOT NULL,
    action          varchar(8)  NOT NULL,
    type            varchar(64) NOT NULL
);

CREATE TABLE audit_entries (
    id              uuid          PRIMARY KEY DEFAULT uuidv7(),
    organization_id uuid          NOT NULL,
    position        bigint        NOT NULL,
    created_at      timestamptz   NOT NULL,
    actor           uuid,
    subject         uuid          NOT NULL,
    action          varchar(8)    NOT NULL CHECK (action IN ('read', 'change')),
    types           varchar(64)[] NOT NULL,
    request         uuid          NOT NULL,
    hash            bytea         NOT NULL CHECK (length(hash) = 32),
    CONSTRAINT audit_entries_position_key UNIQUE (organization_id, position)
);
CREATE INDEX audit_entries_subject_idx ON audit_entries (organization_id, subject, position DESC);

ALTER TABLE audit_pseudonyms ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_pending ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, DELETE ON audit_pseudonyms, audit_pending TO kinegraph_api;
GRANT SELECT, INSERT ON audit_entries TO kinegraph_api;
CREATE POLICY audit_pseudonyms_auditor ON audit_pseudonyms FOR ALL
    USING ((SELECT current_setting('kinegraph.auditor', true)) = 'on');
CREATE POLICY audit_pending_auditor ON audit_pending FOR ALL
    USING ((SELECT current_setting('kinegraph.auditor', true)) = 'on');
CREATE POLICY audit_entries_auditor ON audit_entries FOR ALL
    USING ((SELECT current_setting('kinegraph.auditor', true)) = 'on');
CREATE POLICY audit_entries_owner ON audit_entries FOR SELECT USING (
    organization_id = ANY (ARRAY(
        SELECT m.organization_id
        FROM memberships m
        WHERE m.user_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)
          AND m.role = 'owner' AND m.deleted_at IS NULL
    ))
);
"""

FUNCTIONS = """
CREATE FUNCTION kinegraph_new_pseudonym() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE before text := coalesce(current_setting('kinegraph.auditor', true), '');
BEGIN
    PERFORM set_config('kinegraph.auditor', 'on', true);
    INSERT INTO audit_pseudonyms (user_id) VALUES (NEW.id);
    PERFORM set_config('kinegraph.auditor', before, true);
    RETURN NULL;
END $$;
CREATE TRIGGER users_pseudonym AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION kinegraph_new_pseudonym();

-- The pseudonyms of these users, of those who have one.
CREATE FUNCTION kinegraph_pseudonyms(users uuid[]) RETURNS TABLE (user_id uuid, pseudonym uuid)
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE before text := coalesce(current_setting('kinegraph.auditor', true), '');
BEGIN
    PERFORM set_config('kinegraph.auditor', 'on', true);
    RETURN QUERY SELECT p.user_id, p.pseudonym FROM audit_pseudonyms p WHERE p.user_id = ANY (users);
    PERFORM set_config('kinegraph.auditor', before, true);
END $$;

-- The users of these pseudonyms, of those who were not erased.
CREATE FUNCTION kinegraph_audit_users(pseudonyms uuid[]) RETURNS TABLE (user_id uuid, pseudonym uuid)
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE before text := coalesce(current_setting('kinegraph.auditor', true), '');
BEGIN
    PERFORM set_config('kinegraph.auditor', 'on', true);
    RETURN QUERY SELECT p.user_id, p.pseudonym FROM audit_pseudonyms p WHERE p.pseudonym = ANY (pseudonyms);
    PERFORM set_config('kinegraph.auditor', before, true);
END $$;

-- Record what somebody read: the n-th organization, patient and type belong together.
CREATE FUNCTION kinegraph_audit_reads(reader uuid, organizations uuid[], patients uuid[], kinds text[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE before text := coalesce(current_setting('kinegraph.auditor', true), '');
BEGIN
    PERFORM set_config('kinegraph.auditor', 'on', true);
    INSERT INTO audit_pending (organization_id, actor, subject, action, type)
    SELECT r.organization_id, a.pseudonym, s.pseudonym, 'read', r.type
    FROM unnest(organizations, patients, kinds) AS r (organization_id, patient_id, type)
    JOIN audit_pseudonyms s ON s.user_id = r.patient_id
    LEFT JOIN audit_pseudonyms a ON a.user_id = reader;
    PERFORM set_config('kinegraph.auditor', before, true);
END $$;

-- Record a statement that changed rows of patients: the arguments are the patient's column and the type of data.
CREATE FUNCTION kinegraph_audit_change() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE before text := coalesce(current_setting('kinegraph.auditor', true), '');
BEGIN
    PERFORM set_config('kinegraph.auditor', 'on', true);
    EXECUTE format(
        'INSERT INTO audit_pending (organization_id, actor, subject, action, type)
         SELECT c.organization_id, a.pseudonym, s.pseudonym, ''change'', $1
         FROM (SELECT DISTINCT organization_id, %1$I AS patient_id FROM changed) AS c
         JOIN audit_pseudonyms s ON s.user_id = c.patient_id
         LEFT JOIN audit_pseudonyms a ON a.user_id = nullif(current_setting(''kinegraph.user_id'', true), '''')::uuid',
        TG_ARGV[0]
    ) USING TG_ARGV[1];
    PERFORM set_config('kinegraph.auditor', before, true);
    RETURN NULL;
END $$;

-- The text that the hash of an entry is of (src/kinegraph/audit/rules.py has the same in Python).
CREATE FUNCTION kinegraph_audit_text(entry audit_entries) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws('|', entry.organization_id, entry.position,
                     (extract(epoch FROM entry.created_at) * 1000000)::bigint,
                     coalesce(entry.actor::text, ''), entry.subject, entry.action,
                     array_to_string(entry.types, ','), entry.request)
$$;

CREATE FUNCTION kinegraph_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The entries of the audit trail are never changed or deleted.';
END $$;
CREATE TRIGGER audit_entries_unchanged BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION kinegraph_audit_refuse();
CREATE TRIGGER audit_entries_not_emptied BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION kinegraph_audit_refuse();
"""

# A transaction sees no pending rows but its own: each transaction deletes its own before it is committed.
SEAL = """
CREATE FUNCTION kinegraph_audit_seal() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    before text := coalesce(current_setting('kinegraph.auditor', true), '');
    pending record;
    entry audit_entries;
    previous bytea;
BEGIN
    PERFORM set_config('kinegraph.auditor', 'on', true);
    IF EXISTS (SELECT FROM audit_pending) THEN
        entry.request := uuidv7();
        FOR pending IN
            WITH taken AS (DELETE FROM audit_pending RETURNING *)
            SELECT t.organization_id, t.actor, t.subject, t.action,
                   array_agg(DISTINCT t.type ORDER BY t.type) AS types
            FROM taken t
            GROUP BY t.organization_id, t.actor, t.subject, t.action
            ORDER BY t.organization_id, t.action, t.subject, t.actor
        LOOP
            IF entry.organization_id IS DISTINCT FROM pending.organization_id THEN
                PERFORM pg_advisory_xact_lock(hashtextextended('audit:' || pending.organization_id, 0));
                SELECT e.position, e.hash INTO entry.position, previous
                FROM audit_entries e
                WHERE e.organization_id = pending.organization_id
                ORDER BY e.position DESC
                LIMIT 1;
                IF NOT FOUND THEN
                    entry.position := 0;
                    previous := '';
                END IF;
                entry.created_at := clock_timestamp();
                entry.organization_id := pending.organization_id;
            END IF;
            entry.id := uuidv7();
            entry.position := entry.position + 1;
            entry.actor := pending.actor;
            entry.subject := pending.subject;
            entry.action := pending.action;
            entry.types := pending.types;
            entry.hash := sha256(previous || convert_to(kinegraph_audit_text(entry), 'UTF8'));
            INSERT INTO audit_entries SELECT entry.*;
            previous := entry.hash;
        END LOOP;
    END IF;
    PERFORM set_config('kinegraph.auditor', before, true);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER audit_pending_seal AFTER INSERT ON audit_pending DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION kinegraph_audit_seal();
"""

TRIGGER = """
CREATE TRIGGER {table}_audit_{name} AFTER {event} ON {table} REFERENCING {rows} TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION kinegraph_audit_change('{column}', '{kind}');
"""

TOTALS = """
CREATE TABLE erased_totals (
    organization_id uuid   NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    exercise_id     uuid   NOT NULL REFERENCES exercises (id) ON DELETE CASCADE,
    patients        bigint NOT NULL,
    prescribed      bigint NOT NULL,
    completed       bigint NOT NULL,
    logs            bigint NOT NULL,
    PRIMARY KEY (organization_id, exercise_id)
);
ALTER TABLE erased_totals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
"""

# As of kinegraph_api (migration 0001).
PRIVACY_ROLE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kinegraph_privacy') THEN
        CREATE ROLE kinegraph_privacy NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

DO $$
DECLARE
    each regclass;
BEGIN
    IF NOT pg_has_role(current_user, 'kinegraph_privacy', 'SET') THEN
        EXECUTE format('GRANT kinegraph_privacy TO %I', current_user);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO kinegraph_privacy', current_schema());
    FOR each IN
        SELECT c.oid
        FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND c.relrowsecurity
    LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO kinegraph_privacy', each);
        EXECUTE format('CREATE POLICY privacy ON %s TO kinegraph_privacy USING (true) WITH CHECK (true)', each);
    END LOOP;
    REVOKE UPDATE, DELETE ON audit_entries FROM kinegraph_privacy;
END $$;
"""

WITHOUT_PRIVACY = """
DO $$
DECLARE
    each regclass;
BEGIN
    FOR each IN
        SELECT p.polrelid
        FROM pg_policy p
        JOIN pg_class c ON c.oid = p.polrelid
        WHERE p.polname = 'privacy' AND c.relnamespace = current_schema()::regnamespace
    LOOP
        EXECUTE format('DROP POLICY privacy ON %s', each);
        EXECUTE format('REVOKE ALL ON %s FROM kinegraph_privacy', each);
    END LOOP;
    EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM kinegraph_privacy', current_schema());
END $$;
"""

IMMUTABLE = """
CREATE OR REPLACE FUNCTION kinegraph_refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF {unless} THEN
        RAISE EXCEPTION 'a published version of a plan is immutable' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
