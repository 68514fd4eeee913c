"""Owners and admins change their organization: its name, and what its members see.

Row-level security lets them, by their membership, and the API's role may change no other column but the slug, which is
for operators. `updated_at` becomes a version, as in 0016, and the row says who made the last change.
"""

from alembic import op

revision = "0019"
down_revision = "0018"

CHANGED = "name, slug, members_see_library, members_see_each_other, updated_at"


def upgrade() -> None:
    op.execute("ALTER TABLE organizations ADD COLUMN updated_by_user_id uuid REFERENCES users (id)")
    for function in ("row", "editor"):
        op.execute(f"""
            CREATE TRIGGER organizations_{function} BEFORE UPDATE OF updated_at ON organizations
                FOR EACH ROW EXECUTE FUNCTION kinegraph_change_{function}()
        """)
    op.execute(f"""
        REVOKE UPDATE ON organizations FROM kinegraph_api;
        GRANT UPDATE ({CHANGED}) ON organizations TO kinegraph_api;
        CREATE POLICY organizations_change ON organizations FOR UPDATE USING (
            id IN (SELECT m.organization_id
                   FROM memberships m
                   WHERE m.user_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)
                     AND m.role IN ('owner', 'admin') AND m.deleted_at IS NULL)
        );
    """)


def downgrade() -> None:
    op.execute(f"""
        DROP POLICY organizations_change ON organizations;
        REVOKE UPDATE ({CHANGED}) ON organizations FROM kinegraph_api;
        GRANT UPDATE ON organizations TO kinegraph_api;
        DROP TRIGGER organizations_editor ON organizations;
        DROP TRIGGER organizations_row ON organizations;
        ALTER TABLE organizations DROP COLUMN updated_by_user_id;
    """)
