"""Search by meaning: the index has canonical rows alone, and vectors of searched texts are stored.

A scan of an index that has the vectors of all organizations takes longer where others have similar ones, and finds
fewer rows of one's own. So the index is a partial one; an organization's own vectors are compared one by one.

`query_embeddings` has what users typed as a hash and a vector. No policy shows them to a user: the process reads them
in sessions of its own.
"""

from alembic import op

revision = "0031"
down_revision = "0029"

FIRE_TRIGGERS = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"
"""No table can be altered while triggers of its changed rows wait for the commit."""

TABLE = """
CREATE TABLE query_embeddings (
    hash      varchar(64)  PRIMARY KEY,
    embedding vector(1024) NOT NULL,
    used_at   timestamptz  NOT NULL DEFAULT now()
);
CREATE INDEX query_embeddings_used_at_idx ON query_embeddings (used_at);
ALTER TABLE query_embeddings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON query_embeddings TO kinegraph_api;
CREATE POLICY query_embeddings_process ON query_embeddings FOR ALL USING (
    (SELECT current_setting('kinegraph.query_embeddings', true)) = 'on'
);
"""


def upgrade() -> None:
    op.execute(FIRE_TRIGGERS)
    op.execute("""
        DROP INDEX exercises_embedding_idx;
        CREATE INDEX exercises_embedding_idx ON exercises USING hnsw (embedding vector_cosine_ops)
            WHERE organization_id IS NULL;
    """)
    op.execute(TABLE)


def downgrade() -> None:
    op.execute(FIRE_TRIGGERS)
    op.execute("""
        DROP TABLE query_embeddings;
        DROP INDEX exercises_embedding_idx;
        CREATE INDEX exercises_embedding_idx ON exercises USING hnsw (embedding vector_cosine_ops);
    """)
