-- The newest workouts of an organization with their movements.
-- $1: the organization's id. $2: how many workouts.
SELECT json_build_object('data', json_build_object('organization', json_build_object('workouts', json_build_object(
    'nodes', coalesce(json_agg((SELECT row_to_json(r) FROM (SELECT
        w.id, w.title,
        coalesce((
            SELECT json_agg((SELECT row_to_json(r) FROM (SELECT
                s.id, s.title, s.sort_order AS "sortOrder",
                coalesce((
                    SELECT json_agg((SELECT row_to_json(r) FROM (SELECT
                        m.id, m.sort_order AS "sortOrder",
                        (SELECT row_to_json(r) FROM (SELECT
                            e.id, coalesce(o.overrides ->> 'name', e.name) AS name,
                            e.video_url AS "videoUrl") r) AS exercise) r) ORDER BY m.sort_order)
                    FROM workout_movements m
                    JOIN exercises e ON e.id = m.exercise_id
                    LEFT JOIN exercise_org_overrides o
                        ON o.organization_id = w.organization_id AND o.exercise_id = e.id
                    WHERE m.section_id = s.id AND m.deleted_at IS NULL
                    ), '[]') AS movements) r) ORDER BY s.sort_order)
            FROM workout_sections s
            WHERE s.workout_id = w.id AND s.deleted_at IS NULL
            ), '[]') AS sections) r) ORDER BY w.created_at DESC, w.id DESC), '[]')))))
FROM (
    SELECT id, title, organization_id, created_at
    FROM workouts
    WHERE organization_id = $1::uuid AND is_snapshot = false AND deleted_at IS NULL
    ORDER BY created_at DESC, id DESC
    LIMIT $2
) w
