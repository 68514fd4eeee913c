"""How answers per second change with the size of the answer and the number of connections, drawn as an SVG."""

from collections.abc import Mapping, Sequence
from math import floor, log10
from pathlib import Path

DRAWING = Path("docs/growth.svg")
COLORS = {"floor": "#9aa0a6", "breadth first": "#1a73e8", "graphql-core": "#d93025"}
WIDTH, HEIGHT, LEFT, TOP = 360, 240, 60, 40

Series = Mapping[str, Sequence[float]]
"""By way of answering: one figure for each place on the axis."""


def draw(panels: Sequence[tuple[str, Sequence[int], Series]]) -> str:
    """Panels side by side, each with its title, its places and its figures (logarithmic)."""
    parts = [_panel(number, *panel) for number, panel in enumerate(panels)]
    width = LEFT + len(panels) * (WIDTH + LEFT)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {TOP * 3 + HEIGHT}" font-family="sans-serif"'
    return (
        f'{head} font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n{"".join(parts)}{_legend()}</svg>\n'
    )


def _panel(number: int, title: str, places: Sequence[int], series: Series) -> str:
    left = LEFT + number * (WIDTH + LEFT)
    figures = [figure for each in series.values() for figure in each]
    low, high = _power(min(figures)), _power(max(figures)) + 1

    def x(rank: int) -> float:
        return left + WIDTH * rank / (len(places) - 1)

    def y(figure: float) -> float:
        from_low = (log10(figure) - low) / (high - low)
        return TOP + HEIGHT * (1 - from_low)

    lines = [f'<text x="{left}" y="{TOP - 14}" font-weight="bold">{title}</text>\n']
    for power in range(low, high + 1):
        at = y(10**power)
        lines.append(f'<line x1="{left}" x2="{left + WIDTH}" y1="{at:.1f}" y2="{at:.1f}" stroke="#e0e0e0"/>')
        lines.append(f'<text x="{left - 6}" y="{at + 4:.1f}" text-anchor="end">{10**power:,}</text>\n')
    for rank, place in enumerate(places):
        lines.append(f'<text x="{x(rank):.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{place}</text>\n')
    for way, each in series.items():
        points = " ".join(f"{x(rank):.1f},{y(figure):.1f}" for rank, figure in enumerate(each))
        lines.append(f'<polyline points="{points}" fill="none" stroke="{COLORS[way]}" stroke-width="2"/>\n')
    return "".join(lines)


def _legend() -> str:
    y = TOP + HEIGHT + 48
    return "".join(
        f'<rect x="{LEFT + number * 140}" y="{y - 10}" width="12" height="12" fill="{color}"/>'
        f'<text x="{LEFT + number * 140 + 18}" y="{y}">{way}</text>\n'
        for number, (way, color) in enumerate(COLORS.items())
    )


def _power(figure: float) -> int:
    return floor(log10(max(figure, 0.01)))
