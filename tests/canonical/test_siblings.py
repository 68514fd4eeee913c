"""Conditions of which an entry of the library says nothing, and its siblings do."""

from content_check import siblings
from kinegraph.canonical.rules_files import shipped_rows
from kinegraph.taxonomy.rules_conditions import vocabulary


def test_no_entry_is_silent_on_a_condition_that_leaves_its_siblings_out_unless_there_is_a_reason() -> None:
    """A condition that leaves out three of the four entries most like one has a finding there, or a reason for none."""
    found = {(each.slug, each.condition) for each in siblings.gaps(shipped_rows())}
    assert found - siblings.reasons().keys() == set()


def test_an_entry_that_loses_a_finding_of_its_siblings_is_reported() -> None:
    """An entry without its stressors, beside siblings that have them, is reported for what these are left out for."""
    rows = [dict(row) for row in shipped_rows()]
    for row in rows:
        if row["slug"] == "conventional-deadlift" or row["slug"] == "deadlift":
            row["training"] = row["training"] | {"stressors": ["gripping"], "conditions": {}}
    found = {each.condition for each in siblings.gaps(rows) if each.slug == "deadlift"}
    assert "lumbar_disc_herniation" in found


def test_the_reason_of_a_gap_is_a_sentence_about_a_condition() -> None:
    """Each gap that is right names a condition of the vocabulary, and its reason is a sentence."""
    assert {condition for _, condition in siblings.reasons()} <= set(vocabulary())
    assert all(reason.endswith(".") and len(reason) <= 140 for reason in siblings.reasons().values())
