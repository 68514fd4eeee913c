"""Access to catalogues and their exercises: loads them, and refuses viewers who may not see them."""

from typing import Any  # records with a candidate, of several types
from uuid import UUID

from kinegraph.candidates import store
from kinegraph.candidates.rules import Candidate, Catalogue
from kinegraph.exercise.rules_terms import ExerciseStatus
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_member
from kinegraph.kit.context import Info
from kinegraph.kit.errors import Forbidden, NotFound


async def visible_catalogue(info: Info, organization_id: UUID, *path: str, needs_library: bool = True) -> Catalogue:
    """The catalogue of an organization whose library the viewer sees, or to which they belong at least.

    Raises NotFound and Forbidden.
    """
    viewer: Viewer = await info.context.viewer()
    require_member(viewer, organization_id, *path)
    if needs_library and not viewer.sees_library(organization_id):
        raise Forbidden("The organization shows its library to coaches only; ask one of them.", *path)
    found: Catalogue = await info.context.load(store.catalogues, organization_id)
    return found


async def visible_candidate(info: Info, catalogue: Catalogue, exercise_id: UUID, *path: str) -> Candidate:
    """An exercise of the catalogue; to coaches their drafts and archived ones too. Raises NotFound."""
    viewer: Viewer = await info.context.viewer()
    found = catalogue.by_id.get(exercise_id)
    if found is None:
        found = await info.context.load(store.candidates, (catalogue.organization_id, exercise_id))
    is_coached = found is not None and found.is_own and viewer.coaches(catalogue.organization_id)
    if found is None or not (found.status == ExerciseStatus.PUBLISHED or (is_coached and found.status != "deleted")):
        raise NotFound("There is no such exercise in the organization's library.", *path)
    return found


def exercise_key(root: Any) -> tuple[UUID, UUID]:
    """The key of the effective exercise of a record with a candidate: the organization and the exercise."""
    return root.candidate.organization_id, root.candidate.id
