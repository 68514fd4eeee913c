"""Rungs of ladders whose easier end is riskier than the harder one, for a condition that both ends name (law 34)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple  # JSON of the files

import orjson

from kinegraph.authoring.rules import findings_of
from kinegraph.canonical.rules_files import ROOM, shipped_progressions, shipped_rows
from kinegraph.classification.rules_severity import RANK, Finding


class Inversion(NamedTuple):
    """A condition that speaks more strongly against the easier exercise of a rung than against the harder one."""

    easier: str
    harder: str
    condition: str
    severity_of_easier: str
    severity_of_harder: str


def rungs() -> list[tuple[str, str]]:
    """The ends of the progressions that were authored, the easier one first."""
    return [(edge["from"], edge["to"]) for edge in shipped_progressions() if edge["type"] == "progression"]


def reasons() -> Mapping[tuple[str, str, str], str]:
    """The reasons of the inversions that are right, by their ends and condition."""
    return {
        (each["from"], each["to"], each["condition"]): each["reason"]
        for each in orjson.loads((ROOM / "inversions.json").read_bytes())
    }


def inversions(rows: Sequence[Mapping[str, Any]]) -> Iterator[Inversion]:
    """The inversions of all rungs, also those with a reason."""
    found = {row["slug"]: findings_of(row) for row in rows if "training" in row}
    for easier, harder in rungs():
        if easier in found and harder in found:
            yield from _of_rung(easier, harder, found[easier], found[harder])


def _of_rung(
    easier: str, harder: str, of_easier: Mapping[str, Finding], of_harder: Mapping[str, Finding]
) -> Iterator[Inversion]:
    for condition, finding in of_easier.items():
        other = of_harder.get(condition)
        ranked = other is not None and finding.severity in RANK and other.severity in RANK
        if other is not None and ranked and RANK[finding.severity] > RANK[other.severity]:
            yield Inversion(easier, harder, condition, finding.severity, other.severity)


def report() -> int:
    """Print the inversions that are without a reason, and reasons without an inversion. Returns the number of lines."""
    found = list(inversions(shipped_rows()))
    right = reasons()
    lines = [
        f"INVERSION {each.easier} > {each.harder}: {each.condition} "
        f"{each.severity_of_easier} > {each.severity_of_harder}"
        for each in found
        if (each.easier, each.harder, each.condition) not in right
    ]
    authored = set(rungs())
    needed = {(each.easier, each.harder, each.condition) for each in found}
    lines += [f"NOT NEEDED {' '.join(each)}" for each in sorted(right.keys() - needed) if each[:2] in authored]
    if lines:
        print("\n".join(lines))
    return len(lines)
