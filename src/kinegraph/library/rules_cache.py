"""Which pages of libraries are cached, under which key and for which version.

A page's key: the organization, whether the viewer browses its library as a coach, as a member or not at all, the
field's arguments and (added by the executor) what is selected. That is complete: a page is made of these and of
exercises and overrides, which row-level security shows to all members of an organization alike. Its version is that of
the canonical library and of the organization's own (migration 0010), which move with every change of an exercise or an
override. A page whose filter reads other tables (tags, contraindications, layers) is not cached.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import orjson

from kinegraph.identity.rules import Viewer

UNVERSIONED = frozenset(("categoryId", "bodyRegionId", "equipmentId", "maxFatigue", "safeFor"))
"""Filters that read tables whose changes move neither version."""


def cached_pages(
    viewer: Viewer, keys: Sequence[tuple[Any, Mapping[str, Any]]]
) -> list[tuple[tuple[Hashable, ...], tuple[Hashable, ...]]] | None:
    """The cache key and version of a library's page for each organization and arguments; None where one has none."""
    found: list[tuple[tuple[Hashable, ...], tuple[Hashable, ...]]] = []
    for organization, arguments in keys:
        id, filter = organization.id, arguments.get("filter") or {}
        version = viewer.version(id)
        if viewer.organization(id) is None or None in version or not UNVERSIONED.isdisjoint(filter):
            return None
        given = orjson.dumps(arguments, default=repr, option=orjson.OPT_SORT_KEYS)
        found.append((("library", id, viewer.sees_library(id), viewer.coaches(id), given), version))
    return found
