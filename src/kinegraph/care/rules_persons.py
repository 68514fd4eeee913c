"""Conditions of the whole person, which make every exercise of a session easier."""

from kinegraph.care.rules import HEART

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
