"""The charts of an enrollment: adherence by week, pain and exertion over time."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from kinegraph.adherence.rules import AdherenceRow, weeks_of
from kinegraph.charts.rules import Series, line_chart
from kinegraph.charts.rules_bars import Panel, bar_chart

ADHERENCE, PAIN = "adherence", "pain"
"""The paths of the charts, below that of all charts."""


class FeltRow(Protocol):
    """A day of an enrollment: the averages of what was felt on it, 0 to 10."""

    day: date
    pain: float | None
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
    """The chart of the daily averages of pain and exertion."""
    title = f"Pain and exertion up to {as_of}"
    pain = [(row.day, row.pain) for row in rows if row.pain is not None]
    exertion = [(row.day, row.exertion) for row in rows if row.exertion is not None]
    series = [Series("Pain", pain), Series("Exertion", exertion)]
    description = f"{title}: averages of each day, 0 to 10; {len(pain)} days with pain, {len(exertion)} with exertion."
    return line_chart(title, description, "0 to 10, average of the day", series, "No pain or exertion was logged.")
