"""`updated_at` is a version: it grows with each change of a row, and the row says who made the change.

`now()` is the time at which a transaction began. Of two transactions, the one that began first may write last, and two
changes in one transaction have the same time: a client that edits what it read (`ifUpdatedAt`) could not tell them
apart. So a statement that sets `updated_at = now()` gets the time of the change itself, later than the row's last one.
Times that are set otherwise stay as they are.

Assignments that were completed get their snapshots, as those get that are completed from now on.
"""

from alembic import op

revision = "0016"
down_revision = "0015"

VERSIONED = ("workouts", "workout_movements", "exercise_org_overrides", "exercise_comments")
EDITED = ("workouts", "workout_movements", "exercises")
"""The tables that get a column for who made the last change; overrides have one, comments have their author."""


def upgrade() -> None:
    for table in EDITED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN updated_by_user_id uuid REFERENCES users (id)")
    op.execute(PIN_COMPLETED)
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # DDL is refused while deferred triggers wait
    op.execute("SET CONSTRAINTS ALL DEFERRED")
    op.execute(FUNCTIONS)
    for table in VERSIONED:
        op.execute(TRIGGER.format(table=table, function="row"))
    for table in EDITED:
        if table in VERSIONED:
            op.execute(TRIGGER.format(table=table, function="editor"))
    op.execute(EXERCISES)


def downgrade() -> None:
    op.execute("DROP TRIGGER exercises_edited ON exercises; DROP FUNCTION kinegraph_change_exercise()")
    for table in EDITED:
        if table in VERSIONED:
            op.execute(f"DROP TRIGGER {table}_editor ON {table}")
    for table in VERSIONED:
        op.execute(f"DROP TRIGGER {table}_row ON {table}")
    op.execute("DROP FUNCTION kinegraph_change_row(), kinegraph_change_editor()")
    for table in EDITED:
        op.execute(f"ALTER TABLE {table} DROP COLUMN updated_by_user_id")


FUNCTIONS = """
CREATE FUNCTION kinegraph_change_row() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF new.updated_at = now() THEN
        new.updated_at := greatest(clock_timestamp(), old.updated_at + interval '1 microsecond');
    END IF;
    RETURN new;
END $$;

CREATE FUNCTION kinegraph_change_editor() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    new.updated_by_user_id := nullif(current_setting('kinegraph.user_id', true), '')::uuid;
    RETURN new;
END $$;
"""

# A key of exercises has a generated column (scope). With a trigger BEFORE UPDATE, PostgreSQL takes every generated
# column for changed, and locks the row against references: votes at once would end in deadlocks. So this one is AFTER.
EXERCISES = """
CREATE FUNCTION kinegraph_change_exercise() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE exercises
    SET updated_at = greatest(clock_timestamp(), old.updated_at + interval '1 microsecond'),
        updated_by_user_id = nullif(current_setting('kinegraph.user_id', true), '')::uuid
    WHERE id = new.id;
    RETURN NULL;
END $$;

CREATE TRIGGER exercises_edited AFTER UPDATE OF updated_at ON exercises
    FOR EACH ROW WHEN (new.updated_at = now()) EXECUTE FUNCTION kinegraph_change_exercise();
"""

TRIGGER = """
CREATE TRIGGER {table}_{function} BEFORE UPDATE OF updated_at ON {table}
    FOR EACH ROW EXECUTE FUNCTION kinegraph_change_{function}()
"""

# As `workout/fork.sql` forks at this revision.
PIN_COMPLETED = """
DO $$
DECLARE
    completed workout_assignments;
BEGIN
    FOR completed IN SELECT * FROM workout_assignments
                 WHERE status = 'completed' AND snapshot_workout_id IS NULL AND deleted_at IS NULL
    LOOP
    WITH snapshot AS (
        INSERT INTO workouts (organization_id, program_id, author_id, title, description, scoring, mode, time_cap,
                              is_snapshot, forked_from_id, created_at, updated_at, updated_by_user_id)
        SELECT w.organization_id, w.program_id, w.author_id, w.title, w.description, w.scoring, w.mode, w.time_cap,
               true, w.id, w.created_at, w.updated_at, w.updated_by_user_id
        FROM workout_assignments a
        JOIN workouts w ON w.id = a.workout_id
        WHERE a.id = completed.id AND a.snapshot_workout_id IS NULL AND NOT w.is_snapshot
        RETURNING id, forked_from_id
    ),
    section AS (
        INSERT INTO workout_sections (organization_id, workout_id, type, title, description, sort_order, shape, config,
                                      created_at, updated_at, forked_from_id)
        SELECT s.organization_id, snapshot.id, s.type, s.title, s.description, s.sort_order, s.shape, s.config,
               s.created_at, s.updated_at, s.id
        FROM snapshot
        JOIN workout_sections s ON s.workout_id = snapshot.forked_from_id
        WHERE s.deleted_at IS NULL
        ORDER BY s.sort_order, s.id
        RETURNING id, forked_from_id
    ),
    movement AS (
        INSERT INTO workout_movements (organization_id, section_id, exercise_id, sort_order, prescription, notes, label,
                                       superset_group, created_at, updated_at, updated_by_user_id, forked_from_id)
        SELECT m.organization_id, section.id, m.exercise_id, m.sort_order, m.prescription, m.notes, m.label,
               m.superset_group, m.created_at, m.updated_at, m.updated_by_user_id, m.id
        FROM section
        JOIN workout_movements m ON m.section_id = section.forked_from_id
        WHERE m.deleted_at IS NULL
        ORDER BY m.sort_order, m.id
        RETURNING id, forked_from_id
    ),
    original_comment AS (
        SELECT c.id, c.parent_comment_id, movement.id AS movement_id
        FROM movement
        JOIN exercise_comments c ON c.workout_movement_id = movement.forked_from_id
        LEFT JOIN exercise_comments parent ON parent.id = c.parent_comment_id
        WHERE c.deleted_at IS NULL AND parent.deleted_at IS NULL
        ORDER BY c.created_at, c.id
    ),
    comment_map AS MATERIALIZED (
        SELECT original_comment.*, uuidv7() AS copy_id
        FROM original_comment
    ),
    comment AS (
        INSERT INTO exercise_comments (id, organization_id, workout_movement_id, author_id, body, parent_comment_id,
                                       created_at, updated_at)
        SELECT map.copy_id, c.organization_id, map.movement_id, c.author_id, c.body, above.copy_id,
               c.created_at, c.updated_at
        FROM comment_map map
        JOIN exercise_comments c ON c.id = map.id
        LEFT JOIN comment_map above ON above.id = map.parent_comment_id
    ),
    attachment AS (
        INSERT INTO attachments (organization_id, owner_type, owner_id, url, mime, kind, thumb_url, thumb_error,
                                 uploaded_by, created_at, updated_at)
        SELECT a.organization_id, a.owner_type, map.copy_id, a.url, a.mime, a.kind, a.thumb_url, a.thumb_error,
               a.uploaded_by, a.created_at, a.updated_at
        FROM comment_map map
        JOIN attachments a ON a.owner_id = map.id
        WHERE a.owner_type = 'exercise_comment' AND a.deleted_at IS NULL
        ORDER BY a.id
        RETURNING id, kind, thumb_url, thumb_error
    ),
    updated_assignment AS (
        UPDATE workout_assignments
        SET snapshot_workout_id = snapshot.id, updated_at = now()
        FROM snapshot
        WHERE workout_assignments.id = completed.id
    )
    INSERT INTO outbox (fact, payload)
    SELECT 'AttachmentAdded',
           jsonb_build_object('attachment_id', attachment.id, 'organization_id', completed.organization_id)
    FROM attachment
    WHERE kind = 'image' AND thumb_url IS NULL AND thumb_error IS NULL;
    END LOOP;
END $$
"""
