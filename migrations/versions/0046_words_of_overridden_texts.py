"""Search: the words of an organization's names and aliases, which are compared one by one.

Row-level security keeps them out of GIN indexes, so that searches with few names compare all rows of the organization.
The vector of names and aliases has positions and is compressed: most of the time went to decompressing it. This one has
words alone, and its storage keeps it in the row as it is.

The second index has nothing but the exercises whose texts an organization overrides, which each of its searches reads.
"""

from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    op.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    op.execute("""
        ALTER TABLE organization_search
            ADD COLUMN words_tsv tsvector STORAGE MAIN NOT NULL
                GENERATED ALWAYS AS (strip(ts_filter(search_tsv, '{a,b}'))) STORED;
        CREATE INDEX organization_search_overridden_idx ON organization_search (organization_id, exercise_id)
            WHERE NOT is_own;
    """)


def downgrade() -> None:
    op.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    op.execute("""
        DROP INDEX organization_search_overridden_idx;
        ALTER TABLE organization_search DROP COLUMN words_tsv;
    """)
