"""Ladders of the shipped library."""

from content_check import ladders
from content_check.__main__ import library_rows


def test_no_easier_exercise_is_riskier_than_its_next_rung_unless_there_is_a_reason() -> None:
    """Along a progression no condition that both exercises name falls in severity, except for the kept inversions."""
    found = {(each.easier, each.harder, each.condition) for each in ladders.inversions(library_rows())}
    assert found - ladders.kept().keys() == set()


def test_each_kept_inversion_exists_and_has_a_reason() -> None:
    """What inversions.json keeps of the present rungs is an inversion, and a sentence says why."""
    found = {(each.easier, each.harder, each.condition) for each in ladders.inversions(library_rows())}
    rungs = set(ladders.rungs())
    assert {key for key in ladders.kept() if key[:2] in rungs} - found == set()
    assert all(reason.endswith(".") for reason in ladders.kept().values())
