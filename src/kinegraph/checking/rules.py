"""Checking the movements of a workout for a person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from kinegraph.candidates.rules import Candidate, Catalogue, in_words
from kinegraph.checking.rules_overrides import OverrideRow
from kinegraph.classification.rules_safety import Assessment, Person, Warned
from kinegraph.substitution.rules import Offer, Substitute

Overrides: TypeAlias = Mapping[tuple[UUID, str], Sequence[OverrideRow]]
"""Overrides by exercise and condition, the latest first."""


class CheckLevel(StrEnum):
    """The level of a finding: a condition rules the exercise out, or speaks against it."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class MovementPosition:
    """A movement of a workout: its position, and its exercise. A movement that is not stored has no id."""

    section: int
    position: int
    movement_id: UUID | None
    exercise_id: UUID


@dataclass(frozen=True, slots=True)
class CheckedWarning:
    """A warning, and the override that is recorded for it."""

    condition: str
    is_avoid: bool
    modification: str | None
    override: OverrideRow | None


@dataclass(frozen=True, slots=True)
class Checked:
    """A movement that something speaks against."""

    place: MovementPosition
    candidate: Candidate
    level: CheckLevel
    reason: str
    assessment: Assessment
    warnings: Sequence[CheckedWarning]
    substitute: Substitute | None

    @property
    def is_overridden(self) -> bool:
        """True if every warning has an override; a movement without warnings has none."""
        return bool(self.warnings) and all(warning.override is not None for warning in self.warnings)


@dataclass(frozen=True, slots=True)
class Check:
    """The result for a workout: the movements that something speaks against, in their order."""

    movement_count: int
    movements: Sequence[Checked]

    @property
    def is_safe(self) -> bool:
        """True if no movement is ruled out, and none is of an exercise that nobody has classified."""
        return all(each.assessment.is_safe for each in self.movements)

    @property
    def blocked_count(self) -> int:
        """The number of movements that are ruled out."""
        return sum(each.level is CheckLevel.BLOCK for each in self.movements)

    @property
    def warned_count(self) -> int:
        """The number of movements with warnings alone."""
        return sum(each.level is CheckLevel.WARN for each in self.movements)


def checked(
    places: Sequence[MovementPosition],
    exercises: Mapping[UUID, Candidate],
    catalogue: Catalogue | None,
    person: Person,
    equipment: frozenset[str] | None,
    overrides: Sequence[OverrideRow],
) -> Check:
    """Check the movements of a workout. Each exercise is assessed, and substituted, once.

    Substitutes are of the catalogue; without one there are none. Without `equipment` a substitute needs what the
    workout's exercises need, if there is such a one.
    """
    used = frozenset(key for place in places for key in exercises[place.exercise_id].equipment)
    available = (used, None) if equipment is None else (equipment,)
    offers = [] if catalogue is None else [Offer(catalogue, person, each) for each in available]
    assessments = {id: exercise.assessed(person) for id, exercise in exercises.items()}
    against = {id: each for id, each in assessments.items() if each.warnings or not each.is_safe}
    substitutes = {id: _substitute(exercises[id], offers) for id in against}
    by_warning: dict[tuple[UUID, str], list[OverrideRow]] = {}
    for override in sorted(overrides, key=lambda each: each.created_at, reverse=True):
        by_warning.setdefault((override.exercise_id, override.condition), []).append(override)
    found = [
        _checked(place, exercises[place.exercise_id], against[place.exercise_id], by_warning, substitutes)
        for place in places
        if place.exercise_id in against
    ]
    return Check(len(places), found)


def _substitute(exercise: Candidate, offers: Iterable[Offer]) -> Substitute | None:
    """The best substitute of the first offer that has one."""
    return next((found[0] for offer in offers if (found := offer.substitutes(exercise, 1))), None)


def _checked(
    place: MovementPosition,
    exercise: Candidate,
    assessment: Assessment,
    overrides: Overrides,
    substitutes: Mapping[UUID, Substitute | None],
) -> Checked:
    is_ruled_out = any(warning.is_avoid for warning in assessment.warnings)
    warnings = [_with_override(warning, place, overrides) for warning in assessment.warnings]
    level = CheckLevel.BLOCK if is_ruled_out else CheckLevel.WARN
    return Checked(
        place, exercise, level, _reason(assessment), assessment, warnings, substitutes.get(place.exercise_id)
    )


def _with_override(warning: Warned, place: MovementPosition, overrides: Overrides) -> CheckedWarning:
    """A warning with the latest override of it."""
    of_exercise = overrides.get((place.exercise_id, warning.condition), ())
    latest = next((each for each in of_exercise if each.movement_id in (None, place.movement_id)), None)
    return CheckedWarning(warning.condition, warning.is_avoid, warning.modification, latest)


def _reason(assessment: Assessment) -> str:
    ruling = in_words(warning.condition for warning in assessment.warnings if warning.is_avoid)
    if ruling:
        return f"It is ruled out by {ruling}."
    conditions = in_words(warning.condition for warning in assessment.warnings)
    if not assessment.is_classified:
        also = f" {conditions.capitalize()} is listed." if conditions else ""
        return f"Nobody has classified it, so that nothing listed does not mean safe.{also}"
    return f"Its risk is {assessment.score} of 100, because of {conditions}."
