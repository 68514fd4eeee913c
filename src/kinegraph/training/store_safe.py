"""Reading lists of exercises in the order of their risk for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kinegraph.catalog.rules import Filter
from kinegraph.classification.rules_safety import Assessment, Person
from kinegraph.kit.sessions import ReadSession
from kinegraph.layers.rules_safety import assessed
from kinegraph.layers.store import safety_of
from kinegraph.layers.store_groups import several
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
    exercises, constraints = await several(session, effective, groups), await several(session, safety_of, groups)
    person = Person(conditions)
    return [
        [
            AssessedExercise(exercise, assessed(constraint, person))
            for exercise, constraint in zip(*group, strict=True)
            if exercise is not None
        ]
        for group in zip(exercises, constraints, strict=True)
    ]
