-- The tables, functions and the role of migration 0048 (0048_audit.py).

CREATE TABLE audit_pseudonyms (
    user_id   uuid  PRIMARY KEY REFERENCES users (id) ON UPDATE CASCADE ON DELETE CASCADE,
    salt      bytea NOT NULL CHECK (length(salt) = 16),
    pseudonym uuid  NOT NULL UNIQUE
);

-- The pseudonym follows from the user's id and a random salt (src/kinegraph/audit/rules.py has the same in Python).
CREATE FUNCTION kinegraph_derive_pseudonym() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.salt := uuid_send(gen_random_uuid());
    NEW.pseudonym := encode(substring(sha256(uuid_send(NEW.user_id) || NEW.salt) FOR 16), 'hex')::uuid;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_pseudonyms_derived BEFORE INSERT ON audit_pseudonyms
    FOR EACH ROW EXECUTE FUNCTION kinegraph_derive_pseudonym();
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
GRANT SELECT, INSERT, DELETE ON audit_pending TO kinegraph_api;
GRANT SELECT, INSERT ON audit_pseudonyms, audit_entries TO kinegraph_api;
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
CREATE POLICY users_auditor ON users FOR SELECT
    USING ((SELECT current_setting('kinegraph.auditor', true)) = 'on');

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

-- The users of these pseudonyms, of those who were not erased, also of those whose membership has ended.
CREATE FUNCTION kinegraph_audit_users(pseudonyms uuid[])
RETURNS TABLE (pseudonym uuid, user_id uuid, name text, email text)
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE before text := coalesce(current_setting('kinegraph.auditor', true), '');
BEGIN
    PERFORM set_config('kinegraph.auditor', 'on', true);
    RETURN QUERY
        SELECT p.pseudonym, u.id, u.name::text, u.email::text
        FROM audit_pseudonyms p
        JOIN users u ON u.id = p.user_id
        WHERE p.pseudonym = ANY (pseudonyms);
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
    RAISE EXCEPTION 'The rows of % are never changed.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
-- The id of a user is changed by a cascade alone: verifying the trail then names the row.
CREATE TRIGGER audit_pseudonyms_unchanged BEFORE UPDATE ON audit_pseudonyms
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION kinegraph_audit_refuse();
CREATE TRIGGER audit_pseudonyms_not_emptied BEFORE TRUNCATE ON audit_pseudonyms
    FOR EACH STATEMENT EXECUTE FUNCTION kinegraph_audit_refuse();
CREATE TRIGGER audit_entries_unchanged BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION kinegraph_audit_refuse();
CREATE TRIGGER audit_entries_not_emptied BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION kinegraph_audit_refuse();

-- A transaction sees no pending rows but its own: each transaction deletes its own before it is committed.
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
