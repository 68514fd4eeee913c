"""A generated workout."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from kinegraph.care.rules_stop import StopRule, stop_rules
from kinegraph.dosing.rules_prescriptions import Chosen
from kinegraph.layers.rules import TrainingGoal
from kinegraph.programming.rules import Excluded, ExclusionReason, Request, Unmet
from kinegraph.workout.rules import SectionType


@dataclass(frozen=True, slots=True)
class PlannedSection:
    """A section of the workout."""

    type: SectionType
    title: str
    movements: Sequence[Chosen]


@dataclass(frozen=True, slots=True)
class Count:
    """The number of exercises that are left out for a reason."""

    reason: ExclusionReason
    count: int


@dataclass(frozen=True, slots=True)
class Generated:
    """A generated workout."""

    title: str
    request: Request
    sections: Sequence[PlannedSection]
    excluded: Sequence[Excluded]
    unmet_demands: Sequence[Unmet] = field(default_factory=list)

    @property
    def goal(self) -> TrainingGoal:
        """The goal of the request."""
        return self.request.goal

    @property
    def seed(self) -> int:
        """The seed of the request."""
        return self.request.seed

    @property
    def stop_rules(self) -> Sequence[StopRule]:
        """When to stop, for each condition of the person."""
        return stop_rules(self.request.person)

    @property
    def estimated_minutes(self) -> int:
        """The time that all exercises take, in minutes, rounded up."""
        return -(-self.estimated_seconds // 60)

    @property
    def excluded_counts(self) -> list[Count]:
        """The number of excluded exercises, by reason."""
        counts = Counter(each.reason for each in self.excluded)
        return [Count(reason, counts[reason]) for reason in ExclusionReason if counts[reason]]

    def left_out(self, reason: ExclusionReason | None, limit: int) -> list[Excluded]:
        """The first of those that are left out, in the order of the reasons, then by name."""
        wanted = (each for each in self.excluded if reason is None or each.reason is reason)
        order = {each: position for position, each in enumerate(ExclusionReason)}
        return sorted(wanted, key=lambda each: (order[each.reason], each.candidate.name, each.candidate.key))[:limit]

    @property
    def estimated_seconds(self) -> int:
        """The time that all exercises take."""
        return sum(each.seconds for section in self.sections for each in section.movements)
