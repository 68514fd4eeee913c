"""The texts that are embedded, and their hashes."""

from types import SimpleNamespace
from typing import Any  # rows of exercises

from hypothesis import given
from hypothesis import strategies as st

from kinegraph.embedding.rules_texts import MAX_TEXT, exercise_text, workout_text
from kinegraph.vectors.rules import hash_of

LISTS = ("aliases", "discipline", "primary_muscles", "secondary_muscles", "equipment", "cues")


def exercise(**columns: Any) -> Any:
    empty: dict[str, Any] = {**{name: [] for name in LISTS}, "description": None, "movement_pattern": None}
    return SimpleNamespace(**{"name": "Squat", "category": "other", **empty, **columns})


def section(title: str | None, names: list[str] | None, description: str | None = None, type: str = "main") -> Any:
    return SimpleNamespace(title=title, names=names, description=description, type=type)


def test_an_exercises_text_has_a_line_for_each_column_that_has_something() -> None:
    text = exercise_text(
        exercise(
            aliases=["סקוואט", "присед"],
            category="lower_body",
            movement_pattern="squat",
            primary_muscles=["anterior_deltoid"],
            cues=["Chest up"],
        )
    )
    assert text.splitlines() == [
        "Squat",
        "Also: סקוואט, присед",
        "Movement: lower body, squat",
        "Muscles: anterior deltoid",
        "Cues: Chest up",
    ]


def test_a_workouts_text_has_its_sections_with_the_names_of_their_exercises() -> None:
    text = workout_text(
        "Legs", None, [section("Strength", ["Squat", "Deadlift"], "Heavy"), section(None, None, type="cool_down")]
    )
    assert text.splitlines() == ["Legs", "Strength: Heavy: Squat, Deadlift", "cool down"]


def test_a_workout_of_nothing_has_no_text() -> None:
    assert workout_text(None, None, []) == ""


@given(st.text(), st.lists(st.text(max_size=300), max_size=60))
def test_a_text_is_bounded_and_begins_with_the_name(name: str, cues: list[str]) -> None:
    text = exercise_text(exercise(name=name, cues=cues, description="x" * 9_000))
    assert len(text) <= MAX_TEXT and text.startswith(name[:100])


@given(st.sampled_from(LISTS), st.text(min_size=1))
def test_a_changed_list_changes_the_hash(column: str, word: str) -> None:
    before, after = exercise(), exercise(**{column: [word]})
    assert (hash_of("m", exercise_text(before)) != hash_of("m", exercise_text(after))) == bool(word)


def test_a_hash_is_of_the_model_and_the_text() -> None:
    hashes = {hash_of(model, text) for model in ("a", "b") for text in ("x", "y", "")}
    assert len(hashes) == 6 and all(len(each) == 64 for each in hashes)
