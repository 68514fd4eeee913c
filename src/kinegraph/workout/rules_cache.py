"""Which trees of workouts are cached, under which key and for which version.

A tree is its workout's sections and movements, with each movement's exercise as the workout's organization sees it;
comments are gaps in it. Its key: the workout's id and (added by the executor) what is selected. That is complete:
whoever sees a workout sees the same tree, since row-level security shows an organization's rows to all of its members
alike, and what depends on the viewer (comments) is no part of it. Its version: of the organization's workouts, of the
canonical library and of the organization's own (migration 0010), which move with every change of a section, a movement,
an exercise or an override. So an entry is wrong when one of these is another in the session's snapshot.
"""

from collections.abc import Hashable, Sequence
from typing import TypeAlias
from uuid import UUID

from kinegraph.identity.rules import Viewer

TreeKey: TypeAlias = tuple[UUID, UUID, UUID | None]
"""A workout, its organization, and the version of that organization's workouts that was read with it."""


def cached_trees(viewer: Viewer, keys: Sequence[TreeKey]) -> list[tuple[tuple[Hashable, ...], Hashable]] | None:
    """The cache key and version of each workout's tree; None where not all are of the viewer's organizations."""
    if not all(viewer.organization(organization) and version for _, organization, version in keys):
        return None
    return [(("tree", workout), (version, *viewer.version(organization))) for workout, organization, version in keys]
