"""What is kept in memory: one version of each name's entries, and no more bytes than were allowed."""

from hypothesis import given
from hypothesis import strategies as st
from kinegraph.kit.kept import EMPTY, Kept
from kinegraph.kit.pieces import LARGEST_PIECE, MOST_PIECES, Pieces

steps = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.integers(-300, 900)), max_size=40)


def test_a_shelf_of_the_same_version_is_the_same_one() -> None:
    kept = Kept(10_000)
    kept.shelf("a", 1)["x"] = "X"
    assert kept.shelf("a", 1) == {"x": "X"}


def test_another_version_finds_nothing_and_lets_go_of_what_there_was() -> None:
    kept = Kept(10_000)
    kept.shelf("a", 1)["x"] = "X"
    assert kept.shelf("a", 2) == {}
    assert kept.shelf("a", 1) == {}


def test_the_longest_unused_shelf_goes_first() -> None:
    kept = Kept(3 * EMPTY)
    for name in "ab":
        kept.shelf(name, 1)[name] = name
    kept.shelf("a", 1)
    kept.shelf("c", 1)["c"] = "c"
    kept.shelf("c", 1).grow(1)
    assert (kept.shelf("a", 1), kept.shelf("c", 1), kept.shelf("b", 1)) == ({"a": "a"}, {"c": "c"}, {})


def test_a_shelf_that_is_too_heavy_by_itself_goes_too() -> None:
    kept = Kept(10_000)
    shelf = kept.shelf("a", 1)
    shelf["x"] = "X"
    shelf.grow(20_000)
    assert kept.shelf("a", 1) == {}


def test_shelves_on_which_nothing_was_put_are_let_go() -> None:
    kept = Kept(10 * EMPTY)
    for name in range(1000):
        kept.shelf(name, 1)
    assert len(kept._shelves) == 10


@given(steps=steps, most=st.integers(1, 5_000))
def test_the_weight_is_that_of_what_is_held_and_never_more_than_may_be(
    steps: list[tuple[str, int, int]], most: int
) -> None:
    kept = Kept(most)
    old = []
    for name, version, weight in steps:
        shelf = kept.shelf(name, version)
        assert all(entry == (name, version) for entry in shelf.values())
        shelf[weight] = (name, version)
        old.append(shelf)
        old[len(steps) % len(old)].grow(weight)  # one that may be held no more
        assert kept.weight == sum(held.weight for held in kept._shelves.values()) <= most


@given(weights=st.lists(st.integers(1, 2 * LARGEST_PIECE), max_size=30))
def test_an_object_keeps_its_latest_pieces_and_weighs_what_they_do(weights: list[int]) -> None:
    shelf = Kept(2**30).shelf("a", 1)
    pieces = Pieces(shelf)
    for number, weight in enumerate(weights):
        pieces.put(str(number), number, weight)
    kept = [(n, w) for n, w in enumerate(weights) if w <= LARGEST_PIECE][-MOST_PIECES:]
    assert pieces == {str(number): number for number, _ in kept}
    assert shelf.weight == EMPTY + sum(weight for _, weight in kept)


def test_a_shelf_that_was_cleared_weighs_as_an_empty_one() -> None:
    kept = Kept(10_000)
    shelf = kept.shelf("a", 1)
    for _ in range(100):
        shelf["x"] = "X"
        shelf.grow(2_000)
        shelf.clear()
    assert (kept.weight, kept.shelf("a", 1) is shelf) == (EMPTY, True)
