"""Groups of conditions by what they forbid or make harder, and how a condition is named in a sentence."""

HEART = frozenset({"cardiovascular_disease", "unstable_cardiac_condition"})
PRESSURE = HEART | {"hypertension", "uncontrolled_hypertension"}
KNEE = frozenset({"knee_pain", "knee_osteoarthritis", "knee_replacement", "acl_injury", "acl_reconstruction"})
HIP = frozenset({"hip_pain", "hip_impingement", "hip_replacement"})
DISC = frozenset(
    {"lumbar_disc_herniation", "sciatica", "spinal_stenosis", "spondylolisthesis", "acute_lower_back_pain"}
)
SHOULDER = frozenset({"shoulder_pain", "shoulder_impingement", "rotator_cuff_injury", "frozen_shoulder"})
NECK = frozenset({"neck_pain", "cervical_radiculopathy", "cervical_instability"})
WRIST = frozenset({"wrist_pain", "carpal_tunnel_syndrome"})
GRIP = WRIST | {"elbow_tendinopathy", "elbow_pain"}
"""Conditions that a firm grip irritates: every load in the hand is held loosely and is lighter."""
BALANCE = frozenset({"balance_disorder", "vertigo"})
FALLS = BALANCE | {"osteoporosis", "diabetic_neuropathy"}
FLOOR = FALLS | {"knee_osteoarthritis", "knee_replacement", "hip_pain", "hip_replacement", "pregnancy"}
"""Conditions with which getting down to the floor and up again is hard: once in a session at most."""
SLOW = PRESSURE | KNEE | HIP | DISC | {"pregnancy", "postpartum", "osteoporosis", "balance_disorder"}
"""Conditions with which no weight is moved as fast as possible."""
STANDING = FLOOR | PRESSURE
"""Conditions with which warm-up and cool-down stay off the floor."""
NO_BREATH_HOLD = HEART | {
    "hypertension", "uncontrolled_hypertension", "glaucoma", "pregnancy", "postpartum", "pelvic_floor_dysfunction",
    "diastasis_recti", "abdominal_hernia",
}  # fmt: skip
CAREFUL = NO_BREATH_HOLD | {
    "osteoporosis", "balance_disorder", "vertigo", "concussion", "recent_surgery", "recent_fracture", "epilepsy",
    "inflammatory_arthritis", "knee_replacement", "hip_replacement", "acl_reconstruction", "deep_vein_thrombosis",
    "achilles_rupture", "acute_lower_back_pain", "cervical_instability", "rhabdomyolysis_history", "asthma",
    "diabetic_neuropathy",
}  # fmt: skip
"""Conditions of the whole person, or after an operation: fewer sets, more repetitions, less effort [A]."""


ABBREVIATIONS = ("acl",)


def condition_words(key: str) -> str:
    """A condition in a sentence: "knee pain", "ACL reconstruction"."""
    return " ".join(word.upper() if word in ABBREVIATIONS else word for word in key.split("_"))
