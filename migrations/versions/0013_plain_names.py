"""Plain names: kinegraph_enter becomes kinegraph_authenticate; a video suggested twice is a duplicate."""

from alembic import op

revision = "0013"
down_revision = "0012"

REPLACE_OUTCOME = """
DO $$ BEGIN
    EXECUTE replace(pg_get_functiondef('kinegraph_suggest_video(uuid, jsonb, integer)'::regprocedure),
                    quote_literal('{before}'), quote_literal('{after}'));
END $$
"""


def upgrade() -> None:
    op.execute("ALTER FUNCTION kinegraph_enter(uuid, text) RENAME TO kinegraph_authenticate")
    op.execute(REPLACE_OUTCOME.format(before="known", after="duplicate"))


def downgrade() -> None:
    op.execute(REPLACE_OUTCOME.format(before="duplicate", after="known"))
    op.execute("ALTER FUNCTION kinegraph_authenticate(uuid, text) RENAME TO kinegraph_enter")
