"""The reasons that exercises are unsafe, over the shipped library."""

from generator_check.library import shipped, shipped_entries
from kinegraph.authoring.rules import findings_of
from kinegraph.classification.rules_severity import RANK, Severity
from kinegraph.programming.rules import because_of


def test_a_reason_is_that_of_the_strictest_rule_which_may_look_at_body_regions() -> None:
    """Pulling the foot up is unsafe because the tendon heals: a rule of the ankle, which no other trait has."""
    because = "Pulling the foot up under the body weight stretches the healing tendon."
    assert because_of(shipped("tibialis-raises"), "achilles_rupture") == because


def test_the_reasons_are_those_of_the_contraindications() -> None:
    """Each restriction without a text of its own has the same reason in the library and in generated workouts."""
    pairs = [
        (slug, finding)
        for slug, entry in shipped_entries().items()
        for finding in findings_of(entry).values()
        if RANK.get(finding.severity, 0) >= RANK[Severity.RESTRICTION]
        if not finding.is_inherited and finding.condition not in entry["training"].get("conditions", {})
    ]
    assert len(pairs) > 7_000
    wrong = [(slug, f.condition) for slug, f in pairs if because_of(shipped(slug), f.condition) != f.because]
    assert wrong == []
