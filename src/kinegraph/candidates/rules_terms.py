"""Checks of the names of muscles and equipment in requests: unknown ones are refused with the nearest names."""

from collections.abc import Sequence
from difflib import get_close_matches

from kinegraph.candidates.rules import Catalogue
from kinegraph.candidates.rules_regions import trained_by
from kinegraph.kit.checks import Checks
from kinegraph.taxonomy.rules import NOTHING, equipment_key
from kinegraph.taxonomy.rules_conditions import folded
from kinegraph.taxonomy.rules_muscles import muscles_meant, nearest_muscles

MAX_MUSCLES = 20
MAX_EQUIPMENT = 100
MAX_NAME = 60


def checked_equipment(
    names: Sequence[str] | None, catalogue: Catalogue, checks: Checks, *path: str
) -> frozenset[str] | None:
    """The available equipment in the form in which it is compared; None for any. Unknown names are faults."""
    if names is None:
        return None
    if len(names) > MAX_EQUIPMENT:
        checks.refuse(f"Must be at most {MAX_EQUIPMENT} items; these are {len(names)}.", *path)
        return frozenset()
    found: set[str] = set()
    for position, name in enumerate(names):
        key = equipment_key(name[:MAX_NAME])
        if key in catalogue.equipment_names:
            found.add(key)
        elif key not in NOTHING:
            close = get_close_matches(key, catalogue.equipment_names, n=3, cutoff=0.6)
            nearest = ", ".join(catalogue.equipment_names[each] for each in close)
            hint = f"the nearest are: {nearest}" if close else "no exercise of the library needs it, so leave it out"
            checks.refuse(f"There is no equipment {name[:MAX_NAME]!r}; {hint}.", *path, str(position))
    return frozenset(found)


def checked_muscles(
    names: Sequence[str], catalogue: Catalogue, checks: Checks, *path: str
) -> tuple[tuple[str, frozenset[str]], ...]:
    """The wanted muscles: each name as it was sent, with the muscles whose training serves it. Unknown ones are faults.

    Groups and synonyms are resolved (taxonomy.rules_muscles); a name that only the organization's exercises use is
    known too.
    """
    if len(names) > MAX_MUSCLES:
        checks.refuse(f"Must be at most {MAX_MUSCLES} muscles; these are {len(names)}.", *path)
        return ()
    found: dict[str, frozenset[str]] = {}
    for position, name in enumerate(names):
        meant = muscles_meant(name[:MAX_NAME])
        own = folded(name[:MAX_NAME])
        if meant:
            found[name.strip()] = trained_by(meant)
        elif own in catalogue.muscles:
            found[name.strip()] = frozenset({own})
        else:
            close = nearest_muscles(name[:MAX_NAME])
            hint = f"the nearest are: {', '.join(close)}" if close else "`muscles` lists them"
            checks.refuse(f"There is no muscle {name[:MAX_NAME]!r}; {hint}.", *path, str(position))
    return tuple(found.items())
