"""The safety constraints of an exercise as a viewer sees them, and the conditions of a person."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol  # Any: JSON columns

from kinegraph.classification.rules_safety import (
    AVOID_SCORE,
    SCORES,
    Assessment,
    Constraint,
    Modification,
    Person,
    assess,
)
from kinegraph.classification.rules_severity import Severity
from kinegraph.kit.checks import Checks
from kinegraph.taxonomy.rules_conditions import MAX_CONDITION_LENGTH, MAX_SUGGESTED, folded, meant, unknown_fault

MAX_CONDITIONS = 60
UNASSESSED_SCORE = 99
"""The score of an exercise that nobody has classified, for a person who has any condition: nobody knows."""


class SafetyRow(Protocol):
    """The stored constraints of an exercise, and what is added to them; null where there is no row."""

    is_classified: bool
    avoid_if: Sequence[str] | None
    caution_if: Sequence[str] | None
    indicated_for: Sequence[str] | None
    modifications: Sequence[Mapping[str, Any]] | None
    risk_scores: Sequence[Mapping[str, Any]] | None
    stressors: Sequence[str] | None
    added: Sequence[Mapping[str, Any]] | None
    """Contraindications and the organization's restrictions: condition, severity, text."""


@dataclass(frozen=True, slots=True)
class ShownSafety:
    """The constraints of an exercise, with everything that was added to them."""

    constraint: Constraint
    stressors: Sequence[str]
    is_classified: bool
    """True if class and stressors of the exercise, or of its source, are known."""

    @property
    def avoid_if(self) -> Sequence[str]:
        """The conditions that rule it out."""
        return self.constraint.avoid_if

    @property
    def caution_if(self) -> Sequence[str]:
        """The conditions with which it is done with a modification."""
        return self.constraint.caution_if

    @property
    def indicated_for(self) -> Sequence[str]:
        """The conditions that it treats."""
        return self.constraint.indicated_for


def keys_of(text: str) -> tuple[str, ...]:
    """The keys of conditions that a stored text means, or the text in the form in which spellings are equal."""
    return tuple(sorted(meant(text))) or (folded(text),)


def shown_safety(row: SafetyRow | None) -> ShownSafety | None:
    """The constraints of a row, with what was added; None where nothing is known: no layer and nothing added."""
    if row is None or (not row.is_classified and not row.added):
        return None
    scores: dict[str, int] = dict.fromkeys((key for c in row.avoid_if or () for key in keys_of(c)), AVOID_SCORE)
    for risk in row.risk_scores or ():
        _raise(scores, keys_of(risk["condition"]), risk["risk_score"])
    for condition in row.caution_if or ():
        _raise(scores, keys_of(condition), 1)
    indicated = {key for c in row.indicated_for or () for key in keys_of(c)}
    texts = {key: each["modification"] for each in row.modifications or () for key in keys_of(each["condition"])}
    for each in row.added or ():
        severity = Severity(each["severity"])
        keys = keys_of(each["condition"])
        _raise(scores, keys, SCORES[severity])
        for key in keys:
            if key in indicated:  # its text is the prescription of a treatment that it is no more
                indicated.remove(key)
                texts.pop(key, None)
            texts.setdefault(key, each["text"] or "")
    avoided = [key for key, score in scores.items() if score >= AVOID_SCORE and key not in indicated]
    cautions = [key for key, score in scores.items() if score < AVOID_SCORE and key not in indicated]
    modifications = [Modification(key, text, key in avoided) for key, text in texts.items() if text]
    constraint = Constraint(
        avoided, cautions, sorted(indicated), modifications, {k: s for k, s in scores.items() if s < AVOID_SCORE}
    )
    return ShownSafety(constraint, row.stressors or (), row.is_classified)


def _raise(scores: dict[str, int], keys: Iterable[str], score: int) -> None:
    for key in keys:
        scores[key] = max(scores.get(key, 0), score)


def assessed(shown: ShownSafety | None, conditions: Sequence[str] | Person) -> Assessment:
    """An exercise for a person. With no condition every exercise is safe; an unclassified one never with one.

    "Not listed" does not mean "safe": nobody has looked which stressors an unclassified exercise has.
    """
    is_classified = shown is not None and shown.is_classified
    if not conditions:
        return Assessment(True, 0, is_classified=is_classified)
    found = assess(shown.constraint, conditions) if shown is not None else Assessment(True, 0)
    if is_classified:
        return found
    if not found.is_safe:
        return replace(found, is_classified=False)
    return replace(found, is_safe=False, score=UNASSESSED_SCORE, is_classified=False)


def checked_conditions(
    texts: Sequence[str], own: Collection[str], checks: Checks, *path: str, suggested: Iterable[str] = ()
) -> tuple[str, ...]:
    """The keys of a person's conditions, sorted. `own`: further spellings that are known, folded.

    A text with several meanings means all of them. Unknown ones are refused, with the nearest of the vocabulary and of
    `suggested`.
    """
    if len(texts) > MAX_CONDITIONS:
        checks.refuse(f"Must be at most {MAX_CONDITIONS} conditions; these are {len(texts)}.", *path)
        return ()
    found: set[str] = set()
    for position, text in enumerate(texts):
        is_short = len(text) <= MAX_CONDITION_LENGTH
        keys = meant(text) if is_short else frozenset()
        if keys:
            found |= keys
        elif is_short and folded(text) in own:
            found.add(folded(text))
        else:
            is_compared = len(checks.refusals) < MAX_SUGGESTED
            checks.refuse(unknown_fault(text, suggested, is_compared=is_compared), *path, position)
    return tuple(sorted(found))
