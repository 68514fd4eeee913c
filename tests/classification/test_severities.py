"""The severity matrix: which conditions speak against an exercise, of all rules and of a condition's parents."""

import json
from collections import Counter
from typing import Any  # JSON of the matrix

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinegraph.classification.rules_classes import classes, data, stressors
from kinegraph.classification.rules_severity import RANK, SETS, Finding, Severity, Traits, findings, matrix
from kinegraph.taxonomy.rules_conditions import vocabulary

ENTRIES: list[dict[str, Any]] = data("matrix.json")
TRAITS = st.builds(
    Traits,
    class_key=st.none() | st.sampled_from(sorted(classes())),
    stressors=st.frozensets(st.sampled_from(sorted(stressors())), max_size=8),
    fatigue=st.integers(1, 10),
    pattern=st.none() | st.sampled_from(("squat", "hinge", "push", "pull", "mobility")),
)
EXCEPTIONS = st.dictionaries(
    st.sampled_from(sorted(vocabulary())),
    st.sampled_from((*RANK, Severity.INDICATED)),
    max_size=4,
).map(lambda chosen: {key: Finding(key, severity, "Because.") for key, severity in chosen.items()})


def rank(found: dict[str, Finding], condition: str) -> int:
    """How strongly a condition speaks against an exercise; 0 where it does not."""
    return RANK[found[condition].severity] if condition in found else 0


def test_every_rule_names_known_conditions_classes_and_stressors_and_gives_a_reason() -> None:
    for entry in ENTRIES:
        when = entry["when"]
        assert entry["condition"] in vocabulary(), entry
        assert set(when) <= {*SETS, "with", "without", "fatigue"}, entry
        assert {*when.get("stressors", ()), *when.get("with", ()), *when.get("without", ())} <= set(stressors()), entry
        assert set(when.get("classes", ())) <= set(classes()), entry
        assert entry["severity"] in ("warning", "restriction", "absolute"), entry
        assert entry["because"].strip() and len(entry.get("instead", "")) <= 140, entry


def test_no_rule_is_a_second_one_for_the_same_exercises() -> None:
    """The first of two with the same condition, severity and `when` is shown, and the other one never."""
    keys = [json.dumps([entry["condition"], entry["severity"], entry["when"]], sort_keys=True) for entry in ENTRIES]
    assert [key for key, count in Counter(keys).items() if count > 1] == []


def test_every_condition_of_the_vocabulary_has_rules_or_a_parent() -> None:
    assert [key for key, rules in matrix().items() if not rules and vocabulary()[key].parent is None] == []


@given(TRAITS)
def test_a_condition_is_at_least_as_severe_as_its_parent(traits: Traits) -> None:
    found = findings(traits)
    for key, condition in vocabulary().items():
        if condition.parent is not None:
            assert rank(found, key) >= rank(found, condition.parent), key


@given(TRAITS, st.sampled_from(sorted(stressors())))
def test_a_rule_that_excludes_no_stressor_counts_whatever_else_the_exercise_has(traits: Traits, added: str) -> None:
    more = Traits(traits.class_key, traits.stressors | {added}, traits.fatigue, traits.pattern)
    for rules in matrix().values():
        for rule in rules:
            if rule.matches(traits) and added not in rule.excluded:
                assert rule.matches(more)


@given(TRAITS, EXCEPTIONS)
def test_an_exception_counts_instead_of_the_matrix_and_its_children_inherit_it(
    traits: Traits, exceptions: dict[str, Finding]
) -> None:
    found = findings(traits, exceptions)
    for key, exception in exceptions.items():
        assert key not in found if exception.severity is Severity.NONE else found[key] == exception
    for key, condition in vocabulary().items():
        parent = found.get(condition.parent) if condition.parent else None
        if key not in exceptions and parent is not None and parent.severity in RANK:
            assert rank(found, key) >= RANK[parent.severity], key


@given(TRAITS)
def test_what_is_not_inherited_is_the_strictest_rule_that_matches(traits: Traits) -> None:
    for key, finding in findings(traits).items():
        if not finding.is_inherited:
            matching = [rule for rule in matrix()[key] if rule.matches(traits)]
            assert finding.severity == max((rule.severity for rule in matching), key=RANK.__getitem__)
            assert finding.because in {rule.because for rule in matching if rule.severity is finding.severity}


@pytest.mark.parametrize(
    ("key", "fatigue", "condition", "least"),
    [("barbell_squat", 8, "uncontrolled_hypertension", Severity.ABSOLUTE),
     ("fitness_test", 9, "unstable_cardiac_condition", Severity.ABSOLUTE),
     ("static_mobility", 1, "unstable_cardiac_condition", Severity.RESTRICTION)],
)  # fmt: skip
def test_dangerous_conditions_speak_against_whole_classes(
    key: str, fatigue: int, condition: str, least: Severity
) -> None:
    found = findings(Traits(key, frozenset(), fatigue))
    assert rank(found, condition) >= RANK[least]
