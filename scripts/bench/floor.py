"""The floor: an endpoint whose single SQL statement returns the finished JSON text. What no server can go below.

It signs nobody in, asks no policy and knows these three operations alone. Its answers equal the API's.
"""

import orjson
from starlette.requests import Request
from starlette.responses import Response

EFFECTIVE = """
    SELECT e.id, e.slug, e.status, e.organization_id,
           coalesce(o.overrides ->> 'name', e.name) AS name, e.description, e.athlete_notes,
           upper(e.category::text) AS category, upper(e.kind::text) AS kind,
           upper(e.movement_pattern) AS movement_pattern,
           e.primary_muscles, e.secondary_muscles, e.equipment, e.aliases,
           coalesce((o.overrides ->> 'difficulty')::integer, e.difficulty) AS difficulty, e.discipline,
           coalesce(o.overrides -> 'cues', to_jsonb(e.cues)) AS cues, e.common_faults, e.scaling_options,
           e.video_url, e.thumbnail_url, o.overrides
    FROM exercises e
    LEFT JOIN exercise_org_overrides o ON o.exercise_id = e.id AND o.organization_id = {organization}
"""

TREE = """
SELECT json_build_object('data', json_build_object('workout', json_build_object(
    'id', w.id, 'title', w.title, 'description', w.description, 'scoring', upper(w.scoring::text),
    'mode', upper(w.mode::text), 'timeCap', w.time_cap, 'isSnapshot', w.is_snapshot,
    'createdAt', to_char(w.created_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'updatedAt', to_char(w.updated_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'author', json_build_object('id', a.id, 'name', a.name),
    'sections', (
        SELECT coalesce(json_agg(json_build_object(
            'id', s.id, 'type', upper(s.type), 'title', s.title, 'description', s.description,
            'sortOrder', s.sort_order, 'shape', upper(s.shape),
            'movements', (
                SELECT coalesce(json_agg(json_build_object(
                    'id', m.id, 'sortOrder', m.sort_order, 'notes', m.notes, 'label', m.label,
                    'supersetGroup', m.superset_group,
                    'prescription', CASE WHEN m.prescription IS NOT NULL THEN json_build_object(
                        'sets', m.prescription -> 'sets', 'repsMin', m.prescription -> 'reps_min',
                        'repsMax', m.prescription -> 'reps_max',
                        'amrap', coalesce(m.prescription -> 'amrap', 'false'),
                        'durationSeconds', m.prescription -> 'duration_seconds',
                        'distanceMeters', m.prescription -> 'distance_meters',
                        'calories', m.prescription -> 'calories',
                        'load', CASE WHEN m.prescription -> 'load' IS NOT NULL THEN json_build_object(
                            'value', m.prescription -> 'load' -> 'value',
                            'unit', upper(m.prescription -> 'load' ->> 'unit')) END,
                        'restSeconds', m.prescription -> 'rest_seconds', 'tempo', m.prescription -> 'tempo',
                        'perSide', coalesce(m.prescription -> 'per_side', 'false'),
                        'notes', m.prescription -> 'notes') END,
                    'exercise', json_build_object(
                        'id', w.organization_id || ':' || e.id, 'name', e.name, 'description', e.description,
                        'athleteNotes', e.athlete_notes, 'category', e.category, 'kind', e.kind,
                        'movementPattern', e.movement_pattern, 'primaryMuscles', e.primary_muscles,
                        'secondaryMuscles', e.secondary_muscles, 'equipment', e.equipment, 'aliases', e.aliases,
                        'difficulty', e.difficulty, 'cues', e.cues, 'commonFaults', e.common_faults,
                        'videoUrl', e.video_url, 'thumbnailUrl', e.thumbnail_url),
                    'comments', (
                        SELECT coalesce(json_agg(json_build_object(
                            'id', c.id, 'body', c.body,
                            'createdAt', to_char(c.created_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                            'author', json_build_object('id', u.id, 'name', u.name)
                            ) ORDER BY c.created_at, c.id), '[]')
                        FROM exercise_comments c JOIN users u ON u.id = c.author_id
                        WHERE c.workout_movement_id = m.id AND c.deleted_at IS NULL AND c.parent_comment_id IS NULL)
                    ) ORDER BY m.sort_order, m.id), '[]')
                FROM workout_movements m
                JOIN LATERAL (EFFECTIVE WHERE e.id = m.exercise_id) e ON true
                WHERE m.section_id = s.id AND m.deleted_at IS NULL)
            ) ORDER BY s.sort_order, s.id), '[]')
        FROM workout_sections s
        WHERE s.workout_id = w.id AND s.deleted_at IS NULL)
)))::text
FROM workouts w
JOIN users a ON a.id = w.author_id
WHERE w.id = $1::text::uuid
""".replace("EFFECTIVE", EFFECTIVE.format(organization="w.organization_id"))

LIST = """
SELECT json_build_object('data', json_build_object('organization', json_build_object('workouts',
    json_build_object('nodes', coalesce(json_agg(json_build_object(
        'id', w.id, 'title', w.title,
        'sections', (
            SELECT coalesce(json_agg(json_build_object('id', s.id, 'movements', (
                SELECT coalesce(json_agg(json_build_object('id', m.id, 'exercise', json_build_object(
                    'id', w.organization_id || ':' || e.id, 'name', coalesce(o.overrides ->> 'name', e.name),
                    'videoUrl', coalesce(o.overrides ->> 'videoUrl', e.video_url)
                    )) ORDER BY m.sort_order, m.id), '[]')
                FROM workout_movements m
                JOIN exercises e ON e.id = m.exercise_id
                LEFT JOIN exercise_org_overrides o
                    ON o.exercise_id = e.id AND o.organization_id = w.organization_id
                WHERE m.section_id = s.id AND m.deleted_at IS NULL)
                ) ORDER BY s.sort_order, s.id), '[]')
            FROM workout_sections s
            WHERE s.workout_id = w.id AND s.deleted_at IS NULL)
        ) ORDER BY w.created_at DESC, w.id DESC), '[]')))))::text
FROM (SELECT * FROM workouts
      WHERE organization_id = $1::text::uuid AND is_snapshot = false AND deleted_at IS NULL
      ORDER BY created_at DESC, id DESC
      LIMIT $2) w
"""

LIBRARY = """
SELECT json_build_object('data', json_build_object('organization', json_build_object('exerciseLibrary',
    json_build_object('nodes', coalesce(json_agg(json_build_object(
        'id', $1 || ':' || e.id, 'exerciseId', e.id, 'slug', e.slug, 'status', upper(e.status::text),
        'isOrgCustom', e.organization_id IS NOT NULL, 'isCustomizedByOrg', e.overrides IS NOT NULL,
        'customizedFields', ARRAY(SELECT jsonb_object_keys(e.overrides) ORDER BY 1), 'isDiscontinued', false,
        'name', e.name, 'description', e.description, 'athleteNotes', e.athlete_notes, 'category', e.category,
        'kind', e.kind, 'movementPattern', e.movement_pattern, 'primaryMuscles', e.primary_muscles,
        'secondaryMuscles', e.secondary_muscles, 'equipment', e.equipment, 'aliases', e.aliases,
        'difficulty', e.difficulty, 'discipline', e.discipline, 'cues', e.cues, 'commonFaults', e.common_faults,
        'scalingOptions', e.scaling_options, 'videoUrl', e.video_url, 'thumbnailUrl', e.thumbnail_url
        ) ORDER BY e.name, e.id), '[]')))))::text
FROM (EFFECTIVE
      WHERE (e.organization_id IS NULL AND e.status = 'published'
             OR e.organization_id = $1::text::uuid AND e.status <> 'archived') AND e.deleted_at IS NULL
      ORDER BY coalesce(o.overrides ->> 'name', e.name), e.id
      LIMIT 100) e
""".replace("EFFECTIVE", EFFECTIVE.format(organization="$1::text::uuid"))

STATEMENTS = {"tree": (TREE, ("id",)), "list": (LIST, ("id", "first")), "library": (LIBRARY, ("id",))}


async def floor(request: Request) -> Response:
    """The answer to the operation that the path names, for the variables in the body."""
    statement, names = STATEMENTS[request.path_params["name"]]
    variables = orjson.loads(await request.body())["variables"]
    text = await request.state.floor.fetchval(statement, *(variables[name] for name in names))
    return Response(text, media_type="application/json")
