"""The state of a session during assembly, and the reasons that forbid adding an exercise to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from kinegraph.candidates.rules import Candidate, in_words
from kinegraph.candidates.rules_sides import OPPOSITE, Side
from kinegraph.classification.rules_safety import Assessment
from kinegraph.generator import rules
from kinegraph.layers.rules import TrainingGoal
from kinegraph.programming.rules import ExclusionReason, Request
from kinegraph.programming.rules_prescriptions import TimedPrescription, timed_prescriptions

LIGHT = frozenset({"low_load_strengthening", "tendon_loading", "balance_training"})
"""Classes of physiotherapy: accessory exercises, and chosen last for a person without conditions."""
CARDIO = "steady_cardio"
CONDITIONING = "mixed_conditioning"
EXPLOSIVE = frozenset({"olympic_lift", "olympic_variant", "olympic_technique", "jump", "shock_jump", "sprint"})
"""Classes that come first in a session, before fatigue."""

CLASSES: Mapping[TrainingGoal, Mapping[str, float]] = {
    TrainingGoal.STRENGTH: {
        **dict.fromkeys(("barbell_squat", "floor_pull"), 3.0),
        "free_weight_compound": 2.5,
        **dict.fromkeys(("bodyweight_upper_body", "loaded_hinge"), 2.0),
        **dict.fromkeys(("machine_compound", "leg_compound"), 1.0),
        **dict.fromkeys(("carry", "gymnastic_strength"), 0.5),
    },
    TrainingGoal.HYPERTROPHY: {
        "free_weight_compound": 3.0,
        **dict.fromkeys(("machine_compound", "loaded_hinge", "barbell_squat"), 2.5),
        **dict.fromkeys(("leg_compound", "bodyweight_upper_body", "isolation"), 2.0),
        **dict.fromkeys(("dynamic_trunk", "floor_pull"), 1.0),
    },
    TrainingGoal.ENDURANCE: {
        **dict.fromkeys(("leg_compound", "bodyweight_upper_body"), 2.5),
        **dict.fromkeys(("machine_compound", "free_weight_compound", "ballistic", "steady_cardio", "isolation"), 2.0),
        **dict.fromkeys(("mixed_conditioning", "carry", "dynamic_trunk", "isometric_hold"), 1.5),
        "barbell_squat": 0.5,
    },
    TrainingGoal.POWER: {
        **dict.fromkeys(("olympic_variant", "jump"), 3.0),
        "ballistic": 2.5,
        **dict.fromkeys(("olympic_lift", "free_weight_compound", "barbell_squat"), 2.0),
        **dict.fromkeys(("sprint", "floor_pull", "shock_jump"), 1.0),
    },
}
"""The classes that serve a goal best; others score 0."""

Obstacle = tuple[ExclusionReason, str]


def is_main(exercise: Candidate) -> bool:
    """True for exercises of the main part: several joints, and more than a light load."""
    return exercise.is_compound and exercise.class_key not in LIGHT


@dataclass
class Session:
    """The exercises that were chosen so far, each with its possible prescriptions and the one that it has."""

    request: Request
    eligible: Sequence[Candidate]
    assessments: Mapping[UUID, Assessment]
    budget: int
    """Seconds of the main and accessory exercises."""
    chosen: dict[UUID, tuple[Candidate, TimedPrescription]] = field(default_factory=dict)
    _options: dict[UUID, Sequence[TimedPrescription]] = field(default_factory=dict)
    _has_unused: dict[Side, bool] = field(default_factory=dict)
    """The answers of `has_unused` for the session as it is."""

    @cached_property
    def by_id(self) -> Mapping[UUID, Candidate]:
        """The eligible exercises by id."""
        return {each.id: each for each in self.eligible}

    @property
    def exercises(self) -> list[Candidate]:
        """The chosen exercises, in the order in which they were chosen."""
        return [each for each, _ in self.chosen.values()]

    @property
    def main(self) -> list[Candidate]:
        """The exercises of the main part."""
        return [each for each in self.exercises if is_main(each)]

    @property
    def accessory(self) -> list[Candidate]:
        """The exercises of the accessory part."""
        return [each for each in self.exercises if not is_main(each)]

    @property
    def seconds_left(self) -> int:
        """The seconds that no exercise takes yet."""
        return self.budget - sum(timed.seconds for _, timed in self.chosen.values())

    def options(self, exercise: Candidate) -> Sequence[TimedPrescription]:
        """The prescriptions of an exercise, from the fullest to the least."""
        if exercise.id not in self._options:
            assessment = self.assessments[exercise.id]
            self._options[exercise.id] = timed_prescriptions(exercise, self.request.goal, assessment)
        return self._options[exercise.id]

    def sets_of(self, muscle: str) -> int:
        """The sets of chosen exercises with a primary muscle."""
        return sum(timed.prescription["sets"] for each, timed in self.chosen.values() if muscle in each.primary)

    def count(self, side: Side) -> int:
        """The chosen exercises of a side."""
        return sum(each.side is side for each in self.exercises)

    def add(self, exercise: Candidate, seconds: int) -> None:
        """Add an exercise with the fullest prescription that takes at most these seconds, or the least."""
        options = [timed for timed in self.options(exercise) if self._fits_sets(exercise, timed)]
        timed = next((timed for timed in options if timed.seconds <= seconds), options[-1])
        self.chosen[exercise.id] = exercise, timed
        self._has_unused.clear()

    def fill(self) -> None:
        """Give the chosen exercises fuller prescriptions, in turn, while time and muscles permit."""
        while sum(self._raise(exercise) for exercise in self.exercises):
            pass

    def _raise(self, exercise: Candidate) -> bool:
        """Give an exercise the next fuller prescription, if that is possible."""
        timed = self.chosen[exercise.id][1]
        options = self.options(exercise)
        position = options.index(timed)
        if position == 0:
            return False
        fuller = options[position - 1]
        more = fuller.prescription["sets"] - timed.prescription["sets"]
        has_sets = all(self.sets_of(muscle) + more <= rules.MAX_SETS_PER_MUSCLE for muscle in exercise.primary)
        if not has_sets or fuller.seconds - timed.seconds > self.seconds_left:
            return False
        self.chosen[exercise.id] = exercise, fuller
        self._has_unused.clear()
        return True

    def _fits_sets(self, exercise: Candidate, timed: TimedPrescription) -> bool:
        sets = timed.prescription["sets"]
        return all(self.sets_of(muscle) + sets <= rules.MAX_SETS_PER_MUSCLE for muscle in exercise.primary)

    def obstacle(self, exercise: Candidate, *, is_extra: bool) -> Obstacle | None:
        """The reason that forbids adding an exercise; None if it may be added. `is_extra`: its place is filled already.

        The first exercise of a target muscle need not be balanced.
        """
        found = self._time(exercise) or self._beside_time(exercise, is_extra=is_extra)
        return found or (self._balance(exercise) if is_extra or not self.request.targets else None)

    def _beside_time(self, exercise: Candidate, *, is_extra: bool) -> Obstacle | None:
        """The reason that forbids adding an exercise, apart from time and balance; None if there is none."""
        if is_extra and not self.suits(exercise):
            why = f"Its class is no first choice for {self.request.goal}, and its place is filled."
            return ExclusionReason.CHOICE, why
        checks = (self._choice, self._sets, self._fatigue, self._order)
        return next((found for check in checks if (found := check(exercise)) is not None), None)

    def suits(self, exercise: Candidate) -> bool:
        """True if its class serves the goal, or its light load a person with conditions."""
        is_light = exercise.class_key in LIGHT
        has_use = len(self.request.person) > 0 if is_light else exercise.class_key in CLASSES[self.request.goal]
        return has_use or bool(self.assessments[exercise.id].indicated_for)

    def _time(self, exercise: Candidate) -> Obstacle | None:
        least = self.options(exercise)[-1].seconds
        if least <= self.seconds_left:
            return None
        left = max(self.seconds_left, 0)
        return ExclusionReason.TIME, f"It takes {least / 60:.1f} minutes, and {left / 60:.1f} are left."

    def _choice(self, exercise: Candidate) -> Obstacle | None:
        if copy := next((each for each in self.exercises if each.root_id == exercise.root_id), None):
            return ExclusionReason.CHOICE, f"It is a copy of {copy.name}, which is in the session."
        part, most = (self.main, rules.MAX_MAIN) if is_main(exercise) else (self.accessory, rules.MAX_ACCESSORY)
        if len(part) >= most:
            return ExclusionReason.CHOICE, f"The section has {most} exercises already."
        for key, most in ((CARDIO, rules.MAX_STEADY_CARDIO), (CONDITIONING, rules.MAX_CONDITIONING)):
            if exercise.class_key == key and sum(each.class_key == key for each in part) >= most:
                return ExclusionReason.CHOICE, f"The session has {most} of the class {key} already."
        return None

    def _sets(self, exercise: Candidate) -> Obstacle | None:
        least = self.options(exercise)[-1]
        if self._fits_sets(exercise, least):
            return None
        full = [
            m
            for m in sorted(exercise.primary)
            if self.sets_of(m) + least.prescription["sets"] > rules.MAX_SETS_PER_MUSCLE
        ]
        return (
            ExclusionReason.FATIGUE,
            f"{in_words(full).capitalize()} would have more than {rules.MAX_SETS_PER_MUSCLE} sets.",
        )

    def _fatigue(self, exercise: Candidate) -> Obstacle | None:
        limit = rules.fatigue_limit(self.request.minutes)
        if sum(each.fatigue for each in self.exercises) + exercise.fatigue > limit:
            return ExclusionReason.FATIGUE, f"The session would tire more than {limit} points."
        most = rules.exhausting_limit(self.request.difficulty_max)
        if exercise.is_exhausting and sum(each.is_exhausting for each in self.exercises) >= most:
            return ExclusionReason.FATIGUE, f"The session has {most} exhausting exercises already."
        return None

    def _balance(self, exercise: Candidate) -> Obstacle | None:
        opposite = OPPOSITE.get(exercise.side)
        if opposite is None or self.count(exercise.side) < self.count(opposite) + 1:
            return None
        if not self.has_unused(opposite):
            return None
        return ExclusionReason.BALANCE, f"There is no {opposite} movement more to balance another {exercise.side}."

    def has_unused(self, side: Side) -> bool:
        """True if an eligible exercise of the side could be added, were there time."""
        if side not in self._has_unused:
            self._has_unused[side] = any(
                each.side is side and each.id not in self.chosen and self._beside_time(each, is_extra=True) is None
                for each in self.eligible
            )
        return self._has_unused[side]

    @property
    def is_balanced(self) -> bool:
        """The rule of balance: of opposite sides one has at most one exercise more, unless the other has no further.

        Target muscles need one exercise each, whatever their sides are.
        """
        most = max(1, len(self.request.targets))
        return all(
            self.count(side) - self.count(opposite) <= most or not self.has_unused(opposite)
            for side, opposite in OPPOSITE.items()
        )

    def _order(self, exercise: Candidate) -> Obstacle | None:
        if not exercise.is_exhausting or in_order([*self.exercises, exercise]) is not None:
            return None
        return ExclusionReason.FATIGUE, "It would follow another exhausting exercise of the same muscle."


def in_order(exercises: Sequence[Candidate]) -> list[Candidate] | None:
    """The order of a session: main exercises first, explosive ones before tiring ones, steady cardio last.

    No two exhausting exercises with a common primary muscle follow one another; None where that is impossible.
    """
    wanted = sorted(exercises, key=_rank)
    found: list[Candidate] = []
    return found if _arranged(found, wanted) else None


def _rank(exercise: Candidate) -> tuple[bool, bool, bool, int, str]:
    is_explosive = exercise.class_key in EXPLOSIVE
    return not is_main(exercise), exercise.class_key == CARDIO, not is_explosive, -exercise.fatigue, exercise.key


def _arranged(found: list[Candidate], waiting: Sequence[Candidate]) -> bool:
    """Append the waiting exercises in the first order that is allowed; False where there is none."""
    if not waiting:
        return True
    is_of_main = is_main(waiting[0])
    for position, each in enumerate(waiting):
        if is_main(each) != is_of_main:
            break
        if found and follow_too_closely(found[-1], each):
            continue
        found.append(each)
        if _arranged(found, [*waiting[:position], *waiting[position + 1 :]]):
            return True
        found.pop()
    return False


def follow_too_closely(one: Candidate, next_one: Candidate) -> bool:
    """True if both are exhausting and share a primary muscle."""
    return one.is_exhausting and next_one.is_exhausting and bool(one.primary & next_one.primary)
