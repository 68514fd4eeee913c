"""From entries of files to rows: own texts, exceptions, and the faults of `training`."""

from typing import Any  # JSON of entries

import pytest

from kinegraph.authoring.rules import (
    constraint_of_entry,
    contraindications_of,
    findings_of,
    profile_columns,
    training_faults,
)
from kinegraph.classification.rules_severity import Severity


def entry(**training: Any) -> dict[str, Any]:
    """An entry of a loaded squat, with these values of its training."""
    return {
        "slug": "a-squat", "kind": "strength_compound", "difficulty": 3, "fatigueScore": 8, "movementPattern": "squat",
        "mechanics": "free_weight", "equipment": ["barbell"], "primaryMuscles": ["quadriceps"],
        "training": {"class": "barbell_squat", "stressors": ["axial_load", "valsalva"], **training},
    }  # fmt: skip


def test_a_text_without_severity_is_shown_with_the_severity_of_the_matrix() -> None:
    plain = findings_of(entry())["pregnancy"]
    own = findings_of(entry(conditions={"pregnancy": {"text": "Ours.", "modification": "Sit down"}}))["pregnancy"]
    assert (own.severity, own.because, own.instead) == (plain.severity, "Ours.", "Sit down")


def test_a_text_of_a_condition_that_the_matrix_does_not_give_is_not_shown() -> None:
    assert "plantar_fasciitis" not in findings_of(entry(conditions={"plantar_fasciitis": {"text": "Ours."}}))


@pytest.mark.parametrize("severity", ["warning", "restriction", "absolute"])
def test_a_severity_of_the_entrys_own_counts_instead_of_the_matrix(severity: str) -> None:
    own = {"severity": severity, "reason": "Because.", "text": "Ours.", "modification": "Sit down"}
    found = findings_of(entry(conditions={"knee_pain": own}))["knee_pain"]
    assert (found.severity, found.because, found.instead) == (Severity(severity), "Ours.", "Sit down")


def test_the_severity_none_removes_a_condition() -> None:
    row = entry(conditions={"pregnancy": {"severity": "none", "reason": "Because."}})
    assert "pregnancy" not in findings_of(row)
    assert "pregnancy" not in {each["condition"] for each in contraindications_of(row)}


def test_an_indication_has_its_prescription_as_modification_and_is_no_contraindication() -> None:
    row = entry(conditions={"knee_pain": {"severity": "indicated", "dose": "3 x 15", "text": "It helps."}})
    constraint = constraint_of_entry(row)
    assert list(constraint.indicated_for) == ["knee_pain"] and constraint.risk_scores["knee_pain"] == 5
    assert {each.condition: each.text for each in constraint.modifications}["knee_pain"] == "3 x 15"
    assert "knee_pain" not in {each["condition"] for each in contraindications_of(row)}


def test_the_profile_has_the_entrys_difficulty_and_fatigue_and_its_adjustments() -> None:
    columns = profile_columns(entry(adjust=[{"value": "skillDemand", "by": 1, "reason": "Because."}]))
    assert (columns["difficulty_level"], columns["fatigue_score"], columns["skill_demand"]) == (3, 8, 4)
    assert (columns["class_key"], columns["modifiers"]) == ("barbell_squat", [])


@pytest.mark.parametrize(
    ("training", "path"),
    [({"class": "no_class"}, ("training", "class")),
     ({"modifiers": ["nope"]}, ("training", "modifiers", 0)),
     ({"stressors": ["valsalva", "nope"]}, ("training", "stressors", 1)),
     ({"conditions": {"nope": {}}}, ("training", "conditions", "nope")),
     ({"conditions": {"knee_pain": {"severity": "indicated"}}}, ("training", "conditions", "knee_pain")),
     ({"conditions": {"knee_pain": {"severity": "warning"}}}, ("training", "conditions", "knee_pain"))],
)  # fmt: skip
def test_what_is_in_no_closed_list_or_has_no_reason_is_a_fault_at_its_place(
    training: dict[str, Any], path: tuple[Any, ...]
) -> None:
    assert [tuple(at) for at, _ in training_faults(entry(**training))] == [path]


def test_contraindications_beside_training_are_a_fault_and_an_entry_without_training_has_none() -> None:
    assert [tuple(at) for at, _ in training_faults({**entry(), "contraindications": []})] == [("contraindications",)]
    assert [*training_faults({"contraindications": []})] == []
