"""The sides of a balanced session."""

from collections.abc import Mapping, Sequence
from enum import StrEnum


class Side(StrEnum):
    """The part of a balanced session that an exercise belongs to."""

    SQUAT = "squat"
    HINGE = "hinge"
    PUSH = "push"
    PULL = "pull"
    CORE = "core"
    OTHER = "other"


OPPOSITE: Mapping[Side, Side] = {
    Side.SQUAT: Side.HINGE,
    Side.HINGE: Side.SQUAT,
    Side.PUSH: Side.PULL,
    Side.PULL: Side.PUSH,
}
"""The sides that are balanced with each other."""

OF_PATTERN = {"squat": Side.SQUAT, "hinge": Side.HINGE, "push": Side.PUSH, "pull": Side.PULL}
"""The sides of movement patterns; for gymnastics and `other`, the first primary muscle decides."""
BY_MUSCLE = ("gymnastics", "other", None)

SIDES: Mapping[str, Side] = {
    "quadriceps": Side.SQUAT,
    **dict.fromkeys(("hamstrings", "glutes"), Side.HINGE),
    **dict.fromkeys(("chest", "triceps", "anterior_deltoid", "lateral_deltoid", "serratus_anterior"), Side.PUSH),
    **dict.fromkeys(("lats", "rhomboids", "biceps", "brachialis", "brachioradialis", "teres_major"), Side.PULL),
    **dict.fromkeys(("posterior_deltoid", "traps", "upper_traps", "middle_traps", "lower_traps"), Side.PULL),
    **dict.fromkeys(("abdominals", "obliques", "transverse_abdominis", "quadratus_lumborum"), Side.CORE),
    **dict.fromkeys(("erector_spinae", "multifidus"), Side.CORE),
}
PULLED = frozenset(key for key, side in SIDES.items() if side is Side.PULL) - {"upper_traps", "traps"}
"""The muscles of which a pull trains one; shrugs and upright rows train none, so that they balance no push."""


def side_of(pattern: str | None, primary_muscles: Sequence[str]) -> Side:
    """The side of an exercise, from its pattern or its first primary muscle. Lifts of the whole body have none."""
    first = SIDES.get(primary_muscles[0], Side.OTHER) if primary_muscles else Side.OTHER
    if pattern in BY_MUSCLE:
        return first
    side = OF_PATTERN.get(pattern or "", Side.OTHER)
    if side is Side.HINGE and first is Side.CORE and "obliques" in primary_muscles:
        return Side.CORE  # a windmill bends to the side: it is no hinge
    if side is Side.PULL and not PULLED.intersection(primary_muscles):
        return Side.OTHER
    return side
