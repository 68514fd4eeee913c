"""Search: an organization's rows by the length of their names.

Of the rows that have all words of a query in the name, a search compares the shortest. Where enough canonical names are
shorter, an organization's longer ones are not read: their words are compared one by one, as row-level security keeps
them out of GIN indexes.

Nothing reads the index of names, aliases, muscles, equipment and disciplines together any more.
"""

from alembic import op

revision = "0035"
down_revision = "0034"

INCLUDED = "INCLUDE (exercise_id, is_own, status, short_tsv)"


def upgrade() -> None:
    op.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    op.execute(f"""
        DROP INDEX organization_search_short_idx, canonical_search_terms_idx;
        ALTER TABLE organization_search
            ADD COLUMN name_length integer NOT NULL GENERATED ALWAYS AS (length(search_name)) STORED;
        CREATE INDEX organization_search_length_idx ON organization_search (organization_id, name_length) {INCLUDED};
    """)


def downgrade() -> None:
    op.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    op.execute(f"""
        ALTER TABLE organization_search DROP COLUMN name_length;
        CREATE INDEX organization_search_short_idx ON organization_search (organization_id) {INCLUDED};
        CREATE INDEX canonical_search_terms_idx ON canonical_search USING gin (ts_filter(search_tsv, '{{a,b,c}}'));
    """)
