"""Changing the safety constraints of an exercise, and what an organization adds to them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol  # Any: values of an input, and of JSON columns
from uuid import UUID

from kinegraph.authoring.rules_columns import constraint_columns
from kinegraph.classification.rules_classes import stressors
from kinegraph.classification.rules_safety import AVOID_SCORE, MAX_SCORE, SCORES, Constraint, Modification, assess
from kinegraph.classification.rules_severity import Severity
from kinegraph.exercise.rules_columns import api_name
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Conflict, Path
from kinegraph.layers.rules_safety import ShownSafety
from kinegraph.taxonomy.rules_conditions import MAX_CONDITION_LENGTH, MAX_SUGGESTED, meant, unknown_fault
from kinegraph.training.rules import fault_of_unknown

MAX_MODIFICATION_LENGTH = 500
MAX_CONDITIONS = 100
"""Maximum number of entries in a list of an input."""
CONDITION_LISTS = ("avoid_if", "caution_if", "indicated_for")


class ConstraintRow(Protocol):
    """A row of `exercise_safety_constraints`."""

    avoid_if: Sequence[str]
    caution_if: Sequence[str]
    indicated_for: Sequence[str]
    modifications: Sequence[Mapping[str, Any]]
    risk_scores: Sequence[Mapping[str, Any]]
    stressors: Sequence[str]


class RestrictionRow(Protocol):
    """A row of `safety_restrictions`."""

    id: UUID
    organization_id: UUID
    exercise_id: UUID
    condition: str
    severity: str
    modification: str | None
    created_at: datetime


class AddsNothing(Conflict):
    """The stored constraints are as strict already."""


def checked_condition(text: str, path: Path, checks: Checks) -> str:
    """The key of the vocabulary that a text means. Unknown texts, and those with several meanings, are refused."""
    keys = sorted(meant(text)) if len(text) <= MAX_CONDITION_LENGTH else []
    if len(keys) > 1:
        checks.refuse(f"{text!r} has several meanings; send one of: {', '.join(keys)}.", *path)
    elif not keys:
        checks.refuse(unknown_fault(text, is_compared=len(checks.refusals) < MAX_SUGGESTED), *path)
    return keys[0] if keys else text


def checked_values(values: Mapping[str, Any], checks: Checks) -> dict[str, Any]:
    """The columns of constraints that an input changes. Faults are recorded in `checks`."""
    columns: dict[str, Any] = {}
    for name in CONDITION_LISTS:
        if values.get(name) is not None:
            at = ("input", api_name(name))
            columns[name] = list(dict.fromkeys(_checked_conditions(values[name], at, checks)))
    if values.get("stressors") is not None and checks.few(values["stressors"], ("input", "stressors"), MAX_CONDITIONS):
        for position, key in enumerate(values["stressors"]):
            if key not in stressors():
                message = fault_of_unknown(key, stressors(), "stressor", "stressors")
                checks.refuse(message, "input", "stressors", position)
        columns["stressors"] = [key for key in stressors() if key in values["stressors"]]
    if values.get("modifications") is not None:
        columns["modifications"] = _by_condition("modifications", values["modifications"], checks)
    if values.get("risk_scores") is not None:
        columns["risk_scores"] = _by_condition("risk_scores", values["risk_scores"], checks)
    return columns


def _checked_conditions(texts: Sequence[str], at: Path, checks: Checks) -> list[str]:
    if not checks.few(texts, at, MAX_CONDITIONS):
        return []
    return [checked_condition(text, (*at, str(position)), checks) for position, text in enumerate(texts)]


def _by_condition(name: str, entries: Sequence[Mapping[str, Any]], checks: Checks) -> dict[str, Any]:
    """The text or the score of each condition."""
    at = ("input", api_name(name))
    found: dict[str, Any] = {}
    for position, entry in enumerate(entries if checks.few(entries, at, MAX_CONDITIONS) else ()):
        path = (*at, str(position))
        key = checked_condition(entry["condition"], (*path, "condition"), checks)
        if key in found:
            checks.refuse(f"Must name {key} once.", *path, "condition")
        if name == "risk_scores":
            found[key] = checks.whole(entry["score"], (*path, "score"), 1, MAX_SCORE)
        else:
            found[key] = checks.text(entry["modification"], (*path, "modification"), MAX_MODIFICATION_LENGTH)
    return found


def check_merged(stored: ConstraintRow, changed: Mapping[str, Any], checks: Checks) -> dict[str, Any]:
    """The whole row after a change, in which a condition is in one list at most.

    A caution without a score gets 25, an indication 5. Texts and scores of conditions that are in no list are refused
    where they were sent, and else dropped.
    """
    lists: dict[str, list[str]] = {name: list(changed.get(name, getattr(stored, name))) for name in CONDITION_LISTS}
    _check_lists(lists, changed, checks)
    texts = {each["condition"]: each["modification"] for each in stored.modifications}
    scores = {each["condition"]: each["risk_score"] for each in stored.risk_scores}
    texts, scores = changed.get("modifications", texts), changed.get("risk_scores", scores)
    usual = {
        **dict.fromkeys(lists["caution_if"], SCORES[Severity.WARNING]),
        **dict.fromkeys(lists["indicated_for"], SCORES[Severity.INDICATED]),
    }
    named = dict.fromkeys(key for name in CONDITION_LISTS for key in lists[name])
    constraint = Constraint(
        **lists,
        modifications=[Modification(key, texts[key], key in lists["avoid_if"]) for key in named if key in texts],
        risk_scores={key: scores.get(key, least) for key, least in usual.items()},
    )
    return constraint_columns(constraint, changed.get("stressors", stored.stressors))


def _check_lists(lists: Mapping[str, Sequence[str]], changed: Mapping[str, Any], checks: Checks) -> None:
    """Refuse conditions that are in two lists, and texts and scores of conditions that they are not for."""
    for first, second in (("avoid_if", "caution_if"), ("avoid_if", "indicated_for"), ("caution_if", "indicated_for")):
        for key in sorted(set(lists[first]) & set(lists[second])):
            at, other = (second, first) if second in changed else (first, second)
            checks.refuse(f"{key} is in {api_name(other)} too; a condition is in one list.", "input", api_name(at))
    scored = {*lists["caution_if"], *lists["indicated_for"]}
    for key in sorted(set(changed.get("modifications", ())) - scored - set(lists["avoid_if"])):
        checks.refuse(f"{key} is not in avoidIf, cautionIf or indicatedFor.", "input", "modifications")
    for key in sorted(set(changed.get("risk_scores", ())) - scored):
        checks.refuse(f"{key} is not in cautionIf or indicatedFor.", "input", "riskScores")


def require_no_weaker(stored: str | None, severity: Severity, *path: str) -> None:
    """Raise AddsNothing for a restriction that is weaker than the organization's stored one of the same condition."""
    if stored is not None and SCORES[Severity(stored)] > SCORES[severity]:
        message = f"The organization's restriction of this condition is {stored.upper()}: remove that first."
        raise AddsNothing(message, *path)


def require_stricter(shown: ShownSafety | None, condition: str, severity: Severity, *path: str) -> None:
    """Raise AddsNothing for a restriction that the constraints and contraindications of an exercise include.

    A restriction of an indicated condition is stricter: the organization does not want it as a treatment.
    """
    if shown is None:
        return
    found = assess(shown.constraint, [condition])
    if found.score >= SCORES[severity]:
        what = "It is ruled out" if found.score == AVOID_SCORE else f"Its risk score is {found.score}"
        raise AddsNothing(f"{what} for {condition} already; a restriction only adds to that.", *path)
