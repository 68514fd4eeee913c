"""The enums of an exercise's columns (docs/domain.md, Exercises)."""

from enum import StrEnum


class ExerciseStatus(StrEnum):
    """The state of an exercise's life cycle."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class ExerciseCategory(StrEnum):
    """The broad category of training."""

    STRENGTH = "strength"
    CARDIO = "cardio"
    BODYWEIGHT = "bodyweight"
    FLEXIBILITY = "flexibility"
    PLYOMETRIC = "plyometric"
    SPORT_SPECIFIC = "sport_specific"
    OTHER = "other"


class ExerciseKind(StrEnum):
    """The use of an exercise in a session."""

    STRENGTH_COMPOUND = "strength_compound"
    STRENGTH_ISOLATION = "strength_isolation"
    CONDITIONING = "conditioning"
    MOBILITY = "mobility"
    SKILL = "skill"
    TEST = "test"


class MovementPattern(StrEnum):
    """The fundamental movement."""

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
    """The main plane of motion."""

    SAGITTAL = "sagittal"
    FRONTAL = "frontal"
    TRANSVERSE = "transverse"
    MULTI_PLANAR = "multi_planar"
