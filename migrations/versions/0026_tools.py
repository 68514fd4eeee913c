"""Trusted documents that are tools for agents: the name of the tool, null for all others.

Documents that were imported before get it when they are imported again: SQL cannot parse them.
"""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.execute("ALTER TABLE trusted_documents ADD COLUMN tool varchar(64)")
    op.execute(
        "CREATE INDEX trusted_documents_tool_idx ON trusted_documents (tool, created_at DESC) WHERE tool IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE trusted_documents DROP COLUMN tool")
