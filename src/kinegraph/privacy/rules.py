"""The columns that hold the ids of users, and what export and erasure do with each."""

from dataclasses import dataclass
from uuid import UUID

from kinegraph.identity.rules_personal import Handling
from kinegraph.kit.database import load_tables

ERASED_USER = UUID("00000000-0000-7000-8000-000000000000")
"""The user who stands where a row has to have one, in place of everybody who was erased."""

ERASED_NAME = "Erased user"
ERASED_BODY = "This comment was erased."
"""The text of an erased comment to which others have replied."""


@dataclass(frozen=True, slots=True)
class PersonalColumn:
    """A column with ids of users, and what is done where it has the person's."""

    table: str
    column: str
    handling: Handling


def _columns(handling: Handling, **columns: str) -> tuple[PersonalColumn, ...]:
    return tuple(
        PersonalColumn(table, column, handling) for table, names in columns.items() for column in names.split()
    )


def _declared() -> tuple[PersonalColumn, ...]:
    """The columns that rooms declare in `tables`, those of later tables first, since they may refer to earlier ones."""
    return tuple(
        PersonalColumn(table.name, column.name, column.info["personal"])
        for table in reversed(load_tables().tables.values())
        for column in table.columns
        if isinstance(column.info.get("personal"), Handling)
    )


PERSONAL = (
    *_declared(),
    *_columns(
        Handling.CLEAR,
        alias_proposals="reviewed_by_user_id",
        enrollments="updated_by_user_id",
        exercise_org_overrides="created_by_user_id updated_by_user_id",
        exercise_progressions="updated_by_user_id",
        exercises="video_locked_by_user_id updated_by_user_id",
        jobs="requested_by_user_id",
        exercise_substitutions="ended_by_id",
        organizations="updated_by_user_id",
        patients="updated_by_user_id",
        regression_proposals="decided_by_id",
        safety_overrides="created_by_user_id withdrawn_by_user_id",
        safety_restrictions="created_by_user_id",
        treatment_plans="updated_by_user_id",
        workout_movements="updated_by_user_id",
        workouts="updated_by_user_id",
    ),
    *_columns(
        Handling.REPLACE,
        assignment_results="updated_by_user_id",
        enrollment_moves="moved_by_id",
        enrollment_overrides="created_by_user_id",
        enrollments="enrolled_by_id",
        exercise_log_revisions="recorded_by_id",
        exercise_logs="recorded_by_id",
        exercise_substitutions="created_by_id",
        patient_consents="recorded_by_id",
        plan_versions="published_by_id",
        result_submissions="recorded_by_user_id",
        treatment_plans="author_id",
        workout_assignments="assigned_by_id",
        workouts="author_id",
    ),
    *_columns(
        Handling.SPECIAL,
        attachments="uploaded_by",
        exercise_comments="author_id parent_author_id",
        uploads="user_id",
        users="id",
        workout_assignments="athlete_id",
    ),
    *_columns(
        Handling.DELETE,
        exercise_substitutions="patient_id",
        regression_proposals="patient_id",
        exercise_log_revisions="patient_id",
        exercise_logs="patient_id",
        enrollment_pauses="patient_id",
        enrollment_moves="patient_id",
        enrollment_overrides="patient_id",
        enrollment_versions="patient_id",
        adherence_totals="patient_id",
        media_events="user_id",
        pose_frames="user_id",
        playback_errors="user_id",
        media_sessions="user_id",
        pose_sessions="user_id",
        telemetry_batches="user_id",
        enrollments="patient_id",
        patient_consents="user_id",
        patients="user_id",
        safety_overrides="athlete_id",
        load_steps="athlete_id",
        result_sets="athlete_id",
        result_submissions="athlete_id",
        assignment_results="athlete_id",
        exercise_video_votes="user_id",
        idempotency_keys="user_id",
        document_registrations="user_id",
        memberships="user_id",
        viewer_versions="user_id",
        sync_changes="user_id",
        audit_pseudonyms="user_id",
    ),
)
"""Rows are deleted in this order, after references in rows of others were cleared and replaced."""
