"""What workouts, sections, movements and comments may hold: enums, prescriptions, section configs."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path, Refusal


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


class LoadUnit(StrEnum):
    """What the number of a load counts."""

    KG = "kg"
    LB = "lb"
    PERCENT_1RM = "percent_1rm"
    RPE = "rpe"
    RIR = "rir"
    BODYWEIGHT = "bodyweight"


class SnapshotImmutable(Refusal):
    """A snapshot is the frozen copy of an assignment: it cannot go."""

    code = "SNAPSHOT_IMMUTABLE"


DAY = 86_400

CONFIG_BOUNDS: Mapping[str, tuple[int, int]] = {
    "cap_seconds": (1, DAY),
    "rounds": (1, 1_000),
    "interval_seconds": (1, DAY),
    "work_seconds": (1, DAY),
    "rest_seconds": (0, DAY),
}

CONFIG_KEYS: Mapping[SectionShape, tuple[str, ...]] = {
    SectionShape.LINEAR: (),
    SectionShape.AMRAP: ("cap_seconds",),
    SectionShape.EMOM: ("interval_seconds", "rounds"),
    SectionShape.FOR_TIME: ("cap_seconds", "rounds"),
    SectionShape.TABATA: ("work_seconds", "rest_seconds", "rounds"),
    SectionShape.REP_SCHEME: ("rep_scheme", "cap_seconds"),
    SectionShape.ROUNDS: ("rounds", "rest_seconds"),
    SectionShape.INTERVALS: ("work_seconds", "rest_seconds", "rounds"),
}
"""What each shape's config may hold; a section without a shape has none."""

PRESCRIPTION_BOUNDS: Mapping[str, tuple[int, int]] = {
    "sets": (1, 100),
    "reps_min": (0, 10_000),
    "reps_max": (1, 10_000),
    "duration_seconds": (1, DAY),
    "calories": (1, 10_000),
    "rest_seconds": (0, DAY),
}

LOAD_BOUNDS: Mapping[LoadUnit, tuple[float, float]] = {
    LoadUnit.KG: (0, 1_000),
    LoadUnit.LB: (0, 2_500),
    LoadUnit.PERCENT_1RM: (0, 200),
    LoadUnit.RPE: (1, 10),
    LoadUnit.RIR: (0, 10),
    LoadUnit.BODYWEIGHT: (0, 10),
}
"""Loads are kept in the unit that the coach typed; a bodyweight's value is a multiple of it, and may be left out."""

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


def checked_config(
    shape: SectionShape | None, config: Mapping[str, Any] | None, at: Path, checks: Checks
) -> dict[str, Any] | None:
    """A section's config as it is stored; None where it says nothing."""
    values = {key: value for key, value in (config or {}).items() if value is not None}
    allowed = CONFIG_KEYS[shape] if shape else ()
    for key, value in values.items():
        path = (*at, NAMES.get(key, key))
        if key not in allowed:
            checks.refuse(_foreign_key(shape, allowed), *path)
        elif key == "rep_scheme":
            _check_rep_scheme(value, path, checks)
        else:
            checks.whole(value, path, *CONFIG_BOUNDS[key])
    return values or None


def _foreign_key(shape: SectionShape | None, allowed: tuple[str, ...]) -> str:
    """Why a config key does not belong."""
    if shape is None:
        return "A section without a shape has no config; give it a shape."
    taken = " and ".join(NAMES.get(key, key) for key in allowed)
    return f"A section of shape {shape.name} takes {taken or 'no config'}, not this."


def _check_rep_scheme(scheme: list[int], path: Path, checks: Checks) -> None:
    if not 1 <= len(scheme) <= 100:
        checks.refuse(f"Must have 1 to 100 entries; this has {len(scheme)}.", *path)
        return
    for place, reps in enumerate(scheme):
        checks.whole(reps, (*path, str(place)), 1, 10_000)


def checked_prescription(values: Mapping[str, Any] | None, at: Path, checks: Checks) -> dict[str, Any] | None:
    """A movement's prescription as it is stored: only what was said; None where nothing was."""
    said = {key: value for key, value in (values or {}).items() if value is not None and value is not False}
    for key, bounds in PRESCRIPTION_BOUNDS.items():
        if key in said:
            checks.whole(said[key], (*at, NAMES.get(key, key)), *bounds)
    if said.get("reps_max", 10_000) < said.get("reps_min", 0):
        checks.refuse("Must not be less than repsMin.", *at, "repsMax")
    if "distance_meters" in said:
        checks.number(said["distance_meters"], (*at, "distanceMeters"), 0, 1_000_000)
    if "load" in said:
        said["load"] = _checked_load(said["load"], (*at, "load"), checks)
    for key, longest in (("tempo", 20), ("notes", 2_000)):
        if key in said:
            said[key] = checks.text(said[key], (*at, key), longest, empty=True)
    if said.get("tempo") and not _is_tempo(said["tempo"]):
        checks.refuse("Must be 3 or 4 numbers (or X for explosive) joined by hyphens, such as 3-1-1-0.", *at, "tempo")
    return {key: value for key, value in said.items() if value != ""} or None


def _is_tempo(tempo: str) -> bool:
    """Eccentric-pause-concentric and, where it is given, pause: seconds, or X for as fast as possible."""
    parts = tempo.split("-")
    numbers = all(part in ("X", "x") or (part.isascii() and part.isdigit() and len(part) <= 2) for part in parts)
    return numbers and len(parts) in (3, 4)


def _checked_load(load: Mapping[str, Any], at: Path, checks: Checks) -> dict[str, Any]:
    unit, value = LoadUnit(load["unit"]), load.get("value")
    if value is not None:
        checks.number(value, (*at, "value"), *LOAD_BOUNDS[unit])
    elif unit is not LoadUnit.BODYWEIGHT:
        checks.refuse(f"Must be given for a load in {unit.name}.", *at, "value")
    return {"value": value, "unit": unit.value} if value is not None else {"unit": unit.value}


@dataclass(frozen=True, slots=True)
class Program:
    """A track that workouts may belong to."""

    id: UUID
    name: str
    organization_id: UUID


class Comment:
    """A comment's row with the replies below it, oldest first; its columns read as its own."""

    __slots__ = ("replies", "row")

    def __init__(self, row: Any) -> None:
        self.row = row
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
            parent.replies.append(comment)
    return tops
