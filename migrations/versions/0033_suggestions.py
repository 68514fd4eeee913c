"""Search: indexes for suggestions, by the beginnings of names, and in the order in which they are suggested.

A single letter begins words of most exercises: along the order, a few rows are read instead of all. The filter `q` of
lists reads parts of names that are too short for trigrams from the first of them alone.
"""

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.execute("""
        CREATE INDEX canonical_search_start_idx ON canonical_search (search_name COLLATE "C") INCLUDE (exercise_id);
        CREATE INDEX canonical_search_order_idx ON canonical_search (length(search_name), name_key, exercise_id);
    """)


def downgrade() -> None:
    op.execute("DROP INDEX canonical_search_start_idx; DROP INDEX canonical_search_order_idx")
