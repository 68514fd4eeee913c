"""The groups of movement patterns that a session balances."""

from collections.abc import Mapping, Sequence
from enum import StrEnum


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
