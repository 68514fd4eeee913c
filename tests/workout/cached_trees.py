"""The queries of the tests of cached trees, and the statements that they write past the API."""

TREE = """
fragment Tree on Workout {
  id title __typename
  sections {
    id type title sortOrder shape config { rounds capSeconds } t: __typename
    movements { id notes label supersetGroup sortOrder prescription { sets load { value } amrap }
      exercise { id name isDiscontinued customizedFields status exercise { name createdAt } ...Layers } }
  }
}
fragment Layers on EffectiveExercise {
  programming { fatigueScore minimumRecoveryHours repRange(goal: STRENGTH) { min max } restSeconds(goal: POWER) }
  safety { avoidIf cautionIf riskScores { condition score } modifications { condition riskLevel } }
  safetyFor(conditions: ["knee_pain", "Pregnancy"]) { isSafe riskScore isClassified warnings { condition level } }
}
fragment Other on Workout {
  swapped: sections {
    title: description description: title movements { exercise { cues name @include(if: $on) } label: notes }
  }
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
        libraryWorkout { ...Tree }
      } }
    }
    fragment All on Organization { workouts(first: 40) { nodes { ...Tree ...Other } edges { node { ...Other } } } }"""
)
COMMENTED = """
fragment CommentFields on Comment { __typename id body author { id name email } createdAt
  replies { id body author { name } parent { id } attachments { id kind } } attachments { id mime } }
query ($a: ID!, $b: ID!, $one: ID!, $on: Boolean!) {
  workout(id: $one) { ...Commented } a: organization(id: $a) { workouts(first: 3) { nodes { ...Commented } } }
  b: organization(id: $b) { workouts(first: 3) { nodes { ...Commented } } }
  viewer { assignments { workout { ...Commented forkedFrom { ...Commented } } libraryWorkout { ...Commented } } }
}
fragment Commented on Workout { id sections { id movements { notes comments { ...CommentFields } exercise { name }
  c: comments @include(if: $on) { body } prescription { sets __typename } } config { __typename rounds } } }
"""
"""Trees with comments, which are gaps in a cached tree."""
USING = f"""{TREE} query ($a: ID!, $x: ID!, $on: Boolean!) {{
  workoutsUsingExercise(organizationId: $a, exerciseId: $x, first: 40) {{ nodes {{ ...Tree ...Other }} }}
}}"""
RANDOM_ROW = "(SELECT id FROM {0} WHERE organization_id = $2 ORDER BY md5(id::text || $1::int) LIMIT 1)"
SECTION, MOVEMENT, WORKOUT = (RANDOM_ROW.format(f"workout{name}") for name in ("_sections", "_movements", "s"))
COMMENT = RANDOM_ROW.format("exercise_comments")
ANY_EXERCISE = f"(SELECT exercise_id FROM workout_movements WHERE id = {MOVEMENT})"
ATTACH = """
INSERT INTO attachments (organization_id, owner_type, owner_id, url, mime, kind, uploaded_by)
SELECT organization_id, 'exercise_comment', id, 'key', 'image/png', 'image', author_id
FROM exercise_comments WHERE id = $1 OR parent_comment_id = $1
"""
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
    UPDATE workout_movements m SET organization_id = $3, exercise_id = CASE WHEN e.organization_id IS NULL THEN e.id
        ELSE (SELECT id FROM exercises WHERE organization_id = $3 ORDER BY id LIMIT 1) END
    FROM exercises e WHERE e.id = m.exercise_id AND section_id IN (SELECT id FROM moved);
UPDATE exercises SET name = 'E' || $1::int WHERE id = {e};
UPDATE exercises SET status = CASE status WHEN 'archived' THEN 'published' ELSE 'archived' END WHERE id = {e};
INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides)
    SELECT $2, {e}, jsonb_build_object('name', 'O' || $1::int)
    ON CONFLICT (organization_id, exercise_id) DO UPDATE SET overrides = excluded.overrides;
DELETE FROM exercise_org_overrides WHERE organization_id = $2 AND $1 >= 0;
UPDATE exercise_programming_profiles SET fatigue_score = $1::int % 10 + 1 WHERE exercise_id = {e};
UPDATE exercise_safety_constraints SET avoid_if = ARRAY['knee_pain', 'K' || $1::int] WHERE exercise_id = {e};
DELETE FROM exercise_safety_constraints WHERE exercise_id = {e};
INSERT INTO exercise_contraindications (exercise_id, organization_id, condition, condition_key, severity, sort_order)
    SELECT id, organization_id, 'Knee pain', 'knee pain ' || $1::int, 'absolute', 99 FROM exercises WHERE id = {e};
INSERT INTO safety_restrictions (organization_id, exercise_id, condition, severity)
    SELECT $2, {e}, 'pregnancy', 'restriction' ON CONFLICT (organization_id, exercise_id, condition)
    DO UPDATE SET severity = 'absolute';
DELETE FROM safety_restrictions WHERE organization_id = $2 AND $1 >= 0;
UPDATE organizations SET name = 'G' || $1::int WHERE id = $2;
UPDATE exercise_comments SET body = 'B' || $1::int WHERE id = {c};
UPDATE exercise_comments SET deleted_at = CASE WHEN deleted_at IS NULL THEN now() END WHERE id = {c};
INSERT INTO exercise_comments (organization_id, workout_movement_id, author_id, body, parent_comment_id)
    SELECT organization_id, workout_movement_id, author_id, 'R' || $1::int, coalesce(parent_comment_id, id)
    FROM exercise_comments WHERE id = {c} AND organization_id = $2;
INSERT INTO attachments (organization_id, owner_type, owner_id, url, mime, kind, uploaded_by)
    SELECT organization_id, 'exercise_comment', id, 'key' || $1::int, 'video/mp4', 'video', author_id
    FROM exercise_comments WHERE id = {c} AND organization_id = $2;
UPDATE users SET name = 'U' || $1::int WHERE id = (SELECT author_id FROM exercise_comments WHERE id = {c});
UPDATE memberships SET role = CASE role WHEN 'coach' THEN 'member' ELSE 'coach' END::membership_role
    WHERE organization_id = $2 AND role <> 'owner' AND deleted_at IS NULL AND $1 >= 0
""".split(";\n")  # noqa: SIM905  # SQL is easiest to read as one text
