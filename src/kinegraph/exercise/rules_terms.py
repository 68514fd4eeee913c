"""The terms that exercises are described, listed and filtered by."""

from enum import StrEnum


class ExerciseStatus(StrEnum):
    """Where an exercise stands in its life (seed 000)."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class ExerciseCategory(StrEnum):
    """Broad kind of training (seed 002)."""

    STRENGTH = "strength"
    CARDIO = "cardio"
    BODYWEIGHT = "bodyweight"
    FLEXIBILITY = "flexibility"
    PLYOMETRIC = "plyometric"
    SPORT_SPECIFIC = "sport_specific"
    OTHER = "other"


class ExerciseKind(StrEnum):
    """What the exercise is used for (seed 002)."""

    STRENGTH_COMPOUND = "strength_compound"
    STRENGTH_ISOLATION = "strength_isolation"
    CONDITIONING = "conditioning"
    MOBILITY = "mobility"
    SKILL = "skill"
    TEST = "test"


class MovementPattern(StrEnum):
    """Fundamental movement (seed 001)."""

    SQUAT = "squat"
    HINGE = "hinge"
    PUSH = "push"
    PULL = "pull"
    CARRY = "carry"
    LOCOMOTION = "locomotion"
    GYMNASTICS = "gymnastics"
    OLY = "oly"
    CONDITIONING = "conditioning"
    MOBILITY = "mobility"
    OTHER = "other"


class PlaneOfMotion(StrEnum):
    """Main plane of motion (seed 004)."""

    SAGITTAL = "sagittal"
    FRONTAL = "frontal"
    TRANSVERSE = "transverse"
    MULTI_PLANAR = "multi_planar"
