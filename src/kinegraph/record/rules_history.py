"""The history of an exercise: its points, and their chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from kinegraph.charts.rules import Series, line_chart
from kinegraph.result.rules import SetRow

CHART = "exercise-history"
"""The path of its chart, below that of all charts."""
MEASURES = (
    ("estimated_one_rep_max", "Estimated 1RM", "kg"),
    ("best_load", "Best load", "kg"),
    ("distance", "Distance", "m"),
    ("duration", "Time", "s"),
    ("repetitions", "Repetitions", "repetitions"),
)
"""The measures of a point, with label and unit, in the order in which the chart chooses one."""


class PointRow(SetRow, Protocol):
    """The best set of a day, with what was done on it."""

    performed_on: date
    estimated_one_rep_max: Decimal | None
    best_load: Decimal | None
    volume: Decimal | None
    distance: Decimal | None
    duration: Decimal | None
    repetitions: int | None
    set_count: int


@dataclass(frozen=True, slots=True)
class History:
    """The points of an athlete's history in an exercise, and what it is the history of."""

    athlete_id: UUID
    exercise_id: UUID
    start: date
    end: date
    points: Sequence[PointRow]


def chart_of(name: str, start: date, end: date, points: Sequence[PointRow]) -> str:
    """The chart of a history: loads in kilograms where there are any, else distances, times or repetitions."""
    series: list[Series] = []
    unit = ""
    for column, label, its_unit in MEASURES:
        at = [(p.performed_on, float(round(getattr(p, column), 1))) for p in points if getattr(p, column) is not None]
        if at and unit in ("", its_unit):
            series.append(Series(label, at))
            unit = its_unit
    window = f"{start} to {end}"
    description = f"{name}, {window}: {len(points)} days on which it was done. "
    description += " ".join(
        f"{each.label}: from {each.points[0][1]:g} to {each.points[-1][1]:g} {unit}." for each in series
    )
    return line_chart(f"{name}, {window}", description, unit, series, f"No set of {name} is recorded from {window}.")
