"""The types of an exercise's rows name columns that the stores select."""

from typing import get_type_hints

from kinegraph.exchange.rules import StoredRow
from kinegraph.exercise import store
from kinegraph.exercise.rules import ExerciseRow
from kinegraph.exercise.rules_columns import EXCHANGED
from kinegraph.exercise.rules_details import ContraindicationRow, InstructionRow
from kinegraph.exercise.tables_details import exercise_contraindications, exercise_instructions
from kinegraph.video.rules import NO_VIDEO


def test_every_column_of_an_exercises_type_is_selected_by_its_store() -> None:
    assert set(get_type_hints(ExerciseRow)) <= set(store.COLUMNS.split(", "))


def test_the_columns_of_child_rows_are_columns_of_their_tables() -> None:
    assert set(get_type_hints(InstructionRow)) <= set(exercise_instructions.c.keys())
    assert set(get_type_hints(ContraindicationRow)) <= set(exercise_contraindications.c.keys())


def test_a_stored_row_of_an_import_has_exchanged_columns_and_child_rows() -> None:
    others = {"id", "import_key", "seed_hash", "instructions", "contraindications", "fatigue_score", "terms"}
    assert set(get_type_hints(StoredRow)) - others - {"video_locked_by_user_id", *NO_VIDEO} <= set(EXCHANGED)
