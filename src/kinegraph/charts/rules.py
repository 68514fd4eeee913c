"""A chart of lines over days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 56, 150, 44, 40
DASHES = ("", "7 4", "2 3")
MAX_TICKS = 6
FONT = 'font-family="system-ui, sans-serif" font-size="12" fill="#000"'


@dataclass(frozen=True, slots=True)
class Series:
    """The points of one line, by day, with the label that stands at its end."""

    label: str
    points: Sequence[tuple[date, float]]


def svg(width: int, height: int, title: str, description: str, body: Sequence[str]) -> str:
    """An SVG document with a title and a description."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-labelledby="title description">'
    )
    lines = [
        head,
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(description)}</desc>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f"<g {FONT}>",
        text(16, 24, title, 'font-size="15" font-weight="bold"'),
        *body,
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def text(x: float, y: float, words: str, attributes: str = "") -> str:
    """A text whose direction follows its first letter."""
    return f'<text x="{x:.1f}" y="{y:.1f}" unicode-bidi="plaintext" {attributes}>{escape(words)}</text>'


def nothing(title: str, words: str) -> str:
    """A chart without data, which says so."""
    return svg(WIDTH, 120, title, words, [text(16, 72, words)])


def line_chart(
    title: str, description: str, unit: str, series: Sequence[Series], empty: str, *, highest: float | None = None
) -> str:
    """A chart of lines over days; `empty` is what it says without points.

    Its scale is from 0 to `highest`, so that charts can be compared; by default to at least the largest value.
    """
    shown = [each for each in series if each.points]
    if not shown:
        return nothing(title, empty)
    days = sorted({day for each in shown for day, _ in each.points})
    top = ticks(highest or max(value for each in shown for _, value in each.points))
    first, span = days[0], max(1, (days[-1] - days[0]).days)

    def x(day: date) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / span

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top[-1]

    body = [text(LEFT, TOP - 6, unit)]
    for tick in top:
        body.append(f'<path d="M{LEFT} {y(tick):.1f}H{WIDTH - RIGHT}" stroke="#ccc" fill="none"/>')
        body.append(text(LEFT - 6, y(tick) + 4, f"{tick:g}", 'text-anchor="end"'))
    for step in range(min(4, span) + 1):
        day = first + timedelta(round(span * step / min(4, span)))
        body.append(text(x(day), HEIGHT - BOTTOM + 18, str(day), 'text-anchor="middle"'))
    ends: list[float] = []
    for number, each in enumerate(shown):
        at = [(x(day), y(value)) for day, value in each.points]
        path = "L".join(f"{a:.1f} {b:.1f}" for a, b in at)
        dash = DASHES[number % len(DASHES)]
        body.append(f'<path d="M{path}" stroke="#000" stroke-width="1.5" fill="none" stroke-dasharray="{dash}"/>')
        body += [_marker(number, a, b) for a, b in at]
        ends.append(_free(at[-1][1], ends))
        body.append(text(WIDTH - RIGHT + 10, ends[-1] + 4, f"{each.label} {each.points[-1][1]:g}"))
    return svg(WIDTH, HEIGHT, title, description, body)


def ticks(largest: float) -> list[float]:
    """The values of a scale from 0 to at least the largest value: at most six, in steps of 1, 2 or 5."""
    step = 1e-3
    factors = (2, 2.5, 2)
    number = 0
    while step * (MAX_TICKS - 1) < largest:
        step *= factors[number % 3]
        number += 1
    count = 1
    while step * count < largest:
        count += 1
    return [round(step * each, 6) for each in range(count + 1)]


def _marker(number: int, x: float, y: float) -> str:
    """The marker of a point: a disc, a square or a triangle."""
    if number % 3 == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'
    if number % 3 == 1:
        return f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6" fill="#fff" stroke="#000"/>'
    return f'<path d="M{x:.1f} {y - 4:.1f}l4 7h-8z"/>'


def _free(y: float, taken: Sequence[float]) -> float:
    """The height nearest to this one, upwards, at which no label stands."""
    while any(abs(y - other) < 14 for other in taken):
        y -= 14
    return y
