"""Which exercises and which pages of libraries are cached, under which key and for which version.

An exercise's key: the organization that sees it, its id and (added by the executor) what is selected. A page's key: the
organization, whether the viewer browses its library as a coach, as a member or not at all, the field's arguments and
what is selected. That is complete: both are made of these and of exercises and overrides, which row-level security
shows to all members of an organization alike. The version of both is that of the canonical library and of the
organization's own (migration 0010), which move with every change of an exercise or an override. A page whose filter
reads other tables (tags, contraindications, layers) is not cached.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from kinegraph.identity.rules import Viewer
from kinegraph.kit.context import Context

UNVERSIONED = frozenset(("categoryId", "bodyRegionId", "equipmentId", "maxFatigue", "safeFor"))
"""Filters that read tables whose changes move neither version."""


def cached_exercises(
    context: Context, keys: Sequence[tuple[UUID, UUID]]
) -> list[tuple[tuple[Hashable, ...], tuple[Hashable, ...]]] | None:
    """The cache key and version of each organization's view of an exercise; None where it is none of the viewer's."""
    session = context.opened
    viewer: Viewer | None = session.viewer if session else None
    if viewer is None:
        return None
    versions = {organization: viewer.version(organization) for organization in {key[0] for key in keys}}
    if any(None in version or viewer.organization(id) is None for id, version in versions.items()):
        return None
    return [(("exercise", *key), versions[key[0]]) for key in keys]


def cached_pages(
    context: Context, keys: Sequence[tuple[Any, Mapping[str, Any]]]
) -> list[tuple[tuple[Hashable, ...], tuple[Hashable, ...]]] | None:
    """The cache key and version of a library's page for each organization and arguments; None where one has none."""
    session = context.opened
    viewer: Viewer | None = session.viewer if session else None
    if viewer is None:
        return None
    found: list[tuple[tuple[Hashable, ...], tuple[Hashable, ...]]] = []
    for organization, arguments in keys:
        id, filter = organization.id, arguments.get("filter") or {}
        version = viewer.version(id)
        if viewer.organization(id) is None or None in version or not UNVERSIONED.isdisjoint(filter):
            return None
        given = orjson.dumps(arguments, default=repr, option=orjson.OPT_SORT_KEYS)
        found.append((("library", id, viewer.sees_library(id), viewer.coaches(id), given), version))
    return found
