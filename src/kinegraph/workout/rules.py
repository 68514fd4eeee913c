"""Enums, facts, refusals and values of workouts, sections, movements and comments, and the lengths of their texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any  # values of an input; columns that are read by name
from uuid import UUID

from kinegraph.exercise.rules import stored_id
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path, Refusal
from kinegraph.workout.rules_rows import CommentRow


class SnapshotImmutable(Refusal):
    """A snapshot workout cannot be deleted, nor assigned."""

    code = "SNAPSHOT_IMMUTABLE"


@dataclass(frozen=True, slots=True)
class WorkoutChanged:
    """Fact: a library workout, or a row of its tree, was created, changed or deleted. It makes no job yet."""

    workout_id: UUID
    organization_id: UUID


MAX_TEXT_LENGTHS: Mapping[str, int] = {
    "title": 255,
    "description": 10_000,
    "notes": 2_000,
    "label": 10,
    "superset_group": 10,
}
"""Maximum characters of each text column of workouts, sections and movements."""

MAX_COMMENT_LENGTH = 5_000


def checked_texts(values: Mapping[str, Any], at: Path, checks: Checks, names: Mapping[str, str]) -> dict[str, Any]:
    """Check the texts among `values`, and return them cleaned, by column; an empty text becomes None.

    `names` has the API's spelling of columns where it differs, for the paths of refusals.
    """
    return {
        column: (checks.text(value, (*at, names.get(column, column)), MAX_TEXT_LENGTHS[column], empty=True) or None)
        if value is not None
        else None
        for column, value in values.items()
        if column in MAX_TEXT_LENGTHS
    }


NO_WORKOUT = "There is no such workout."

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
    """A comment's row with its replies, oldest first, and its parent comment."""

    __slots__ = ("parent", "replies", "row")

    def __init__(self, row: CommentRow) -> None:
        self.row = row
        self.parent: Comment | None = None
        self.replies: list[Comment] = []

    def __getattr__(self, column: str) -> Any:
        return getattr(self.row, column)


def threads(rows: Sequence[CommentRow]) -> list[Comment]:
    """The top-level comments with their replies, both in the order of `rows`.

    Replies to a comment that is not among `rows`, since it was deleted, are left out.
    """
    comments = {row.id: Comment(row) for row in rows}
    tops = []
    for comment in comments.values():
        if comment.row.parent_comment_id is None:
            tops.append(comment)
        elif parent := comments.get(comment.row.parent_comment_id):
            comment.parent = parent
            parent.replies.append(comment)
    return tops


PREFIX = "movement_"
"""Prefix of a movement's columns in the row of the section that it was joined to."""


class JoinedMovement:
    """A movement whose columns are in the row of its section, under `PREFIX`."""

    __slots__ = ("row",)

    def __init__(self, row: Any) -> None:
        self.row = row

    def __getattr__(self, column: str) -> Any:
        return self.row[PREFIX + column]


class WorkoutScoring(StrEnum):
    """The measure that decides a workout's result."""

    TIME = "time"
    REPS = "reps"
    ROUNDS_REPS = "rounds_reps"
    WEIGHT = "weight"
    DISTANCE = "distance"
    CALORIES = "calories"
    POINTS = "points"
    NONE = "none"


class WorkoutMode(StrEnum):
    """A workout is a tree of sections, or a text."""

    STRUCTURED = "structured"
    FREEFORM = "freeform"


class SectionType(StrEnum):
    """The purpose of a section."""

    WARMUP = "warmup"
    STRENGTH = "strength"
    CONDITIONING = "conditioning"
    SKILL = "skill"
    MAIN = "main"
    COOLDOWN = "cooldown"
    ACCESSORY = "accessory"


class SectionShape(StrEnum):
    """The order and timing in which the movements of a section are done."""

    LINEAR = "linear"
    AMRAP = "amrap"
    EMOM = "emom"
    FOR_TIME = "for_time"
    TABATA = "tabata"
    REP_SCHEME = "rep_scheme"
    ROUNDS = "rounds"
    INTERVALS = "intervals"


class AssignmentStatus(StrEnum):
    """The state of an assignment."""

    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    SKIPPED = "skipped"


class LoadUnit(StrEnum):
    """The unit of a load."""

    KG = "kg"
    LB = "lb"
    PERCENT_1RM = "percent_1rm"
    RPE = "rpe"
    RIR = "rir"
    BODYWEIGHT = "bodyweight"


class WorkoutSort(StrEnum):
    """The orders of a list of workouts."""

    CREATED_AT_DESC = "CREATED_AT_DESC"
    CREATED_AT_ASC = "CREATED_AT_ASC"
    UPDATED_AT_DESC = "UPDATED_AT_DESC"
    TITLE_ASC = "TITLE_ASC"
    TITLE_DESC = "TITLE_DESC"


@dataclass(frozen=True, slots=True)
class WantedWorkouts:
    """The conditions of a list of workouts, which all hold together; None is no condition."""

    title: str | None = None
    author_id: UUID | None = None
    program_id: UUID | None = None
    exercise_ids: tuple[UUID, ...] = ()
    """Exercises that are all used in it."""


ALL_WORKOUTS = WantedWorkouts()
FILTERED_IDS = {"author_id": "authorId", "program_id": "programId", "uses_exercise_id": "usesExerciseId"}


def checked_filter(values: Mapping[str, Any]) -> WantedWorkouts:
    """Check the values of a filter of an organization's workouts, and return the conditions. Raises Refused."""
    checks = Checks()
    sent = values.get("title")
    title = None if sent is None else checks.text(sent, ("filter", "title"), 255, empty=True) or None
    sent_ids = {name: values.get(name) for name in FILTERED_IDS}
    if sent_ids["uses_exercise_id"] is not None:
        sent_ids["uses_exercise_id"] = stored_id(sent_ids["uses_exercise_id"])
    ids = {name: checks.key(id, ("filter", FILTERED_IDS[name])) for name, id in sent_ids.items() if id is not None}
    checks.done()
    used = (ids["uses_exercise_id"],) if "uses_exercise_id" in ids else ()
    return WantedWorkouts(title, ids.get("author_id"), ids.get("program_id"), used)
