"""Ranking substitutes: the likeness of exercises, their safety, and the explanation of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from kinegraph.candidates.rules import Candidate, Catalogue, is_offered
from kinegraph.care.rules import care_rules_of, excluded_by
from kinegraph.classification.rules_safety import Assessment, Person
from kinegraph.layers.rules import ProgressionType
from kinegraph.substitution.rules_explanations import explanation
from kinegraph.substitution.rules_loads import Conversion, conversion_of

MAX_LIMIT = 50

SAME_PATTERN, LIKE_PATTERN = 25.0, 15.0
PRIMARY_MUSCLES, ALL_MUSCLES = 25.0, 15.0
SAME_CLASS, SAME_MECHANICS = 8.0, 7.0
EDGE = {
    ProgressionType.SUBSTITUTION: 20.0,
    ProgressionType.VARIATION: 16.0,
    ProgressionType.REGRESSION: 12.0,
    ProgressionType.PROGRESSION: 6.0,
}
TWO_EDGES = 5.0
HARDER, EASIER = 6.0, 3.0
RISK_PER_POINT = 4.0
INDICATED = 5.0
"""Points of likeness [A]: at most 100; the differences of difficulty and the risk are subtracted."""

ALIKE = (
    frozenset({"squat", "locomotion"}),
    frozenset({"oly", "hinge"}),
    frozenset({"gymnastics", "pull"}),
    frozenset({"gymnastics", "push"}),
    frozenset({"conditioning", "locomotion"}),
)
"""Pairs of movement patterns that replace each other."""
UNSPECIFIC = frozenset({"other", None})
"""Patterns that say nothing of the movement."""


@dataclass(frozen=True, slots=True)
class Substitute:
    """An exercise in place of another: its likeness (0 to 100), its explanation, and the conversion of the load."""

    candidate: Candidate
    score: int
    shared_muscles: tuple[str, ...]
    is_same_pattern: bool
    relation: ProgressionType | None
    conversion: Conversion | None
    assessment: Assessment
    explanation: str


@dataclass(frozen=True)
class Offer:
    """The exercises of a catalogue that a person may be given, prepared for many questions."""

    catalogue: Catalogue
    person: Person
    equipment: frozenset[str] | None = None
    """The available equipment; None for any."""

    @cached_property
    def adapted(self) -> Mapping[UUID, Candidate]:
        """The exercises of the catalogue by id, as they are done with the available equipment."""
        return {each.id: each.adapted(self.equipment) for each in self.catalogue.candidates}

    @cached_property
    def assessments(self) -> Mapping[UUID, Assessment]:
        """The assessment of each offered exercise: published, safe, and with equipment that is there."""
        offered = (each for each in self.adapted.values() if self._is_available(each))
        found = ((each, each.assessed(self.person)) for each in offered)
        care_rules = care_rules_of(self.person)
        return {
            each.id: assessment
            for each, assessment in found
            if is_offered(assessment)
            and not excluded_by(each, care_rules, self.person, is_treatment=bool(assessment.indicated_for))
        }

    def _is_available(self, each: Candidate) -> bool:
        return not each.is_draft and each.kind != "test" and not each.lacks(self.equipment)

    @cached_property
    def by_trait(self) -> Mapping[str, Sequence[Candidate]]:
        """The offered exercises by primary muscle, and by `pattern:` with their pattern."""
        found: dict[str, list[Candidate]] = {}
        for each in self.adapted.values():
            if each.id in self.assessments:
                for trait in (*each.primary, f"pattern:{each.pattern}"):
                    found.setdefault(trait, []).append(each)
        return found

    def substitutes(self, replaced: Candidate, limit: int) -> list[Substitute]:
        """The best substitutes of an exercise, the best first; equals by name."""
        relations = _relations(self.catalogue, replaced)
        ranked = sorted(
            (
                (_likeness(replaced, each, self.assessments[each.id], relations), each)
                for each in self._alike(replaced, relations)
            ),
            key=lambda pair: (-pair[0], pair[1].name, pair[1].key),
        )[:limit]
        return [
            _substitute(replaced, each, score, self.assessments[each.id], relations, self.person)
            for score, each in ranked
        ]

    def _alike(self, replaced: Candidate, relations: Mapping[UUID, Sequence[ProgressionType]]) -> Iterable[Candidate]:
        """Offered exercises that train the same: a common primary muscle, a pattern that says something, or an edge."""
        traits = [*replaced.primary]
        if replaced.pattern not in UNSPECIFIC:
            traits.append(f"pattern:{replaced.pattern}")
        near = {each.id: each for trait in traits for each in self.by_trait.get(trait, ())}
        near |= {id: self.adapted[id] for id in relations if id in self.assessments}
        is_mobility = replaced.kind == "mobility"
        return [
            each
            for each in near.values()
            if each.root_id != replaced.root_id
            and (each.kind == "mobility") == is_mobility
            and (each.involved & replaced.involved or not replaced.involved or len(relations.get(each.id, ())) == 1)
        ]


def _relations(catalogue: Catalogue, replaced: Candidate) -> dict[UUID, Sequence[ProgressionType]]:
    """The exercises that edges lead to: by one edge its type, by two edges both."""
    found: dict[UUID, Sequence[ProgressionType]] = {}
    for edge in replaced.edges:
        if edge.type in EDGE:
            found.setdefault(edge.to_id, (edge.type,))
    for id, path in [*found.items()]:
        nearer = catalogue.by_id.get(id)
        for edge in nearer.edges if nearer is not None else ():
            if edge.type in EDGE and edge.to_id != replaced.id:
                found.setdefault(edge.to_id, (*path, edge.type))
    return found


def _likeness(
    replaced: Candidate, each: Candidate, assessment: Assessment, relations: Mapping[UUID, Sequence[ProgressionType]]
) -> float:
    path = relations.get(each.id, ())
    steps = each.difficulty - replaced.difficulty
    points = (
        _pattern_points(replaced, each)
        + PRIMARY_MUSCLES * _jaccard(replaced.primary, each.primary)
        + ALL_MUSCLES * _jaccard(replaced.involved, each.involved)
        + SAME_CLASS * (replaced.class_key is not None and replaced.class_key == each.class_key)
        + SAME_MECHANICS * (replaced.mechanics is not None and replaced.mechanics == each.mechanics)
        + (EDGE[path[0]] if len(path) == 1 else TWO_EDGES if path else 0.0)
        - (HARDER * steps if steps > 0 else -EASIER * steps)
        - assessment.score / RISK_PER_POINT
        + INDICATED * bool(assessment.indicated_for)
    )
    return min(max(points, 0.0), 100.0)


def _pattern_points(replaced: Candidate, each: Candidate) -> float:
    if replaced.pattern in UNSPECIFIC or each.pattern in UNSPECIFIC:
        return (
            SAME_PATTERN
            if replaced.pattern_group == each.pattern_group
            and replaced.pattern == each.pattern
            and replaced.primary & each.primary
            else 0.0
        )
    if replaced.pattern == each.pattern:
        return SAME_PATTERN
    return LIKE_PATTERN if {replaced.pattern, each.pattern} in ALIKE and replaced.primary & each.primary else 0.0


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    union = one | other
    return len(one & other) / len(union) if union else 0.0


def _substitute(
    replaced: Candidate,
    each: Candidate,
    score: float,
    assessment: Assessment,
    relations: Mapping[UUID, Sequence[ProgressionType]],
    person: Person,
) -> Substitute:
    path = relations.get(each.id, ())
    shared = tuple(sorted(replaced.primary & each.primary)) or tuple(sorted(replaced.involved & each.involved))
    is_same = replaced.pattern == each.pattern and replaced.pattern not in UNSPECIFIC
    relation = path[0] if len(path) == 1 else None
    text = explanation(replaced, each, shared, is_same, relation, assessment, person)
    return Substitute(each, round(score), shared, is_same, relation, conversion_of(replaced, each), assessment, text)
