"""Organizations, users, memberships; the API's role and who is asking.

The API works as kinegraph_api, which owns nothing and does not bypass row-level security. Each of its
transactions calls kinegraph_enter once, which sets who is asking:

    kinegraph.user_id          the user
    kinegraph.organizations    the organizations they belong to, as an array literal
    kinegraph.coached          those where they are owner, admin or coach
    kinegraph.platform_admin   'on' for platform admins
    kinegraph.operator         'on' only where the command line makes organizations and users

Policies read these as (SELECT current_setting(...)), so that they are evaluated once per statement.
"""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(ROLE)
    op.execute(TABLES)
    op.execute(POLICIES)
    op.execute(ENTER)


def downgrade() -> None:
    op.execute("""
        DROP FUNCTION kinegraph_enter(uuid, text);
        DROP TABLE memberships, users, organizations;
        DROP TYPE membership_role;
        DROP OWNED BY kinegraph_api;
    """)


# A role belongs to the whole server, so another database's migration may have made it; it is never dropped.
ROLE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kinegraph_api') THEN
        CREATE ROLE kinegraph_api NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

DO $$
BEGIN
    IF NOT pg_has_role(current_user, 'kinegraph_api', 'SET') THEN
        EXECUTE format('GRANT kinegraph_api TO %I', current_user);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO kinegraph_api', current_schema());
END $$;
GRANT SELECT ON alembic_version TO kinegraph_api;

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS vector;
"""

TABLES = """
CREATE TYPE membership_role AS ENUM ('owner', 'admin', 'coach', 'member');

CREATE TABLE organizations (
    id                  uuid         PRIMARY KEY DEFAULT uuidv7(),
    name                varchar(255) NOT NULL CHECK (name <> ''),
    slug                varchar(255) NOT NULL,
    members_see_library boolean      NOT NULL DEFAULT true,
    created_at          timestamptz  NOT NULL DEFAULT now(),
    updated_at          timestamptz  NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX organizations_slug_idx ON organizations (slug);

CREATE TABLE users (
    id                uuid         PRIMARY KEY DEFAULT uuidv7(),
    name              varchar(255) NOT NULL CHECK (name <> ''),
    email             varchar(320),
    is_platform_admin boolean      NOT NULL DEFAULT false,
    created_at        timestamptz  NOT NULL DEFAULT now(),
    updated_at        timestamptz  NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_email_idx ON users (lower(email));

-- Someone who left keeps the row (deleted_at), so that what they wrote keeps its author's name.
CREATE TABLE memberships (
    organization_id uuid            NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    user_id         uuid            NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role            membership_role NOT NULL,
    created_at      timestamptz     NOT NULL DEFAULT now(),
    updated_at      timestamptz     NOT NULL DEFAULT now(),
    deleted_at      timestamptz,
    PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX memberships_user_id_idx ON memberships (user_id);
"""

POLICIES = """
ALTER TABLE organizations ENABLE ROW LEVEL SECURITY;
ALTER TABLE organizations FORCE ROW LEVEL SECURITY;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
ALTER TABLE memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE memberships FORCE ROW LEVEL SECURITY;

GRANT SELECT, INSERT, UPDATE, DELETE ON organizations, users, memberships TO kinegraph_api;

CREATE POLICY organizations_read ON organizations FOR SELECT USING (
    id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), ''))::uuid[])
);
CREATE POLICY organizations_write ON organizations FOR ALL USING (
    (SELECT current_setting('kinegraph.operator', true)) = 'on'
);

-- One's own row; the row that a sign-in by e-mail looks for; whoever is or was in one of one's organizations.
CREATE POLICY users_read ON users FOR SELECT USING (
    id = (SELECT nullif(current_setting('kinegraph.user_id', true), ''))::uuid
    OR lower(email) = (SELECT nullif(current_setting('kinegraph.sign_in_email', true), ''))
    OR id IN (SELECT m.user_id FROM memberships m
              WHERE m.organization_id
                    = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), ''))::uuid[]))
);
CREATE POLICY users_write ON users FOR ALL USING (
    (SELECT current_setting('kinegraph.operator', true)) = 'on'
);

CREATE POLICY memberships_read ON memberships FOR SELECT USING (
    user_id = (SELECT nullif(current_setting('kinegraph.user_id', true), ''))::uuid
    OR organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), ''))::uuid[])
);
CREATE POLICY memberships_write ON memberships FOR ALL USING (
    (SELECT current_setting('kinegraph.operator', true)) = 'on'
);
"""

ENTER = """
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
