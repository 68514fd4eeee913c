"""Ladders of the shipped library."""

from content_check import ladders
from content_check.__main__ import library_rows


def test_no_easier_exercise_is_riskier_than_its_next_rung_unless_there_is_a_reason() -> None:
    """Along a progression no condition that both exercises name falls in severity, except for those with a reason."""
    found = {(each.easier, each.harder, each.condition) for each in ladders.inversions(library_rows())}
    assert found - ladders.reasons().keys() == set()


def test_each_reason_belongs_to_an_inversion() -> None:
    """What inversions.json says of the present rungs is true, and each reason is a sentence."""
    found = {(each.easier, each.harder, each.condition) for each in ladders.inversions(library_rows())}
    authored = set(ladders.rungs())
    assert {key for key in ladders.reasons() if key[:2] in authored} - found == set()
    assert all(reason.endswith(".") for reason in ladders.reasons().values())
