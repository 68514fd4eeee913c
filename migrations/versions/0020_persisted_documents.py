"""Persisted documents: texts that clients name by a hash or an id, who registered them, and how often they are used.

A text is stored once, under its hash. It is visible to those who name its hash, or the id of a trusted document: the
policies compare with the one that the transaction has set. Nothing lists texts but the process itself and the command
line, which set `kinegraph.documents`.
"""

from alembic import op

revision = "0020"
down_revision = "0019"

# bytes of the text: UTF-8, since a document may contain U+0000, which the type text does not take.
TABLES = """
CREATE TABLE persisted_documents (
    hash         varchar(64) PRIMARY KEY,
    text         bytea       NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX persisted_documents_last_used_at_idx ON persisted_documents (last_used_at);
CREATE TABLE document_registrations (
    user_id    uuid        NOT NULL REFERENCES users (id) ON UPDATE CASCADE ON DELETE CASCADE,
    hash       varchar(64) NOT NULL REFERENCES persisted_documents (hash) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, hash)
);
CREATE INDEX document_registrations_hash_idx ON document_registrations (hash);
CREATE TABLE trusted_documents (
    id         varchar(255) PRIMARY KEY,
    hash       varchar(64)  NOT NULL REFERENCES persisted_documents (hash),
    name       text         NOT NULL,
    created_at timestamptz  NOT NULL DEFAULT now()
);
CREATE INDEX trusted_documents_hash_idx ON trusted_documents (hash);
CREATE TABLE document_usage (
    hash           varchar(64)  NOT NULL REFERENCES persisted_documents (hash) ON DELETE CASCADE,
    client_name    varchar(100) NOT NULL,
    client_version varchar(100) NOT NULL,
    uses           bigint       NOT NULL,
    last_used_at   timestamptz  NOT NULL,
    PRIMARY KEY (hash, client_name, client_version)
);
"""
NAMES = ("persisted_documents", "document_registrations", "trusted_documents", "document_usage")
PROTECTED = """
ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO kinegraph_api;
CREATE POLICY {name}_process ON {name} FOR ALL USING (
    (SELECT current_setting('kinegraph.documents', true)) = 'on'
);
"""
NAMED = "(SELECT nullif(current_setting('kinegraph.document', true), ''))"
POLICIES = f"""
CREATE POLICY trusted_documents_named ON trusted_documents FOR SELECT USING (id = {NAMED} OR hash = {NAMED});
CREATE POLICY persisted_documents_named ON persisted_documents FOR SELECT USING (
    hash = {NAMED} OR hash = (SELECT trusted.hash FROM trusted_documents trusted WHERE trusted.id = {NAMED})
);
"""


def upgrade() -> None:
    op.execute(TABLES)
    for name in NAMES:
        op.execute(PROTECTED.format(name=name))
    op.execute(POLICIES)


def downgrade() -> None:
    op.execute("DROP POLICY persisted_documents_named ON persisted_documents")
    op.execute("DROP TABLE document_usage, trusted_documents, document_registrations, persisted_documents")
