"""The floor of the severities: what load speaks at least how strongly against which condition (`floor.json`)."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple  # JSON of the files

import orjson

from kinegraph.authoring.rules import findings_of, traits_of
from kinegraph.classification.rules_severity import RANK, SETS, Rule, Severity, Traits

Row = Mapping[str, Any]


class Floor(NamedTuple):
    """A kind of exercises, and how strongly conditions speak against all of them at least, for a reason."""

    when: Rule
    at_least: Mapping[str, Severity]
    reason: str


@cache
def floors() -> tuple[Floor, ...]:
    """The floors of `floor.json`. Their kinds are described as in the matrix."""
    entries = orjson.loads(Path(__file__).with_name("floor.json").read_bytes())
    return tuple(
        Floor(_kind(entry["when"]), {key: Severity(of) for key, of in entry["at_least"].items()}, entry["reason"])
        for entry in entries
    )


def _kind(when: Mapping[str, Any]) -> Rule:
    sets = {name: frozenset(when.get(name, ())) for name in SETS}
    low, high = when.get("fatigue", (1, 10))
    return Rule(
        condition="",
        severity=Severity.NONE,
        because="",
        instead=None,
        required=frozenset(when.get("with", ())),
        excluded=frozenset(when.get("without", ())),
        fatigue=(low, high),
        **sets,
    )


def floor_of(traits: Traits) -> dict[str, tuple[Severity, str]]:
    """The least severity of each condition for an exercise, with the reason."""
    found: dict[str, tuple[Severity, str]] = {}
    for floor in floors():
        if floor.when.matches(traits):
            for condition, severity in floor.at_least.items():
                if condition not in found or RANK[severity] > RANK[found[condition][0]]:
                    found[condition] = severity, floor.reason
    return found


def below_floor(rows: Sequence[Row]) -> Iterator[str]:
    """Severities below the floor, but for conditions of which the entry says otherwise with a reason."""
    for row in rows:
        found, own = findings_of(row), row["training"]["conditions"]
        for condition, (least, reason) in floor_of(traits_of(row)).items():
            finding = found.get(condition)
            severity = finding.severity if finding is not None else Severity.NONE
            decided = "severity" in own.get(condition, {}) or severity is Severity.INDICATED
            if not decided and RANK[severity] < RANK[least]:
                yield f"{row['slug']}: {condition} is {severity}, at least {least}: {reason}"
