"""The columns that hold the ids of users, and what export and erasure do with each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

ERASED_USER = UUID("00000000-0000-7000-8000-000000000000")
"""The user who stands where a row has to have one, in place of everybody who was erased."""

ERASED_NAME = "Erased user"
ERASED_BODY = "This comment was erased."
"""The text of an erased comment to which others have replied."""


class Handling(StrEnum):
    """What is done with the rows of a person, or with their id in rows of others."""

    DELETE = "delete"
    """The rows are the person's: they are exported and deleted."""
    CLEAR = "clear"
    """The id becomes null."""
    REPLACE = "replace"
    """The id becomes that of the erased user, since the column has to have one."""
    SPECIAL = "special"
    """The row is the person's in part; `store_erasing` says how it is erased, `store` how it is exported."""


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


PERSONAL = (
    *_columns(
        Handling.CLEAR,
        alias_proposals="reviewed_by_user_id",
        enrollments="updated_by_user_id",
        exercise_org_overrides="created_by_user_id updated_by_user_id",
        exercise_progressions="updated_by_user_id",
        exercises="video_locked_by_user_id updated_by_user_id",
        jobs="requested_by_user_id",
        organizations="updated_by_user_id",
        patients="updated_by_user_id",
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
        exercise_log_revisions="patient_id",
        exercise_logs="patient_id",
        enrollment_pauses="patient_id",
        enrollment_moves="patient_id",
        enrollment_overrides="patient_id",
        enrollment_versions="patient_id",
        adherence_totals="patient_id",
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

INDIRECT: Mapping[str, str] = MappingProxyType(
    {
        "events.object_id": "events about the person and their rows are deleted",
        "events.topic_id": "events about the person and their rows are deleted",
        "outbox.payload": "facts that name the person or their rows are deleted",
        "jobs.arguments": "jobs that name the person or their rows are deleted",
        "sync_contents.object_id": "marks of the person's snapshots are deleted",
        "persisted_documents.text": "documents that nobody else has registered, and that are not trusted, are deleted",
        "exercises.video_candidates": "suggestions of the person stay, with the erased user as who suggested them",
        "exercise_org_overrides.changes": "the erased user takes the person's place beside each value",
        "attachments.owner_id": "the comment; attachments are deleted with it",
    }
)
"""Columns that may hold an id or words of a person without a foreign key, and what is done there."""

IMPERSONAL = frozenset(
    f"{table}.{column}"
    for table, columns in {
        "audit_entries": "actor hash organization_id request subject",  # pseudonyms
        "audit_pending": "actor organization_id subject",
        "events": "organization_id",
        "exercise_body_regions": "scope",
        "exercise_categories": "parent_organization_id scope",
        "exercise_comments": "forked_from_id",
        "exercise_contraindications": "organization_id",
        "exercise_equipment": "scope",
        "exercise_instructions": "organization_id",
        "exercise_org_overrides": "overrides",
        "exercise_programming_profiles": "measured_ranges organization_id recommended_rep_ranges "
        "recommended_rest_times recommended_sets",
        "exercise_progressions": "organization_id",
        "exercise_safety_constraints": "modifications organization_id risk_scores",
        "exercise_tags": "organization_id term_id term_organization_id",
        "exercises": "scope",
        "plan_version_exercises": "source_id",
        "plan_version_sessions": "source_id",
        "stale_embeddings": "claimed_by organization_id revision row_id",
        "sync_contents": "organization_id",
        "versions": "organization_id version",
        "workout_movements": "forked_from_id prescription",
        "workout_sections": "config forked_from_id",
    }.items()
    for column in columns.split()
)
"""Columns of JSON, bytes and ids without a foreign key, in tables whose rows are not deleted, that name nobody."""

LEFT_OUT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"idempotency_keys": ("request_hash", "answer"), "users": ("name_key",), "workouts": ("embedding",)}
)
"""Columns that are not exported: copies and derived values of what is, and what nobody can read."""
