"""A version of everything that an organization's members can read, so that an answer need not be made to be compared.

Each transaction that changes a row of an organization, or a canonical one (organization 0), gives it another version of
the kind `everything` when it commits, whatever table the row is in. A row that a viewer sees is of one of their
organizations or canonical, by row-level security: so two snapshots with the same viewer and the same versions of this
kind have the same answers (api/validators.py).

It is the first kind that a trigger writes: whoever waits for another transaction of the organization waits here, before
they have written a version of another kind, so that two of them cannot wait for each other.

Most tables have it now, so the trigger function returns at once where the transaction's last version was the same one:
of ten thousand rows only the first costs more than that.

Uploads, votes, jobs, events and documents have no version: they are of one user, or of none.
"""

from alembic import op

revision = "0025"
down_revision = "0024"

BEFORE = {
    "exercises": "'library'",
    "exercise_org_overrides": "'library'",
    "workout_sections": "'workouts'",
    "workout_movements": "'workouts'",
}
"""The tables whose changes gave another version before, and its kind."""

ADDED = (
    "attachments",
    "exercise_body_regions",
    "exercise_categories",
    "exercise_comments",
    "exercise_contraindications",
    "exercise_equipment",
    "exercise_instructions",
    "exercise_programming_profiles",
    "exercise_safety_constraints",
    "exercise_tags",
    "programs",
    "workout_assignments",
    "workouts",
)


def upgrade() -> None:
    op.execute(KINDS.format(kinds="'everything', 'library', 'workouts'"))
    op.execute(FIRST_VERSIONS)
    op.execute(CHANGE_VERSION)
    for table, kind in BEFORE.items():
        op.execute(DROP.format(table=table) + CREATE.format(table=table, kinds=f"'everything', {kind}"))
    op.execute("DROP TRIGGER organizations_changed ON organizations")
    op.execute(ORGANIZATIONS.format(kinds="'everything', 'library', 'workouts'"))
    for table in ADDED:
        op.execute(CREATE.format(table=table, kinds="'everything'"))
    op.execute(PEOPLE)


def downgrade() -> None:
    op.execute("DROP TRIGGER users_shown ON users")
    op.execute("DROP TRIGGER memberships_shown ON memberships; DROP TRIGGER memberships_hidden ON memberships")
    op.execute("DROP FUNCTION kinegraph_change_versions_of_user()")
    for table in ADDED:
        op.execute(DROP.format(table=table))
    op.execute("DROP TRIGGER organizations_changed ON organizations")
    op.execute(ORGANIZATIONS.format(kinds="'library', 'workouts'"))
    for table, kind in BEFORE.items():
        op.execute(DROP.format(table=table) + CREATE.format(table=table, kinds=kind))
    script = op.get_context().script
    assert script is not None
    before = script.get_revision("0011").module.LIBRARY_VERSIONS
    op.execute("CREATE OR REPLACE FUNCTION" + before.partition("CREATE OR REPLACE FUNCTION")[2].partition("\n\n--")[0])
    op.execute("DROP FUNCTION kinegraph_write_versions(uuid[], text[])")
    op.execute("ALTER TABLE versions NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM versions WHERE kind = 'everything'")
    op.execute("ALTER TABLE versions FORCE ROW LEVEL SECURITY")
    op.execute(KINDS.format(kinds="'library', 'workouts'"))


KINDS = """
ALTER TABLE versions DROP CONSTRAINT versions_kind_check;
ALTER TABLE versions ADD CONSTRAINT versions_kind_check CHECK (kind IN ({kinds}));
"""

FIRST_VERSIONS = """
SELECT set_config('kinegraph.operator', 'on', true), set_config('kinegraph.platform_admin', 'on', true);
INSERT INTO versions (organization_id, kind, version)
SELECT id, 'everything', gen_random_uuid()
FROM (SELECT id FROM organizations UNION ALL SELECT '00000000-0000-0000-0000-000000000000') AS organization;
SELECT set_config('kinegraph.operator', 'off', true), set_config('kinegraph.platform_admin', 'off', true);
"""

DROP = """
DROP TRIGGER {table}_changed ON {table};
DROP TRIGGER {table}_emptied ON {table};
"""

CREATE = """
CREATE CONSTRAINT TRIGGER {table}_changed AFTER INSERT OR UPDATE OR DELETE ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION kinegraph_change_version({kinds});
CREATE TRIGGER {table}_emptied AFTER TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION kinegraph_change_version({kinds});
"""

ORGANIZATIONS = """
CREATE CONSTRAINT TRIGGER organizations_changed AFTER INSERT OR UPDATE ON organizations
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION kinegraph_change_version({kinds});
"""

# `kinegraph.changed` ends with the transaction, and with a savepoint whose versions are rolled back.
# Settings are set in the body: a SET clause needs a privilege that the schema's owner may lack, and takes time.
CHANGE_VERSION = """
CREATE OR REPLACE FUNCTION kinegraph_write_versions(changed uuid[], kinds text[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    operator       text := coalesce(current_setting('kinegraph.operator', true), '');
    platform_admin text := coalesce(current_setting('kinegraph.platform_admin', true), '');
    organizations  text := coalesce(current_setting('kinegraph.organizations', true), '');
BEGIN
    PERFORM set_config('kinegraph.operator', 'on', true), set_config('kinegraph.platform_admin', 'on', true),
            set_config('kinegraph.organizations', changed::text, true);
    INSERT INTO versions AS stored (organization_id, kind, version)
    SELECT organization.id, kind.name, gen_random_uuid()
    FROM unnest(changed) WITH ORDINALITY AS organization (id, position)
    CROSS JOIN unnest(kinds) WITH ORDINALITY AS kind (name, position)
    ORDER BY organization.position, kind.position
    ON CONFLICT ON CONSTRAINT versions_pkey DO UPDATE SET version = excluded.version
        WHERE stored.xmin <> pg_current_xact_id()::xid;
    PERFORM set_config('kinegraph.operator', operator, true),
            set_config('kinegraph.platform_admin', platform_admin, true),
            set_config('kinegraph.organizations', organizations, true);
END $$;

CREATE OR REPLACE FUNCTION kinegraph_change_version() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    changed  uuid[];
    all_of   text;
    operator text;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        operator := coalesce(current_setting('kinegraph.operator', true), '');
        PERFORM set_config('kinegraph.operator', 'on', true);
        changed := ARRAY(SELECT id FROM organizations ORDER BY id) || '00000000-0000-0000-0000-000000000000'::uuid;
        PERFORM set_config('kinegraph.operator', operator, true);
        PERFORM kinegraph_write_versions(changed, TG_ARGV);
        RETURN NULL;
    ELSIF TG_TABLE_NAME = 'organizations' THEN
        changed := ARRAY[new.id];
    ELSIF TG_OP = 'UPDATE' AND old.organization_id IS DISTINCT FROM new.organization_id THEN
        changed := ARRAY[old.organization_id, new.organization_id];
    ELSE
        changed := ARRAY[CASE TG_OP WHEN 'DELETE' THEN old.organization_id ELSE new.organization_id END];
    END IF;
    all_of := TG_ARGV::text || changed::text;
    IF all_of = current_setting('kinegraph.changed', true) THEN
        RETURN NULL;
    END IF;
    PERFORM kinegraph_write_versions(array_replace(changed, NULL, '00000000-0000-0000-0000-000000000000'), TG_ARGV);
    PERFORM set_config('kinegraph.changed', all_of, true);
    RETURN NULL;
END $$;
"""

# A user is seen in every organization that they belong to or have left; one who is deleted leaves by `memberships`.
# The names `_changed` and `_emptied` of `memberships` are those of the triggers of its viewers' versions.
PEOPLE = """
CREATE FUNCTION kinegraph_change_versions_of_user() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $$
DECLARE
    operator text := coalesce(current_setting('kinegraph.operator', true), '');
    shown_in uuid[];
BEGIN
    PERFORM set_config('kinegraph.operator', 'on', true);
    shown_in := ARRAY(SELECT DISTINCT m.organization_id FROM memberships m WHERE m.user_id = new.id ORDER BY 1);
    PERFORM set_config('kinegraph.operator', operator, true);
    PERFORM kinegraph_write_versions(shown_in, ARRAY['everything']);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER users_shown AFTER UPDATE ON users
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION kinegraph_change_versions_of_user();
CREATE CONSTRAINT TRIGGER memberships_shown AFTER INSERT OR UPDATE OR DELETE ON memberships
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION kinegraph_change_version('everything');
CREATE TRIGGER memberships_hidden AFTER TRUNCATE ON memberships
    FOR EACH STATEMENT EXECUTE FUNCTION kinegraph_change_version('everything');
"""
