"""The terms that exercises are described, listed and filtered by."""

from collections.abc import Mapping
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


class VideoProvider(StrEnum):
    """Who serves a video (seed 000)."""

    BUNNY_STREAM = "bunny_stream"
    S3 = "s3"
    EXTERNAL = "external"


class VideoStatus(StrEnum):
    """What moderation has said of a video (seed 002)."""

    AUTO = "auto"
    VERIFIED = "verified"
    DEMOTED = "demoted"
    MANUAL = "manual"


BANDS: Mapping[str, tuple[int, int]] = {"BEGINNER": (1, 2), "INTERMEDIATE": (3, 3), "ADVANCED": (4, 5)}
"""Seed 000's difficulty bands over seed 002's integers."""


class DifficultyBand(StrEnum):
    """A band of difficulties."""

    BEGINNER = "BEGINNER"
    INTERMEDIATE = "INTERMEDIATE"
    ADVANCED = "ADVANCED"


class ExerciseSort(StrEnum):
    """The orders of a list of exercises."""

    NAME_ASC = "NAME_ASC"
    NAME_DESC = "NAME_DESC"
    CREATED_AT_ASC = "CREATED_AT_ASC"
    CREATED_AT_DESC = "CREATED_AT_DESC"
    UPDATED_AT_DESC = "UPDATED_AT_DESC"
    DIFFICULTY_ASC = "DIFFICULTY_ASC"
    DIFFICULTY_DESC = "DIFFICULTY_DESC"
