-- The first hundred exercises of an organization's library by name, overrides merged in. Its three sources (canonical
-- exercises, those that the organization renamed, its own) are each read along an index, a hundred at most.
-- $1: the organization's id.
SELECT json_build_object('data', json_build_object('organization', json_build_object('exerciseLibrary',
    json_build_object('nodes', coalesce(json_agg((SELECT row_to_json(r) FROM (SELECT
        e.id, e.slug, coalesce(page.overrides ->> 'name', e.name) AS name, e.description,
        e.athlete_notes AS "athleteNotes", e.category, e.kind, e.movement_pattern AS "movementPattern",
        coalesce(page.difficulty, e.difficulty) AS difficulty, e.primary_muscles AS "primaryMuscles",
        e.secondary_muscles AS "secondaryMuscles", e.equipment,
        coalesce((page.overrides -> 'cues')::json, to_json(e.cues)) AS cues, e.common_faults AS "commonFaults",
        e.scaling_options AS "scalingOptions", e.video_url AS "videoUrl", e.thumbnail_url AS "thumbnailUrl",
        ARRAY(SELECT jsonb_object_keys(page.overrides)) AS "customizedFields"
        ) r) ORDER BY page.name_key, e.id), '[]')))))
FROM (
    -- As CASE, since the planner takes IS NULL for rare.
    (SELECT e.id, e.name_key, o.overrides, o.difficulty
     FROM exercises e
     LEFT JOIN exercise_org_overrides o ON o.organization_id = $1::uuid AND o.exercise_id = e.id
     WHERE e.organization_id IS NULL AND e.deleted_at IS NULL AND e.status = 'published'
       AND CASE WHEN o.name_key IS NULL THEN true ELSE false END
     ORDER BY e.name_key, e.id
     LIMIT 100)
    UNION ALL
    (SELECT o.exercise_id, o.name_key, o.overrides, o.difficulty
     FROM exercise_org_overrides o
     JOIN exercises e ON e.id = o.exercise_id
     WHERE o.organization_id = $1::uuid AND o.name_key IS NOT NULL
       AND e.organization_id IS NULL AND e.deleted_at IS NULL AND e.status = 'published'
     ORDER BY o.name_key, o.exercise_id
     LIMIT 100)
    UNION ALL
    (SELECT e.id, e.name_key, NULL, NULL
     FROM exercises e
     WHERE e.organization_id = $1::uuid AND e.deleted_at IS NULL AND e.status <> 'archived'
     ORDER BY e.name_key, e.id
     LIMIT 100)
    ORDER BY name_key, id
    LIMIT 100
) page
JOIN exercises e USING (id)
