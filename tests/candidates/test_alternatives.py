"""Alternatives of equipment: what is optional and of the same use takes the place of what is required."""

import pytest

from generator_check.library import shipped, shipped_catalogue
from kinegraph.classification.rules_safety import Person
from kinegraph.generator.rules_assembly import generated
from kinegraph.layers.rules import TrainingGoal
from kinegraph.programming.rules import Request


@pytest.mark.parametrize(
    ("slug", "available", "used", "mechanics"),
    [
        ("goblet-squat", {"dumbbell"}, {"dumbbell"}, "free_weight"),
        ("sumo-squat", {"kettlebell"}, {"kettlebell"}, "free_weight"),
        ("lateral-raise", {"resistance_band", "dumbbell"}, {"dumbbell"}, "free_weight"),
    ],
)
def test_one_of_the_alternatives_does(slug: str, available: set[str], used: set[str], mechanics: str) -> None:
    """What is required is preferred; the resistance is that of what is used."""
    found = shipped(slug).adapted(frozenset(available))
    assert (set(found.equipment), found.mechanics) == (used, mechanics)
    assert found.lacks(frozenset(available)) == []


@pytest.mark.parametrize(
    ("slug", "available"),
    [
        ("pallof-press", {"resistance_band"}),
        ("goblet-squat", {"plyo_box"}),
        ("spanish-squat", {"dumbbell", "rack"}),
        ("seal-row", {"dumbbell", "bench"}),
    ],
)
def test_what_only_helps_is_no_alternative(slug: str, available: set[str]) -> None:
    """A box, a band, an added weight or another implement than the bar leaves the exercise without what it needs."""
    assert shipped(slug).adapted(frozenset(available)).lacks(frozenset(available))


def test_a_session_at_home_squats_with_a_dumbbell_and_says_so() -> None:
    """Nobody with dumbbells squats without a load for want of a kettlebell."""
    request = Request(TrainingGoal.STRENGTH, (), frozenset({"dumbbell", "chair"}), 45, Person(()), difficulty_max=2)
    workout = generated(request, shipped_catalogue())
    reasons = {each.candidate.key: each.detail for each in workout.excluded}
    assert "kettlebell" not in reasons.get("goblet-squat", "")
    chosen = [each for section in workout.sections for each in section.movements]
    notes = {each.candidate.key: each.prescription.get("notes", "") for each in chosen}
    assert notes["goblet-squat"].startswith("With a dumbbell.")
