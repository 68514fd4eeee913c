"""Who may read whose name is looked up for each person, rather than for everybody of the organization each time."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute(READ.format(membership=f"EXISTS (SELECT FROM memberships m WHERE m.user_id = users.id AND {MINE})"))


def downgrade() -> None:
    op.execute(READ.format(membership=f"id IN (SELECT m.user_id FROM memberships m WHERE {MINE})"))


MINE = "m.organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), ''))::uuid[])"

READ = """
ALTER POLICY users_read ON users USING (
    id = (SELECT nullif(current_setting('kinegraph.user_id', true), ''))::uuid
    OR lower(email) = (SELECT nullif(current_setting('kinegraph.sign_in_email', true), ''))
    OR {membership}
)
"""
