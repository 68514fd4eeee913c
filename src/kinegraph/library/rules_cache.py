"""The cache entries of pages of libraries: their keys, their versions, and when one is invalid.

Key: the organization, whether the viewer sees its library and whether they coach it, the field's arguments, and the
selection (added by the executor). Row-level security shows an organization's exercises and overrides to all of its
members alike, so the entry depends on nothing else of the viewer. A viewer who is not a member gets no entry.

Version: two values of the table `versions`, read with the viewer in the session's snapshot (`Viewer.version`):

    kind     organization       moved by every change of
    library  none (canonical)   canonical rows of exercises, of their layers and contraindications
    library  the page's         its rows of the same tables, of exercise_org_overrides and safety_restrictions

Triggers move them: `<table>_changed` (insert, update, delete; deferred to the commit) and `<table>_emptied` (truncate),
which call `kinegraph_change_version`: 0025 and 0037 make the triggers, 0029 has the function. `organizations_changed`
(0025) does so with each change of an organization's row. An entry is invalid exactly when one of the two versions
differs. The next query misses it and replaces it. Without a version nothing is cached.

A page of the last rows is cached where `first` is null: otherwise the arguments alone do not tell a `first` that was
sent, which is refused, from its default.

A page whose filter reads other tables (UNCACHED_FILTERS) is not cached: their changes move neither version. A batch
function that reads another table needs a trigger on that table, or its filter in UNCACHED_FILTERS. A page with `facets`
is not cached either: `cached` in library/graph.py names what it covers.

Tests: tests/api/test_guards.py (tables of query plans against triggers), tests/library/test_cached_writes.py (each kind
of write), test_cached_libraries.py (random writes, older snapshots), test_versions.py (concurrent writers, rollbacks).
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any  # arguments of a field, and organizations, which are read by name

import orjson

from kinegraph.identity.rules import Viewer

UNCACHED_FILTERS = frozenset(("categoryId", "bodyRegionId", "equipmentId"))
"""Filters that read tables whose changes move neither version."""


def cached_pages(
    viewer: Viewer, keys: Sequence[tuple[Any, Mapping[str, Any]]]
) -> list[tuple[tuple[Hashable, ...], tuple[Hashable, ...]]] | None:
    """The cache key and version of a library's page for each organization and arguments; None where one has none."""
    found: list[tuple[tuple[Hashable, ...], tuple[Hashable, ...]]] = []
    for organization, arguments in keys:
        id, filter = organization.id, arguments.get("filter") or {}
        version = viewer.version(id)
        both = arguments.get("first") is not None and arguments.get("last") is not None
        if both or viewer.organization(id) is None or None in version or not UNCACHED_FILTERS.isdisjoint(filter):
            return None
        given = orjson.dumps(arguments, default=repr, option=orjson.OPT_SORT_KEYS)
        found.append((("library", id, viewer.sees_library(id), viewer.coaches(id), given), version))
    return found
