"""The lights of pain, and which logs propose to regress an exercise (docs/domain.md, Pain response)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from kinegraph.enrollment.rules_safety import RECENT_DAYS

MAX_LOGS = 100
"""Logs that a proposal names: the newest ones."""
MAX_SUBSTITUTIONS = 100
"""Substitutions of an enrollment."""
MAX_REASON = 2_000

NO_PROPOSAL = "There is no such proposal."
NO_SUBSTITUTION = "There is no such substitution."


class PainLight(StrEnum):
    """The light of a score of pain, by the thresholds of an organization."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class RegressionProposalStatus(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Thresholds(Protocol):
    """The scores of pain from which a log is amber, and red."""

    pain_amber_from: int
    pain_red_from: int


class ProposalRow(Protocol):
    """A proposal with the names of who decided about it."""

    id: UUID
    organization_id: UUID
    enrollment_id: UUID
    patient_id: UUID
    exercise_id: UUID
    log_id: UUID
    log_ids: Sequence[UUID]
    light: str
    pain_score: int
    performed_on: date
    status: str
    reason: str | None
    decided_by_id: UUID | None
    decided_by_name: str
    decided_by_email: str | None
    decided_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ScoredLog(Protocol):
    """A log with its score of pain."""

    id: UUID
    pain_score: int | None
    performed_on: date


@dataclass(frozen=True, slots=True)
class NewLog:
    """A log that was stored or whose score was raised, with all that decides whether it proposes something."""

    id: UUID
    organization_id: UUID
    enrollment_id: UUID
    patient_id: UUID
    exercise_id: UUID
    pain_score: int | None
    performed_on: date
    local_day: date
    """The day that it is for the patient."""
    is_running: bool
    """False where the enrollment has ended, or its end is known."""
    thresholds: Thresholds

    @property
    def place(self) -> "Place":
        """The enrollment and the exercise, of which at most one proposal is open."""
        return self.enrollment_id, self.exercise_id

    @property
    def place_day(self) -> "PlaceDay":
        """Its place and its day."""
        return *self.place, self.performed_on

    @property
    def is_painful(self) -> bool:
        """True if the log is amber or red, of the last RECENT_DAYS by the patient's day, while the plan runs."""
        is_recent = self.performed_on > self.local_day - timedelta(days=RECENT_DAYS)
        return self.is_running and is_recent and is_painful(self.pain_score, self.thresholds)


Place = tuple[UUID, UUID]
"""An enrollment and an exercise of its plan."""
PlaceDay = tuple[UUID, UUID, date]
"""A place, and a day on which its exercise, or a substitute, was done."""


def light_of(pain_score: int | None, thresholds: Thresholds) -> PainLight | None:
    """The light of a score; None without one."""
    if pain_score is None:
        return None
    if pain_score >= thresholds.pain_red_from:
        return PainLight.RED
    return PainLight.AMBER if pain_score >= thresholds.pain_amber_from else PainLight.GREEN


def is_painful(pain_score: int | None, thresholds: Thresholds) -> bool:
    """True for a score that is amber or red."""
    return light_of(pain_score, thresholds) in (PainLight.AMBER, PainLight.RED)


@dataclass(frozen=True, slots=True)
class Answer:
    """The substitution that lasts, for a day: its first day, and the worst pain that was known when it was accepted.

    That is the pain of the exercise that was done on the day, the plan's own or a substitute, in the proposals of the
    substitution and of those that it replaced.
    """

    from_day: date
    pain_score: int

    def covers(self, log: NewLog) -> bool:
        """True for a log of a day before it with no more pain than was known: its pain has been answered."""
        return log.performed_on < self.from_day and (log.pain_score or 0) <= self.pain_score


def proposing(logs: Iterable[NewLog], answers: Mapping[PlaceDay, Answer | None]) -> list[list[NewLog]]:
    """The painful logs by enrollment and exercise, in the order of these, the worst log of each first.

    Those that the substitution that lasts has answered are left out, and those of enrollments that are not in
    `answers`: they have ended.
    """
    groups: dict[Place, list[NewLog]] = {}
    for log in logs:
        answer = answers.get(log.place_day)
        if log.is_painful and log.place_day in answers and not (answer and answer.covers(log)):
            groups.setdefault(log.place, []).append(log)
    return [sorted(groups[place], key=_severity, reverse=True) for place in sorted(groups)]


def worst(logs: Iterable[ScoredLog], thresholds: Thresholds) -> ScoredLog | None:
    """The worst of the logs that are amber or red, of equals the latest; None where none is."""
    painful = [log for log in logs if is_painful(log.pain_score, thresholds)]
    return max(painful, key=_severity, default=None)


def _severity(log: ScoredLog | NewLog) -> tuple[int, date, UUID]:
    return log.pain_score or 0, log.performed_on, log.id


def is_raised(pain_score: int | None, before: int | None) -> bool:
    """True if a correction has made a log more painful: then it is treated as a new one."""
    return pain_score is not None and (before is None or pain_score > before)
