"""Versions of viewers, so that a cached viewer is set for a transaction by comparing versions; cheaper policies.

kinegraph_enter answers from the user's row, their memberships, their organizations and the versions of these
organizations' libraries. Each transaction that changes a user or a membership now gives the user another version in
viewer_versions when it commits; one that changes an organization gives its library another version. Two snapshots
with the same versions get the same answer from kinegraph_enter. kinegraph_set_viewer sets a viewer whom the API has
cached, and fails (KG001) where one of the versions is not the known one.

In `versions` the canonical library has the id 0 from now on (as `scope` has it) and not NULL, and platform_admin no
longer lets anybody read: so the policy is the very condition of the index scan that finds a viewer's libraries.

Policies cast settings inside of (SELECT current_setting(...)::uuid[]). A cast outside of it was worked out again for
each row, which took longer than everything else about the row.
"""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute(CAST_SETTINGS.format(found=CAST_OUTSIDE, replacement=CAST_INSIDE))
    op.execute(LIBRARY_VERSIONS)
    op.execute(VIEWER_VERSIONS)
    op.execute("DROP FUNCTION kinegraph_enter_again(uuid, text), kinegraph_enter(uuid, text)")
    op.execute(ENTER)
    op.execute(SET_VIEWER)


def downgrade() -> None:
    script = op.get_context().script
    assert script is not None
    before = script.get_revision(down_revision).module
    op.execute("DROP PROCEDURE kinegraph_set_viewer(text, text, text, text, text)")
    op.execute("DROP FUNCTION kinegraph_enter(uuid, text)")
    op.execute(before.ENTER)
    op.execute(NO_VIEWER_VERSIONS)
    op.execute(LIBRARY_VERSIONS_BEFORE)
    op.execute("CREATE OR REPLACE FUNCTION" + before.VERSIONS.partition("CREATE FUNCTION")[2])
    op.execute(CAST_SETTINGS.format(found=CAST_AGAIN, replacement=CAST_BEFORE))


# Every policy as PostgreSQL prints it, with the cast moved.
CAST_SETTINGS = """
DO $do$
DECLARE
    found       text := $re${found}$re$;
    replacement text := $re${replacement}$re$;
    policy      record;
BEGIN
    FOR policy IN SELECT * FROM pg_policies WHERE schemaname = current_schema() AND concat(qual, with_check) ~ found
    LOOP
        EXECUTE format('ALTER POLICY %I ON %I', policy.policyname, policy.tablename)
            || coalesce(' USING (' || regexp_replace(policy.qual, found, replacement, 'g') || ')', '')
            || coalesce(' WITH CHECK (' || regexp_replace(policy.with_check, found, replacement, 'g') || ')', '');
    END LOOP;
END $do$;
"""
CAST_OUTSIDE = (
    r"\(\( SELECT NULLIF\(current_setting\('(kinegraph\.\w+)'::text, true\), ''::text\) AS \"nullif\"\)\)"
    r"::(uuid(?:\[\])?)"
)
CAST_INSIDE = r"(SELECT NULLIF(current_setting('\1', true), '')::\2)::\2"
CAST_AGAIN = (
    r"\( SELECT \(NULLIF\(current_setting\('(kinegraph\.\w+)'::text, true\), ''::text\)\)::(uuid(?:\[\])?)"
    r" AS \"nullif\"\)(?:::uuid\[\])?"
)
CAST_BEFORE = r"(SELECT NULLIF(current_setting('\1', true), ''))::\2"

# For reading there is one policy, so that it can be an index condition; whoever changes a version sets its
# organization first, since a row that is not seen cannot be changed.
LIBRARY_VERSIONS = """
ALTER TABLE versions NO FORCE ROW LEVEL SECURITY, DROP CONSTRAINT versions_key;
UPDATE versions SET organization_id = '00000000-0000-0000-0000-000000000000' WHERE organization_id IS NULL;
ALTER TABLE versions FORCE ROW LEVEL SECURITY, ADD CONSTRAINT versions_pkey PRIMARY KEY (organization_id, kind);
ALTER POLICY versions_read ON versions USING (
    organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), '')::uuid[]
                                   || '00000000-0000-0000-0000-000000000000'::uuid)::uuid[])
);
DROP POLICY versions_write ON versions;
CREATE POLICY versions_insert ON versions FOR INSERT WITH CHECK (
    (SELECT current_setting('kinegraph.platform_admin', true)) = 'on'
);
CREATE POLICY versions_update ON versions FOR UPDATE USING (
    (SELECT current_setting('kinegraph.platform_admin', true)) = 'on'
);

-- A transaction that changes many rows writes the version once: what it wrote itself has its number (xmin).
CREATE OR REPLACE FUNCTION kinegraph_change_version() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
SET kinegraph.platform_admin = 'on' SET kinegraph.operator = 'on' SET kinegraph.organizations = ''
AS $$
DECLARE
    changed      uuid[];
    organization uuid;
    kind         text;
    settled      text;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        changed := ARRAY(SELECT id FROM organizations);
        settled := set_config('kinegraph.organizations', changed::text, true);
        UPDATE versions SET version = gen_random_uuid() WHERE versions.kind = ANY (TG_ARGV);
        RETURN NULL;
    ELSIF TG_TABLE_NAME = 'organizations' THEN
        changed := ARRAY[new.id];
    ELSIF TG_OP = 'UPDATE' AND old.organization_id IS DISTINCT FROM new.organization_id THEN
        changed := ARRAY[old.organization_id, new.organization_id];
    ELSE
        changed := ARRAY[CASE TG_OP WHEN 'DELETE' THEN old.organization_id ELSE new.organization_id END];
    END IF;
    changed := array_replace(changed, NULL, '00000000-0000-0000-0000-000000000000');
    settled := set_config('kinegraph.organizations', changed::text, true);
    FOREACH organization IN ARRAY changed LOOP
        FOREACH kind IN ARRAY TG_ARGV LOOP
            INSERT INTO versions AS known (organization_id, kind, version)
            VALUES (organization, kind, gen_random_uuid())
            ON CONFLICT ON CONSTRAINT versions_pkey DO UPDATE SET version = excluded.version
                WHERE known.xmin <> pg_current_xact_id()::xid;
        END LOOP;
    END LOOP;
    RETURN NULL;
END $$;

-- An organization has versions from its first moment: whatever had its id before, nothing of that holds.
CREATE CONSTRAINT TRIGGER organizations_changed AFTER INSERT OR UPDATE ON organizations
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION kinegraph_change_version('library', 'workouts');
"""

LIBRARY_VERSIONS_BEFORE = """
DROP TRIGGER organizations_changed ON organizations;
DROP POLICY versions_insert ON versions;
DROP POLICY versions_update ON versions;
CREATE POLICY versions_write ON versions FOR ALL USING (
    (SELECT current_setting('kinegraph.platform_admin', true)) = 'on'
);
ALTER POLICY versions_read ON versions USING (
    organization_id IS NULL
    OR organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), ''))::uuid[])
);
ALTER TABLE versions NO FORCE ROW LEVEL SECURITY, DROP CONSTRAINT versions_pkey;
ALTER TABLE versions ALTER COLUMN organization_id DROP NOT NULL;
UPDATE versions SET organization_id = NULL WHERE organization_id = '00000000-0000-0000-0000-000000000000';
ALTER TABLE versions FORCE ROW LEVEL SECURITY,
    ADD CONSTRAINT versions_key UNIQUE NULLS NOT DISTINCT (organization_id, kind);
"""

# A user who was deleted in the transaction takes their version with them.
VIEWER_VERSIONS = """
CREATE TABLE viewer_versions (
    user_id uuid PRIMARY KEY REFERENCES users (id) ON UPDATE CASCADE ON DELETE CASCADE,
    version uuid NOT NULL
);
SELECT set_config('kinegraph.operator', 'on', true);
INSERT INTO viewer_versions SELECT id, gen_random_uuid() FROM users;
SELECT set_config('kinegraph.operator', 'off', true);
ALTER TABLE viewer_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE viewer_versions FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON viewer_versions TO kinegraph_api;
CREATE POLICY viewer_versions_read ON viewer_versions FOR SELECT USING (
    user_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)
);
CREATE POLICY viewer_versions_write ON viewer_versions FOR ALL USING (
    (SELECT current_setting('kinegraph.operator', true)) = 'on'
);

CREATE FUNCTION kinegraph_change_viewer_version() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT SET kinegraph.operator = 'on'
AS $$
DECLARE
    changed uuid[];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        UPDATE viewer_versions SET version = gen_random_uuid();
        RETURN NULL;
    ELSIF TG_TABLE_NAME = 'users' THEN
        changed := ARRAY[new.id];
    ELSE
        changed := CASE TG_OP WHEN 'INSERT' THEN ARRAY[new.user_id]
                              WHEN 'DELETE' THEN ARRAY[old.user_id]
                              ELSE ARRAY[old.user_id, new.user_id] END;
    END IF;
    INSERT INTO viewer_versions AS known (user_id, version)
    SELECT u.id, gen_random_uuid() FROM users u WHERE u.id = ANY (changed) ORDER BY u.id
    ON CONFLICT (user_id) DO UPDATE SET version = excluded.version
        WHERE known.xmin <> pg_current_xact_id()::xid;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER users_changed AFTER INSERT OR UPDATE ON users
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION kinegraph_change_viewer_version();
CREATE CONSTRAINT TRIGGER memberships_changed AFTER INSERT OR UPDATE OR DELETE ON memberships
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION kinegraph_change_viewer_version();
CREATE TRIGGER memberships_emptied AFTER TRUNCATE ON memberships
    FOR EACH STATEMENT EXECUTE FUNCTION kinegraph_change_viewer_version();
"""

NO_VIEWER_VERSIONS = """
DROP TRIGGER memberships_emptied ON memberships;
DROP TRIGGER memberships_changed ON memberships;
DROP TRIGGER users_changed ON users;
DROP FUNCTION kinegraph_change_viewer_version();
DROP TABLE viewer_versions;
"""

# Settings are assigned rather than selected: PL/pgSQL works an expression out itself, and a statement by the executor.
# `state` has the viewer's version, and then those of the libraries in the order of their ids.
ENTER = """
CREATE FUNCTION kinegraph_enter(sign_in_id uuid, sign_in_email text)
RETURNS TABLE (id uuid, name text, email text, is_platform_admin boolean, memberships jsonb, versions jsonb,
               state uuid[])
LANGUAGE plpgsql
AS $$
DECLARE
    person   users;
    belongs  uuid[];
    coaches  uuid[];
    settled  text;
BEGIN
    settled := set_config('kinegraph.user_id', coalesce(sign_in_id::text, ''), true)
            || set_config('kinegraph.sign_in_email', coalesce(lower(sign_in_email), ''), true)
            || set_config('kinegraph.organizations', '{}', true)
            || set_config('kinegraph.coached', '{}', true)
            || set_config('kinegraph.platform_admin', 'off', true);

    IF sign_in_id IS NULL THEN
        SELECT u.* INTO person FROM users u WHERE lower(u.email) = lower(sign_in_email);
    ELSE
        SELECT u.* INTO person FROM users u WHERE u.id = sign_in_id;
    END IF;
    IF person.id IS NULL THEN
        RETURN;
    END IF;

    settled := set_config('kinegraph.user_id', person.id::text, true)
            || set_config('kinegraph.sign_in_email', '', true);

    SELECT coalesce(array_agg(m.organization_id ORDER BY m.organization_id), '{}'),
           coalesce(array_agg(m.organization_id ORDER BY m.organization_id) FILTER (WHERE m.role <> 'member'), '{}')
    INTO belongs, coaches
    FROM memberships m
    WHERE m.user_id = person.id AND m.deleted_at IS NULL;

    settled := set_config('kinegraph.organizations', belongs::text, true)
            || set_config('kinegraph.coached', coaches::text, true)
            || set_config('kinegraph.platform_admin',
                          CASE WHEN person.is_platform_admin THEN 'on' ELSE 'off' END, true);

    RETURN QUERY
    SELECT person.id, person.name::text, person.email::text, person.is_platform_admin,
           coalesce((SELECT jsonb_agg(jsonb_build_object('role', m.role,
                                                         'id', o.id,
                                                         'name', o.name,
                                                         'slug', o.slug,
                                                         'members_see_library', o.members_see_library)
                                      ORDER BY o.name, o.id)
                     FROM memberships m
                     JOIN organizations o ON o.id = m.organization_id
                     WHERE m.user_id = person.id AND m.deleted_at IS NULL),
                    '[]'),
           coalesce(libraries.by_organization, '{}'),
           array_prepend((SELECT v.version FROM viewer_versions v WHERE v.user_id = person.id), libraries.versions)
    FROM (SELECT jsonb_object_agg(CASE v.organization_id WHEN '00000000-0000-0000-0000-000000000000' THEN ''
                                                         ELSE v.organization_id::text END, v.version)
                     AS by_organization,
                 array_agg(v.version ORDER BY v.organization_id) AS versions
          FROM versions v
          WHERE v.kind = 'library') AS libraries;
END
$$;
GRANT EXECUTE ON FUNCTION kinegraph_enter(uuid, text) TO kinegraph_api;
"""

# Texts, because to read a UUID takes longer than to look up its row. Which versions are seen is the policy's to say.
SET_VIEWER = """
CREATE PROCEDURE kinegraph_set_viewer(viewer_id text, organizations text, coached text, platform_admin text,
                                      known_versions text)
LANGUAGE plpgsql
AS $$
DECLARE
    settled text;
BEGIN
    settled := set_config('kinegraph.user_id', viewer_id, true)
            || set_config('kinegraph.sign_in_email', '', true)
            || set_config('kinegraph.organizations', organizations, true)
            || set_config('kinegraph.coached', coached, true)
            || set_config('kinegraph.platform_admin', platform_admin, true);

    IF array_prepend((SELECT v.version FROM viewer_versions v WHERE v.user_id = viewer_id::uuid),
                     ARRAY(SELECT v.version FROM versions v WHERE v.kind = 'library' ORDER BY v.organization_id)
                    )::text IS DISTINCT FROM known_versions THEN
        RAISE EXCEPTION 'Something of the viewer has changed: enter them anew.' USING ERRCODE = 'KG001';
    END IF;
END
$$;
GRANT EXECUTE ON PROCEDURE kinegraph_set_viewer(text, text, text, text, text) TO kinegraph_api;
"""
