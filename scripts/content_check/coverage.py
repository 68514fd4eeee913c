"""Which conditions every exercise of a class names, and which none does (`coverage.json`).

A condition that is in neither list of a class depends on the stressors of the exercise: some of the class name it, some
do not. So that a condition is never absent by oversight, an absence in a whole class is a decision with a reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any  # JSON of the files

import orjson

from kinegraph.authoring.rules import findings_of
from kinegraph.taxonomy.rules_conditions import vocabulary

Row = Mapping[str, Any]


@cache
def decisions() -> Mapping[str, Any]:
    """By class: the conditions that are always named, and those that never are, with reasons."""
    found: Mapping[str, Any] = orjson.loads(Path(__file__).with_name("coverage.json").read_bytes())
    return found


def undecided(rows: Sequence[Row]) -> Iterator[str]:
    """Conditions that an exercise names or leaves out against the decision of its class.

    A condition of which the entry itself says a severity, with a reason, is left out.
    """
    members: dict[str, list[Row]] = {}
    for row in rows:
        members.setdefault(row["training"]["class"], []).append(row)
    for key, of_class in members.items():
        always = set(decisions()[key]["always"])
        never = {condition for group in decisions()[key]["never"] for condition in group["conditions"]}
        yield from (f"{key}: {condition} is always and never named" for condition in always & never)
        yield from (f"{key}: {condition} is no condition" for condition in (always | never) - vocabulary().keys())
        for condition in vocabulary():
            named = {row["slug"]: condition in findings_of(row) for row in of_class if not _decides(row, condition)}
            if condition in always:
                missing = [slug for slug in named if not named[slug]]
                yield from (f"{slug}: {condition} is missing; {key} always names it" for slug in missing)
            elif condition in never:
                yield from (f"{slug}: {condition} is named; {key} never does" for slug in named if named[slug])
            elif named and not any(named.values()):
                yield f"{key}: no exercise names {condition}, and no reason says why"


def _decides(row: Row, condition: str) -> bool:
    return "severity" in row["training"]["conditions"].get(condition, {})
