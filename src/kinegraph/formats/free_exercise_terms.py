"""The vocabularies of free-exercise-db, mapped to our terms."""

import re
from collections.abc import Mapping

DIFFICULTY = {"beginner": 2, "intermediate": 3, "expert": 4}
CATEGORY = {
    "strength": "strength",
    "powerlifting": "strength",
    "olympic weightlifting": "strength",
    "strongman": "strength",
    "stretching": "flexibility",
    "cardio": "cardio",
    "plyometrics": "plyometric",
}
KIND_OF_CATEGORY = {"stretching": "mobility", "cardio": "conditioning", "plyometrics": "conditioning"}
KIND = {"compound": "strength_compound", "isolation": "strength_isolation"}
PATTERN_OF_CATEGORY = {"stretching": "mobility", "cardio": "conditioning", "olympic weightlifting": "oly"}
DISCIPLINE = {
    "powerlifting": ["powerlifting"],
    "olympic weightlifting": ["weightlifting"],
    "strongman": ["strongman"],
}
FORCES = {"push", "pull", "static"}
MUSCLES: Mapping[str, list[str]] = {
    **{name: [name] for name in ("abdominals", "abductors", "adductors", "biceps", "calves", "chest", "forearms")},
    **{name: [name] for name in ("glutes", "hamstrings", "lats", "neck", "quadriceps", "traps", "triceps")},
    "lower back": ["erector_spinae"],
    "middle back": ["rhomboids"],
    "shoulders": ["anterior_deltoid", "lateral_deltoid", "posterior_deltoid"],
}
PATTERNS: Mapping[tuple[str, str], str] = {
    ("push", "quadriceps"): "squat",
    ("pull", "hamstrings"): "hinge",
    ("pull", "glutes"): "hinge",
    ("pull", "lower back"): "hinge",
    **{("push", muscle): "push" for muscle in ("chest", "shoulders", "triceps")},
    **{("pull", muscle): "pull" for muscle in ("lats", "middle back", "biceps")},
}
"""The movement pattern of a compound exercise, by its force and first primary muscle."""

EQUIPMENT = {
    "body only": (None, "bodyweight"),
    "barbell": ("barbell", "free_weight"),
    "dumbbell": ("dumbbell", "free_weight"),
    "kettlebells": ("kettlebell", "free_weight"),
    "e-z curl bar": ("ez_bar", "free_weight"),
    "medicine ball": ("medicine_ball", "free_weight"),
    "machine": ("machine", "machine"),
    "cable": ("cable_machine", "cable"),
    "bands": ("resistance_band", "band"),
    "exercise ball": ("swiss_ball", "other"),
    "foam roll": ("foam_roller", "other"),
    "other": ("other", "other"),
}
"""The equipment and the mechanics that each word of the format stands for."""

MACHINES = {
    "smith machine": "smith_machine",
    "leg press": "leg_press_machine",
    "leg curl": "leg_curl_machine",
    "leg extension": "leg_extension_machine",
    "calf": "calf_raise_machine",
    "hack squat": "hack_squat_machine",
    "pulldown": "lat_pulldown_machine",
    "butterfly": "pec_deck_machine",
    "treadmill": "treadmill",
    "bike": "stationary_bike",
    "rowing": "rowing_machine",
}
"""The machine, by a phrase in the exercise's name."""

INSTRUCTION_TYPES = (
    (re.compile(r"(caution|warning)\b", re.IGNORECASE), "safety"),
    (re.compile(r"(tip|note)s?\s*:", re.IGNORECASE), "form_cue"),
    (re.compile(r".*\bstarting position\.?$", re.IGNORECASE | re.DOTALL), "preparation"),
)
"""The type of an instruction, by its words; any other is a `step`."""

PROVENANCE = {
    "source": "free-exercise-db",
    "sourceUrl": "https://github.com/yuhonas/free-exercise-db",
    "licenseAttribution": "free-exercise-db, Unlicense (public domain) as its repository asserts",
}
