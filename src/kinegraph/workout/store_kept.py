"""The trees of workouts, as they were written down for answers, that are kept in memory for later queries."""

from collections.abc import Sequence
from typing import Any

from kinegraph.identity.rules import Viewer
from kinegraph.kit.context import Context
from kinegraph.kit.kept import Pieces


def trees(context: Context, workouts: Sequence[Any]) -> Sequence[Pieces] | None:
    """Where each workout keeps its sections, movements and exercises; None where nothing may be kept.

    Whoever sees a workout, as a member of its organization, sees the same tree: what hangs from it for some alone,
    such as comments, is not kept. It holds for the versions of the organization's workouts and of what its exercises
    are made of.
    """
    session = context.opened
    viewer: Viewer | None = session.viewer if session else None
    if session is None or session.kept is None or viewer is None:
        return None
    if not all(viewer.organization(workout.organization_id) for workout in workouts):
        return None
    found = []
    for workout in workouts:
        organization = workout.organization_id
        version = (workout.tree_version, *viewer.version(organization))
        shelf = session.kept.shelf(("trees", organization), version)
        pieces = shelf.get(workout.id)
        if pieces is None:
            pieces = shelf[workout.id] = Pieces(shelf)
            shelf.grow(500)
        found.append(pieces)
    return found
