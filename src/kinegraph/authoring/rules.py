"""The training layers of an entry of the library: from its class, stressors and exceptions (docs/training.md)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any  # JSON of the files

from kinegraph.authoring.rules_columns import constraint_columns
from kinegraph.care.rules import cautions_of
from kinegraph.care.rules_exercises import Subject
from kinegraph.classification.rules_classes import VALUES, ForceType, classes, modifiers, stressors
from kinegraph.classification.rules_profiles import Subject as ProfileSubject
from kinegraph.classification.rules_profiles import force_type, profile_of
from kinegraph.classification.rules_safety import Constraint, constraint_of
from kinegraph.classification.rules_severity import RANK, Finding, Severity, Traits, findings
from kinegraph.taxonomy.rules_conditions import vocabulary

STRICTEST_FIRST = sorted(RANK, key=lambda severity: -RANK[severity])


def traits_of(row: Mapping[str, Any]) -> Traits:
    """The values of an entry that the severity matrix looks at."""
    training, fatigue = row["training"], row.get("fatigueScore")
    return Traits(
        class_key=training["class"],
        stressors=frozenset(training["stressors"]),
        fatigue=int(fatigue) if isinstance(fatigue, int | float) else classes()[training["class"]].fatigue[0],
        pattern=_text(row.get("movementPattern")),
        regions=frozenset(_texts(row.get("bodyRegions"))),
        equipment=frozenset(_texts(row.get("equipment"))),
    )


def _text(value: Any) -> str | None:
    """A value that may be of any type, if it is a text."""
    return value if isinstance(value, str) else None


def _texts(value: Any) -> list[str]:
    """The texts in a value that may be of any type."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def cautions_of_entry(row: Mapping[str, Any]) -> Mapping[str, str]:
    """The conditions for which sessions leave the entry out beyond the severity matrix (`care.rules`), with reasons.

    The values of a row that is to be imported may be missing or of any type; those that are wrong count as missing.
    """
    kind, difficulty = _text(row.get("kind")) or "", row.get("difficulty")
    return cautions_of(
        Subject.of(
            traits_of(row),
            kind=kind,
            is_compound=force_type(kind) == ForceType.COMPOUND,
            vector=_text(row.get("forceVector")),
            mechanics=_text(row.get("mechanics")),
            is_unilateral=bool(row.get("isUnilateral")),
            primary_muscles=_texts(row.get("primaryMuscles")),
            difficulty=difficulty if isinstance(difficulty, int) else None,
        )
    )


def shown_findings_of(row: Mapping[str, Any]) -> dict[str, Finding]:
    """The findings of an entry, with those for which sessions leave it out."""
    return findings_of(row, cautions_of_entry(row))


def findings_of(row: Mapping[str, Any], cautions: Mapping[str, str] | None = None) -> dict[str, Finding]:
    """The findings of the severity matrix and of the entry's exceptions, by condition, with the entry's texts."""
    said: Mapping[str, Mapping[str, str]] = row["training"].get("conditions", {})
    exceptions = {
        condition: Finding(
            condition,
            Severity(own["severity"]),
            own.get("text") or own.get("reason", ""),
            own.get("dose") if own["severity"] == Severity.INDICATED else own.get("modification"),
        )
        for condition, own in said.items()
        if "severity" in own
    }
    return {
        condition: finding
        if condition in exceptions or condition not in said
        else replace(
            finding,
            because=said[condition].get("text") or finding.because,
            instead=said[condition].get("modification") or finding.instead,
            is_inherited=False,
        )
        for condition, finding in findings(traits_of(row), exceptions, cautions).items()
    }


def constraint_of_entry(row: Mapping[str, Any], substitutes: Mapping[str, str] | None = None) -> Constraint:
    """The safety constraints of an entry."""
    return constraint_of(shown_findings_of(row), frozenset(row["training"]["stressors"]), substitutes)


def contraindications_of(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The contraindications of an entry, the strictest first; what follows from a condition's parent is left out."""
    found = [f for f in shown_findings_of(row).values() if f.severity in RANK and not f.is_inherited]
    ordered = sorted(found, key=lambda finding: STRICTEST_FIRST.index(finding.severity))
    return [{"condition": f.condition, "severity": str(f.severity), "description": f.because} for f in ordered]


def profile_columns(row: Mapping[str, Any]) -> dict[str, Any]:
    """The entry's row of `exercise_programming_profiles`."""
    training = row["training"]
    profile = profile_of(
        ProfileSubject(
            class_key=training["class"],
            modifiers=training.get("modifiers", ()),
            difficulty=int(row["difficulty"]),
            fatigue=traits_of(row).fatigue,
            kind=row["kind"],
            mechanics=row.get("mechanics"),
            stressors=frozenset(training["stressors"]),
            adjust={VALUES[each["value"]]: each["by"] for each in training.get("adjust", ())},
        )
    )
    return profile.columns()


def safety_columns(row: Mapping[str, Any], substitutes: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The entry's row of `exercise_safety_constraints`."""
    return constraint_columns(constraint_of_entry(row, substitutes), row["training"]["stressors"])


def training_faults(row: Mapping[str, Any]) -> Iterator[tuple[Sequence[str | int], str]]:
    """The names of an entry's `training` that are in no closed list, and values that do not fit, each with its path."""
    training = row.get("training")
    if training is None:
        return
    if "contraindications" in row:
        yield (
            ("contraindications",),
            "they follow from training; remove them, or put their texts into training.conditions",
        )
    if training["class"] not in classes():
        yield ("training", "class"), f"there is no class {training['class']!r}"
    for name, listed in (("modifiers", modifiers()), ("stressors", stressors())):
        for position, key in enumerate(training.get(name, ())):
            if key not in listed:
                yield ("training", name, position), f"{key!r} is not one of the {name}"
    for condition, own in training.get("conditions", {}).items():
        if condition not in vocabulary():
            yield ("training", "conditions", condition), "it is not a condition of the vocabulary"
        severity = own.get("severity")
        if severity == Severity.INDICATED and "dose" not in own:
            yield ("training", "conditions", condition), "an indication has a dose"
        if severity not in (None, Severity.INDICATED) and "reason" not in own:
            yield ("training", "conditions", condition), "a severity of its own has a reason"
