"""Safety constraints: from severities to what is avoided and scored, and how a person's conditions are assessed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kinegraph.classification.rules_severity import Finding, Severity
from kinegraph.taxonomy.rules_conditions import vocabulary

AVOID_SCORE = 100
MAX_SCORE = 99
"""The greatest score of an exercise that is not ruled out."""
SCORES = {Severity.ABSOLUTE: AVOID_SCORE, Severity.RESTRICTION: 60, Severity.WARNING: 25, Severity.INDICATED: 5}
OFFERED_BELOW = 60
"""Exercises of this score and more are not offered to a person by software; a coach sees them."""

AVOIDED_WHEN_RESTRICTED = frozenset(
    {
        "cardiovascular_disease",
        "unstable_cardiac_condition",
        "uncontrolled_hypertension",
        "deep_vein_thrombosis",
        "recent_fracture",
        "cervical_instability",
        "concussion",
    }
)
"""Conditions for which a restriction rules an exercise out: a mistake may cost a life or the use of a limb."""
FALLS = frozenset({"fall_risk", "height"})
"""Stressors with which a restriction of pregnancy rules an exercise out."""


@dataclass(frozen=True, slots=True)
class Modification:
    """The change of an exercise for a person with a condition. `is_avoid`: the exercise is ruled out."""

    condition: str
    text: str
    is_avoid: bool


@dataclass(frozen=True, slots=True)
class Constraint:
    """The safety constraints of an exercise (layer 4): conditions by key, scores 1 to 99."""

    avoid_if: Sequence[str]
    caution_if: Sequence[str]
    indicated_for: Sequence[str]
    modifications: Sequence[Modification]
    risk_scores: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning for a person: the condition of theirs (or an ancestor of it) that speaks against an exercise."""

    condition: str
    is_avoid: bool
    modification: str | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """An exercise for a person: whether it is ruled out, the score (0 to 100), the warnings, what it is good for."""

    is_safe: bool
    score: int
    warnings: Sequence[Warned] = ()
    indicated_for: Sequence[str] = ()
    is_classified: bool = True


def is_avoided(finding: Finding, stressors: frozenset[str]) -> bool:
    """True if a condition rules an exercise out."""
    if finding.severity is Severity.RESTRICTION:
        falls = finding.condition == "pregnancy" and bool(FALLS & stressors)
        return falls or finding.condition in AVOIDED_WHEN_RESTRICTED
    return finding.severity is Severity.ABSOLUTE


def constraint_of(
    findings: Mapping[str, Finding], stressors: frozenset[str], substitutes: Mapping[str, str] | None = None
) -> Constraint:
    """The constraints that follow from findings. `substitutes`: by condition, the name of an exercise to do instead.

    What a condition inherits from its parent is not repeated: assessing looks at the parents.
    """
    own = [finding for finding in findings.values() if not finding.is_inherited]
    avoided = [finding.condition for finding in own if is_avoided(finding, stressors)]
    indicated = [finding.condition for finding in own if finding.severity is Severity.INDICATED]
    cautions = [f.condition for f in own if f.condition not in avoided and f.condition not in indicated]
    texts = [
        Modification(
            finding.condition,
            _instead_of_it(finding, substitutes or {}) if finding.condition in avoided else finding.instead or "",
            finding.condition in avoided,
        )
        for finding in own
    ]
    scores = {f.condition: SCORES[f.severity] for f in own if f.condition not in avoided}
    return Constraint(avoided, cautions, indicated, [each for each in texts if each.text], scores)


def _instead_of_it(finding: Finding, substitutes: Mapping[str, str]) -> str:
    """The advice where an exercise is ruled out: the rule's own advice, or a substitute, or to leave it out."""
    if finding.instead:
        return finding.instead
    name = substitutes.get(finding.condition)
    return f"Use {name}" if name else "Leave it out until your doctor or physiotherapist has cleared you for it"


class Person:
    """A person's conditions, prepared once for many exercises: keys of the vocabulary, or an organization's spellings.

    `chains` has each condition with its ancestors, the nearest first, but for those that are in another's chain.
    """

    __slots__ = ("chains", "conditions", "having")

    def __init__(self, conditions: Iterable[str], *, is_checked: bool = False) -> None:
        """`is_checked`: keys outside the vocabulary are spellings of an organization. Raises ValueError for others."""
        having = set(conditions)
        if unknown := [] if is_checked else sorted(having - vocabulary().keys()):
            raise ValueError(f"not in the vocabulary of conditions: {', '.join(unknown)}")
        self.conditions = frozenset(having)
        found = [_chain(condition) for condition in sorted(having)]
        inside = {ancestor for chain in found for ancestor in chain[1:]}
        self.chains: Sequence[Sequence[str]] = [chain for chain in found if chain[0] not in inside]
        self.having = frozenset(condition for chain in self.chains for condition in chain)

    def __len__(self) -> int:
        return len(self.conditions)


def assess(constraint: Constraint, conditions: Iterable[str] | Person) -> Assessment:
    """An exercise for a person.

    Along a chain of parents the highest score counts, then the chains are added, at most 99: what two conditions have
    from a common parent counts once. Where a condition is an indication, its parents say nothing: the treatment of a
    condition is not a risk of it.
    """
    person = conditions if isinstance(conditions, Person) else Person(conditions, is_checked=True)
    treated = frozenset(constraint.indicated_for)
    indicated = [c for chain in person.chains for c in chain if c in treated] if treated else []
    considered = [_until(chain, treated) for chain in person.chains] if indicated else person.chains
    having = frozenset(c for chain in considered for c in chain) if indicated else person.having
    avoided = [condition for condition in constraint.avoid_if if condition in having]
    cautions = [condition for condition in constraint.caution_if if condition in having]
    texts = {each.condition: each.text for each in constraint.modifications} if avoided or cautions else {}
    warned = [Warned(c, is_avoid=True, modification=texts.get(c)) for c in avoided] + [
        Warned(c, is_avoid=False, modification=texts.get(c)) for c in cautions
    ]
    if avoided:
        return Assessment(False, AVOID_SCORE, warned)
    return Assessment(True, min(_score(constraint.risk_scores, considered), MAX_SCORE), warned, indicated)


def _score(scores: Mapping[str, int], chains: Sequence[Sequence[str]]) -> int:
    """The sum of the highest scores of the chains; that of a common parent counts once."""
    if not scores:
        return 0
    highest: dict[str, int] = {}
    for chain in chains:
        condition, score = "", 0
        for each in chain:
            if (of := scores.get(each, 0)) > score:
                condition, score = each, of
        highest[condition] = score
    return sum(highest.values())


def _chain(condition: str) -> list[str]:
    """A condition and its ancestors, the nearest first."""
    found = [condition]
    while found[-1] in vocabulary() and (parent := vocabulary()[found[-1]].parent) is not None:
        found.append(parent)
    return found


def _until(chain: Sequence[str], indicated: frozenset[str]) -> Sequence[str]:
    """The conditions of a chain up to the first that the exercise is indicated for."""
    return next((chain[: position + 1] for position, each in enumerate(chain) if each in indicated), chain)
