"""The rows that a search sees (docs/domain.md, Search)."""

from dataclasses import dataclass
from uuid import UUID

from kinegraph.catalog.rules import Filter
from kinegraph.exercise.rules_terms import ExerciseStatus


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows that a search sees: canonical ones with these statuses, and those of an organization."""

    organization_id: UUID | None
    is_coached: bool
    canonical_statuses: tuple[str, ...]
    own_statuses: tuple[str, ...]


def scope_of(wanted: Filter, organization_id: UUID | None, *, is_coached: bool, sees_drafts: bool) -> Scope:
    """The scope of a search with a filter's statuses; `sees_drafts` is of canonical rows (platform admins)."""
    statuses = None if wanted.status is None else set(wanted.status)
    canonical = {ExerciseStatus.PUBLISHED} if statuses is None else statuses
    shown = canonical if sees_drafts else canonical & {ExerciseStatus.PUBLISHED}
    own = set(ExerciseStatus) - {ExerciseStatus.ARCHIVED} if statuses is None else statuses
    return Scope(organization_id, is_coached, tuple(sorted(shown)), tuple(sorted(own)))
