"""Texts of the rules of sessions where they are findings of an exercise: one for every condition, and true of it."""

import re

import pytest

from kinegraph.care.rules import CARE_RULES, CareRule
from kinegraph.classification.rules_classes import classes, data, stressors
from kinegraph.classification.rules_severity import SETS, Traits, caution_texts, findings

KEYS = [rule.key for rule in CARE_RULES if not rule.is_light]
ENTRIES = data("cautions.json")
NOTHING = Traits(class_key=None, stressors=frozenset(), fatigue=1)


def test_the_keys_of_rules_and_of_their_texts_are_the_same() -> None:
    """Every rule but those of warm-up and cool-down has texts, and no text belongs to a rule that is gone."""
    assert len(set(KEYS)) == len(KEYS)
    assert list(dict.fromkeys(entry["rule"] for entry in ENTRIES)) == KEYS


@pytest.mark.parametrize("rule", [rule for rule in CARE_RULES if not rule.is_light], ids=lambda rule: rule.key)
def test_a_rule_has_a_text_for_each_condition_whatever_the_exercise_is(rule: CareRule) -> None:
    """An exercise of which nothing is known has a reason and advice for each condition of the rule."""
    for condition in rule.conditions:
        found = findings(NOTHING, cautions={condition: rule.key})[condition]
        assert found.because and found.instead


def test_texts_name_known_traits_and_conditions_of_their_rule() -> None:
    """A text whose class, stressor or condition is misspelt would never be shown."""
    conditions = {rule.key: rule.conditions for rule in CARE_RULES}
    for entry in ENTRIES:
        when = entry["when"]
        assert set(when) <= {*SETS, "with", "without"}, entry
        assert {*when.get("stressors", ()), *when.get("with", ()), *when.get("without", ())} <= set(stressors()), entry
        assert set(when.get("classes", ())) <= set(classes()), entry
        assert set(entry.get("conditions", ())) <= conditions[entry["rule"]], entry


def test_advice_is_a_short_sentence_with_a_number() -> None:
    """Advice can be done: it has a number and at most 140 characters; a reason ends with a full stop."""
    for entry in ENTRIES:
        assert len(entry["instead"]) <= 140 and re.search(r"\d|RPE", entry["instead"]), entry
        assert re.fullmatch(r"[A-Z].*\.", entry["because"]), entry


def test_every_text_can_be_the_first_that_matches() -> None:
    """No text stands behind one for all exercises, for each of the conditions that it is for."""
    conditions_of = {rule.key: rule.conditions for rule in CARE_RULES}
    for key, texts in caution_texts().items():
        open_conditions = set(conditions_of[key])
        for conditions, text in texts:
            own = open_conditions & (conditions or conditions_of[key])
            assert own, text.instead
            if text.matches(NOTHING):
                open_conditions -= own
        assert open_conditions == set(), key
