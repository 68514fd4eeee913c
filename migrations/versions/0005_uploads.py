"""Uploads: files that were announced, until they are used or expire."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(POLICIES)


def downgrade() -> None:
    op.execute(
        "DROP TABLE uploads; DROP TYPE upload_purpose; DROP INDEX attachments_url_idx;"
        "ALTER TABLE attachments DROP COLUMN thumb_error;"
    )


# clearing_at: when the worker set out to remove the staged file; its row goes after it.
TABLES = """
CREATE TYPE upload_purpose AS ENUM
    ('exercise_video', 'exercise_thumbnail', 'instruction_image', 'comment_attachment');

CREATE TABLE uploads (
    id              uuid           PRIMARY KEY DEFAULT uuidv7(),
    organization_id uuid           REFERENCES organizations (id),
    user_id         uuid           NOT NULL REFERENCES users (id),
    purpose         upload_purpose NOT NULL,
    exercise_id     uuid           REFERENCES exercises (id),
    key             text           NOT NULL,
    mime            varchar(255)   NOT NULL,
    size_bytes      integer        NOT NULL CHECK (size_bytes > 0),
    created_at      timestamptz    NOT NULL DEFAULT now(),
    updated_at      timestamptz    NOT NULL DEFAULT now(),
    expires_at      timestamptz    NOT NULL,
    used_at         timestamptz,
    clearing_at     timestamptz
);
CREATE INDEX uploads_user_id_idx ON uploads (user_id) WHERE used_at IS NULL;
CREATE INDEX uploads_created_at_idx ON uploads (created_at);

ALTER TABLE attachments ADD COLUMN thumb_error text;

-- A thumbnail belongs to the file, whichever attachments refer to it.
CREATE INDEX attachments_url_idx ON attachments (url);
"""

POLICIES = """
ALTER TABLE uploads ENABLE ROW LEVEL SECURITY;
ALTER TABLE uploads FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON uploads TO kinegraph_api;

-- One's own uploads, for organizations that one belongs to and, as a platform admin, for canonical exercises.
CREATE POLICY uploads_own ON uploads FOR ALL USING (
    user_id = (SELECT nullif(current_setting('kinegraph.user_id', true), ''))::uuid
    AND (organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), ''))::uuid[])
         OR organization_id IS NULL AND (SELECT current_setting('kinegraph.platform_admin', true)) = 'on')
);
CREATE POLICY uploads_worker ON uploads FOR ALL USING ((SELECT current_setting('kinegraph.worker', true)) = 'on');
"""
