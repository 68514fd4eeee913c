"""The filter `safeFor`: from the conditions that were sent to the stored spellings that speak against an exercise."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import islice
from typing import Protocol

from kinegraph.catalog.rules import Filter
from kinegraph.kit.checks import Checks
from kinegraph.taxonomy.rules_conditions import folded, matching, meant, nearest

MAX_SUGGESTED = 5
"""The unknown conditions, at most, for which the nearest known ones are sought."""

MAX_COMPARED = 1_000
"""The conditions of an organization's own, at most, that an unknown one is compared with."""


class SafetyStrictness(StrEnum):
    """The severities of contraindications that exclude an exercise."""

    ABSOLUTE = "ABSOLUTE"
    RESTRICTION = "RESTRICTION"


class ConditionRow(Protocol):
    """A spelling of a condition that exercises of a list are contraindicated for."""

    condition: str
    is_shown: bool
    """True if the viewer sees an exercise with it: only then they may know that it exists."""


def own_conditions(rows: Sequence[ConditionRow]) -> list[str]:
    """The conditions, as written, that are in no vocabulary and that the viewer may know of."""
    return sorted(
        {folded(row.condition): row.condition for row in rows if row.is_shown and not meant(row.condition)}.values()
    )


def resolved(wanted: Filter, rows: Sequence[ConditionRow]) -> Filter:
    """The filter with the stored spellings in place of the conditions that were sent.

    Raises Refused for conditions that are neither in the vocabulary nor on an exercise that the viewer sees.
    """
    sent, checks = wanted.safe_for or (), Checks()
    own = own_conditions(rows)
    allowed = {folded(condition) for condition in own} | {folded(row.condition) for row in rows if row.is_shown}
    for position, text in enumerate(sent):
        if not meant(text) and folded(text) not in allowed:
            close = nearest(text, islice(own, MAX_COMPARED)) if len(checks.refusals) < MAX_SUGGESTED else []
            hint = f"the nearest known: {', '.join(close)}" if close else "contraindicationConditions lists them"
            checks.refuse(f"There is no condition {text[:60]!r}; {hint}.", "filter", "safeFor", position)
    checks.done()
    return replace(wanted, safe_for=tuple(sorted(matching(sent, (row.condition for row in rows)))))
