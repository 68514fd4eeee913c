"""The names in a filter: conditions, with the stored spellings that speak against exercises, muscles, equipment."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Protocol

from kinegraph.catalog.rules import ChainEntry, Filter, UnlistedName
from kinegraph.classification.rules_safety import Person
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path
from kinegraph.taxonomy.rules import equipment_spellings, is_equipment, nearest_equipment
from kinegraph.taxonomy.rules_conditions import MAX_SUGGESTED, folded, meant, unknown_fault
from kinegraph.taxonomy.rules_muscles import muscles_meant, nearest_muscles


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


MUSCLES = frozenset(("muscles", "primary_muscles", "secondary_muscles", "exclude_muscles"))
"""The filters whose texts are muscles."""
EQUIPMENT = frozenset(("equipment", "requires_equipment", "available_equipment", "exclude_equipment"))
"""The filters whose texts are equipment."""
MAX_QUOTED = 60
"""Characters of an unknown name that a message quotes."""


class UsedName(Protocol):
    """A name that an exercise has, in the form in which names are compared."""

    name: str
    is_muscle: bool


def unlisted_names(name: str, texts: Sequence[str], forms: Iterable[str], path: Path) -> list[UnlistedName]:
    """The texts of a filter that are in no vocabulary. `forms`: the texts in the form in which names are compared."""
    found = []
    for position, (text, form) in enumerate(zip(texts, forms, strict=True)):
        place = (*path, str(position))
        if name in MUSCLES and not muscles_meant(text):
            found.append(UnlistedName(text, place, (form,), True))
        elif name in EQUIPMENT and not is_equipment(text):
            found.append(UnlistedName(text, place, tuple(equipment_spellings(form)), False))
    return found


def require_used(names: Sequence[UnlistedName], used: Sequence[UsedName]) -> None:
    """Raises Refused for names that no exercise has, with the nearest known ones."""
    existing, checks = {(row.is_muscle, row.name) for row in used}, Checks()
    for each in names:
        if not any((each.is_muscle, spelling) in existing for spelling in each.spellings):
            is_compared = len(checks.refusals) < MAX_SUGGESTED
            checks.refuse(_fault(each, is_compared=is_compared), *each.path)
    checks.done()


def _fault(name: UnlistedName, *, is_compared: bool) -> str:
    """The message for an unknown name."""
    nearest = nearest_muscles if name.is_muscle else nearest_equipment
    close = nearest(name.text) if is_compared else []
    what, where = ("muscle", "`muscles` lists them") if name.is_muscle else ("equipment", "`facets.equipment` lists it")
    hint = f"the nearest are: {', '.join(close)}" if close else where
    return f"There is no {what} {name.text[:MAX_QUOTED]!r}; {hint}."
