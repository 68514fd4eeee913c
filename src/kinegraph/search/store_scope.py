"""The rows that a search sees (docs/domain.md, Search)."""

from dataclasses import dataclass
from uuid import UUID

from kinegraph.catalog.rules import Filter
from kinegraph.exercise.rules_terms import ExerciseStatus
from kinegraph.identity.rules import Viewer


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows that a search sees: canonical ones with these statuses, and those of an organization."""

    organization_id: UUID | None
    is_coached: bool
    canonical_statuses: tuple[str, ...]
    own_statuses: tuple[str, ...]


def searched_organization(viewer: Viewer, id: UUID | None) -> UUID | None:
    """The organization if the viewer may browse its library; else None, which stands for the canonical one."""
    return id if id is not None and viewer.sees_library(id) else None


def scope_of(viewer: Viewer, wanted: Filter, organization_id: UUID | None) -> Scope:
    """The scope of a search of a `searched_organization` with a filter's statuses.

    Drafts of canonical rows are shown to platform admins, in a search of the canonical library.
    """
    is_coached = organization_id is not None and viewer.coaches(organization_id)
    sees_drafts = organization_id is None and viewer.is_platform_admin
    statuses = None if wanted.status is None else set(wanted.status)
    canonical = {ExerciseStatus.PUBLISHED} if statuses is None else statuses
    shown = canonical if sees_drafts else canonical & {ExerciseStatus.PUBLISHED}
    own = set(ExerciseStatus) - {ExerciseStatus.ARCHIVED} if statuses is None else statuses
    return Scope(organization_id, is_coached, tuple(sorted(shown)), tuple(sorted(own)))
