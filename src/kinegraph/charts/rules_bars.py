"""A chart of horizontal bars: what was done is filled, what was due is a dashed outline."""

from collections.abc import Sequence
from dataclasses import dataclass

from kinegraph.charts.rules import WIDTH, nothing, svg, text

ROW, LABEL, VALUE = 18, 150, 110
LEGEND = "Filled: done. Dashed outline: due."


@dataclass(frozen=True, slots=True)
class Panel:
    """A group of bars with one scale: the label, what was due and what was done of each."""

    heading: str
    bars: Sequence[tuple[str, float, float]]


def bar_chart(title: str, description: str, panels: Sequence[Panel], empty: str) -> str:
    """Panels of bars below each other; `empty` is what it says without any bar."""
    shown = [panel for panel in panels if panel.bars]
    if not shown:
        return nothing(title, empty)
    body, y = [text(16, 44, LEGEND)], 68.0
    for panel in shown:
        body.append(text(16, y, panel.heading, 'font-weight="bold"'))
        largest = max(max(due, done) for _, due, done in panel.bars) or 1
        scale = (WIDTH - LABEL - VALUE) / largest
        for label, due, done in panel.bars:
            y += ROW
            body.append(text(LABEL - 8, y, label, 'text-anchor="end"'))
            body.append(_bar(y, done * scale, 'fill="#555"'))
            body.append(_bar(y, due * scale, 'fill="none" stroke="#000" stroke-dasharray="4 3"'))
            end = LABEL + max(due, done) * scale + 6
            body.append(text(end, y, f"{done:g} of {due:g}" if due else f"{done:g}"))
        y += 2 * ROW
    return svg(WIDTH, int(y), title, description, body)


def _bar(y: float, width: float, attributes: str) -> str:
    """A bar of this width in the row whose text stands at `y`."""
    return f'<rect x="{LABEL}" y="{y - 11:.1f}" width="{width:.1f}" height="13" {attributes}/>'
