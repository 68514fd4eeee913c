"""How much is to be done: section configs and prescriptions, checked and brought into their stored form."""

from collections.abc import Mapping
from typing import Any

from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path
from kinegraph.workout.rules import NAMES
from kinegraph.workout.rules_terms import LoadUnit, SectionShape

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
    if "reps_max" in said and said["reps_max"] < said.get("reps_min", 0):
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
