"""The terms that workouts, sections and loads are described by."""

from enum import StrEnum


class WorkoutScoring(StrEnum):
    """What decides a workout's result."""

    TIME = "time"
    REPS = "reps"
    ROUNDS_REPS = "rounds_reps"
    WEIGHT = "weight"
    DISTANCE = "distance"
    CALORIES = "calories"
    POINTS = "points"
    NONE = "none"


class WorkoutMode(StrEnum):
    """Whether a workout is a tree or a text."""

    STRUCTURED = "structured"
    FREEFORM = "freeform"


class SectionType(StrEnum):
    """What a section is for."""

    WARMUP = "warmup"
    STRENGTH = "strength"
    CONDITIONING = "conditioning"
    SKILL = "skill"
    MAIN = "main"
    COOLDOWN = "cooldown"
    ACCESSORY = "accessory"


class SectionShape(StrEnum):
    """How the movements of a section are run through."""

    LINEAR = "linear"
    AMRAP = "amrap"
    EMOM = "emom"
    FOR_TIME = "for_time"
    TABATA = "tabata"
    REP_SCHEME = "rep_scheme"
    ROUNDS = "rounds"
    INTERVALS = "intervals"


class AssignmentStatus(StrEnum):
    """How an assignment went."""

    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    SKIPPED = "skipped"


class LoadUnit(StrEnum):
    """What the number of a load counts."""

    KG = "kg"
    LB = "lb"
    PERCENT_1RM = "percent_1rm"
    RPE = "rpe"
    RIR = "rir"
    BODYWEIGHT = "bodyweight"
