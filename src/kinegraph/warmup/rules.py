"""The choice of warm-up and cool-down: light exercises that no condition speaks against, within their time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from kinegraph.candidates.rules import NEAR, STEADY, Candidate, Catalogue
from kinegraph.candidates.rules_regions import regions_of
from kinegraph.care.rules import care_rules_of, excluded_by
from kinegraph.classification.rules_safety import Assessment
from kinegraph.dosing.rules import PrescriptionContext, TimedPrescription
from kinegraph.dosing.rules_prescriptions import Chosen, lies_on_sore_side
from kinegraph.programming.rules import Request

LEGS = frozenset({"hip", "knee", "ankle"})
"""Regions of a session of the legs."""


@dataclass(frozen=True, slots=True)
class Light:
    """A session whose light exercises are chosen: its exercises in their order, and what is there for them."""

    ordered: Sequence[Candidate]
    catalogue: Catalogue
    request: Request
    context: PrescriptionContext
    assessments: Mapping[UUID, Assessment]
    memo: list[Candidate] = field(default_factory=list, compare=False, repr=False)
    """The available exercises, once they are known; valid as long as this session."""

    @property
    def is_gentle(self) -> bool:
        """True for beginners and persons with conditions: no jumps, no flows from the hands to the feet."""
        return self.context.is_beginner or len(self.request.person) > 0

    def available(self) -> list[Candidate]:
        """Exercises that nothing speaks against, and that are not in the session, nor copies of one.

        Steady work of the session may begin and end easily.
        """
        if not self.memo:
            self.memo.extend(self._available())
        return self.memo

    def _available(self) -> list[Candidate]:
        roots = {each.root_id for each in self.ordered if each.class_key != STEADY}
        person = self.request.person
        care_rules = care_rules_of(person, is_light=True)
        return [
            each
            for each in (one.adapted(self.request.equipment) for one in self.catalogue.candidates)
            if self._is_unwarned(each)
            and each.is_classified
            and each.difficulty <= self.request.difficulty_max
            and each.root_id not in roots
            and each.kind != "test"
            and not each.lacks(self.request.equipment)
            and (self.request.with_drafts or not each.is_draft)
            and (not care_rules or excluded_by(each, care_rules, person, is_treatment=False) is None)
        ]

    def _is_unwarned(self, each: Candidate) -> bool:
        found = self.assessments.get(each.id)
        return found is not None and found.is_safe and not found.warnings and not lies_on_sore_side(each, found)

    def chosen(self, each: Candidate, timed: TimedPrescription) -> Chosen:
        """A light exercise with its prescription."""
        return Chosen(each, self.assessments[each.id], timed.prescription, timed.seconds)


def is_near(each: Candidate, request: Request) -> bool:
    """True unless an exercise moves the trunk or the shoulder in a session of the legs alone."""
    wanted = regions_of(frozenset[str]().union(*(keys for _, keys in request.targets)))
    return not wanted or not wanted <= LEGS or regions_of(each.primary) <= LEGS


def best(pool: Sequence[Candidate], points: Callable[[Candidate], float], beside: Sequence[Chosen]) -> list[Candidate]:
    """The candidates with points, the best first, without those that are there, their copies and variations."""
    roots = {each.candidate.root_id for each in beside}
    near = {edge.to_id for each in beside for edge in each.candidate.edges if edge.type in NEAR}
    found = [(points(each), each) for each in pool if each.root_id not in roots and each.id not in near]
    return [each for value, each in sorted(found, key=lambda pair: (-pair[0], pair[1].key)) if value > 0]
