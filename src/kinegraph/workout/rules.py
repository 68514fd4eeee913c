"""What workouts, sections, movements and comments may hold: enums, prescriptions, section configs."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path, Refusal


class SnapshotImmutable(Refusal):
    """A snapshot workout cannot be deleted."""

    code = "SNAPSHOT_IMMUTABLE"


@dataclass(frozen=True, slots=True)
class WorkoutChanged:
    """Fact: a library workout, or something in its tree, is new, another than before, or deleted."""

    workout_id: UUID
    organization_id: UUID


TEXTS: Mapping[str, int] = {"title": 255, "description": 10_000, "notes": 2_000, "label": 10, "superset_group": 10}
COMMENT_LENGTH = 5_000


def checked_texts(values: Mapping[str, Any], at: Path, checks: Checks, names: Mapping[str, str]) -> dict[str, Any]:
    """The texts among `values`, by column, cleaned; an empty one is none. `names` are the API's spellings."""
    return {
        column: (checks.text(value, (*at, names.get(column, column)), TEXTS[column], empty=True) or None)
        if value is not None
        else None
        for column, value in values.items()
        if column in TEXTS
    }


NAMES: Mapping[str, str] = {
    "superset_group": "supersetGroup",
    "cap_seconds": "capSeconds",
    "interval_seconds": "intervalSeconds",
    "work_seconds": "workSeconds",
    "rest_seconds": "restSeconds",
    "rep_scheme": "repScheme",
    "reps_min": "repsMin",
    "reps_max": "repsMax",
    "duration_seconds": "durationSeconds",
    "distance_meters": "distanceMeters",
    "per_side": "perSide",
}
"""Columns and keys whose spelling in the API differs."""


@dataclass(frozen=True, slots=True)
class Program:
    """A track that workouts may belong to."""

    id: UUID
    name: str
    organization_id: UUID


class Comment:
    """A comment's row with what was read along: the replies below it, oldest first, and the comment above it."""

    __slots__ = ("parent", "replies", "row")

    def __init__(self, row: Any) -> None:
        self.row = row
        self.parent: Comment | None = None
        self.replies: list[Comment] = []

    def __getattr__(self, column: str) -> Any:
        return getattr(self.row, column)


def threads(rows: list[Any]) -> list[Comment]:
    """Top-level comments with their replies, both in the order of `rows`. A deleted comment takes its thread along."""
    comments = {row.id: Comment(row) for row in rows}
    tops = []
    for comment in comments.values():
        if comment.parent_comment_id is None:
            tops.append(comment)
        elif parent := comments.get(comment.parent_comment_id):
            comment.parent = parent
            parent.replies.append(comment)
    return tops


PREFIX = "movement_"
"""Of a movement's columns in the row of a section that it was joined to."""


class JoinedMovement:
    """A movement whose columns stand in the row of its section, under a prefix."""

    __slots__ = ("row",)

    def __init__(self, row: Any) -> None:
        self.row = row

    def __getattr__(self, column: str) -> Any:
        return self.row[PREFIX + column]


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
