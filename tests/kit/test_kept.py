"""What is kept in memory: one version of each name's entries, and no more entries than were allowed."""

from hypothesis import given
from hypothesis import strategies as st

from kinegraph.kit.kept import Kept

steps = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.integers(0, 5)), max_size=30)


def test_a_shelf_of_the_same_version_is_the_same_one() -> None:
    kept = Kept(10)
    kept.shelf("a", 1)["x"] = "X"
    assert kept.shelf("a", 1) == {"x": "X"}


def test_another_version_finds_nothing_and_lets_go_of_what_there_was() -> None:
    kept = Kept(10)
    kept.shelf("a", 1)["x"] = "X"
    assert kept.shelf("a", 2) == {}
    assert kept.shelf("a", 1) == {}


def test_the_longest_unused_shelf_goes_first() -> None:
    kept = Kept(2)
    for name in "ab":
        kept.shelf(name, 1)[name] = name
    kept.shelf("a", 1)
    kept.shelf("c", 1)["c"] = "c"
    kept.bound()
    assert (kept.shelf("a", 1), kept.shelf("b", 1), kept.shelf("c", 1)) == ({"a": "a"}, {}, {"c": "c"})


def test_a_shelf_that_is_too_large_by_itself_goes_too() -> None:
    kept = Kept(2)
    kept.shelf("a", 1).update({"x": 1, "y": 2, "z": 3})
    kept.bound()
    assert kept.shelf("a", 1) == {}


@given(steps=steps, most=st.integers(1, 8))
def test_never_more_is_kept_than_may_be_and_never_of_another_version(
    steps: list[tuple[str, int, int]], most: int
) -> None:
    kept = Kept(most)
    for name, version, count in steps:
        shelf = kept.shelf(name, version)
        assert all(entry == (name, version) for entry in shelf.values())
        shelf.update(dict.fromkeys(range(count), (name, version)))
        kept.bound()
        assert sum(len(entries) for _, entries in kept._shelves.values()) <= most
