"""The values of exercises and persons that the rules of sessions look at, and the groups of movement patterns."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from kinegraph.taxonomy.rules import equipment_key
from kinegraph.taxonomy.rules_muscles import muscle_keys


class PatternGroup(StrEnum):
    """The group of movement patterns that an exercise counts for, in the balance of a session."""

    SQUAT = "squat"
    HINGE = "hinge"
    PUSH = "push"
    PULL = "pull"
    CORE = "core"
    OTHER = "other"


OPPOSITE: Mapping[PatternGroup, PatternGroup] = {
    PatternGroup.SQUAT: PatternGroup.HINGE,
    PatternGroup.HINGE: PatternGroup.SQUAT,
    PatternGroup.PUSH: PatternGroup.PULL,
    PatternGroup.PULL: PatternGroup.PUSH,
}
"""The groups that are balanced with each other."""

GROUP_OF_PATTERN = {
    "squat": PatternGroup.SQUAT,
    "hinge": PatternGroup.HINGE,
    "push": PatternGroup.PUSH,
    "pull": PatternGroup.PULL,
}
"""The group of each movement pattern; for gymnastics and `other`, the first primary muscle decides."""
BY_MUSCLE = ("gymnastics", "other", None)

GROUP_OF_MUSCLE: Mapping[str, PatternGroup] = {
    "quadriceps": PatternGroup.SQUAT,
    **dict.fromkeys(("hamstrings", "glutes"), PatternGroup.HINGE),
    **dict.fromkeys(
        ("chest", "triceps", "anterior_deltoid", "lateral_deltoid", "serratus_anterior"), PatternGroup.PUSH
    ),
    **dict.fromkeys(("lats", "rhomboids", "biceps", "brachialis", "brachioradialis", "teres_major"), PatternGroup.PULL),
    **dict.fromkeys(("posterior_deltoid", "traps", "upper_traps", "middle_traps", "lower_traps"), PatternGroup.PULL),
    **dict.fromkeys(("abdominals", "obliques", "transverse_abdominis", "quadratus_lumborum"), PatternGroup.CORE),
    **dict.fromkeys(("erector_spinae", "multifidus"), PatternGroup.CORE),
}
PULLED = frozenset(key for key, group in GROUP_OF_MUSCLE.items() if group is PatternGroup.PULL) - {
    "upper_traps",
    "traps",
}
"""The muscles of which a pull trains one; shrugs and upright rows train none, so that they balance no push."""


def pattern_group_of(pattern: str | None, primary_muscles: Sequence[str]) -> PatternGroup:
    """The group of an exercise, by its pattern or its first primary muscle; OTHER for lifts of the whole body."""
    first = GROUP_OF_MUSCLE.get(primary_muscles[0], PatternGroup.OTHER) if primary_muscles else PatternGroup.OTHER
    if pattern in BY_MUSCLE:
        return first
    group = GROUP_OF_PATTERN.get(pattern or "", PatternGroup.OTHER)
    if group is PatternGroup.HINGE and first is PatternGroup.CORE and "obliques" in primary_muscles:
        return PatternGroup.CORE  # a windmill bends to the side: it is no hinge
    if group is PatternGroup.PULL and not PULLED.intersection(primary_muscles):
        return PatternGroup.OTHER
    return group


UNKNOWN_DIFFICULTY = 5
"""The difficulty of an exercise without one: it is not offered to beginners."""


class Exercise(Protocol):
    """The values of an exercise that the rules look at."""

    @property
    def kind(self) -> str:
        """Such as strength_compound or mobility."""

    @property
    def pattern(self) -> str | None:
        """The movement pattern."""

    @property
    def pattern_group(self) -> PatternGroup:
        """The group of movement patterns as one of which a session's balance counts it."""

    @property
    def vector(self) -> str | None:
        """The direction of the force."""

    @property
    def mechanics(self) -> str | None:
        """Such as free_weight, machine or cable."""

    @property
    def is_unilateral(self) -> bool:
        """True if one side works at a time."""

    @property
    def primary(self) -> frozenset[str]:
        """The keys of its primary muscles."""

    @property
    def equipment(self) -> Collection[str]:
        """Keys of the equipment that it needs (`taxonomy.rules.equipment_key`)."""

    @property
    def difficulty(self) -> int:
        """From 1 to 5; UNKNOWN_DIFFICULTY where none is stored."""

    @property
    def class_key(self) -> str | None:
        """Its class; None where nobody has classified it."""

    @property
    def is_compound(self) -> bool:
        """True if several joints move."""

    @property
    def fatigue(self) -> int:
        """The fatigue score, from 1 to 10."""

    @property
    def stressors(self) -> frozenset[str]:
        """Keys of its stressors."""


OVERHEAD = frozenset({"overhead_load", "hanging"})
"""Stressors of pulls from above; others of several joints are rows."""


def is_row(exercise: Exercise) -> bool:
    """True for lifts of several joints that pull the elbows back, to the side of the trunk."""
    is_pull = exercise.is_compound and exercise.pattern_group is PatternGroup.PULL
    return is_pull and "lats" in exercise.primary and exercise.stressors.isdisjoint(OVERHEAD)


def is_bridge(exercise: Exercise) -> bool:
    """True for bridges and hip thrusts: the load lies on the hips, and the back on the floor or a bench."""
    is_hinge = exercise.pattern_group is PatternGroup.HINGE and exercise.vector == "horizontal"
    return is_hinge and ("bench" in exercise.equipment or "supine_lying" in exercise.stressors)


class Seen(Exercise, Protocol):
    """An exercise as an organization sees it."""

    @property
    def versions(self) -> Sequence[Exercise]:
        """Its values as the organization sees them and as they are stored: an override makes no rule void."""


class Having(Protocol):
    """The conditions of a person."""

    @property
    def conditions(self) -> frozenset[str]:
        """The conditions that were sent."""

    @property
    def having(self) -> frozenset[str]:
        """These, and the conditions that include them."""


class ClassifiedTraits(Protocol):
    """The values of an exercise that the severity matrix looks at (`classification.rules_severity.Traits`)."""

    @property
    def class_key(self) -> str | None:
        """Its class."""

    @property
    def stressors(self) -> frozenset[str]:
        """Keys of its stressors."""

    @property
    def fatigue(self) -> int:
        """The fatigue score."""

    @property
    def pattern(self) -> str | None:
        """The movement pattern."""

    @property
    def equipment(self) -> frozenset[str]:
        """Names or keys of its equipment."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The values of a stored exercise that the rules look at. Equipment and muscles are in the form of comparisons."""

    kind: str
    pattern: str | None
    pattern_group: PatternGroup
    vector: str | None
    mechanics: str | None
    is_unilateral: bool
    primary: frozenset[str]
    equipment: frozenset[str]
    difficulty: int
    class_key: str | None
    is_compound: bool
    fatigue: int
    stressors: frozenset[str]

    @classmethod
    def of(
        cls,
        traits: ClassifiedTraits,
        *,
        kind: str,
        is_compound: bool,
        vector: str | None,
        mechanics: str | None,
        is_unilateral: bool,
        primary_muscles: Sequence[str],
        difficulty: int | None,
    ) -> "Subject":
        """The values of an exercise with these traits; muscles and equipment as they are stored."""
        primary = muscle_keys(primary_muscles)
        return cls(
            kind=kind,
            pattern=traits.pattern,
            pattern_group=pattern_group_of(traits.pattern, primary),
            vector=vector,
            mechanics=mechanics,
            is_unilateral=is_unilateral,
            primary=frozenset(primary),
            equipment=frozenset(map(equipment_key, traits.equipment)),
            difficulty=difficulty or UNKNOWN_DIFFICULTY,
            class_key=traits.class_key,
            is_compound=is_compound,
            fatigue=traits.fatigue,
            stressors=traits.stressors,
        )
