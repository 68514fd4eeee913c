"""The programming profile of an exercise, from its class and modifiers (docs/training.md, Profiles)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor

from kinegraph.classification.rules_classes import GOALS, PrescriptionRange, Unit, classes, modifiers

HOURS_PER_WEEK = 168
RECOVERY_HOURS = ((2, 0), (4, 24), (7, 48), (10, 72))
"""Hours of recovery by the greater of damage and fatigue - 1: at most 2, 4, 7, 10."""
LIMITS = {"stability_demand": 5, "skill_demand": 5, "lifespan": 365}
"""The greatest values; of the others it is 10. The least is 1."""
MECHANICS_OF_MACHINES = "machine"


@dataclass(frozen=True, slots=True)
class Subject:
    """The values of an exercise that its profile depends on."""

    class_key: str
    modifiers: Sequence[str] = ()
    difficulty: int | None = None
    fatigue: int | None = None
    kind: str = "strength_compound"
    mechanics: str | None = None
    stressors: frozenset[str] = frozenset()
    adjust: Mapping[str, int] | None = None
    """Shifts by the names of columns, after the modifiers."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A programming profile: `values` by the columns of `exercise_programming_profiles`, and prescriptions by goal."""

    class_key: str
    modifiers: Sequence[str]
    values: Mapping[str, int | None]
    force_type: str | None
    tempo: str | None
    prescriptions: Mapping[str, PrescriptionRange]

    def columns(self) -> dict[str, object]:
        """The row of `exercise_programming_profiles`; in JSON, ranges are [min, max]."""
        by_goal = self.prescriptions
        reps = {goal: [of.min, of.max] for goal, of in by_goal.items() if goal in GOALS and of.unit is Unit.REPS}
        others = {
            goal: {"unit": str(of.unit), "min": of.min, "max": of.max}
            for goal, of in by_goal.items()
            if goal not in reps
        }
        return {
            **self.values,
            "class_key": self.class_key,
            "modifiers": list(self.modifiers),
            "force_type": self.force_type,
            "default_tempo": self.tempo,
            "recommended_rep_ranges": reps,
            "measured_ranges": others,
            "recommended_rest_times": {goal: of.rest_seconds for goal, of in by_goal.items()},
            "recommended_sets": {goal: of.sets for goal, of in by_goal.items()},
        }


def profile_of(subject: Subject) -> Profile:
    """The profile of an exercise of a known class. Unknown classes and modifiers are KeyErrors: check them before."""
    of_class = classes()[subject.class_key]
    applied = [modifiers()[key] for key in subject.modifiers]
    values, prescriptions, tempo = dict(of_class.values), dict(of_class.prescriptions), of_class.tempo
    for modifier in applied:
        values |= modifier.set
        for name, by in modifier.shift.items():
            values[name] = _sum(values[name], by)
        offered = {**prescriptions, **modifier.prescriptions}
        prescriptions = {goal: of for goal, of in offered.items() if goal not in modifier.without}
        tempo = None if modifier.has_no_tempo else _tempo(tempo, modifier.tempo)
    for name, by in (subject.adjust or {}).items():
        values[name] = _sum(values[name], by)
    fatigue = subject.fatigue if subject.fatigue is not None else of_class.fatigue[0]
    values |= {"difficulty_level": subject.difficulty, "fatigue_score": fatigue}
    values = _bounded(values, fatigue, subject)
    recovery = values["minimum_recovery"]
    if recovery is None:
        values["minimum_recovery"] = recovery = recovery_hours(values["muscular_damage_potential"] or 1, fatigue)
    anchor = values["optimal_frequency"]
    if anchor is not None:
        values["optimal_frequency"] = min(anchor, floor(HOURS_PER_WEEK / recovery) if recovery else 7, 7)
    return Profile(
        class_key=subject.class_key,
        modifiers=subject.modifiers,
        values=values,
        force_type=force_type(subject.kind),
        tempo=tempo,
        prescriptions=_with_ordered_rests(prescriptions),
    )


def recovery_hours(damage: int, fatigue: int) -> int:
    """The hours after which the same muscles may be trained again: 0, 24, 48 or 72."""
    load = max(damage, fatigue - 1)
    return next(hours for most, hours in RECOVERY_HOURS if load <= most)


def force_type(kind: str) -> str | None:
    """Compound or isolation, by the kind of the exercise; None for mobility and tests."""
    return {"strength_isolation": "isolation", "mobility": None, "test": None}.get(kind, "compound")


def _with_ordered_rests(prescriptions: Mapping[str, PrescriptionRange]) -> dict[str, PrescriptionRange]:
    """The prescriptions with a rest for strength that is no shorter than for hypertrophy, and so on to endurance."""
    found, least = dict(prescriptions), 0
    for goal in reversed(GOALS[:3]):
        if goal in found:
            least = max(least, found[goal].rest_seconds)
            found[goal] = replace(found[goal], rest_seconds=least)
    return found


def _sum(value: int | None, by: int) -> int | None:
    return None if value is None else value + by


def _tempo(tempo: str | None, changes: tuple[str | None, ...] | None) -> str | None:
    """A tempo with some of its four digits changed."""
    if tempo is None or changes is None:
        return tempo
    return "-".join(new or old for old, new in zip(tempo.split("-"), changes, strict=True))


def _bounded(values: Mapping[str, int | None], fatigue: int, subject: Subject) -> dict[str, int | None]:
    """The values within their scales, and within what fatigue, a machine, isolation and a risk to fall permit."""
    found = {
        name: None if value is None else min(max(value, 1), LIMITS.get(name, 10)) if _is_scale(name) else value
        for name, value in values.items()
    }
    most = {"epoc_effect": min(fatigue + 1, 10)}
    if fatigue <= 2:
        most["muscular_damage_potential"] = 3
    if subject.mechanics == MECHANICS_OF_MACHINES:
        most |= {"stability_demand": 2, "skill_demand": 2}
    if subject.kind == "strength_isolation":
        is_damaging = fatigue > 2 and found["muscular_damage_potential"] == 9
        most |= {"caloric_demand": 4, "neuromuscular_demand": 6 if is_damaging else 3}
    for name, limit in most.items():
        value = found[name]
        found[name] = None if value is None else min(value, limit)
    stability = found["stability_demand"]
    if "fall_risk" in subject.stressors and stability is not None and subject.mechanics != MECHANICS_OF_MACHINES:
        found["stability_demand"] = max(stability, 3)
    return found


def _is_scale(name: str) -> bool:
    return name not in ("minimum_recovery", "optimal_frequency", "difficulty_level", "fatigue_score")
