"""Results are medians over rounds, ratios to the floor in the same round, and the memory that the cache uses."""

from bench.memory import Growth, report
from bench.rounds import Round
from bench.table import head, ratio, rows


def one(server_ms: float, postgres_ms: float) -> Round:
    """A round with this CPU time per request."""
    return Round(server_ms, postgres_ms, 0.05, 0.1, 500, 12, 30, 100, 120)


FLOOR = [one(0.2, 0.8), one(0.4, 1.6), one(0.3, 0.7)]
OURS = [one(1.0, 1.0), one(2.0, 3.0), one(1.0, 0.5)]


def test_a_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    assert ratio(OURS, FLOOR) == 2.0  # of 2.0, 2.5 and 1.5
    assert ratio(FLOOR, FLOOR) == 1.0


def test_a_row_shows_medians_and_memory_before_and_after() -> None:
    columns = head().replace("p50 ms", "p50").replace("p99 ms", "p99").replace("MB ", "").split()
    line = rows({"floor": FLOOR, "ours": OURS}, "floor").splitlines()[1]
    shown = dict(zip(columns, line.split()[1:], strict=True))
    assert shown["server"] == "1.00" and shown["pg"] == "1.00" and shown["both"] == "2.00" and shown["/floor"] == "2.00"
    assert shown["req/s"] == "500" and shown["before"] == "100" and shown["after"] == "120"


def test_without_the_floor_there_is_no_ratio() -> None:
    assert rows({"ours": OURS}, "floor").split()[4] == "-"


def test_the_memory_of_the_cache_is_the_growth_with_it_minus_the_growth_without_it() -> None:
    cached, uncached = Growth(110, 110), Growth(105, 105)
    for with_cache, without in ((150, 110), (215, 130), (200, 125)):
        cached.record(with_cache)
        uncached.record(without)
    assert "80 MB by the cache, whose setting is 64 MB (within the bound of 80 MB)" in report(cached, uncached, 64)
    cached.record(216)
    assert "81 MB by the cache, whose setting is 64 MB (ABOVE the bound of 80 MB)" in report(cached, uncached, 64)
