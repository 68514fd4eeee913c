"""Workouts are listed by title and by their last change, too: a stored sort key, and the indexes of both orders."""

from alembic import op

revision = "0017"
down_revision = "0016"

LIBRARY = "WHERE is_snapshot = false AND deleted_at IS NULL"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE workouts
        ADD COLUMN title_key text COLLATE "C" NOT NULL
            GENERATED ALWAYS AS (kinegraph_sort_key(coalesce(title, ''))) STORED
        """
    )
    op.execute(f"CREATE INDEX workouts_title_idx ON workouts (organization_id, title_key, id) {LIBRARY}")
    op.execute(f"CREATE INDEX workouts_updated_idx ON workouts (organization_id, updated_at, id) {LIBRARY}")


def downgrade() -> None:
    op.execute("DROP INDEX workouts_updated_idx")
    op.execute("ALTER TABLE workouts DROP COLUMN title_key")
