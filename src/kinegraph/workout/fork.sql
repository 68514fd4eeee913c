-- Copies a library workout, with everything in it that is not deleted, to the snapshot of one assignment, and
-- points the assignment at it; one statement, whatever the size of the tree.
--
--   $1  the assignment, which nobody else may be forking (the caller holds its row)
--
-- Returns the snapshot's id, and its attachments whose thumbnails are not made yet. The forked_from_id of every
-- copy is the row that it was copied from. New ids grow in the order in which rows are shown, so that rows with
-- equal sort keys (comments of one transaction) stay in their order. Embeddings are not copied: snapshots are not
-- searched. Run by hand: \bind '<assignment id>' \g
WITH snapshot AS (
    INSERT INTO workouts (organization_id, program_id, author_id, title, description, scoring, mode, time_cap,
                          is_snapshot, forked_from_id, created_at, updated_at, updated_by_user_id)
    SELECT w.organization_id, w.program_id, w.author_id, w.title, w.description, w.scoring, w.mode, w.time_cap,
           true, w.id, w.created_at, w.updated_at, w.updated_by_user_id
    FROM workout_assignments a
    JOIN workouts w ON w.id = a.workout_id
    WHERE a.id = $1 AND a.snapshot_workout_id IS NULL AND NOT w.is_snapshot
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
                                   created_at, updated_at, by_staff, parent_author_id, parent_by_staff, forked_from_id)
    SELECT map.copy_id, c.organization_id, map.movement_id, c.author_id, c.body, above.copy_id,
           c.created_at, c.updated_at, c.by_staff, c.parent_author_id, c.parent_by_staff, c.id
    FROM comment_map map
    JOIN exercise_comments c ON c.id = map.id
    LEFT JOIN comment_map above ON above.id = map.parent_comment_id
),
attachment AS (
    INSERT INTO attachments (organization_id, owner_type, owner_id, url, mime, kind, thumb_url, thumb_error, uploaded_by,
                             created_at, updated_at)
    SELECT a.organization_id, a.owner_type, map.copy_id, a.url, a.mime, a.kind, a.thumb_url, a.thumb_error, a.uploaded_by,
           a.created_at, a.updated_at
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
    WHERE workout_assignments.id = $1
)
SELECT snapshot.id,
       ARRAY(SELECT attachment.id FROM attachment 
             WHERE kind = 'image' AND thumb_url IS NULL AND thumb_error IS NULL) AS without_thumbnail
FROM snapshot;
