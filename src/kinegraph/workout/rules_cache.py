"""The cache entries of workouts' trees: their keys, their versions, and when one is invalid.

An entry is the finished JSON of one workout's field `sections`: its sections and movements, with each movement's
exercise as the workout's organization sees it. Edges below whose batch function is not among `covers` of the field
`Workout.sections` (workout/graph.py), such as comments and instructions, are gaps in the JSON, filled by each request.
What below prevents that a selection is cached: docs/architecture.md, Caches.

Key: the workout's id, and what is selected (added by the executor). It has no viewer, since row-level security shows
an organization's sections, movements and exercises to all of its members alike, and since a viewer who is not a member
gets no entry at all.

Version: three values of the table `versions`, read in the snapshot of the session that answers.

    kind        organization          moved by every change of                    read by
    workouts    the workout's         workout_sections, workout_movements         `tree_version`, with the workout's row
    library     none (canonical)      exercises with their layers                 the viewer (`Viewer.version`)
    library     the workout's         the same, overrides, safety_restrictions    the viewer (`Viewer.version`)

Triggers move them: `<table>_changed` (insert, update, delete; deferred to the commit) and `<table>_emptied` (truncate),
which call `kinegraph_change_version`: 0025 and 0037 make the triggers, 0029 has the function. `organizations_changed`
(0025) gives an organization its first versions, and a new one of each kind with each change of its row.

So an entry is invalid exactly when one of the three versions differs from the entry's. The next query with the new
versions misses it and replaces it; nothing has to be evicted. Without a version nothing is cached. A change of a
workout's own row does not matter, as none of its columns is in the entry.

Tests: `tests/api/test_guards.py` derives the tables that cached batch functions read from their query plans, and
demands a trigger on each; `tests/workout/test_cached_tree_writes.py` tries each kind of write, and
`tests/workout/test_cached_trees.py` random writes, rollbacks and queries in older snapshots.
"""

from collections.abc import Hashable, Sequence
from typing import TypeAlias
from uuid import UUID

from kinegraph.identity.rules import Viewer

TreeKey: TypeAlias = tuple[UUID, UUID, UUID | None]
"""A workout, its organization, and the version of kind `workouts` that was read with its row."""


def cached_trees(viewer: Viewer, keys: Sequence[TreeKey]) -> list[tuple[tuple[Hashable, ...], Hashable]] | None:
    """The cache key and version of each workout's tree.

    None if any of them is of an organization that the viewer does not belong to, or has no version: then all are read
    from the database.
    """
    versions = [(version, *viewer.version(organization)) for _, organization, version in keys]
    if not all(viewer.organization(organization) for _, organization, _ in keys) or any(
        None in each for each in versions
    ):
        return None
    return [(("tree", workout), each) for (workout, *_), each in zip(keys, versions, strict=True)]
