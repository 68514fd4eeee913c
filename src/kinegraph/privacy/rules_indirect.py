"""Columns that may name a person without a foreign key, and columns that are not exported."""

from collections.abc import Mapping
from types import MappingProxyType

from kinegraph.kit.database import load_tables

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

_DECLARED = frozenset(
    f"{table.name}.{column.name}"
    for table in load_tables().tables.values()
    for column in table.columns
    if column.info.get("personal", "") is None
)
IMPERSONAL = _DECLARED | frozenset(
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
"""Columns of JSON, bytes and ids without a foreign key, in tables whose rows are not deleted, that name nobody;
rooms declare others in `tables`."""

LEFT_OUT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"idempotency_keys": ("request_hash", "answer"), "users": ("name_key",), "workouts": ("embedding",)}
)
"""Columns that are not exported: copies and derived values of what is, and what nobody can read."""

IN_JSON = ("exercises.video_candidates", "exercise_org_overrides.changes")
"""Columns of JSON in rows of others that may name the person: exported as references."""
