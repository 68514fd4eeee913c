"""The laws of safety for every entry of the shipped library: contraindications and constraints are of one table."""

from typing import Any  # JSON of the entries

import pytest

from kinegraph.authoring.rules import (
    constraint_of_entry,
    contraindications_of,
    findings_of,
    safety_columns,
    shown_findings_of,
)
from kinegraph.authoring.rules_substitutes import candidates_of, substitutes_of
from kinegraph.canonical.rules_files import shipped_rows
from kinegraph.classification.rules_classes import stressors
from kinegraph.classification.rules_safety import AVOID_SCORE, OFFERED_BELOW, SCORES, assess, is_avoided
from kinegraph.classification.rules_severity import RANK, Severity
from kinegraph.exercise.rules_details import MAX_CONTRAINDICATIONS
from kinegraph.taxonomy.rules_conditions import vocabulary

ROWS: list[dict[str, Any]] = shipped_rows()
BY_SLUG = {row["slug"]: row for row in ROWS}
ALIKE = [row["slug"] for row in ROWS]


def test_assessing_one_condition_gives_what_the_severities_say() -> None:
    wrong = []
    for row in ROWS:
        found, constraint = shown_findings_of(row), constraint_of_entry(row)
        having = frozenset(row["training"]["stressors"])
        for condition, entry in vocabulary().items():
            finding, parent = found.get(condition), found.get(entry.parent or "")
            expected = 0
            if finding is not None:
                expected = AVOID_SCORE if is_avoided(finding, having) else SCORES[finding.severity]
            elif parent is not None and parent.severity is Severity.INDICATED:
                expected = SCORES[Severity.INDICATED]
            if assess(constraint, [condition]).score != expected:
                wrong.append((row["slug"], condition))
    assert wrong == []


def test_contraindications_and_constraints_name_the_same_conditions() -> None:
    for row in ROWS:
        listed = {each["condition"] for each in contraindications_of(row)}
        constraint = constraint_of_entry(row)
        assert listed == {*constraint.avoid_if, *constraint.caution_if}, row["slug"]
        assert not set(constraint.avoid_if) & set(constraint.caution_if), row["slug"]
        assert not set(constraint.indicated_for) & listed, row["slug"]


def test_every_condition_is_in_the_vocabulary_with_a_text_for_the_athlete() -> None:
    for row in ROWS:
        for each in contraindications_of(row):
            assert each["condition"] in vocabulary() and each["description"], row["slug"]
            assert each["severity"] in ("warning", "restriction", "absolute")


def test_contraindications_are_as_many_as_the_api_takes_and_the_strictest_come_first() -> None:
    for row in ROWS:
        ranks = [RANK[Severity(each["severity"])] for each in contraindications_of(row)]
        assert len(ranks) <= MAX_CONTRAINDICATIONS and ranks == sorted(ranks, reverse=True), row["slug"]


def test_every_caution_has_a_score_and_what_is_avoided_says_what_to_do() -> None:
    for row in ROWS:
        constraint = constraint_of_entry(row)
        texts = {each.condition: each for each in constraint.modifications}
        assert set(constraint.risk_scores) == {*constraint.caution_if, *constraint.indicated_for}, row["slug"]
        assert all(1 <= score <= 99 for score in constraint.risk_scores.values())
        assert all(texts[condition].is_avoid for condition in constraint.avoid_if), row["slug"]
        assert all(constraint.risk_scores[condition] <= 10 for condition in constraint.indicated_for)


def test_a_condition_that_differs_from_its_parent_is_as_severe_at_least() -> None:
    for row in ROWS:
        found = findings_of(row)
        for condition, finding in found.items():
            parent = found.get(vocabulary()[condition].parent or "")
            if parent is not None and {parent.severity, finding.severity} <= set(RANK):
                assert RANK[finding.severity] >= RANK[parent.severity], (row["slug"], condition)


def test_substitutes_are_offered_to_somebody_with_the_condition_and_resemble_the_exercise() -> None:
    for slug, by_condition in substitutes_of(ROWS, candidates_of(ROWS)).items():
        row = BY_SLUG[slug]
        for condition, other in by_condition.items():
            found, chosen = assess(constraint_of_entry(BY_SLUG[other]), [condition]), BY_SLUG[other]
            assert found.is_safe and found.score < OFFERED_BELOW, (slug, condition, other)
            shares = set(row["primaryMuscles"]) & set(chosen["primaryMuscles"])
            assert shares or row["movementPattern"] == chosen["movementPattern"], (slug, condition, other)
            assert condition in constraint_of_entry(row).avoid_if


def test_stressors_are_stored_in_the_order_of_their_list_and_modifications_with_their_level() -> None:
    stored = safety_columns(BY_SLUG["back-squat"], {"uncontrolled_hypertension": "wall-sit"})
    assert stored["stressors"] == [key for key in stressors() if key in stored["stressors"]]
    levels = {each["condition"]: each["risk_level"] for each in stored["modifications"]}
    assert {condition for condition, level in levels.items() if level == "avoid"} == set(stored["avoid_if"])


@pytest.mark.parametrize(
    ("slug", "condition"),
    [("back-squat", "uncontrolled_hypertension"), ("deadlift", "uncontrolled_hypertension"),
     ("beep-test", "unstable_cardiac_condition"), ("depth-jump", "achilles_rupture")],
)  # fmt: skip
def test_dangerous_pairs_are_ruled_out(slug: str, condition: str) -> None:
    assert assess(constraint_of_entry(BY_SLUG[slug]), [condition]).score == 100


@pytest.mark.parametrize("slug", [row["slug"] for row in ROWS if "axial_load" in row["training"]["stressors"]][:40])
def test_who_has_a_lumbar_disc_herniation_is_warned_of_whatever_compresses_the_spine(slug: str) -> None:
    assert assess(constraint_of_entry(BY_SLUG[slug]), ["lumbar_disc_herniation"]).score >= 25
