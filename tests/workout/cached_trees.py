"""What the tests of kept trees ask, and what they write past the API."""

TREE = """
fragment Tree on Workout {
  id title __typename
  sections {
    id type title sortOrder shape config { rounds capSeconds } t: __typename
    movements { id notes label supersetGroup sortOrder prescription { sets load { value } amrap }
      exercise { id name isDiscontinued customizedFields status exercise { name createdAt } } }
  }
}
fragment Other on Workout {
  sections { title: description description: title movements { exercise { cues name @include(if: $on) } label: notes } }
  again: sections { id movements { id @skip(if: $on) notes } }
  bare: sections { __typename }
}
"""
LISTS = (
    TREE
    + """query ($a: ID!, $b: ID!, $on: Boolean!) {
      a: organization(id: $a) { ...All } b: organization(id: $b) { ...All }
      viewer { assignments {
        id workout { ...Tree ...Other forkedFrom { ...Other } }
        libraryWorkout { ...Tree sections { movements { comments { body } } } }
      } }
    }
    fragment All on Organization { workouts(first: 40) { nodes { ...Tree ...Other } edges { node { ...Other } } } }"""
)
USING = f"""{TREE} query ($a: ID!, $x: ID!, $on: Boolean!) {{
  workoutsUsingExercise(organizationId: $a, exerciseId: $x, first: 40) {{ nodes {{ ...Tree ...Other }} }}
}}"""
PICKED = "(SELECT id FROM {0} WHERE organization_id = $2 ORDER BY md5(id::text || $1::int) LIMIT 1)"
SECTION, MOVEMENT, WORKOUT = (PICKED.format(f"workout{name}") for name in ("_sections", "_movements", "s"))
ANY_EXERCISE = "(SELECT exercise_id FROM workout_movements WHERE id = {m})"
CHANGES = """
UPDATE workout_sections SET title = 'S' || $1::int, config = '{{"rounds": 4}}' WHERE id = {s};
UPDATE workout_sections SET sort_order = $1::int % 5, description = $1::text WHERE id = {s};
UPDATE workout_sections SET deleted_at = CASE WHEN deleted_at IS NULL THEN now() END WHERE id = {s};
UPDATE workout_sections SET workout_id = {w} WHERE id = {s};
INSERT INTO workout_sections (organization_id, workout_id, title) SELECT $2, {w}, 'New' || $1::int;
DELETE FROM workout_sections WHERE id = {s};
UPDATE workout_movements SET notes = 'N' || $1::int, label = 'L' WHERE id = {m};
UPDATE workout_movements SET deleted_at = CASE WHEN deleted_at IS NULL THEN now() END WHERE id = {m};
UPDATE workout_movements SET section_id = {s}, sort_order = $1::int % 4 WHERE id = {m};
UPDATE workout_movements SET exercise_id = (SELECT id FROM exercises WHERE organization_id IS NULL
    ORDER BY md5(id::text || $1::int) LIMIT 1) WHERE id = {m};
INSERT INTO workout_movements (organization_id, section_id, exercise_id) SELECT $2, {s}, {e};
DELETE FROM workout_movements WHERE id = {m};
UPDATE workouts SET deleted_at = CASE WHEN deleted_at IS NULL THEN now() END WHERE id = {w};
DELETE FROM workouts WHERE id = {w};
WITH moved AS (UPDATE workout_sections SET (organization_id, workout_id) = (SELECT organization_id, id
        FROM workouts WHERE organization_id = $3 ORDER BY id LIMIT 1) WHERE id = {s} RETURNING id)
    UPDATE workout_movements SET organization_id = $3 WHERE section_id IN (SELECT id FROM moved);
UPDATE exercises SET name = 'E' || $1::int WHERE id = {e};
UPDATE exercises SET status = CASE status WHEN 'archived' THEN 'published' ELSE 'archived' END WHERE id = {e};
INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides)
    SELECT $2, {e}, jsonb_build_object('name', 'O' || $1::int)
    ON CONFLICT (organization_id, exercise_id) DO UPDATE SET overrides = excluded.overrides;
DELETE FROM exercise_org_overrides WHERE organization_id = $2 AND $1 >= 0;
UPDATE organizations SET name = 'G' || $1::int WHERE id = $2
""".split(";\n")  # noqa: SIM905  # SQL reads best as one text
