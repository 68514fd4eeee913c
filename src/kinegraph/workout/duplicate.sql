-- Copies a workout, with its sections and movements that are not deleted, to a new library workout of the same
-- organization; one statement, whatever the size of the tree. Comments are not copied.
--
--   $1  the workout, a library one or a snapshot
--   $2  the author of the copy
--   $3  the copy's title
--   $4  the copy's program
--
-- Returns the copy's id. New ids grow in the order in which rows are shown, and positions are counted anew.
-- Run by hand: \bind '<workout id>' '<user id>' '<title>' NULL \g
WITH copy AS (
    INSERT INTO workouts (organization_id, program_id, author_id, title, description, scoring, mode, time_cap)
    SELECT w.organization_id, $4::uuid, $2, $3, w.description, w.scoring, w.mode, w.time_cap
    FROM workouts w
    WHERE w.id = $1
    RETURNING id
),
original_section AS (
    SELECT s.*, row_number() OVER (ORDER BY s.sort_order, s.id) - 1 AS place
    FROM workout_sections s
    WHERE s.workout_id = $1 AND s.deleted_at IS NULL
),
section_map AS MATERIALIZED (
    SELECT s.id, uuidv7() AS copy_id
    FROM (SELECT id FROM original_section ORDER BY place) AS s
),
section AS (
    INSERT INTO workout_sections (id, organization_id, workout_id, type, title, description, sort_order, shape, config)
    SELECT map.copy_id, s.organization_id, copy.id, s.type, s.title, s.description, s.place, s.shape, s.config
    FROM copy
    CROSS JOIN section_map map
    JOIN original_section s ON s.id = map.id
),
movement AS (
    INSERT INTO workout_movements (organization_id, section_id, exercise_id, sort_order, prescription, notes, label,
                                   superset_group)
    SELECT m.organization_id, map.copy_id, m.exercise_id,
           row_number() OVER (PARTITION BY m.section_id ORDER BY m.sort_order, m.id) - 1,
           m.prescription, m.notes, m.label, m.superset_group
    FROM section_map map
    JOIN workout_movements m ON m.section_id = map.id
    WHERE m.deleted_at IS NULL
)
SELECT id FROM copy;
