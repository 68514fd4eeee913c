"""The lines of contraindications as patients read them: condition, severity, reason and modification of an exercise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any  # JSON of the files

import orjson

from kinegraph.authoring.rules import profile_columns, shown_findings_of
from kinegraph.classification.rules_severity import RANK, Severity

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A contraindication of an exercise: severity, reason and advice, with the traits that its texts must fit."""

    row: Row
    condition: str
    severity: Severity
    because: str
    instead: str

    @property
    def named(self) -> str:
        """The place of the line in messages."""
        return f"{self.row['slug']} x {self.condition} ({self.severity}): {self.because} => {self.instead}"

    @property
    def stressors(self) -> frozenset[str]:
        """The stressors of the exercise."""
        return frozenset(self.row["training"]["stressors"])

    @property
    def class_key(self) -> str:
        """The class of the exercise."""
        return str(self.row["training"]["class"])


def lines(rows: Iterator[Row] | list[Row]) -> Iterator[Line]:
    """Every contraindication of the entries but those that a condition inherits."""
    for row in rows:
        for finding in shown_findings_of(row).values():
            if finding.severity in RANK and not finding.is_inherited:
                yield Line(row, finding.condition, finding.severity, finding.because, finding.instead or "")


@cache
def postures() -> Mapping[str, str]:
    """The posture in which each exercise is done, by slug (`postures.json`)."""
    by_posture: Mapping[str, list[str]] = orjson.loads(Path(__file__).with_name("postures.json").read_bytes())
    return {slug: posture for posture, slugs in by_posture.items() for slug in slugs}


def units(row: Row) -> frozenset[str]:
    """The units in which an exercise is prescribed: reps, seconds, meters, calories. Empty for tests."""
    profile = profile_columns(row)
    found = {str(measured["unit"]) for measured in profile["measured_ranges"].values()}
    return frozenset(found | ({"reps"} if profile["recommended_rep_ranges"] else set()))
