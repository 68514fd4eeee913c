"""Every reference from an organization's row to another row; none may cross organizations.

Each is a statement, the row of ours that it is done to ($1) and the row of theirs that it names ($2), by the names
of `tests.identity.rows.fill`.
"""

REFERENCES = {
    "a movement's exercise": (
        "UPDATE workout_movements SET exercise_id = $2 WHERE id = $1", "movement", "exercise"),
    "a new movement's exercise": (
        """INSERT INTO workout_movements (section_id, exercise_id, organization_id)
        SELECT $1, $2, organization_id FROM workout_sections WHERE id = $1""", "section", "exercise"),
    "a movement's draft": (
        "UPDATE workout_movements SET exercise_id = $2 WHERE id = $1", "movement", "draft"),
    "an override's exercise": (
        "UPDATE exercise_org_overrides SET exercise_id = $2 WHERE id = $1", "override", "exercise"),
    "a new override's exercise": (
        "INSERT INTO exercise_org_overrides (organization_id, exercise_id) VALUES ($1, $2)",
        "organization", "exercise"),
    "a category's parent": (
        "UPDATE exercise_categories SET parent_id = $2 WHERE id = $1", "subcategory", "category"),
    "a category's parent, said to be global": (
        "UPDATE exercise_categories SET parent_id = $2, parent_organization_id = NULL WHERE id = $1",
        "subcategory", "category"),
    "a tag's exercise": (
        "UPDATE exercise_tags SET exercise_id = $2 WHERE id = $1", "tag", "exercise"),
    "a tag's term": (
        "UPDATE exercise_tags SET term_id = $2 WHERE id = $1", "tag", "category"),
    "a tag's term, said to be global": (
        "UPDATE exercise_tags SET term_id = $2, term_organization_id = NULL WHERE id = $1", "tag", "category"),
    "a tag's body region": (
        "UPDATE exercise_tags SET kind = 'body_region', term_id = $2 WHERE id = $1", "tag", "region"),
    "a tag's equipment": (
        "UPDATE exercise_tags SET kind = 'equipment', term_id = $2 WHERE id = $1", "tag", "equipment"),
    "an instruction's exercise": (
        "UPDATE exercise_instructions SET exercise_id = $2 WHERE id = $1", "instruction", "exercise"),
    "a contraindication's exercise": (
        "UPDATE exercise_contraindications SET exercise_id = $2 WHERE id = $1", "contraindication", "exercise"),
    "a programming profile's exercise": (
        "UPDATE exercise_programming_profiles SET exercise_id = $2 WHERE id = $1", "profile", "draft"),
    "a safety constraint's exercise": (
        "UPDATE exercise_safety_constraints SET exercise_id = $2 WHERE id = $1", "safety", "draft"),
    "a restriction's exercise": (
        "UPDATE safety_restrictions SET exercise_id = $2 WHERE id = $1", "restriction", "exercise"),
    "a new restriction's exercise": (
        """INSERT INTO safety_restrictions (organization_id, exercise_id, condition, severity)
        VALUES ($1, $2, 'asthma', 'absolute')""", "organization", "exercise"),
    "a workout's program": (
        "UPDATE workouts SET program_id = $2 WHERE id = $1", "workout", "program"),
    "a section's workout": (
        "UPDATE workout_sections SET workout_id = $2 WHERE id = $1", "section", "workout"),
    "a movement's section": (
        "UPDATE workout_movements SET section_id = $2 WHERE id = $1", "movement", "section"),
    "a comment's movement": (
        "UPDATE exercise_comments SET workout_movement_id = $2 WHERE id = $1", "reply", "movement"),
    "a comment's parent": (
        "UPDATE exercise_comments SET parent_comment_id = $2 WHERE id = $1", "reply", "comment"),
    "an assignment's workout": (
        "UPDATE workout_assignments SET workout_id = $2 WHERE id = $1", "assignment", "workout"),
    "an assignment's snapshot": (
        "UPDATE workout_assignments SET snapshot_workout_id = $2 WHERE id = $1", "assignment", "snapshot"),
    "an overridden warning's workout": (
        "UPDATE safety_overrides SET workout_id = $2 WHERE id = $1", "safety_override", "workout"),
    "an overridden warning's movement": (
        "UPDATE safety_overrides SET movement_id = $2 WHERE id = $1", "safety_override", "movement"),
    "an overridden warning's exercise": (
        "UPDATE safety_overrides SET exercise_id = $2 WHERE id = $1", "safety_override", "exercise"),
    "a result's assignment": (
        "UPDATE assignment_results SET assignment_id = $2 WHERE id = $1", "result", "assignment"),
    "a set's result": (
        "UPDATE result_sets SET result_id = $2 WHERE id = $1", "result_set", "result"),
    "a set's movement": (
        "UPDATE result_sets SET movement_id = $2 WHERE id = $1", "result_set", "movement"),
    "a set's exercise": (
        "UPDATE result_sets SET exercise_id = $2 WHERE id = $1", "result_set", "exercise"),
    "a set's draft": (
        "UPDATE result_sets SET exercise_id = $2 WHERE id = $1", "result_set", "draft"),
    "a submission's result": (
        "UPDATE result_submissions SET result_id = $2 WHERE id = $1", "submission", "result"),
    "a log's enrollment": (
        "UPDATE exercise_logs SET enrollment_id = $2 WHERE id = $1", "log", "enrollment"),
    "a log's exercise of a version": (
        "UPDATE exercise_logs SET version_exercise_id = $2 WHERE id = $1", "log", "version_exercise"),
    "a log's exercise": (
        "UPDATE exercise_logs SET exercise_id = $2 WHERE id = $1", "log", "exercise"),
    "a new revision's log": (
        """INSERT INTO exercise_log_revisions (organization_id, patient_id, log_id, content, recorded_by_id)
        SELECT organization_id, patient_id, $2, content, recorded_by_id
        FROM exercise_log_revisions WHERE id = $1""", "log_revision", "log"),
}  # fmt: skip
