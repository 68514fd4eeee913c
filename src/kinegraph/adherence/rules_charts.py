"""The charts of an enrollment: adherence by week, pain and exertion over time."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from kinegraph.adherence.rules import AdherenceRow, weeks_of
from kinegraph.charts.rules import Series, line_chart
from kinegraph.charts.rules_bars import Panel, bar_chart

ADHERENCE, PAIN = "adherence", "pain"
"""The paths of the charts, below that of all charts."""
MAX_SCORE = 10
"""The highest score of pain, and of exertion."""


class FeltRow(Protocol):
    """A day of an enrollment: the averages of what was felt on it, and the highest pain, 0 to 10."""

    day: date
    pain: float | None
    highest_pain: int | None
    exertion: float | None


def adherence_chart(row: AdherenceRow) -> str:
    """The chart of what was due and what was done, by week."""
    title = f"Adherence up to {row.as_of}"
    bars = [(f"week {each.week}", each.prescribed, each.completed) for each in weeks_of(row)]
    description = (
        f"{title}: {row.completed} of {row.prescribed} exercises that were due were done, in {len(bars)} weeks."
    )
    return bar_chart(title, description, [Panel("Exercises due and done", bars)], "Nothing was due yet.")


def pain_chart(as_of: date, rows: Sequence[FeltRow]) -> str:
    """The chart of the daily averages of pain and exertion, and of each day's highest pain, on a scale from 0 to 10."""
    title = f"Pain and exertion up to {as_of}"
    pain = [(row.day, row.pain) for row in rows if row.pain is not None]
    highest = [(row.day, float(row.highest_pain)) for row in rows if row.highest_pain is not None]
    exertion = [(row.day, row.exertion) for row in rows if row.exertion is not None]
    series = [Series("Mean pain", pain), Series("Mean exertion", exertion), Series("Highest pain", highest)]
    description = (
        f"{title}: averages of each day and its highest pain, 0 to 10; {len(pain)} days with pain, "
        f"{len(exertion)} with exertion."
    )
    unit = "0 to 10, by day"
    return line_chart(title, description, unit, series, "No pain or exertion was logged.", highest=MAX_SCORE)
