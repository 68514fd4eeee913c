"""The sides of a balanced session, and the body regions of muscles."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from kinegraph.taxonomy.rules_muscles import groups


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
    **dict.fromkeys(("quadriceps", "adductors"), Side.SQUAT),
    **dict.fromkeys(("hamstrings", "glutes", "gluteus_medius", "erector_spinae"), Side.HINGE),
    **dict.fromkeys(("chest", "triceps", "anterior_deltoid", "lateral_deltoid", "serratus_anterior"), Side.PUSH),
    **dict.fromkeys(("lats", "rhomboids", "biceps", "brachialis", "brachioradialis", "teres_major"), Side.PULL),
    **dict.fromkeys(("posterior_deltoid", "traps", "upper_traps", "middle_traps", "lower_traps"), Side.PULL),
    **dict.fromkeys(("abdominals", "obliques", "transverse_abdominis", "quadratus_lumborum"), Side.CORE),
}


def side_of(pattern: str | None, primary_muscles: Sequence[str]) -> Side:
    """The side of an exercise, from its pattern or its first primary muscle. Lifts of the whole body have none."""
    if pattern not in BY_MUSCLE:
        return OF_PATTERN.get(pattern or "", Side.OTHER)
    return SIDES.get(primary_muscles[0], Side.OTHER) if primary_muscles else Side.OTHER


REGIONS: Mapping[str, str] = {
    **dict.fromkeys(("chest", "lats", "teres_major", "rhomboids", "serratus_anterior"), "shoulder"),
    **dict.fromkeys(("anterior_deltoid", "lateral_deltoid", "posterior_deltoid", "rotator_cuff"), "shoulder"),
    **dict.fromkeys(("supraspinatus", "infraspinatus", "subscapularis", "teres_minor"), "shoulder"),
    **dict.fromkeys(("traps", "upper_traps", "middle_traps", "lower_traps"), "shoulder"),
    **dict.fromkeys(("biceps", "triceps", "brachialis", "brachioradialis"), "elbow"),
    **dict.fromkeys(("forearms", "wrist_flexors", "wrist_extensors", "forearm_rotators"), "wrist"),
    **dict.fromkeys(("abdominals", "obliques", "transverse_abdominis", "quadratus_lumborum"), "trunk"),
    **dict.fromkeys(("erector_spinae", "multifidus"), "trunk"),
    **dict.fromkeys(("glutes", "gluteus_medius", "hip_rotators", "abductors", "adductors", "hip_flexors"), "hip"),
    **dict.fromkeys(("quadriceps", "hamstrings"), "knee"),
    **dict.fromkeys(("calves", "gastrocnemius", "soleus", "tibialis_anterior", "tibialis_posterior"), "ankle"),
    **dict.fromkeys(("peroneals", "foot_intrinsics"), "ankle"),
    **dict.fromkeys(("neck", "deep_neck_flexors", "levator_scapulae"), "neck"),
}
"""The region of the body that a muscle moves, for warm-ups."""


def regions_of(muscles: frozenset[str]) -> frozenset[str]:
    """The regions that muscles move."""
    return frozenset(REGIONS[muscle] for muscle in muscles if muscle in REGIONS)


def trained_by(muscle_keys: frozenset[str]) -> frozenset[str]:
    """The muscles whose training counts for these: they themselves, and muscles that include one of them.

    Who wants the gastrocnemius is served by an exercise for the calves.
    """
    found = set(muscle_keys)
    for key in muscle_keys:
        parent = groups().get(key)
        while parent is not None:
            found.add(parent)  # a group that is no muscle is no tag of an exercise
            parent = groups().get(parent)
    return frozenset(found)
