"""The exercise to do where a condition rules another one out: of the same pattern or muscles, and safe for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # JSON of the files

from kinegraph.authoring.rules import constraint_of_entry, traits_of
from kinegraph.classification.rules_safety import SCORES, Constraint, assess
from kinegraph.classification.rules_severity import Severity


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is compared of an entry."""

    slug: str
    pattern: str
    primary: frozenset[str]
    involved: frozenset[str]
    equipment: frozenset[str]
    difficulty: int
    fatigue: int
    constraint: Constraint


def substitutes_of(
    rows: Sequence[Mapping[str, Any]], candidates: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, str]]:
    """By slug and condition, a substitute among the candidates, for each condition that rules an entry out.

    It shares a primary muscle, or the pattern, is not more tiring or difficult, and resembles the entry most. Nothing
    speaks against it for somebody with the condition. Conditions for which there is none have no substitute.
    """
    offered = [_entry(row) for row in candidates if "training" in row and row["kind"] != "test"]
    found: dict[str, dict[str, str]] = {}
    for entry in (_entry(row) for row in rows if "training" in row):
        if entry.constraint.avoid_if:
            others = sorted(
                (other for other in offered if other.slug != entry.slug and _is_alike(entry, other)),
                key=lambda other: (-_likeness(entry, other), other.slug),
            )
            found[entry.slug] = {
                condition: chosen.slug
                for condition in entry.constraint.avoid_if
                if (chosen := next((other for other in others if _is_offered(other, condition)), None))
            }
    return found


def _entry(row: Mapping[str, Any]) -> _Entry:
    primary = frozenset(row["primaryMuscles"])
    return _Entry(
        slug=row["slug"],
        pattern=row.get("movementPattern", "other"),
        primary=primary,
        involved=primary | frozenset(row.get("secondaryMuscles", ())),
        equipment=frozenset(row["equipment"]),
        difficulty=int(row["difficulty"]),
        fatigue=traits_of(row).fatigue,
        constraint=constraint_of_entry(row),
    )


def _is_alike(entry: _Entry, other: _Entry) -> bool:
    """True if the other exercise trains something of the same, and is not harder."""
    is_lighter = other.fatigue <= entry.fatigue and other.difficulty <= entry.difficulty
    return is_lighter and (bool(entry.primary & other.primary) or entry.pattern == other.pattern != "other")


def _likeness(entry: _Entry, other: _Entry) -> float:
    """How much two exercises train the same, from 0 to about 8."""
    union = entry.involved | other.involved
    return (
        2.0 * len(entry.primary & other.primary) / len(entry.primary | other.primary)
        + 2.0 * len(entry.involved & other.involved) / len(union)
        + 2.0 * (entry.pattern == other.pattern)
        + 1.0 * (other.equipment <= entry.equipment)
        - 0.5 * abs(entry.difficulty - other.difficulty)
    )


def _is_offered(other: _Entry, condition: str) -> bool:
    """True if nothing speaks against an exercise for somebody with the condition."""
    assessment = assess(other.constraint, [condition])
    return assessment.is_safe and assessment.score <= SCORES[Severity.INDICATED]
