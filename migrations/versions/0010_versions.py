"""Versions of what organizations have, so that what is kept of it in memory can be told from what holds no more.

Whatever changes an exercise or an override gives its library another version when it commits: the organization's,
or the canonical one (organization_id is null); whatever changes a section or a movement, its organization's workouts.
A reader learns the versions in its own snapshot, of libraries by kinegraph_enter and of workouts with their rows;
two snapshots with the same version hold the same. A version is random rather than counted, so that none comes
again after a backup was restored under a running server.

The version is written as late as can be, since whoever writes it next waits until the transaction has ended.
"""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(VERSIONS)
    for table, kind in VERSIONED.items():
        op.execute(TRIGGER.format(table=table, kind=kind))
    op.execute("DROP FUNCTION kinegraph_enter(uuid, text)")
    op.execute(ENTER)


def downgrade() -> None:
    op.execute("DROP FUNCTION kinegraph_enter_again(uuid, text), kinegraph_enter(uuid, text)")
    op.execute(ENTER_BEFORE)
    for table in VERSIONED:
        op.execute(f"DROP TRIGGER {table}_changed ON {table}")
        op.execute(f"DROP TRIGGER {table}_emptied ON {table}")
    op.execute("DROP FUNCTION kinegraph_change_version()")
    op.execute("DROP TABLE versions")


# No foreign key: an organization may be deleted in the transaction that gives its library a last version.
VERSIONS = """
CREATE TABLE versions (
    organization_id uuid,
    kind            text NOT NULL CHECK (kind IN ('library', 'workouts')),
    version         uuid NOT NULL,
    CONSTRAINT versions_key UNIQUE NULLS NOT DISTINCT (organization_id, kind)
);
ALTER TABLE versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE versions FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON versions TO kinegraph_api;
INSERT INTO versions
SELECT organization.id, kind, gen_random_uuid()
FROM (SELECT id FROM organizations UNION ALL SELECT NULL) AS organization
CROSS JOIN unnest(ARRAY['library', 'workouts']) AS kind;
CREATE POLICY versions_read ON versions FOR SELECT USING (
    organization_id IS NULL
    OR organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), ''))::uuid[])
);
CREATE POLICY versions_write ON versions FOR ALL USING (
    (SELECT current_setting('kinegraph.platform_admin', true)) = 'on'
);

-- A transaction that changes many rows writes the version once: what it wrote itself has its number (xmin).
CREATE FUNCTION kinegraph_change_version() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT SET kinegraph.platform_admin = 'on'
AS $$
DECLARE
    organization uuid;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        UPDATE versions SET version = gen_random_uuid() WHERE kind = TG_ARGV[0];
        RETURN NULL;
    END IF;
    FOREACH organization IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[new.organization_id]
                                             WHEN 'DELETE' THEN ARRAY[old.organization_id]
                                             ELSE ARRAY[old.organization_id, new.organization_id] END
    LOOP
        INSERT INTO versions AS known (organization_id, kind, version)
        VALUES (organization, TG_ARGV[0], gen_random_uuid())
        ON CONFLICT ON CONSTRAINT versions_key DO UPDATE SET version = excluded.version
            WHERE known.xmin <> pg_current_xact_id()::xid;
    END LOOP;
    RETURN NULL;
END $$;
"""

VERSIONED = {
    "exercises": "library",
    "exercise_org_overrides": "library",
    "workout_sections": "workouts",
    "workout_movements": "workouts",
}
TRIGGER = """
CREATE CONSTRAINT TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION kinegraph_change_version('{kind}');
CREATE TRIGGER {table}_emptied AFTER TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION kinegraph_change_version('{kind}');
"""

# Settings are assigned rather than selected: PL/pgSQL works an expression out itself, and a statement by the executor.
# `state` tells whether anything of the rest has changed. Who knows the rest already need not be told again, nor wait
# for it: kinegraph_enter_again can go with BEGIN in one message, and fails where there would be news.
ENTER = """
CREATE FUNCTION kinegraph_enter(sign_in_id uuid, sign_in_email text)
RETURNS TABLE (id uuid, name text, email text, is_platform_admin boolean, memberships jsonb, versions jsonb, state text)
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

    SELECT coalesce(array_agg(m.organization_id), '{}'),
           coalesce(array_agg(m.organization_id) FILTER (WHERE m.role <> 'member'), '{}')
    INTO belongs, coaches
    FROM memberships m
    WHERE m.user_id = person.id AND m.deleted_at IS NULL;

    settled := set_config('kinegraph.organizations', belongs::text, true)
            || set_config('kinegraph.coached', coaches::text, true)
            || set_config('kinegraph.platform_admin',
                          CASE WHEN person.is_platform_admin THEN 'on' ELSE 'off' END, true);

    RETURN QUERY
    SELECT entered.*, encode(sha256(convert_to(entered::text, 'UTF8')), 'hex')
    FROM (SELECT person.id, person.name::text, person.email::text, person.is_platform_admin,
                 coalesce((SELECT jsonb_agg(jsonb_build_object('role', m.role,
                                                               'id', o.id,
                                                               'name', o.name,
                                                               'slug', o.slug,
                                                               'members_see_library', o.members_see_library)
                                            ORDER BY o.name, o.id)
                           FROM memberships m
                           JOIN organizations o ON o.id = m.organization_id
                           WHERE m.user_id = person.id AND m.deleted_at IS NULL),
                          '[]') AS memberships,
                 coalesce((SELECT jsonb_object_agg(coalesce(v.organization_id::text, ''), v.version)
                           FROM versions v
                           WHERE v.kind = 'library'
                             AND (v.organization_id IS NULL OR v.organization_id = ANY (belongs))),
                          '{}') AS versions) AS entered;
END
$$;
GRANT EXECUTE ON FUNCTION kinegraph_enter(uuid, text) TO kinegraph_api;

CREATE FUNCTION kinegraph_enter_again(sign_in_id uuid, known_state text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF (SELECT entered.state FROM kinegraph_enter(sign_in_id, NULL) AS entered) IS DISTINCT FROM known_state THEN
        RAISE EXCEPTION 'Something of the viewer has changed; they are entered anew.' USING ERRCODE = 'KG001';
    END IF;
END
$$;
GRANT EXECUTE ON FUNCTION kinegraph_enter_again(uuid, text) TO kinegraph_api;
"""

ENTER_BEFORE = """
CREATE FUNCTION kinegraph_enter(sign_in_id uuid, sign_in_email text)
RETURNS TABLE (id uuid, name text, email text, is_platform_admin boolean, memberships jsonb)
LANGUAGE plpgsql
AS $$
DECLARE
    person   users;
    belongs  uuid[];
    coaches  uuid[];
BEGIN
    PERFORM set_config('kinegraph.user_id', coalesce(sign_in_id::text, ''), true),
            set_config('kinegraph.sign_in_email', coalesce(lower(sign_in_email), ''), true),
            set_config('kinegraph.organizations', '{}', true),
            set_config('kinegraph.coached', '{}', true),
            set_config('kinegraph.platform_admin', 'off', true);

    SELECT u.* INTO person
    FROM users u
    WHERE u.id = sign_in_id OR (sign_in_id IS NULL AND lower(u.email) = lower(sign_in_email));
    IF NOT FOUND THEN
        RETURN;
    END IF;

    PERFORM set_config('kinegraph.user_id', person.id::text, true),
            set_config('kinegraph.sign_in_email', '', true);

    SELECT coalesce(array_agg(m.organization_id), '{}'),
           coalesce(array_agg(m.organization_id) FILTER (WHERE m.role <> 'member'), '{}')
    INTO belongs, coaches
    FROM memberships m
    WHERE m.user_id = person.id AND m.deleted_at IS NULL;

    PERFORM set_config('kinegraph.organizations', belongs::text, true),
            set_config('kinegraph.coached', coaches::text, true),
            set_config('kinegraph.platform_admin', CASE WHEN person.is_platform_admin THEN 'on' ELSE 'off' END, true);

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
                    '[]');
END
$$;
GRANT EXECUTE ON FUNCTION kinegraph_enter(uuid, text) TO kinegraph_api;
"""
