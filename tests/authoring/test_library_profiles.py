"""The laws of programming profiles hold for every entry of the shipped library (docs/training.md, Laws)."""

import itertools
import re
from collections.abc import Callable
from typing import Any  # JSON of the entries, and values of profiles by column

import pytest

from kinegraph.authoring.rules import profile_columns
from kinegraph.canonical.rules_files import shipped_rows
from kinegraph.classification.rules_classes import classes, modifiers

Entry = dict[str, Any]
PROFILES: list[tuple[Entry, Entry]] = [(row, profile_columns(row)) for row in shipped_rows()]
TEMPO = re.compile("(X|[0-9])(-(X|[0-9])){3}")
SPREAD = ("stability_demand", "skill_demand", "muscular_damage_potential", "neuromuscular_demand", "caloric_demand")


def code_of(row: Entry) -> str:
    """The code of the entry's class, such as S1."""
    return classes()[row["training"]["class"]].code


def goals_of(profile: Entry) -> set[str]:
    """The goals that the exercise is offered for."""
    return {*profile["recommended_rest_times"]} - {"general"}


def has_few_power_repetitions(row: Entry, profile: Entry) -> bool:
    """At most 10 repetitions for power (ropes 20), with a rest of at least 60 or 120 seconds."""
    if "power" not in goals_of(profile):
        return True
    code, reps = code_of(row), profile["recommended_rep_ranges"].get("power")
    least = 120 if code in ("O1", "O2", "O3", "P2", "P3") else 60
    rest: int = profile["recommended_rest_times"]["power"]
    return rest >= least and (reps is None or reps[1] <= (20 if code == "P1" else 10))


def is_in_order(row: Entry, profile: Entry) -> bool:
    """Ranges and rests of strength, hypertrophy and endurance in their order."""
    order = ("strength", "hypertrophy", "endurance")
    reps = [found for goal in order if (found := profile["recommended_rep_ranges"].get(goal))]
    rests = [found for goal in order if (found := profile["recommended_rest_times"].get(goal)) is not None]
    pairs = itertools.pairwise(reps)
    return (
        all(low <= high for low, high in reps)
        and all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairs)
        and rests == sorted(rests, reverse=True)
    )


def has_a_fitting_tempo(row: Entry, profile: Entry) -> bool:
    """A tempo of four digits where repetitions are counted; fast, slow and paused ones as the name says."""
    tempo, name = profile["default_tempo"], row["name"].lower()
    if code_of(row) in ("S11", "S12", "C1", "C3", "C4"):
        return tempo is None
    if tempo is None:
        return True
    lowering, pause, lifting, _ = tempo.split("-")
    is_fast = row["category"] == "plyometric" or row.get("movementPattern") == "oly"
    return (
        TEMPO.fullmatch(tempo) is not None
        and (lifting == "X" or not is_fast)
        and (lowering >= "3" or not re.search("tempo|eccentric", name))
        and (pause >= "2" or "pause" not in name)
    )


def has_only_goals_of_its_kind(row: Entry, profile: Entry) -> bool:
    """Mobility and tests serve neither strength, hypertrophy nor power (loaded stretches excepted), nor does balance
    training. Exercises of strength, speed and gymnastics serve at least one goal.
    """
    code, heavy = code_of(row), {"strength", "hypertrophy", "power"}
    if row["kind"] in ("mobility", "test") and code != "M3":
        return not goals_of(profile) & heavy
    if code == "R3":
        return not goals_of(profile) & heavy
    return bool(goals_of(profile)) or code[0] not in "SOGP"


LAWS: dict[str, Callable[[Entry, Entry], bool]] = {
    "difficulty and fatigue are the entry's": lambda row, profile: (
        profile["difficulty_level"] == row["difficulty"] and profile["fatigue_score"] == row["fatigueScore"]
    ),
    "fatigue is in the band of the class, give or take 1": lambda row, profile: (
        classes()[row["training"]["class"]].fatigue[0] - 1
        <= profile["fatigue_score"]
        <= classes()[row["training"]["class"]].fatigue[1] + 1
    ),
    "ranges and rests are in order": is_in_order,
    "power has few repetitions": has_few_power_repetitions,
    "a goal has a rest, a number of sets and one range": lambda row, profile: (
        {*profile["recommended_rest_times"]}
        == {*profile["recommended_sets"]}
        == {*profile["recommended_rep_ranges"], *profile["measured_ranges"]}
    ),
    "goals go with the kind": has_only_goals_of_its_kind,
    "power is only for lifts, throws, jumps and sprints": lambda row, profile: (
        "power" not in goals_of(profile)
        or code_of(row)[0] in "OP"
        or code_of(row) in ("S1", "S2", "S4", "C3")
    ),
    "isolation tires little": lambda row, profile: (
        row["kind"] != "strength_isolation"
        or (profile["fatigue_score"] <= 5
        and profile["neuromuscular_demand"] <= (6 if code_of(row) == "S9" else 3)
        and profile["caloric_demand"] <= 4
        and profile["force_type"] == "isolation")
    ),
    "compound barbell lifts tire": lambda row, profile: (
        row["kind"] != "strength_compound" or "barbell" not in row["equipment"] or profile["fatigue_score"] >= 4
    ),
    "machines need little balance and skill": lambda row, profile: (
        row.get("mechanics") != "machine" or max(profile["stability_demand"], profile["skill_demand"]) <= 2
    ),
    "standing on one leg needs balance": lambda row, profile: (
        not row.get("isUnilateral")
        or "fall_risk" not in row["training"]["stressors"]
        or row.get("mechanics") == "machine"
        or profile["stability_demand"] >= 3
    ),
    "the frequency leaves time to recover": lambda row, profile: (
        profile["optimal_frequency"] is None
        or profile["optimal_frequency"] * profile["minimum_recovery"] <= 168
    ),
    "the tempo fits": has_a_fitting_tempo,
    "recovery takes energy in proportion to fatigue": lambda row, profile: (
        profile["epoc_effect"] <= profile["fatigue_score"] + 1
    ),
    "only what keeps the whole body moving takes much energy": lambda row, profile: (
        profile["caloric_demand"] < 8
        or row["category"] in ("cardio", "bodyweight", "plyometric")
        or code_of(row)[0] == "C"
        or code_of(row) in ("O4", "P1")
    ),
    "what does not tire damages little": lambda row, profile: (
        profile["fatigue_score"] > 2 or profile["muscular_damage_potential"] <= 3
    ),
}  # fmt: skip


@pytest.mark.parametrize("law", LAWS)
def test_every_entry_of_the_library_obeys(law: str) -> None:
    assert [row["slug"] for row, profile in PROFILES if not LAWS[law](row, profile)] == []


def test_exercises_of_one_class_mechanics_and_modifiers_that_set_a_value_differ_by_at_most_2() -> None:
    groups: dict[Any, list[Entry]] = {}
    for row, profile in PROFILES:
        setting = frozenset(key for key in row["training"].get("modifiers", ()) if modifiers()[key].set)
        alike = row["training"]["class"], row.get("mechanics"), row.get("isUnilateral", False), setting
        groups.setdefault(alike, []).append(profile)
    wide = {
        (alike, name)
        for alike, profiles in groups.items()
        for name in SPREAD
        if max(each[name] for each in profiles) - min(each[name] for each in profiles) > 2
    }
    assert wide == set()
