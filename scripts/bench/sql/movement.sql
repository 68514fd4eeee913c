-- Changes a movement's notes.
-- $1: the movement's id. $2: the input, a JSON object.
UPDATE workout_movements
SET notes = $2::jsonb ->> 'notes', updated_at = now()
WHERE id = $1::uuid
RETURNING json_build_object('data', json_build_object('updateMovement', json_build_object(
    'movement', json_build_object('id', id, 'notes', notes), 'userErrors', '[]'::json)))
