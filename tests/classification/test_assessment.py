"""From severities to constraints, and an exercise for a person with conditions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinegraph.classification.rules_safety import SCORES, Constraint, Modification, Warned, assess, constraint_of
from kinegraph.classification.rules_severity import Finding, Severity
from kinegraph.taxonomy.rules_conditions import vocabulary
from tests.taxonomy.ancestors import with_ancestors

KEYS = st.sampled_from(sorted(vocabulary()))


def constraint(
    avoid: Sequence[str] = (), scores: Mapping[str, int] | None = None, indicated: Sequence[str] = ()
) -> Constraint:
    """Constraints whose conditions with scores are cautions, but for those that it is indicated for."""
    found = scores or {}
    cautions = [key for key in found if key not in indicated]
    return Constraint(avoid, cautions, indicated, [Modification(key, f"Less {key}", False) for key in cautions], found)


@st.composite
def constraints(draw: st.DrawFn) -> Constraint:
    """Any constraints, whose conditions are in one list each."""
    keys = draw(st.lists(KEYS, max_size=12, unique=True))
    avoid, rest = keys[: draw(st.integers(0, 3))], keys[3:]
    split = draw(st.integers(0, 2))
    indicated, cautions = rest[:split], rest[split:]
    scores = {key: draw(st.integers(1, 99)) for key in cautions} | dict.fromkeys(indicated, 5)
    return constraint(avoid, scores, indicated)


CONDITIONS = st.frozensets(KEYS, max_size=8)


@given(constraints())
def test_with_no_condition_every_exercise_is_safe(of: Constraint) -> None:
    assert assess(of, []) == replace(assess(of, []), is_safe=True, score=0, warnings=[], indicated_for=[])


@given(constraints(), CONDITIONS)
def test_scores_are_from_0_to_99_unless_the_exercise_is_ruled_out(of: Constraint, conditions: frozenset[str]) -> None:
    found = assess(of, conditions)
    assert (found.score == 100) if not found.is_safe else (0 <= found.score <= 99)
    assert found.is_safe == (not any(warned.is_avoid for warned in found.warnings))


@given(constraints(), CONDITIONS, KEYS)
def test_a_further_condition_never_lowers_the_score_of_an_exercise_that_treats_nothing(
    of: Constraint, conditions: frozenset[str], further: str
) -> None:
    risky = replace(of, indicated_for=[])
    assert assess(risky, conditions | {further}).score >= assess(risky, conditions).score


@given(constraints(), CONDITIONS)
def test_who_has_a_condition_has_its_parents_too(of: Constraint, conditions: frozenset[str]) -> None:
    risky = replace(of, indicated_for=[])
    assert assess(risky, with_ancestors(conditions)) == assess(risky, conditions)


@given(constraints(), st.lists(KEYS, max_size=6))
def test_the_order_and_repetitions_of_conditions_do_not_matter(of: Constraint, conditions: list[str]) -> None:
    assert assess(of, [*conditions[::-1], *conditions]) == assess(of, conditions)


def child_and_parent() -> tuple[str, str]:
    """A condition of the vocabulary with its parent."""
    return next((key, each.parent) for key, each in vocabulary().items() if each.parent is not None)


def siblings() -> tuple[str, str, str]:
    """Two conditions with the same parent, and it."""
    by_parent: dict[str, list[str]] = {}
    for key, each in vocabulary().items():
        if each.parent is not None and vocabulary()[each.parent].parent is None:
            by_parent.setdefault(each.parent, []).append(key)
    parent, (first, second, *_) = next((parent, keys) for parent, keys in by_parent.items() if len(keys) > 1)
    return first, second, parent


def test_along_a_chain_of_parents_the_highest_score_counts_once() -> None:
    child, parent = child_and_parent()
    assert assess(constraint(scores={child: 25, parent: 60}), [child]).score == 60
    assert assess(constraint(scores={child: 60, parent: 25}), [child]).score == 60
    assert assess(constraint(scores={child: 60, parent: 25}), [child, parent]).score == 60
    assert assess(constraint(scores={child: 60, parent: 25}), [parent]).score == 25


def test_scores_of_unrelated_conditions_are_added_up_to_99() -> None:
    scores = {"knee_pain": 25, "pregnancy": 60}
    assert assess(constraint(scores=scores), scores).score == 85
    assert assess(constraint(scores=dict.fromkeys(("knee_pain", "pregnancy"), 60)), scores).score == 99


def test_what_two_conditions_have_from_a_common_parent_counts_once() -> None:
    first, second, parent = siblings()
    assert assess(constraint(scores={parent: 25}), [first, second]).score == 25
    assert assess(constraint(scores={parent: 25, first: 60}), [first, second]).score == 85


def test_a_condition_that_is_avoided_makes_the_score_100_for_its_children_too() -> None:
    child, parent = child_and_parent()
    of = constraint(avoid=[parent], scores={"pregnancy": 25})
    for conditions in ([parent], [child], [child, "pregnancy"]):
        found = assess(of, conditions)
        assert (found.is_safe, found.score, found.warnings[0].condition) == (False, 100, parent)
    assert assess(of, ["pregnancy"]).score == 25


def test_an_exercise_that_treats_a_condition_is_no_risk_of_its_parents() -> None:
    child, parent = child_and_parent()
    of = constraint(avoid=[parent], scores={child: 5}, indicated=[child])
    found = assess(of, [child])
    assert (found.is_safe, found.score, found.warnings, found.indicated_for) == (True, 5, [], [child])
    assert assess(of, [parent]).score == 100


def test_warnings_name_the_condition_and_the_modification_what_rules_out_first() -> None:
    of = constraint(avoid=["pregnancy"], scores={"knee_pain": 25})
    assert assess(of, ["knee_pain", "pregnancy"]).warnings == [
        Warned("pregnancy", True, None),
        Warned("knee_pain", False, "Less knee_pain"),
    ]


def test_spellings_of_no_vocabulary_count_for_themselves() -> None:
    of = constraint(avoid=["sore wing"])
    assert assess(of, ["sore wing"]).score == 100 and assess(of, ["knee_pain"]).score == 0


@pytest.mark.parametrize(
    ("severity", "condition", "stressors", "is_avoided", "score"),
    [(Severity.ABSOLUTE, "knee_pain", (), True, None),
     (Severity.RESTRICTION, "knee_pain", (), False, 60),
     (Severity.RESTRICTION, "deep_vein_thrombosis", (), True, None),
     (Severity.RESTRICTION, "pregnancy", (), False, 60),
     (Severity.RESTRICTION, "pregnancy", ("fall_risk",), True, None),
     (Severity.WARNING, "deep_vein_thrombosis", (), False, 25),
     (Severity.INDICATED, "knee_pain", (), False, 5)],
)  # fmt: skip
def test_severities_become_what_is_avoided_and_scores(
    severity: Severity, condition: str, stressors: tuple[str, ...], is_avoided: bool, score: int | None
) -> None:
    of = constraint_of({condition: Finding(condition, severity, "Because.", "Do less")}, frozenset(stressors))
    assert (condition in of.avoid_if, of.risk_scores.get(condition)) == (is_avoided, score)
    assert (condition in of.indicated_for) == (severity is Severity.INDICATED)
    assert (condition in of.caution_if) == (not is_avoided and severity is not Severity.INDICATED)


def test_what_is_avoided_names_its_substitute_and_inherited_findings_are_not_repeated() -> None:
    avoided = Finding("pregnancy", Severity.ABSOLUTE, "Because.")
    inherited = Finding("knee_pain", Severity.WARNING, "Because.", is_inherited=True)
    of = constraint_of({"pregnancy": avoided, "knee_pain": inherited}, frozenset(), {"pregnancy": "wall-sit"})
    assert of.modifications == [Modification("pregnancy", "Use wall-sit", True)]
    assert (of.caution_if, of.risk_scores) == ([], {})


def test_software_offers_what_is_only_warned_of_and_not_what_is_restricted() -> None:
    assert SCORES[Severity.WARNING] < 60 <= SCORES[Severity.RESTRICTION] and SCORES[Severity.INDICATED] <= 10
