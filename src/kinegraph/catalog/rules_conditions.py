"""The filter `safeFor`: from the conditions that were sent to the stored spellings that speak against an exercise."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Protocol

from kinegraph.catalog.rules import ChainEntry, Filter
from kinegraph.classification.rules_safety import Person
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path
from kinegraph.taxonomy.rules_conditions import MAX_SUGGESTED, folded, meant, unknown_fault


class SafetyStrictness(StrEnum):
    """The limits by which exercises are left out for a person with conditions."""

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


def resolved(wanted: Filter, rows: Sequence[ConditionRow], path: Path = ("filter", "safeFor")) -> Filter:
    """The filter with the chains of the conditions that were sent.

    Raises Refused for conditions that are neither in the vocabulary nor on an exercise that the viewer sees.
    """
    sent, checks = wanted.safe_for or (), Checks()
    own = own_conditions(rows)
    allowed = {folded(condition) for condition in own} | {folded(row.condition) for row in rows if row.is_shown}
    for position, text in enumerate(sent):
        if not meant(text) and folded(text) not in allowed:
            is_compared = len(checks.refusals) < MAX_SUGGESTED
            checks.refuse(unknown_fault(text, own, is_compared=is_compared), *path, position)
    checks.done()
    keys = {key for text in sent for key in meant(text) or (folded(text),)}
    return replace(wanted, chains=_chains(keys, [row.condition for row in rows]))


def _chains(keys: Iterable[str], stored: Sequence[str]) -> tuple[ChainEntry, ...]:
    """The chains of these conditions and their parents, with every stored spelling of each.

    A condition that another one includes is part of that one's chain.
    """
    spellings: dict[str, set[str]] = {}
    for text in stored:
        for key in meant(text) or (folded(text),):
            spellings.setdefault(key, set()).add(text)
    return tuple(
        (number, depth, key, spelling)
        for number, chain in enumerate(Person(keys, is_checked=True).chains)
        for depth, key in enumerate(chain)
        for spelling in sorted({key, *spellings.get(key, ())})
    )
