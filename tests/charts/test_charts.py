"""Charts are valid SVG without colours that must be told apart, with a title, a description and labels."""

import xml.etree.ElementTree as ElementTree
from datetime import date

import pytest

from kinegraph.charts.rules import Series, line_chart, ticks
from kinegraph.charts.rules_bars import Panel, bar_chart

SVG = "{http://www.w3.org/2000/svg}"
DAY = date(2026, 3, 1)


def parsed(text: str) -> ElementTree.Element:
    """The root of a chart."""
    return ElementTree.fromstring(text)  # our own text


def texts(root: ElementTree.Element) -> list[str]:
    """The words of a chart."""
    return [str(each.text) for each in root.iter(f"{SVG}text")]


def test_lines_differ_by_dash_and_marker_and_have_their_labels_at_their_ends() -> None:
    one = Series("Estimated 1RM", [(DAY, 100), (date(2026, 4, 1), 110.5)])
    two = Series("Best load", [(DAY, 90), (date(2026, 4, 1), 110)])
    root = parsed(line_chart("Squat <&> יד", "From 100 to 110.5 kg.", "kg", [one, two], "Nothing"))
    assert (root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")) == ("Squat <&> יד", "From 100 to 110.5 kg.")
    assert {"Estimated 1RM 110.5", "Best load 110", "kg", "2026-03-01", "2026-04-01"} <= set(texts(root))
    lines = [each for each in root.iter(f"{SVG}path") if each.get("stroke-dasharray") is not None]
    assert [each.get("stroke-dasharray") for each in lines] == ["", "7 4"]
    assert len([*root.iter(f"{SVG}circle")]) == 2
    colours = {each.get(name) for each in root.iter() for name in ("stroke", "fill")} - {None, "none"}
    assert colours <= {"#000", "#fff", "#ccc"}
    ends = {each.text: float(str(each.get("y"))) for each in root.iter(f"{SVG}text")}
    assert abs(ends["Estimated 1RM 110.5"] - ends["Best load 110"]) >= 14


def test_a_fixed_scale_is_the_same_for_all_values() -> None:
    for value in (1.0, 9.0):
        root = parsed(line_chart("Pain", "", "0 to 10", [Series("Pain", [(DAY, value)])], "Nothing", highest=10))
        scale = [each.text for each in root.iter(f"{SVG}text") if each.get("text-anchor") == "end"]
        assert scale == ["0", "2", "4", "6", "8", "10"]


def test_a_chart_without_data_says_so() -> None:
    lines = line_chart("Squat", "", "kg", [Series("Load", [])], "No sets.")
    for text in (lines, bar_chart("Load", "", [], "No sets.")):
        assert "No sets." in texts(parsed(text))


def test_bars_tell_what_was_planned_from_what_was_done_by_their_outline() -> None:
    root = parsed(bar_chart("Load", "About", [Panel("Sets per muscle", [("quadriceps", 12, 9), ("lats", 0, 3)])], ""))
    assert {"Sets per muscle", "quadriceps", "9 of 12", "3"} <= set(texts(root))
    dashed = [each for each in root.iter(f"{SVG}rect") if each.get("stroke-dasharray")]
    assert len(dashed) == 2


@pytest.mark.parametrize("largest", [0, 0.01, 1, 7, 99, 100, 101, 12345.6, 1e6])
def test_a_scale_begins_at_nothing_and_reaches_the_largest_value(largest: float) -> None:
    scale = ticks(largest)
    assert scale[0] == 0 and scale[-1] >= largest and 2 <= len(scale) <= 6
