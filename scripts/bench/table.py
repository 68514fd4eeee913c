"""The results as a table: one row for each subject and workload, with medians of the rounds."""

from collections.abc import Mapping, Sequence
from statistics import median

from bench.rounds import Round

HEADS = ("server", "pg", "both", "/floor", "req/s", "p50 ms", "p99 ms", "MB before", "MB after", "load", "others")
WIDTHS = (8, 7, 7, 8, 8, 8, 8, 11, 10, 7, 8)

Rounds = Mapping[str, Sequence[Round]]
"""By title of the subject; the same number of rounds for each."""


def head() -> str:
    """The header line."""
    return " " * 26 + "".join(f"{head:>{width}}" for head, width in zip(HEADS, WIDTHS, strict=True))


def rows(rounds: Rounds, floor: str) -> str:
    """A line for each subject under one workload; CPU is also given relative to `floor`, if it was measured."""
    return "\n".join(f"  {title:24}{_figures(each, rounds.get(floor))}" for title, each in rounds.items())


def _figures(rounds: Sequence[Round], floor: Sequence[Round] | None) -> str:
    figures = (
        f"{median(each.server_ms for each in rounds):.2f}",
        f"{median(each.postgres_ms for each in rounds):.2f}",
        f"{median(each.cpu_ms for each in rounds):.2f}",
        f"{ratio(rounds, floor):.2f}" if floor else "-",
        f"{median(each.per_second for each in rounds):.0f}",
        f"{median(each.p50_ms for each in rounds):.2f}",
        f"{median(each.p99_ms for each in rounds):.2f}",
        f"{rounds[0].resident_before_mb:.0f}",
        f"{rounds[-1].resident_mb:.0f}",
        f"{median(each.load_ms for each in rounds):.3f}",
        f"{median(each.others_cores for each in rounds):.2f}",
    )
    return "".join(f"{figure:>{width}}" for figure, width in zip(figures, WIDTHS, strict=True))


def ratio(rounds: Sequence[Round], floor: Sequence[Round]) -> float:
    """CPU per request relative to the floor: the median of the ratios of each round."""
    return median(one.cpu_ms / reference.cpu_ms for one, reference in zip(rounds, floor, strict=True))
