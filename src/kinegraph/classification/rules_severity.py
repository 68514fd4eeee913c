"""The severity matrix: which conditions speak against an exercise, and how strongly (docs/training.md, Safety).

Per condition the strictest rule that matches counts, the first of equal ones. Who has a condition has its parents too
(docs/domain.md, Training layers), so that a condition is at least as severe as its parent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, lru_cache

from kinegraph.classification.rules_classes import data
from kinegraph.taxonomy.rules_conditions import vocabulary


class Severity(StrEnum):
    """The strength with which a condition speaks against an exercise, or for it."""

    NONE = "none"
    WARNING = "warning"
    RESTRICTION = "restriction"
    ABSOLUTE = "absolute"
    INDICATED = "indicated"


RANK: Mapping[Severity, int] = {
    severity: rank for rank, severity in enumerate(Severity) if severity is not Severity.INDICATED
}
"""The order of the severities that speak against an exercise."""


@dataclass(frozen=True, slots=True)
class Traits:
    """The values of an exercise that the matrix looks at."""

    class_key: str | None
    stressors: frozenset[str]
    fatigue: int
    pattern: str | None = None
    regions: frozenset[str] = frozenset()
    equipment: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the matrix. Each set condition must hold; an empty set holds always."""

    condition: str
    severity: Severity
    because: str
    instead: str | None
    stressors: frozenset[str]
    required: frozenset[str]
    excluded: frozenset[str]
    classes: frozenset[str]
    patterns: frozenset[str]
    regions: frozenset[str]
    equipment: frozenset[str]
    fatigue: tuple[int, int]

    def matches(self, traits: Traits) -> bool:
        """True if the rule speaks of such an exercise."""
        return (
            self.fatigue[0] <= traits.fatigue <= self.fatigue[1]
            and self.required <= traits.stressors
            and not self.excluded & traits.stressors
            and (not self.stressors or bool(self.stressors & traits.stressors))
            and (not self.classes or traits.class_key in self.classes)
            and (not self.patterns or traits.pattern in self.patterns)
            and (not self.regions or bool(self.regions & traits.regions))
            and (not self.equipment or bool(self.equipment & traits.equipment))
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """The severity of a condition for an exercise, its reason, and the advice."""

    condition: str
    severity: Severity
    because: str
    instead: str | None = None
    is_inherited: bool = False
    """True if it is what the condition's parent gives."""


SETS = ("stressors", "classes", "patterns", "regions", "equipment")
"""The conditions of a rule of which an exercise must have one."""


def _rule(entry: Mapping[str, object]) -> Rule:
    """A rule of the matrix; a text of a care rule is one of a warning."""
    when: Mapping[str, Iterable[str]] = entry["when"]  # type: ignore[assignment]  # JSON that a test checks
    sets = {name: frozenset(when.get(name, ())) for name in SETS}
    low, high = when.get("fatigue", (1, 10))
    return Rule(
        condition=str(entry.get("condition", "")),
        severity=Severity(str(entry.get("severity", Severity.WARNING))),
        because=str(entry["because"]),
        instead=str(entry["instead"]) if entry.get("instead") else None,
        required=frozenset(when.get("with", ())),
        excluded=frozenset(when.get("without", ())),
        fatigue=(int(low), int(high)),
        **sets,
    )


@cache
def matrix() -> Mapping[str, tuple[Rule, ...]]:
    """The rules by condition."""
    found: dict[str, list[Rule]] = {key: [] for key in vocabulary()}
    for entry in data("matrix.json"):
        rule = _rule(entry)
        found[rule.condition].append(rule)
    return {condition: tuple(rules) for condition, rules in found.items()}


def findings(
    traits: Traits, exceptions: Mapping[str, Finding] | None = None, cautions: Mapping[str, str] | None = None
) -> dict[str, Finding]:
    """The conditions that speak against an exercise (or for it, where an exception says so), by key.

    `exceptions` replace what the matrix gives for their conditions, and what these would inherit. `cautions` have the
    key of a rule of sessions by condition: a reason for a warning at least, but of conditions that the exercise treats.
    """
    found: dict[str, Finding] = {}
    by_matrix = _by_matrix(traits)
    for condition in parents_first():
        parent = vocabulary()[condition].parent
        inherited = found.get(parent) if parent is not None else None
        if exceptions and condition in exceptions:
            finding = exceptions[condition]
        else:
            finding = by_matrix.get(condition) or Finding(condition, Severity.NONE, "")
            if inherited is not None and RANK.get(inherited.severity, -1) > RANK[finding.severity]:
                finding = replace(inherited, condition=condition, is_inherited=True)
        if cautions and condition in cautions and finding.severity is Severity.NONE:
            finding = _cautioned(condition, cautions[condition], traits)
        if finding.severity is not Severity.NONE:
            found[condition] = finding
    return {condition: found[condition] for condition in vocabulary() if condition in found}


def _cautioned(condition: str, key: str, traits: Traits) -> Finding:
    """A warning for a rule of sessions, with the first of its texts that speaks of such an exercise."""
    for conditions, text in caution_texts()[key]:
        if (not conditions or condition in conditions) and text.matches(traits):
            return Finding(condition, text.severity, text.because, text.instead)
    raise LookupError(f"{key} has no text for {condition}")


@cache
def caution_texts() -> Mapping[str, tuple[tuple[frozenset[str], Rule], ...]]:
    """The texts of the rules of sessions (`care.rules`) by their keys, each with its conditions; none for all."""
    found: dict[str, list[tuple[frozenset[str], Rule]]] = {}
    for entry in data("cautions.json"):
        found.setdefault(str(entry["rule"]), []).append((frozenset(entry.get("conditions", ())), _rule(entry)))
    return {key: tuple(texts) for key, texts in found.items()}


@lru_cache(2_000)
def _by_matrix(traits: Traits) -> Mapping[str, Finding]:
    """The strictest rule of each condition. An entry is valid as long as the process: the matrix is a file of it."""
    found = {}
    for condition, rules in matrix().items():
        matching = [rule for rule in rules if rule.matches(traits)]
        strictest = max(matching, key=lambda rule: RANK[rule.severity], default=None)
        if strictest is not None:
            found[condition] = Finding(condition, strictest.severity, strictest.because, strictest.instead)
    return found


@cache
def parents_first() -> tuple[str, ...]:
    """The conditions of the vocabulary, each after its parent."""
    ordered: dict[str, None] = {}

    def add(key: str) -> None:
        parent = vocabulary()[key].parent
        if parent is not None:
            add(parent)
        ordered.setdefault(key)

    for key in vocabulary():
        add(key)
    return tuple(ordered)
