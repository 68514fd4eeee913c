"""The progression graph of files: edges in both directions, and the faults of a file."""

from typing import Any  # JSON of edges

import pytest

from kinegraph.authoring.rules_progressions import edges_of, progression_faults
from kinegraph.canonical.rules_files import shipped_progressions, shipped_rows

DIFFICULTIES = {"a": 1, "b": 2, "c": 2, "d": 5}


def edge(start: str, end: str, kind: str = "progression", **values: Any) -> dict[str, Any]:
    """An authored edge."""
    return {"from": start, "to": end, "type": kind, **values}


def ends(edges: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """The ends and types of edges."""
    return [(each["from_slug"], each["to_slug"], each["progression_type"]) for each in edges]


def test_a_progression_has_its_regression_without_what_belongs_to_one_direction() -> None:
    made = edges_of([edge("a", "b", waitWeeks=4, readinessIndicators=["3 x 10"], transitionCues=["Slowly"], notes="N")])
    assert ends(made) == [("a", "b", "progression"), ("b", "a", "regression")]
    forward, back = made
    assert (forward["recommended_wait"], forward["readiness_indicators"]) == (4, ["3 x 10"])
    assert (back["recommended_wait"], back["readiness_indicators"], back["transition_cues"]) == (None, [], [])
    assert (forward["notes"], back["notes"]) == ("N", None) and forward["seed_hash"] != back["seed_hash"]


@pytest.mark.parametrize("kind", ["variation", "complementary"])
def test_variations_and_complements_hold_in_both_directions(kind: str) -> None:
    assert ends(edges_of([edge("b", "c", kind)])) == [("b", "c", kind), ("c", "b", kind)]


@pytest.mark.parametrize("kind", ["substitution", "preparation"])
def test_substitutions_and_preparations_hold_in_one_direction(kind: str) -> None:
    assert ends(edges_of([edge("b", "a", kind)])) == [("b", "a", kind)]


@pytest.mark.parametrize(
    ("edges", "fault"),
    [([edge("a", "x")], "there is no exercise x"), ([edge("a", "a", "variation")], "joins the exercise to itself"),
     ([edge("a", "b"), edge("a", "b")], "stands there twice"),
     ([edge("b", "c", "variation"), edge("c", "b", "variation")], "stands there twice"),
     ([edge("a", "d")], "the difficulty changes by 4, not by 0 to 2"),
     ([edge("b", "a")], "the difficulty changes by -1, not by 0 to 2"),
     ([edge("a", "b", "preparation")], "the difficulty changes by 1, not by -4 to 0"),
     ([edge("a", "b", "regression")], "the type is not authored"),
     ([edge("b", "c"), edge("c", "b")], "its progressions lead back to it")],
)  # fmt: skip
def test_faults_of_edges_are_named(edges: list[dict[str, Any]], fault: str) -> None:
    assert any(fault in each for each in progression_faults(edges, DIFFICULTIES))


def test_a_graph_of_several_ways_without_a_cycle_has_no_fault() -> None:
    assert [*progression_faults([edge("a", "b"), edge("a", "c"), edge("b", "c")], DIFFICULTIES)] == []


def test_the_shipped_graph_has_no_fault_and_joins_no_pair_twice() -> None:
    authored = shipped_progressions()
    assert [*progression_faults(authored, {row["slug"]: row["difficulty"] for row in shipped_rows()})] == []
    made = ends(edges_of(authored))
    assert len(made) == len(set(made)) >= 2 * 149
