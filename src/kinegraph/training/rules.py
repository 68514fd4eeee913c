"""Classifying a stored exercise: the checks of class, modifiers and stressors, and the layers that follow from them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Protocol  # Any: values of an input, and of columns

from kinegraph.authoring.rules_columns import constraint_columns
from kinegraph.care.rules import cautions_of
from kinegraph.care.rules_exercises import Subject as CareSubject
from kinegraph.classification.rules_classes import ForceType, classes, modifiers, stressors
from kinegraph.classification.rules_profiles import Subject, force_type, profile_of
from kinegraph.classification.rules_safety import constraint_of
from kinegraph.classification.rules_severity import Traits, findings
from kinegraph.exercise.rules_columns import api_name
from kinegraph.kit.checks import Checks
from kinegraph.taxonomy.rules import equipment_key

MAX_KEYS = 50
"""Maximum number of modifiers, and of stressors, in one input."""
MAX_QUOTED = 60
"""Characters of an unknown key that a message quotes."""


@dataclass(frozen=True, slots=True)
class Classification:
    """The class, modifiers, stressors and fatigue given for an exercise.

    `fatigue`: None for the least of the class. `modifiers`, `stressors`: None where they were not sent.
    """

    class_key: str
    modifiers: Sequence[str] | None
    stressors: Sequence[str] | None
    fatigue: int | None


class TraitsRow(Protocol):
    """The columns of an exercise that its layers depend on, and the slugs of its body regions."""

    kind: str
    mechanics: str | None
    movement_pattern: str | None
    difficulty: int | None
    force_vector: str | None
    is_unilateral: bool
    primary_muscles: Sequence[str]
    equipment: Sequence[str]
    regions: Sequence[str]


def fault_of_unknown(key: str, listed: Collection[str], what: str, where: str) -> str:
    """The message for a key that is in no list, with the nearest that are."""
    close = get_close_matches(key[:MAX_QUOTED].lower().replace(" ", "_").replace("-", "_"), listed, n=3, cutoff=0.6)
    hint = f"the nearest known: {', '.join(close)}" if close else f"{where} lists them"
    return f"There is no {what} {key[:MAX_QUOTED]!r}; {hint}."


def checked_classification(values: Mapping[str, Any], checks: Checks) -> Classification | None:
    """The classification that an input has; None for the class null, which removes the layers.

    Unknown keys, a fatigue score outside of the class's band, and anything beside the class null are refused.
    """
    key, fatigue = values.get("class_key"), values.get("fatigue_score")
    lists = {
        name: None if values.get(name) is None else tuple(dict.fromkeys(values[name]))
        for name in ("modifiers", "stressors")
    }
    if key is None:
        given = [api_name(name) for name in ("modifiers", "stressors", "fatigue_score") if values.get(name)]
        if given:
            checks.refuse(f"Must be a class where there are {', '.join(given)}: leave these out.", "input", "classKey")
        return None
    for name, listed in (("modifiers", modifiers()), ("stressors", stressors())):
        _check_keys(lists[name] or (), listed, name, checks)
    if key not in classes():
        checks.refuse(fault_of_unknown(key, classes(), "class", "exerciseClasses"), "input", "classKey")
    if fatigue is not None:
        low, high = fatigue_band(key) if key in classes() else (1, 10)
        checks.whole(fatigue, ("input", "fatigueScore"), low, high)
    return Classification(key, lists["modifiers"], lists["stressors"], fatigue)


def completed(
    said: Classification,
    stored: Classification | None,
    least: Mapping[str, frozenset[str]],
    checks: Checks,
) -> Classification:
    """A classification with the stored modifiers and stressors where they were not sent.

    `least`: by class, the stressors that all exercises of it have; they are added. Where stressors were never sent,
    they are refused: nobody has looked how the exercise loads the body.
    """
    implied = least.get(said.class_key, frozenset())
    sent = said.stressors if said.stressors is not None else stored.stressors if stored is not None else None
    if sent is None:
        named = f" Those of its class are: {', '.join(sorted(implied))}." if implied else ""
        checks.refuse(
            "Send how it loads the body, all keys of `stressors` that hold, or an empty list if none does: what is "
            f"not listed would count as safe.{named}",
            "input",
            "stressors",
        )
    modifiers_of = said.modifiers if said.modifiers is not None else stored.modifiers if stored is not None else None
    return replace(
        said, modifiers=modifiers_of or (), stressors=[key for key in stressors() if key in implied.union(sent or ())]
    )


def _check_keys(keys: Sequence[str], listed: Collection[str], name: str, checks: Checks) -> None:
    if not checks.few(keys, ("input", name), MAX_KEYS):
        return
    where = "classModifiers" if name == "modifiers" else name
    for position, key in enumerate(keys):
        if key not in listed:
            checks.refuse(fault_of_unknown(key, listed, name[:-1], where), "input", name, position)


def fatigue_band(class_key: str) -> tuple[int, int]:
    """The least and the greatest fatigue score of exercises of a class: those of the class, give or take 1."""
    low, high = classes()[class_key].fatigue
    return max(low - 1, 1), min(high + 1, 10)


def layers_of(exercise: TraitsRow, said: Classification) -> tuple[dict[str, Any], dict[str, Any]]:
    """The rows of `exercise_programming_profiles` and of `exercise_safety_constraints` of a classified exercise."""
    having = frozenset(said.stressors or ())
    profile = profile_of(
        Subject(
            class_key=said.class_key,
            modifiers=said.modifiers or (),
            difficulty=exercise.difficulty,
            fatigue=said.fatigue,
            kind=exercise.kind,
            mechanics=exercise.mechanics,
            stressors=having,
        )
    )
    traits = Traits(
        class_key=said.class_key,
        stressors=having,
        fatigue=profile.values["fatigue_score"] or 1,
        pattern=exercise.movement_pattern,
        regions=frozenset(exercise.regions),
        equipment=frozenset(map(equipment_key, exercise.equipment)),
    )
    subject = CareSubject.of(
        traits,
        kind=exercise.kind,
        is_compound=force_type(exercise.kind) == ForceType.COMPOUND,
        vector=exercise.force_vector,
        mechanics=exercise.mechanics,
        is_unilateral=exercise.is_unilateral,
        primary_muscles=exercise.primary_muscles,
        difficulty=exercise.difficulty,
    )
    found = findings(traits, cautions=cautions_of(subject))
    return profile.columns(), constraint_columns(constraint_of(found, having), having)
