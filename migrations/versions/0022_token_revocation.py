"""The moment from which a user's tokens are accepted: those that were issued before it are refused.

It is read with the user, and the version of the viewer changes with it (trigger on users), so that a viewer who is
cached in any process is refused at their next request.
"""

from alembic import op

revision = "0022"
down_revision = "0021"

BEFORE = "is_platform_admin boolean, memberships jsonb", "person.is_platform_admin,\n           coalesce("
AFTER = (
    "is_platform_admin boolean, tokens_valid_after timestamp with time zone, memberships jsonb",
    "person.is_platform_admin, person.tokens_valid_after,\n           coalesce(",
)


def upgrade() -> None:
    op.execute("ALTER TABLE users ADD COLUMN tokens_valid_after timestamptz")
    _replace(BEFORE, AFTER)


def downgrade() -> None:
    _replace(AFTER, BEFORE)
    op.execute("ALTER TABLE users DROP COLUMN tokens_valid_after")


def _replace(before: tuple[str, str], after: tuple[str, str]) -> None:
    """Make the function that reads a viewer anew: one that returns other columns cannot be replaced."""
    op.execute(
        f"""
        DO $do$
        DECLARE
            definition text := pg_get_functiondef('kinegraph_authenticate(uuid, text)'::regprocedure);
        BEGIN
            definition := replace(definition, $text${before[0]}$text$, $text${after[0]}$text$);
            definition := replace(definition, $text${before[1]}$text$, $text${after[1]}$text$);
            DROP FUNCTION kinegraph_authenticate(uuid, text);
            EXECUTE definition;
            GRANT EXECUTE ON FUNCTION kinegraph_authenticate(uuid, text) TO kinegraph_api;
        END $do$
        """
    )
