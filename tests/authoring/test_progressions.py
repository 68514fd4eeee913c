"""The laws of the progression graph, over the library that ships with Kinegraph; and the check for cycles."""

from graphlib import CycleError, TopologicalSorter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content_check import graph as laws
from content_check import graph_coverage as coverage
from content_check.graph_values import Edge, Graph, decided, shipped_graph
from kinegraph.authoring.rules_progressions import edges_of, progression_faults

SLUGS = "abcdefgh"
PAIRS = [(start, end) for start in SLUGS for end in SLUGS if start != end]


@pytest.fixture(scope="module")
def graph() -> Graph:
    """The shipped graph."""
    return shipped_graph()


def with_edge(graph: Graph, **changed: object) -> Graph:
    """The graph, with the first progression changed."""
    first = next(edge for edge in graph.edges if edge["type"] == "progression")
    return Graph(graph.rows, [{**first, **changed}, *(edge for edge in graph.edges if edge is not first)])


def rung(start: str, end: str) -> Edge:
    """A progression without texts."""
    return {"from": start, "to": end, "type": "progression"}


def test_no_edge_joins_an_exercise_to_itself_stands_twice_or_closes_a_cycle(graph: Graph) -> None:
    """Both ends of each edge exist, once, and the difficulty changes within bounds (laws 17 to 20)."""
    assert list(laws.ends(graph)) == []


def test_rungs_variations_and_substitutes_train_the_same_muscles_and_complements_others(graph: Graph) -> None:
    """Edges join exercises that share muscles, and complements those that do not (law 21)."""
    assert list(laws.muscles(graph)) == []


def test_a_substitute_needs_other_equipment_or_loads_less(graph: Graph) -> None:
    """A substitute changes the equipment, or it removes a stressor (law 22)."""
    assert list(laws.substitutes(graph)) == []


def test_a_cue_asks_for_no_fault_of_the_next_rung(graph: Graph) -> None:
    """Short steps are the first fault of sandbag lunges, and no cue for them."""
    assert list(laws.cues(graph)) == []
    faulty = with_edge(graph, to="sandbag-lunges", transitionCues=["Hug the bag high and take short steps"])
    assert len(list(laws.cues(faulty))) == 1


def test_a_preparation_is_light_and_moves_the_same_region(graph: Graph) -> None:
    """Exercises with a fatigue of 6 or more are prepared by light ones of the same region (law 23)."""
    assert list(laws.preparations(graph)) == []


def test_tests_are_no_rungs(graph: Graph) -> None:
    """No progression leaves or reaches a fitness test (law 24)."""
    assert list(laws.tests(graph)) == []


def test_advanced_exercises_are_waited_for_until_two_signs_are_measured(graph: Graph) -> None:
    """Kipping, muscle-ups, shock jumps and full olympic lifts wait four weeks and two measured signs (law 26)."""
    assert list(laws.waits(graph)) == []


def test_a_harder_rung_is_not_much_less_fatiguing(graph: Graph) -> None:
    """Along a progression the fatigue score falls by at most two (law 27)."""
    assert list(laws.fatigue(graph)) == []


def test_every_rung_says_when_and_how_to_take_it(graph: Graph) -> None:
    """A progression has a wait, measured signs, cues, and a reason where the difficulty stays equal."""
    assert list(laws.texts(graph)) == []


def test_the_edges_of_an_exercise_are_ordered_and_few(graph: Graph) -> None:
    """Sort orders run from 0 without a gap, and no exercise has more edges of a type than a coach can read."""
    assert list(laws.orders(graph)) == []


def test_every_easy_exercise_leads_to_a_harder_one(graph: Graph) -> None:
    """Exercises of difficulty 1 to 3 have a progression, but those decided to end a ladder."""
    assert list(coverage.progressions(graph)) == []


def test_every_exercise_is_reached_from_a_decided_root(graph: Graph) -> None:
    """Exercises that no progression reaches are decided roots of difficulty 1 or 2 (law 25)."""
    assert list(coverage.roots(graph)) == []


def test_every_movement_pattern_begins_with_an_easy_exercise(graph: Graph) -> None:
    """Each pattern has an exercise of difficulty 1 or 2 that no rung of the pattern precedes (law 25)."""
    assert list(coverage.patterns(graph)) == []


def test_ladders_are_connected(graph: Graph) -> None:
    """At least 95 % of the exercises, tests and mobility left out, lie on ladders of four or more (law 25)."""
    assert list(coverage.connected(graph)) == []


def test_compound_and_olympic_exercises_have_variations(graph: Graph) -> None:
    """Every compound and olympic exercise has a variation, but those decided to have none."""
    assert list(coverage.variations(graph)) == []


def test_no_exercise_depends_on_a_machine(graph: Graph) -> None:
    """What needs a machine, cable, rack, rings, pool or sled has a substitute without it (law 22)."""
    assert list(coverage.substitutes(graph)) == []


def test_only_tests_lack_a_substitute_for_the_home(graph: Graph) -> None:
    """Special equipment can be replaced with dumbbells, bands, a wall or a chair, but for tests and decided ones."""
    assert set(coverage.without_plain_substitute(graph)) <= graph.tests


def test_demanding_exercises_have_a_preparation(graph: Graph) -> None:
    """Every exercise with a fatigue of 6 or more has a preparation."""
    assert list(coverage.preparations(graph)) == []


def test_pushes_pulls_squats_and_hinges_are_balanced(graph: Graph) -> None:
    """Every compound push, pull, squat and hinge has a complement."""
    assert list(coverage.complements(graph)) == []


def test_decisions_name_exercises_of_the_library(graph: Graph) -> None:
    """The exercises that a law leaves out by decision exist."""
    named = ("roots", "tops", "withoutVariation", "withoutSubstitute")
    assert frozenset[str]().union(*map(decided, named)) - graph.rows.keys() == set()


def test_there_are_regressions_for_all_progressions(graph: Graph) -> None:
    """Each progression has its mirror, and the graph has at least 2,000 edges in all."""
    edges = edges_of(graph.edges)
    ends = {(edge["progression_type"], edge["from_slug"], edge["to_slug"]) for edge in edges}
    assert {("regression", end, start) for start, end in graph.pairs("progression")} <= ends
    assert len(edges) >= 2_000


def test_generated_edges_are_ordered_after_the_authored_ones(graph: Graph) -> None:
    """Regressions and the reverse of variations have orders of their own: each exercise's run from 0 without a gap."""
    orders: dict[tuple[str, str], list[int]] = {}
    for edge in edges_of(graph.edges):
        orders.setdefault((edge["from_slug"], edge["progression_type"]), []).append(edge["sort_order"])
    assert [key for key, found in orders.items() if sorted(found) != list(range(len(found)))] == []


def test_the_laws_notice_a_rung_that_breaks_them(graph: Graph) -> None:
    """A rung without a wait, without numbers, out of order or between strangers is reported by its law."""
    assert list(laws.texts(with_edge(graph, waitWeeks=None))) == ["deck-push-ups > push-ups: no wait"]
    assert list(laws.texts(with_edge(graph, readinessIndicators=["ready", "2 x 10"]))) == [
        "deck-push-ups > push-ups: two or three readiness indicators, each with a number"
    ]
    assert list(laws.orders(with_edge(graph, sortOrder=7))) == [
        "deck-push-ups (progression): the sort orders are [1, 2, 7]"
    ]
    assert list(laws.muscles(with_edge(graph, to="ankle-pumps"))) == [
        "deck-push-ups > ankle-pumps (progression): no primary muscle is shared"
    ]
    assert list(laws.tests(with_edge(graph, to="cooper-test"))) == ["deck-push-ups > cooper-test: a test is no rung"]
    assert list(laws.fatigue(with_edge(graph, **{"from": "deadlift"}))) == [
        "deadlift > push-ups: fatigue falls from 10 to 5"
    ]
    assert list(laws.waits(with_edge(graph, to="snatch", waitWeeks=3))) == [
        "deck-push-ups > snatch: waits 3 weeks, at least 4"
    ]


@given(st.sets(st.sampled_from(PAIRS), max_size=14))
def test_the_check_finds_a_cycle_exactly_where_there_is_no_order_of_the_exercises(pairs: set[tuple[str, str]]) -> None:
    """Cycles are reported if and only if a topological sort fails, at every exercise that leads back to itself."""
    order = TopologicalSorter[str]()
    reached = set(pairs)
    for start, end in pairs:
        order.add(end, start)
    for middle in SLUGS:
        reached |= {(a, d) for a, b in reached if b == middle for c, d in reached if c == middle}
    try:
        order.prepare()
        has_cycle = False
    except CycleError:
        has_cycle = True
    found = list(progression_faults([rung(*pair) for pair in sorted(pairs)], dict.fromkeys(SLUGS, 1)))
    assert bool(found) == has_cycle
    assert sorted(found) == [f"{slug}: its progressions lead back to it" for slug in SLUGS if (slug, slug) in reached]
