-- Changes what an organization overrides of a canonical exercise.
-- $1: the organization's id. $2: the exercise's id. $3: the overrides, a JSON object.
INSERT INTO exercise_org_overrides AS stored (organization_id, exercise_id, overrides)
VALUES ($1::uuid, $2::uuid, $3::jsonb)
ON CONFLICT (organization_id, exercise_id)
DO UPDATE SET overrides = stored.overrides || excluded.overrides, updated_at = now()
RETURNING json_build_object('data', json_build_object('upsertExerciseOverride', json_build_object(
    'exercise', json_build_object('id', exercise_id, 'cues', overrides -> 'cues'), 'userErrors', '[]'::json)))
