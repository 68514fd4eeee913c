"""Keys of mutations that are sent again; comments that members do not see of each other; uploads in parts.

A comment says whether staff wrote it, at the time when it was written: who becomes a coach later does not show what
they wrote as an athlete, and what a coach wrote stays visible after they have left. A reply repeats this of its
parent, so that the policy decides by the row alone: a trigger fills it in, a foreign key keeps both equal, and the
API's role may not change the columns.
"""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.execute(KEYS)
    op.execute("ALTER TABLE organizations ADD COLUMN members_see_each_other boolean NOT NULL DEFAULT false")
    op.execute(AUTHENTICATE.format(before=MEMBERSHIP, after=f"{MEMBERSHIP}, {SEE_EACH_OTHER}"))
    op.execute(COMMENTS)
    op.execute(POLICIES)
    op.execute("ALTER TABLE uploads ADD COLUMN parts_id text, ADD COLUMN part_bytes integer")


def downgrade() -> None:
    op.execute("ALTER TABLE uploads DROP COLUMN parts_id, DROP COLUMN part_bytes")
    op.execute(POLICIES_BEFORE)
    op.execute(COMMENTS_BEFORE)
    op.execute(AUTHENTICATE.format(before=f"{MEMBERSHIP}, {SEE_EACH_OTHER}", after=MEMBERSHIP))
    op.execute("ALTER TABLE organizations DROP COLUMN members_see_each_other")
    op.execute("DROP TABLE idempotency_keys")


# answer: compressed; null while its mutation runs, and where it was too large to be stored.
KEYS = """
CREATE TABLE idempotency_keys (
    user_id      uuid         NOT NULL REFERENCES users (id) ON UPDATE CASCADE ON DELETE CASCADE,
    key          varchar(255) NOT NULL,
    request_hash bytea        NOT NULL,
    answer       bytea,
    created_at   timestamptz  NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO kinegraph_api;
CREATE POLICY idempotency_keys_own ON idempotency_keys FOR ALL USING (
    user_id = (SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)
);
CREATE POLICY idempotency_keys_worker ON idempotency_keys FOR ALL USING (
    (SELECT current_setting('kinegraph.worker', true)) = 'on'
);
"""

MEMBERSHIP = "'members_see_library', o.members_see_library"
SEE_EACH_OTHER = "'members_see_each_other', o.members_see_each_other"
AUTHENTICATE = """
DO $do$ BEGIN
    EXECUTE replace(pg_get_functiondef('kinegraph_authenticate(uuid, text)'::regprocedure),
                    $text${before})$text$, $text${after})$text$);
END $do$
"""

# A copy in a snapshot is known by its author and the moment of its original, which were copied too.
COMMENTS = """
ALTER TABLE exercise_comments
    ADD COLUMN by_staff boolean NOT NULL DEFAULT false,
    ADD COLUMN parent_author_id uuid,
    ADD COLUMN parent_by_staff boolean,
    ADD COLUMN forked_from_id uuid;
UPDATE exercise_comments c SET by_staff = true
FROM memberships m
WHERE (m.organization_id, m.user_id) = (c.organization_id, c.author_id) AND m.role <> 'member';
UPDATE exercise_comments c SET (parent_author_id, parent_by_staff) = (parent.author_id, parent.by_staff)
FROM exercise_comments parent
WHERE parent.id = c.parent_comment_id;
UPDATE exercise_comments copy SET forked_from_id = original.id
FROM workout_movements m
JOIN exercise_comments original ON original.workout_movement_id = m.forked_from_id
WHERE copy.workout_movement_id = m.id
  AND (copy.author_id, copy.created_at) = (original.author_id, original.created_at);
ALTER TABLE exercise_comments
    ADD CONSTRAINT exercise_comments_id_author_key UNIQUE (id, author_id, by_staff),
    ADD CONSTRAINT exercise_comments_parent_author_fkey
        FOREIGN KEY (parent_comment_id, parent_author_id, parent_by_staff)
        REFERENCES exercise_comments (id, author_id, by_staff),
    ADD CONSTRAINT exercise_comments_parent_chk CHECK (
        (parent_comment_id IS NULL) = (parent_author_id IS NULL)
        AND (parent_comment_id IS NULL) = (parent_by_staff IS NULL));
REVOKE UPDATE ON exercise_comments FROM kinegraph_api;
GRANT UPDATE (body, created_at, updated_at, deleted_at) ON exercise_comments TO kinegraph_api;

CREATE FUNCTION kinegraph_repeat_parent() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    SELECT parent.author_id, parent.by_staff INTO new.parent_author_id, new.parent_by_staff
    FROM exercise_comments parent
    WHERE parent.id = new.parent_comment_id;
    RETURN new;
END $$;
CREATE TRIGGER exercise_comments_parent BEFORE INSERT ON exercise_comments FOR EACH ROW
    WHEN (new.parent_comment_id IS NOT NULL AND new.parent_author_id IS NULL)
    EXECUTE FUNCTION kinegraph_repeat_parent();
"""
COMMENTS_BEFORE = """
DROP TRIGGER exercise_comments_parent ON exercise_comments;
DROP FUNCTION kinegraph_repeat_parent();
ALTER TABLE exercise_comments
    DROP CONSTRAINT exercise_comments_parent_chk,
    DROP CONSTRAINT exercise_comments_parent_author_fkey,
    DROP CONSTRAINT exercise_comments_id_author_key,
    DROP COLUMN by_staff, DROP COLUMN parent_author_id, DROP COLUMN parent_by_staff, DROP COLUMN forked_from_id;
REVOKE UPDATE (body, created_at, updated_at, deleted_at) ON exercise_comments FROM kinegraph_api;
GRANT UPDATE ON exercise_comments TO kinegraph_api;
"""

ME = "(SELECT nullif(current_setting('kinegraph.user_id', true), '')::uuid)"
IN_OURS = (
    "organization_id = ANY ((SELECT nullif(current_setting('kinegraph.organizations', true), '')::uuid[])::uuid[])"
)
IS_COACH = "organization_id = ANY ((SELECT nullif(current_setting('kinegraph.coached', true), '')::uuid[])::uuid[])"
IS_VISIBLE = f"""{IN_OURS} AND (
        {IS_COACH}
        OR (by_staff OR author_id = {ME}) AND (parent_comment_id IS NULL OR parent_by_staff OR parent_author_id = {ME})
        OR organization_id IN (SELECT o.id FROM organizations o WHERE o.members_see_each_other)
    )"""
IS_SHOWN_FILE = f"{IN_OURS} AND ({IS_COACH} OR EXISTS (SELECT FROM exercise_comments c WHERE c.id = owner_id))"
IS_OWN_FILE = f"""{IN_OURS} AND EXISTS (
        SELECT FROM exercise_comments c
        WHERE c.id = owner_id AND c.organization_id = attachments.organization_id AND c.author_id = {ME}
    )"""

DROP = """
DROP POLICY exercise_comments_read ON exercise_comments;
DROP POLICY exercise_comments_write ON exercise_comments;
DROP POLICY attachments_read ON attachments;
DROP POLICY attachments_write ON attachments;
"""
# The subqueries are subject to the policies of their tables: a file is shown with its comment.
POLICIES = f"""{DROP}
CREATE POLICY exercise_comments_read ON exercise_comments FOR SELECT USING ({IS_VISIBLE});
CREATE POLICY exercise_comments_write ON exercise_comments FOR ALL USING ({IS_COACH});
CREATE POLICY exercise_comments_add ON exercise_comments FOR INSERT
    WITH CHECK ({IS_VISIBLE} AND author_id = {ME} AND NOT by_staff);
CREATE POLICY exercise_comments_change ON exercise_comments FOR UPDATE USING ({IN_OURS} AND author_id = {ME});
CREATE POLICY attachments_read ON attachments FOR SELECT USING ({IS_SHOWN_FILE});
CREATE POLICY attachments_write ON attachments FOR ALL USING ({IS_COACH});
CREATE POLICY attachments_add ON attachments FOR INSERT WITH CHECK ({IS_OWN_FILE} AND uploaded_by = {ME});
CREATE POLICY attachments_change ON attachments FOR UPDATE USING ({IS_OWN_FILE});
"""
POLICIES_BEFORE = f"""{DROP}
DROP POLICY exercise_comments_add ON exercise_comments;
DROP POLICY exercise_comments_change ON exercise_comments;
DROP POLICY attachments_add ON attachments;
DROP POLICY attachments_change ON attachments;
CREATE POLICY exercise_comments_read ON exercise_comments FOR SELECT USING ({IN_OURS});
CREATE POLICY exercise_comments_write ON exercise_comments FOR ALL USING ({IN_OURS});
CREATE POLICY attachments_read ON attachments FOR SELECT USING ({IN_OURS});
CREATE POLICY attachments_write ON attachments FOR ALL USING ({IN_OURS});
"""
