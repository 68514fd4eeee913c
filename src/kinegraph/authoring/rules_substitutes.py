"""The exercise to do where a condition rules another one out: of the same pattern or muscles, and safe for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # JSON of the files

from kinegraph.authoring.rules import shown_findings_of, traits_of
from kinegraph.classification.rules_safety import SCORES, Constraint, assess, constraint_of, is_avoided
from kinegraph.classification.rules_severity import Severity


@dataclass(frozen=True, slots=True)
class Entry:
    """The values of an entry that are compared."""

    slug: str
    name: str
    pattern: str
    primary: frozenset[str]
    involved: frozenset[str]
    equipment: frozenset[str]
    difficulty: int
    fatigue: int
    constraint: Constraint
    needing: tuple[str, ...]
    """The conditions that rule it out, for which no rule says what to do instead."""


def candidates_of(rows: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """The entries that may be substitutes: all with a class but tests."""
    return [_entry(row) for row in rows if "training" in row and row["kind"] != "test"]


def substitutes_of(rows: Sequence[Mapping[str, Any]], candidates: Sequence[Entry]) -> dict[str, dict[str, str]]:
    """By slug and condition that rules an entry out, the candidate that resembles it most, where there is one.

    It shares a primary muscle or the pattern, is neither harder nor more tiring, and nothing speaks against it with
    the condition.
    """
    found: dict[str, dict[str, str]] = {}
    for entry in (_entry(row) for row in rows if "training" in row):
        if entry.needing:
            others = sorted(
                (other for other in candidates if other.slug != entry.slug and _is_alike(entry, other)),
                key=lambda other: (-_likeness(entry, other), other.slug),
            )
            found[entry.slug] = {
                condition: chosen.slug
                for condition in entry.needing
                if (chosen := next((other for other in others if _is_offered(other, condition)), None))
            }
    return found


def _entry(row: Mapping[str, Any]) -> Entry:
    primary, stressors = frozenset(row["primaryMuscles"]), frozenset(row["training"]["stressors"])
    found = shown_findings_of(row)
    return Entry(
        slug=row["slug"],
        name=row["name"],
        pattern=row.get("movementPattern", "other"),
        primary=primary,
        involved=primary | frozenset(row.get("secondaryMuscles", ())),
        equipment=frozenset(row["equipment"]),
        difficulty=int(row["difficulty"]),
        fatigue=traits_of(row).fatigue,
        constraint=constraint_of(found, stressors),
        needing=tuple(
            f.condition for f in found.values() if not f.is_inherited and not f.instead and is_avoided(f, stressors)
        ),
    )


def _is_alike(entry: Entry, other: Entry) -> bool:
    """True if the other exercise trains something of the same, and is not harder."""
    is_lighter = other.fatigue <= entry.fatigue and other.difficulty <= entry.difficulty
    return is_lighter and (bool(entry.primary & other.primary) or entry.pattern == other.pattern != "other")


def _likeness(entry: Entry, other: Entry) -> float:
    """The likeness of two exercises by muscles, pattern, equipment and difficulty: about 7 for equal ones."""
    return (
        2.0 * len(entry.primary & other.primary) / len(entry.primary | other.primary)
        + 2.0 * len(entry.involved & other.involved) / len(entry.involved | other.involved)
        + 2.0 * (entry.pattern == other.pattern)
        + 1.0 * (other.equipment <= entry.equipment)
        - 0.5 * abs(entry.difficulty - other.difficulty)
    )


def _is_offered(other: Entry, condition: str) -> bool:
    """True if nothing speaks against an exercise for somebody with the condition."""
    return assess(other.constraint, [condition]).score <= SCORES[Severity.INDICATED]
