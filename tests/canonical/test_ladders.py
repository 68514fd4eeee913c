"""Ladders of the shipped library."""

from content_check import ladders
from kinegraph.canonical.rules_files import shipped_rows
from kinegraph.taxonomy.rules_conditions import vocabulary


def test_no_easier_exercise_is_riskier_than_its_next_rung_unless_there_is_a_reason() -> None:
    """Along a progression no condition that both exercises name falls in severity, except where a reason is given."""
    found = {(each.easier, each.harder, each.condition) for each in ladders.inversions(shipped_rows())}
    assert found - ladders.reasons().keys() == set()


def test_the_reason_of_an_inversion_is_a_sentence_about_a_condition() -> None:
    """Each inversion that is right names a condition of the vocabulary, and its reason is a sentence."""
    assert {condition for _, _, condition in ladders.reasons()} <= set(vocabulary())
    assert all(reason.endswith(".") and len(reason) <= 140 for reason in ladders.reasons().values())
