"""The classes of exercises, their modifiers, and the closed lists of stressors and muscles."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any  # JSON of the files

import orjson


class Unit(StrEnum):
    """The unit of a prescription."""

    REPS = "reps"
    SECONDS = "seconds"
    METERS = "meters"
    CALORIES = "calories"


class TrainingGoal(StrEnum):
    """The goal of a set."""

    STRENGTH = "strength"
    HYPERTROPHY = "hypertrophy"
    ENDURANCE = "endurance"
    POWER = "power"


class ForceType(StrEnum):
    """Whether several joints move, or one."""

    COMPOUND = "compound"
    ISOLATION = "isolation"


GOALS = tuple(TrainingGoal)
GENERAL = "general"
"""The prescription of exercises that serve none of the goals: stretches, rolling, breathing."""


@dataclass(frozen=True, slots=True)
class PrescriptionRange:
    """A prescription for a goal: the range of each set in `unit`, the number of sets, and the rest after each."""

    unit: Unit
    min: int
    max: int
    rest_seconds: int
    sets: int


@dataclass(frozen=True, slots=True)
class ExerciseClass:
    """A class of exercises, with the numbers that all of them have. `values` are by the names of profile columns."""

    key: str
    code: str
    title: str
    fatigue: tuple[int, int]
    values: Mapping[str, int | None]
    tempo: str | None
    prescriptions: Mapping[str, PrescriptionRange]


@dataclass(frozen=True, slots=True)
class Modifier:
    """A change of a class's numbers for some of its exercises."""

    key: str
    when: str
    set: Mapping[str, int]
    shift: Mapping[str, int]
    tempo: tuple[str | None, ...] | None
    has_no_tempo: bool
    prescriptions: Mapping[str, PrescriptionRange]
    without: frozenset[str]


VALUES: Mapping[str, str] = {
    "stabilityDemand": "stability_demand",
    "skillDemand": "skill_demand",
    "muscularDamagePotential": "muscular_damage_potential",
    "neuromuscularDemand": "neuromuscular_demand",
    "caloricDemand": "caloric_demand",
    "epocEffect": "epoc_effect",
    "detrainingDays": "lifespan",
    "frequencyPerWeek": "optimal_frequency",
    "minimumRecoveryHours": "minimum_recovery",
}
"""The values of a class by their names in the files, and the columns of the profile."""


def data(name: str) -> Any:
    """The content of a file of this room."""
    return orjson.loads((files("kinegraph.classification") / name).read_bytes())


def _prescriptions(entry: Mapping[str, Any]) -> dict[str, PrescriptionRange]:
    sent = {**entry.get("goals", {}), **({GENERAL: entry["general"]} if "general" in entry else {})}
    return {
        goal: PrescriptionRange(
            Unit(prescription["unit"]),
            prescription["min"],
            prescription["max"],
            prescription["restSeconds"],
            prescription["sets"],
        )
        for goal, prescription in sent.items()
    }


@cache
def classes() -> Mapping[str, ExerciseClass]:
    """The classes by key."""
    return {
        entry["key"]: ExerciseClass(
            entry["key"],
            entry["code"],
            entry["title"],
            tuple(entry["fatigue"]),
            {column: entry.get(name) for name, column in VALUES.items()},
            entry["tempo"],
            _prescriptions(entry),
        )
        for entry in data("classes.json")["classes"]
    }


@cache
def modifiers() -> Mapping[str, Modifier]:
    """The modifiers by key."""
    return {
        entry["key"]: Modifier(
            entry["key"],
            entry["when"],
            {VALUES[name]: value for name, value in entry.get("set", {}).items()},
            {VALUES[name]: value for name, value in entry.get("shift", {}).items()},
            tuple(entry["tempo"]) if isinstance(entry.get("tempo"), list) else None,
            entry.get("tempo") == "none",
            _prescriptions(entry),
            frozenset(entry.get("without", ())),
        )
        for entry in data("classes.json")["modifiers"]
    }


@cache
def stressors() -> Mapping[str, str]:
    """The stressors by key, with the meaning of each, in the order in which an exercise's are stored."""
    return {entry["key"]: entry["means"] for entry in data("stressors.json")}
