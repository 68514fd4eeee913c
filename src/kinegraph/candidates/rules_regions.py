"""The body regions that muscles move, and the muscles whose training serves a wanted one."""

from collections.abc import Mapping

from kinegraph.taxonomy.rules_muscles import groups

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

    Example: for the gastrocnemius, an exercise for the calves counts.
    """
    found = set(muscle_keys)
    for key in muscle_keys:
        parent = groups().get(key)
        while parent is not None:
            found.add(parent)  # a group that is no muscle is no tag of an exercise
            parent = groups().get(parent)
    return frozenset(found)
