"""Changing single values of a programming profile."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any  # values of an input, and of JSON columns

from kinegraph.authoring.rules_columns import PROFILE
from kinegraph.classification.rules_classes import GENERAL, GOALS, Unit
from kinegraph.classification.rules_profiles import HOURS_PER_WEEK
from kinegraph.exercise.rules_columns import api_name
from kinegraph.kit.checks import Checks
from kinegraph.layers.rules import ProfileRow
from kinegraph.training.rules import fatigue_band

SCALES: Mapping[str, tuple[str, int, int]] = {
    "stability_demand": ("stability_demand", 1, 5),
    "skill_demand": ("skill_demand", 1, 5),
    "fatigue_score": ("fatigue_score", 1, 10),
    "muscular_damage_potential": ("muscular_damage_potential", 1, 10),
    "neuromuscular_demand": ("neuromuscular_demand", 1, 10),
    "caloric_demand": ("caloric_demand", 1, 10),
    "epoc_effect": ("epoc_effect", 1, 10),
    "minimum_recovery_hours": ("minimum_recovery", 0, 336),
    "optimal_frequency_per_week": ("optimal_frequency", 1, 14),
    "detraining_days": ("lifespan", 1, 365),
}
"""The whole numbers of the input: column, least and greatest value."""

MAX_AMOUNT: Mapping[Unit, int] = {Unit.REPS: 1_000, Unit.SECONDS: 14_400, Unit.METERS: 100_000, Unit.CALORIES: 10_000}
"""The greatest amount of a set in each unit."""
MAX_REST_SECONDS = 3_600
MAX_SETS = 20
TEMPO = re.compile("(?:X|[0-9])(?:-(?:X|[0-9])){3}", re.ASCII)


def checked_values(values: Mapping[str, Any], checks: Checks) -> dict[str, Any]:
    """The columns of a profile that an input changes. Faults are recorded in `checks`."""
    columns: dict[str, Any] = {}
    for name, (column, low, high) in SCALES.items():
        if name in values:
            value, path = values[name], ("input", api_name(name))
            columns[column] = None if value is None else checks.whole(value, path, low, high)
    if "force_type" in values:
        columns["force_type"] = values["force_type"]
    if "default_tempo" in values:
        columns["default_tempo"] = _checked_tempo(values["default_tempo"], checks)
    if values.get("prescriptions") is not None:
        columns |= _prescription_columns(values["prescriptions"], checks)
    return columns


def check_merged(stored: ProfileRow, columns: Mapping[str, Any], checks: Checks) -> dict[str, Any]:
    """The whole profile after a change; values that do not fit each other are refused at the ones that were sent."""
    merged: dict[str, Any] = {**{name: getattr(stored, name) for name in PROFILE}, **columns}
    frequency, hours = merged["optimal_frequency"], merged["minimum_recovery"]
    if frequency is not None and hours is not None and frequency * hours > HOURS_PER_WEEK:
        name = "optimalFrequencyPerWeek" if "optimal_frequency" in columns else "minimumRecoveryHours"
        if {"optimal_frequency", "minimum_recovery"} & columns.keys():
            message = f"{frequency} times a week leave no {hours} hours between two sessions; change one of both."
            checks.refuse(message, "input", name)
    fatigue = columns.get("fatigue_score")
    if fatigue is not None and merged["class_key"] is not None:
        low, high = fatigue_band(merged["class_key"])
        if not low <= fatigue <= high:
            message = f"Exercises of the class {merged['class_key']} have {low} to {high}; this is {fatigue}."
            checks.refuse(message, "input", "fatigueScore")
    return merged


def _checked_tempo(value: str | None, checks: Checks) -> str | None:
    if value is not None and not TEMPO.fullmatch(value):
        checks.refuse("Must be four digits or X, joined by hyphens, such as 3-1-X-0.", "input", "defaultTempo")
    return value


def _check_rests(rests: Mapping[str, int], entries: Sequence[Mapping[str, Any]], checks: Checks) -> None:
    """Refuse rests that grow from strength to hypertrophy, and from that to endurance."""
    sent = [goal for goal in GOALS[:3] if goal in rests]
    for heavier, lighter in pairwise(sent):
        if rests[lighter] > rests[heavier]:
            position = next(index for index, entry in enumerate(entries) if entry.get("goal") == lighter)
            message = f"Must be at most the rest for {heavier}, which is {rests[heavier]}; this is {rests[lighter]}."
            checks.refuse(message, "input", "prescriptions", str(position), "restSeconds")


def _prescription_columns(entries: Sequence[Mapping[str, Any]], checks: Checks) -> dict[str, Any]:
    """The JSON columns of all prescriptions of a profile. Rests do not grow from strength to endurance."""
    reps: dict[str, Any] = {}
    measured: dict[str, Any] = {}
    rests: dict[str, int] = {}
    sets: dict[str, int] = {}
    for position, entry in enumerate(entries):
        path = ("input", "prescriptions", str(position))
        goal, unit = entry.get("goal") or GENERAL, Unit(entry["unit"])
        if goal in rests:
            checks.refuse("Must name a goal once; there is one for it already.", *path, "goal")
        low, high = (checks.whole(entry[end], (*path, end), 1, MAX_AMOUNT[unit]) for end in ("min", "max"))
        if low > high:
            checks.refuse(f"Must be at most `max`, which is {high:,}; this is {low:,}.", *path, "min")
        rests[goal] = checks.whole(entry["rest_seconds"], (*path, "restSeconds"), 0, MAX_REST_SECONDS)
        sets[goal] = checks.whole(entry["sets"], (*path, "sets"), 1, MAX_SETS)
        if unit is Unit.REPS and goal != GENERAL:
            reps[goal] = [low, high]
        else:
            measured[goal] = {"unit": str(unit), "min": low, "max": high}
    _check_rests(rests, entries, checks)
    return {
        "recommended_rep_ranges": reps,
        "measured_ranges": measured,
        "recommended_rest_times": rests,
        "recommended_sets": sets,
    }
