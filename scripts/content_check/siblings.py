"""Conditions of which an entry says nothing, though its siblings are left out of sessions for them.

The siblings of an entry are the four that share most of its class, stressors, movement, equipment, muscles and regions.
"""

from collections.abc import Iterator, Mapping, Sequence
from heapq import nlargest
from typing import Any, NamedTuple  # JSON of the files

import orjson

from kinegraph.authoring.rules import shown_findings_of
from kinegraph.canonical.rules_files import ROOM, shipped_rows
from kinegraph.classification.rules_severity import RANK, Severity

SIBLINGS = 4
ENOUGH = 3
"""The number of siblings of which a condition has to speak."""
SINGLE = (
    "category",
    "kind",
    "movementPattern",
    "planeOfMotion",
    "mechanics",
    "forceVector",
    "isUnilateral",
    "difficulty",
)
LISTS = ("primaryMuscles", "equipment", "bodyRegions", "categories")


class Gap(NamedTuple):
    """A condition without a finding at an entry, and the siblings that are left out for it."""

    slug: str
    condition: str
    siblings: tuple[str, ...]


def reasons() -> Mapping[tuple[str, str], str]:
    """The reasons of the gaps that are right, by entry and condition."""
    return {
        (each["entry"], each["condition"]): each["reason"]
        for each in orjson.loads((ROOM / "siblings.json").read_bytes())
    }


def gaps(rows: Sequence[Mapping[str, Any]]) -> Iterator[Gap]:
    """The gaps of all entries, also those with a reason."""
    classed = [row for row in rows if "training" in row]
    found = {row["slug"]: shown_findings_of(row) for row in classed}
    features = {row["slug"]: _features(row) for row in classed}
    left_out = {
        slug: {each.condition for each in own.values() if RANK.get(each.severity, 0) >= RANK[Severity.RESTRICTION]}
        for slug, own in found.items()
    }
    for slug in features:
        siblings = _siblings(slug, features)
        for condition in sorted(set().union(*(left_out[each] for each in siblings)) - found[slug].keys()):
            speaking = tuple(each for each in siblings if condition in left_out[each])
            if len(speaking) >= ENOUGH:
                yield Gap(slug, condition, speaking)


def _siblings(slug: str, features: Mapping[str, frozenset[str]]) -> list[str]:
    """The entries that are most alike, by the share of features that both have."""
    own = features[slug]
    return nlargest(
        SIBLINGS,
        (each for each in features if each != slug),
        key=lambda each: (len(own & features[each]) / len(own | features[each]), each),
    )


def _features(row: Mapping[str, Any]) -> frozenset[str]:
    """The properties of an entry by which it is compared."""
    training = row["training"]
    found = [f"class {training['class']}"]
    found += [f"modifier {each}" for each in training.get("modifiers", ())]
    found += [f"stressor {each}" for each in training["stressors"]]
    found += [f"{name} {row.get(name)}" for name in SINGLE]
    found += [f"{name} {each}" for name in LISTS for each in row.get(name, ())]
    return frozenset(found)


def report() -> int:
    """Print the gaps that are without a reason, and reasons without a gap. Returns the number of lines."""
    found = {(each.slug, each.condition): each for each in gaps(shipped_rows())}
    right = reasons()
    lines = [f"GAP {slug}: {condition} ({', '.join(each.siblings)})"
             for (slug, condition), each in found.items() if (slug, condition) not in right]  # fmt: skip
    lines += [f"NOT NEEDED {' '.join(each)}" for each in sorted(right.keys() - found.keys())]
    if lines:
        print("\n".join(lines))
    return len(lines)
