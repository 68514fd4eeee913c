"""Requests per second by size of the answer and by number of connections, drawn as an SVG."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from math import floor, log10
from pathlib import Path

from bench.servers import Server
from bench.workloads import Organization, Workload, hot_trees, lists

DRAWING = Path("docs/growth.svg")
COLORS = ("#9aa0a6", "#1a73e8", "#f29900", "#d93025")
WIDTH, HEIGHT, LEFT, TOP = 360, 240, 60, 40
LIST_SIZES = (1, 5, 20, 100)
CONNECTIONS = (1, 2, 4, 8, 16, 32, 64)

Series = Mapping[str, Sequence[float]]
"""By subject: one figure for each tick of the axis."""

Panel = tuple[str, Sequence[int], Series]
"""The title, the ticks of the axis, and the figures."""


async def run(
    organizations: Sequence[Organization],
    servers: Sequence[Server],
    rate: Callable[[Server, Workload, int], Awaitable[float]],
) -> None:
    """Measure with `rate` (requests per second of a server, by workload and number of connections), and draw."""

    async def of_list(server: Server, size: int) -> float:
        return await rate(server, lists(organizations, server.subject.name, size), 8)

    async def of_tree(server: Server, connections: int) -> float:
        return await rate(server, hot_trees(organizations, server.subject.name), connections)

    panels: list[Panel] = [
        (
            "Requests per second, by workouts in the list",
            LIST_SIZES,
            {each.subject.title: [await of_list(each, size) for size in LIST_SIZES] for each in servers},
        ),
        (
            "Requests per second, by connections (trees)",
            CONNECTIONS,
            {each.subject.title: [await of_tree(each, count) for count in CONNECTIONS] for each in servers},
        ),
    ]
    await asyncio.to_thread(DRAWING.write_text, draw(panels))
    for title, ticks, series in panels:
        print(title, ticks, {name: [round(each) for each in figures] for name, figures in series.items()})


def draw(panels: Sequence[Panel]) -> str:
    """The SVG text: panels side by side, with logarithmic axes of figures."""
    drawn = [_panel(number, *panel) for number, panel in enumerate(panels)]
    width = LEFT + len(panels) * (WIDTH + LEFT)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {TOP * 3 + HEIGHT}" font-family="sans-serif"'
    background = '<rect width="100%" height="100%" fill="white"/>'
    return f'{head} font-size="12">\n{background}\n{"".join(drawn)}{_legend(panels[0][2])}</svg>\n'


def _panel(number: int, title: str, ticks: Sequence[int], series: Series) -> str:
    left = LEFT + number * (WIDTH + LEFT)
    figures = [figure for each in series.values() for figure in each]
    low, high = _power(min(figures)), _power(max(figures)) + 1

    def x(rank: int) -> float:
        return left + WIDTH * rank / (len(ticks) - 1)

    def y(figure: float) -> float:
        from_low = (log10(figure) - low) / (high - low)
        return TOP + HEIGHT * (1 - from_low)

    lines = [f'<text x="{left}" y="{TOP - 14}" font-weight="bold">{title}</text>\n']
    for power in range(low, high + 1):
        at = y(10**power)
        lines.append(f'<line x1="{left}" x2="{left + WIDTH}" y1="{at:.1f}" y2="{at:.1f}" stroke="#e0e0e0"/>')
        lines.append(f'<text x="{left - 6}" y="{at + 4:.1f}" text-anchor="end">{10**power:,}</text>\n')
    for rank, tick in enumerate(ticks):
        lines.append(f'<text x="{x(rank):.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{tick}</text>\n')
    for color, each in zip(COLORS, series.values(), strict=False):
        points = " ".join(f"{x(rank):.1f},{y(figure):.1f}" for rank, figure in enumerate(each))
        lines.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>\n')
    return "".join(lines)


def _legend(series: Series) -> str:
    y = TOP + HEIGHT + 48
    return "".join(
        f'<rect x="{LEFT + number * 180}" y="{y - 10}" width="12" height="12" fill="{color}"/>'
        f'<text x="{LEFT + number * 180 + 18}" y="{y}">{title}</text>\n'
        for number, (color, title) in enumerate(zip(COLORS, series, strict=False))
    )


def _power(figure: float) -> int:
    return floor(log10(max(figure, 0.01)))
