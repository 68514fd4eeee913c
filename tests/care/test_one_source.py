"""One source: what sessions leave out for a condition is without a warning nowhere, and no override changes that."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator_check.library import row_of, shipped, shipped_catalogue, shipped_entries
from kinegraph.candidates.rules import Candidate, Catalogue
from kinegraph.candidates.rules_treatments import with_treatments
from kinegraph.candidates.store import candidate_of
from kinegraph.care.rules import CARE_RULES, care_rules_of, excluded_by
from kinegraph.classification.rules_safety import Person
from kinegraph.exercise.rules_columns import api_name
from kinegraph.layers.rules import TrainingGoal
from kinegraph.programming.rules import ExclusionReason, Request
from kinegraph.programming.rules_eligible import eligibility_of
from kinegraph.substitution.rules import Offer
from kinegraph.taxonomy.rules_conditions import vocabulary

NOTHING_AGAINST = "Nothing speaks against it"
SLUGS = sorted(shipped_entries())
CONDITIONS = sorted({condition for rule in CARE_RULES for condition in rule.conditions})
EQUIPMENT = sorted(shipped_catalogue().equipment_names)
MUSCLES = sorted(shipped_catalogue().muscles)
OVERRIDES = st.fixed_dictionaries(
    {},
    optional={
        "equipment": st.lists(st.sampled_from([*EQUIPMENT, "גלגלת בטן"]), max_size=3),
        "primary_muscles": st.lists(st.sampled_from(MUSCLES), min_size=1, max_size=3),
        "movement_pattern": st.sampled_from(["push", "pull", "squat", "hinge", "other"]),
        "kind": st.sampled_from(["strength_compound", "strength_isolation", "mobility", "cardio"]),
        "mechanics": st.sampled_from(["free_weight", "machine", "cable", "bodyweight"]),
        "force_vector": st.sampled_from(["horizontal", "vertical"]),
        "difficulty": st.integers(1, 5),
        "is_unilateral": st.booleans(),
    },
)
"""Overrides of the values that rules of sessions look at."""


def left_out(exercise: Candidate, person: Person, *, is_light: bool = False, is_treatment: bool = False) -> str | None:
    return excluded_by(exercise, care_rules_of(person, is_light=is_light), person, is_treatment=is_treatment)


def overridden(slug: str, overrides: dict[str, object]) -> Candidate:
    return candidate_of(row_of(shipped_entries()[slug], overrides={api_name(key): v for key, v in overrides.items()}))


def test_what_sessions_leave_out_has_a_warning_in_the_assessment_of_everybody() -> None:
    """No exercise that a session leaves out for a condition is assessed without a warning, unless it treats it."""
    silent: list[tuple[str, str]] = []
    treated: list[tuple[str, str]] = []
    for condition in vocabulary():
        person = Person([condition])
        for exercise in shipped_catalogue().candidates:
            found = exercise.assessed(person)
            if left_out(exercise, person, is_treatment=bool(found.indicated_for)) and found.score < 25:
                (treated if found.indicated_for else silent).append((exercise.key, condition))
    assert silent == []
    assert treated == [("quad-set", "acl_reconstruction")]


@pytest.mark.parametrize(
    ("slug", "condition", "advice"),
    [("bear-crawl", "osteoporosis", "Walk beside a rail"),
     ("single-leg-romanian-deadlift", "cardiovascular_disease", "Lean forward by at most 45 degrees"),
     ("ab-wheel-rollout", "wrist_pain", "Hold a forearm plank"),
     ("push-ups", "osteoporosis", "Push with the hands on a wall"),
     ("single-leg-glute-bridge", "knee_osteoarthritis", "Use Glute Bridge on a firm bed")],
)  # fmt: skip
def test_the_warning_of_a_rule_of_sessions_says_what_to_do_instead(slug: str, condition: str, advice: str) -> None:
    """A condition without a rule of the severity matrix has score 25, and advice that suits the exercise."""
    found = shipped(slug).assessed(Person([condition]))
    assert found.score == 25
    ((warned, text),) = [(each.condition, each.modification or "") for each in found.warnings]
    assert (warned, text[: len(advice)]) == (condition, advice)


def test_no_weight_of_an_upright_trunk_is_moved_with_the_head_down() -> None:
    """A cable kickback is done standing and nearly upright: a heart has no warning of a low head for it."""
    assert shipped("cable-glute-kickback").assessed(Person(["cardiovascular_disease"])).score == 0


@pytest.mark.parametrize(
    ("slug", "condition"),
    [("deadlift", "cardiovascular_disease"), ("burpees", "osteoporosis"), ("plank", "wrist_pain"),
     ("plank", "osteoporosis"), ("plank", "pregnancy"), ("sit-ups", "pregnancy"),
     ("plank", "cardiovascular_disease"), ("depth-jump", "knee_pain")],
)  # fmt: skip
def test_substitutes_are_what_the_generator_may_choose(slug: str, condition: str) -> None:
    """No substitute is left out of sessions for the condition, and nothing speaks against those that say so."""
    person = Person([condition])
    found = Offer(shipped_catalogue(), person).substitutes(shipped(slug), 50)
    for each in found:
        assert not left_out(each.candidate, person, is_treatment=bool(each.assessment.indicated_for))
        assert (NOTHING_AGAINST in each.explanation) == (each.assessment.score == 0)


def test_the_warning_of_a_parent_holds_for_its_kinds() -> None:
    """Somebody with patellofemoral pain is warned of what knee pain leaves out of sessions."""
    person = Person(["patellofemoral_pain"])
    assert left_out(shipped("wood-chop"), person) is not None
    assert shipped("wood-chop").assessed(person).score >= 25


@settings(max_examples=300, deadline=None)
@given(
    slug=st.sampled_from(SLUGS),
    overrides=OVERRIDES,
    conditions=st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=3, unique=True),
)
def test_no_override_makes_an_assessment_milder(slug: str, overrides: dict[str, object], conditions: list[str]) -> None:
    """With an override everything that is warned of or left out without it is so with it too."""
    person, plain, changed = Person(conditions), shipped(slug), overridden(slug, overrides)
    before, after = (with_treatments(each, each.assessed(person), person) for each in (plain, changed))
    assert (after.is_safe, after.score, after.warnings) == (before.is_safe, before.score, before.warnings)
    assert set(after.indicated_for) <= set(before.indicated_for)
    for is_light in (False, True):
        for is_treatment in (False, True):
            if left_out(plain, person, is_light=is_light, is_treatment=is_treatment):
                assert left_out(changed, person, is_light=is_light, is_treatment=is_treatment)


def test_equipment_in_another_language_leaves_the_reason_of_the_generator() -> None:
    """An ab wheel whose equipment an organization translates is unsafe to the generator, and no substitute."""
    translated = replace(overridden("ab-wheel-rollout", {"equipment": ["גלגלת בטן"]}), edges=())
    person = Person(["wrist_pain"])
    catalogue = Catalogue(translated.organization_id, (translated,))
    request = Request(TrainingGoal.STRENGTH, (), None, 45, person)
    (excluded,) = eligibility_of(catalogue, request).excluded
    assert excluded.reason is ExclusionReason.UNSAFE
    assert translated.id not in Offer(catalogue, person).assessments


def test_words_of_rules_are_sentences_without_their_beginning() -> None:
    """The words of every rule complete "With a condition, ..." and end with a full stop."""
    assert all(re.fullmatch(r"[a-z].*[^.]\.", rule.words) for rule in CARE_RULES)
