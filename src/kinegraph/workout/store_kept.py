"""The trees of workouts that are kept in memory for later queries: their rows, and what was written down of them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.context import Context
from kinegraph.kit.pieces import Pieces, weight_of
from kinegraph.kit.sessions import ReadSession, Row

TreeKey: TypeAlias = tuple[UUID, UUID, UUID | None]
"""What rows hang from, its organization, and the version of that organization's workouts that was read with it."""


async def kept_or_read(
    session: ReadSession,
    keys: Sequence[TreeKey],
    columns: str,
    read: Callable[[Sequence[TreeKey]], Awaitable[list[list[Row]]]],
) -> list[list[Row]]:
    """The rows of these columns that hang from each key, as far as they are kept, and the others as they are read."""
    viewer: Viewer | None = session.viewer
    organizations = {organization for _, organization, _ in keys}
    if session.kept is None or viewer is None or not all(map(viewer.organization, organizations)):
        return await read(keys)
    versions = {organization: version for _, organization, version in keys}
    shelves = {
        organization: session.kept.shelf((columns, organization), version) for organization, version in versions.items()
    }
    found = [shelves[organization].get(id) for id, organization, _ in keys]
    missing = [key for key, rows in zip(keys, found, strict=True) if rows is None]
    if not missing:
        return [rows for rows in found if rows is not None]
    for (id, organization, _), rows in zip(missing, await read(missing), strict=True):
        shelves[organization][id] = rows
        shelves[organization].grow(sum(map(weight_of, rows), 200))
    return [shelves[organization][id] for id, organization, _ in keys]


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
