-- The objects of person $1 that transactions changed which snapshot $2 has not and $3 has, behind the place
-- ($4, $5, $6), at most $8. $7: none that were removed, for somebody who has nothing yet.
--
-- An object is reported if one of its parts was changed so: its own row, or contents that others see too. An exercise is
-- shown by versions of plans, by substitutions of enrollments and by workouts of assignments. A part that was changed
-- after $3 was taken is left for the next snapshot, and does not hold back the others: it may be gone by then. A number
-- that is greater than every one of this server comes from another server whose dump was restored: 3, the first number
-- of all, stands for it.
WITH own AS MATERIALIZED (
    SELECT c.type, c.organization_id, c.object_id, c.changed_in, c.changed_at
    FROM sync_changes c
    WHERE c.user_id = $1 AND c.type IN ('Enrollment', 'PlanVersion', 'WorkoutAssignment') AND NOT c.is_removed
), workout AS MATERIALIZED (
    SELECT o.organization_id, o.object_id AS assignment_id, shown.workout_id, o.changed_in, o.changed_at
    FROM own o
    JOIN workout_assignments a ON a.id = o.object_id
    CROSS JOIN LATERAL (SELECT coalesce(a.snapshot_workout_id, a.workout_id) AS workout_id) AS shown
    WHERE o.type = 'WorkoutAssignment'
), workout_part AS MATERIALIZED (
    SELECT w.organization_id, w.assignment_id, w.workout_id, w.changed_in, w.changed_at
    FROM workout w
    UNION ALL
    SELECT w.organization_id, w.assignment_id, w.workout_id, c.changed_in, c.changed_at
    FROM workout w
    JOIN sync_contents c ON c.object_id = w.workout_id AND c.organization_id = w.organization_id
), exercise AS MATERIALIZED (
    SELECT o.organization_id, x.exercise_id, o.changed_in, o.changed_at
    FROM own o
    JOIN plan_version_exercises x ON x.version_id = o.object_id
    WHERE o.type = 'PlanVersion'
    UNION
    SELECT o.organization_id, s.substitute_id, o.changed_in, o.changed_at
    FROM own o
    JOIN exercise_substitutions s ON s.enrollment_id = o.object_id
    WHERE o.type = 'Enrollment'
    UNION
    SELECT w.organization_id, m.exercise_id, w.changed_in, w.changed_at
    FROM workout_part w
    JOIN workout_sections s ON s.workout_id = w.workout_id AND s.deleted_at IS NULL
    JOIN workout_movements m ON m.section_id = s.id AND m.deleted_at IS NULL
), part AS (
    SELECT c.type::text, c.organization_id, c.object_id, c.is_removed, c.changed_in, c.changed_at
    FROM sync_changes c
    WHERE c.user_id = $1 AND c.changed_in >= pg_snapshot_xmin($2::text::pg_snapshot)
    UNION ALL
    SELECT 'Enrollment', o.organization_id, o.object_id, false, c.changed_in, c.changed_at
    FROM own o
    JOIN enrollments e ON e.id = o.object_id
    JOIN sync_contents c ON c.object_id = e.plan_id AND c.organization_id = o.organization_id
    WHERE o.type = 'Enrollment'
    UNION ALL
    SELECT 'WorkoutAssignment', w.organization_id, w.assignment_id, false, w.changed_in, w.changed_at
    FROM workout_part w
    UNION ALL
    SELECT 'EffectiveExercise', x.organization_id, x.exercise_id, false, x.changed_in, x.changed_at
    FROM exercise x
    UNION ALL
    SELECT 'EffectiveExercise', x.organization_id, x.exercise_id, false, c.changed_in, c.changed_at
    FROM (SELECT DISTINCT organization_id, exercise_id FROM exercise) AS x
    JOIN sync_contents c ON c.object_id = x.exercise_id
        AND c.organization_id IN (x.organization_id, '00000000-0000-0000-0000-000000000000')
), numbered AS (
    SELECT p.type COLLATE "C" AS type, p.organization_id, p.object_id, p.is_removed, p.changed_at,
           CASE WHEN p.changed_in < pg_snapshot_xmax(pg_current_snapshot()) THEN p.changed_in
                ELSE '3'::xid8 END AS changed_in
    FROM part p
    WHERE p.changed_in >= pg_snapshot_xmin($2::text::pg_snapshot)
)
SELECT n.type, n.organization_id, n.object_id, bool_or(n.is_removed) AS is_removed, max(n.changed_at) AS changed_at
FROM numbered n
WHERE (n.type, n.organization_id, n.object_id) > ($4::text, $5::uuid, $6::uuid)
GROUP BY n.type, n.organization_id, n.object_id
HAVING bool_or(NOT pg_visible_in_snapshot(n.changed_in, $2::text::pg_snapshot)
               AND pg_visible_in_snapshot(n.changed_in, $3::text::pg_snapshot))
   AND NOT ($7::boolean AND bool_or(n.is_removed))
ORDER BY n.type, n.organization_id, n.object_id
LIMIT $8
