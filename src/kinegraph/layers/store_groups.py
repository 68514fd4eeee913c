"""Reading exercises and profiles in groups, which are read together."""

from collections.abc import Sequence
from typing import Any  # keys and rows of any batch function
from uuid import UUID

from kinegraph.exercise.rules import ExerciseRow
from kinegraph.exercise.store import by_ids
from kinegraph.kit.sessions import ReadSession
from kinegraph.layers.rules import ProfileRow
from kinegraph.layers.store import profiles_of


async def several_by_ids(session: ReadSession, groups: Sequence[tuple[UUID, ...]]) -> list[list[ExerciseRow | None]]:
    """The exercises of each group of ids, in their order; None for one that there is not."""
    return await several(session, by_ids, groups)


async def several_profiles(session: ReadSession, groups: Sequence[tuple[UUID, ...]]) -> list[list[ProfileRow | None]]:
    """The programming profiles of each group of exercises, in their order, as `profiles_of` has them."""
    return await several(session, profiles_of, groups)


async def several(session: ReadSession, batch: Any, groups: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """The answers of a batch function to groups of keys, which are sent together; none are sent where there is none."""
    ids = list(dict.fromkeys(id for group in groups for id in group))
    found = dict(zip(ids, await batch(session, ids) if ids else (), strict=True))
    return [[found[id] for id in group] for group in groups]
