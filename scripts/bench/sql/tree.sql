-- A workout with its sections, movements, exercises (overrides merged in) and comments.
-- $1: the workout's id.
SELECT json_build_object('data', json_build_object('workout', (SELECT row_to_json(r) FROM (SELECT
    w.id, (SELECT row_to_json(r) FROM (SELECT w.organization_id AS id) r) AS organization, w.title, w.description,
    w.scoring, w.mode, w.time_cap AS "timeCap", w.is_snapshot AS "isSnapshot", w.created_at AS "createdAt",
    w.updated_at AS "updatedAt",
    (SELECT row_to_json(r) FROM (SELECT a.id, a.name FROM users a WHERE a.id = w.author_id) r) AS author,
    coalesce((
        SELECT json_agg((SELECT row_to_json(r) FROM (SELECT
            s.id, s.type, s.title, s.description, s.sort_order AS "sortOrder", s.shape, s.config,
            coalesce((
                SELECT json_agg((SELECT row_to_json(r) FROM (SELECT
                    m.id, m.sort_order AS "sortOrder", m.prescription, m.notes, m.label,
                    m.superset_group AS "supersetGroup",
                    (SELECT row_to_json(r) FROM (SELECT
                        e.id, e.slug, coalesce(o.overrides ->> 'name', e.name) AS name, e.description,
                        e.athlete_notes AS "athleteNotes", e.category, e.kind,
                        e.movement_pattern AS "movementPattern", coalesce(o.difficulty, e.difficulty) AS difficulty,
                        e.primary_muscles AS "primaryMuscles", e.secondary_muscles AS "secondaryMuscles", e.equipment,
                        coalesce((o.overrides -> 'cues')::json, to_json(e.cues)) AS cues,
                        e.common_faults AS "commonFaults", e.scaling_options AS "scalingOptions",
                        e.video_url AS "videoUrl", e.thumbnail_url AS "thumbnailUrl",
                        ARRAY(SELECT jsonb_object_keys(o.overrides)) AS "customizedFields") r) AS exercise,
                    coalesce((
                        SELECT json_agg((SELECT row_to_json(r) FROM (SELECT
                            c.id, c.body, (SELECT row_to_json(r) FROM (SELECT u.id, u.name) r) AS author) r)
                            ORDER BY c.created_at)
                        FROM exercise_comments c
                        JOIN users u ON u.id = c.author_id
                        WHERE c.workout_movement_id = m.id AND c.deleted_at IS NULL AND c.parent_comment_id IS NULL
                        ), '[]') AS comments) r) ORDER BY m.sort_order)
                FROM workout_movements m
                JOIN exercises e ON e.id = m.exercise_id
                LEFT JOIN exercise_org_overrides o
                    ON o.organization_id = w.organization_id AND o.exercise_id = e.id
                WHERE m.section_id = s.id AND m.deleted_at IS NULL
                ), '[]') AS movements) r) ORDER BY s.sort_order)
        FROM workout_sections s
        WHERE s.workout_id = w.id AND s.deleted_at IS NULL
        ), '[]') AS sections) r)))
FROM workouts w
WHERE w.id = $1::uuid AND w.deleted_at IS NULL
