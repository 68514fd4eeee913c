"""Reading lists of exercises in the order of their risk for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kinegraph.catalog.rules import Filter
from kinegraph.classification.rules_safety import Assessment
from kinegraph.kit.sessions import ReadSession
from kinegraph.layers.rules_safety import assessed
from kinegraph.layers.store import safety_of
from kinegraph.library.rules import EffectiveExercise
from kinegraph.library.store import effective
from kinegraph.library.store_lists import LibraryKey, safest


@dataclass(frozen=True, slots=True)
class AssessedExercise:
    """An exercise as an organization sees it, and what it is for a person."""

    exercise: EffectiveExercise
    assessment: Assessment


async def safest_exercises(
    session: ReadSession, keys: Sequence[LibraryKey], wanted: Filter, conditions: tuple[str, ...], limit: int
) -> list[list[AssessedExercise]]:
    """The exercises of the lowest risk of each organization's library, with their assessments: three statements."""
    groups: list[list[tuple[UUID, UUID]]] = await safest(session, keys, wanted, limit)
    views = list(dict.fromkeys(key for group in groups for key in group))
    exercises = dict(zip(views, await effective(session, views) if views else (), strict=True))
    constraints = dict(zip(views, await safety_of(session, views) if views else (), strict=True))
    return [
        [
            AssessedExercise(exercise, assessed(constraints[key], conditions))
            for key in group
            if (exercise := exercises[key]) is not None
        ]
        for group in groups
    ]
