"""The twenty workouts of the review: the table of the documentation has them as they are made now."""

import re

from generator_check.laws import TRAINING, movements
from generator_check.library import shipped_catalogue
from generator_check.review import CASES, request_of
from kinegraph.candidates.rules import STEADY
from kinegraph.dosing.rules_prescriptions import Chosen
from kinegraph.generator.rules_assembly import generated
from tests.house.sources import ROOT

AFTER = 4
"""The column of the table with the exercises as they are now."""


def words(each: Chosen) -> str:
    minutes = each.prescription.get("duration_seconds", 0) // 60
    return each.candidate.name + (f" {minutes} min" if each.candidate.class_key == STEADY else "")


def test_the_table_of_the_review_has_the_exercises_as_they_are_now() -> None:
    """What was mended is shown as it is, not as it was after an earlier mending."""
    lines = (ROOT / "docs" / "generator-review.md").read_text().splitlines()
    cells = {
        int(line.split(" | ")[0].strip("| ")): line.split(" | ") for line in lines if re.match(r"\| \d+ \| ", line)
    }
    for number in range(1, len(CASES) + 1):
        workout = generated(request_of(number - 1), shipped_catalogue())
        assert cells[number][AFTER] == ", ".join(map(words, movements(workout, *TRAINING))), number
