"""The worklist of an organization: which enrollments a clinician should see to, and why (docs/domain.md, Adherence)."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class WorklistReason(StrEnum):
    """The reasons why an enrollment is on the worklist, the most urgent first."""

    RULED_OUT = "ruled_out"
    OVERRIDE_EXPIRED = "override_expired"
    PAIN = "pain"
    STOPPED_LOGGING = "stopped_logging"
    STRUGGLING = "struggling"
    READY_TO_PROGRESS = "ready_to_progress"


REASONS: Sequence[WorklistReason] = tuple(WorklistReason)
OF_ENROLLMENTS = (WorklistReason.OVERRIDE_EXPIRED, WorklistReason.STOPPED_LOGGING)
"""Reasons without an exercise in `exercises`."""
OF_EXERCISES = tuple(reason for reason in REASONS if reason not in OF_ENROLLMENTS)
"""Reasons with the exercises that they are about in `exercises`."""


class WorklistRow(Protocol):
    """An enrollment on the worklist: whether each reason holds, and its place in the order; if it is active today."""

    id: UUID
    today: date
    is_running: bool
    starts_on: date
    last_logged_on: date | None
    has_ruled_out: bool
    has_override_expired: bool
    has_pain: bool
    has_stopped_logging: bool
    has_struggling: bool
    has_ready_to_progress: bool
    ruled_out: str | None
    """The exercises that are ruled out, as `store_worklist.worklist_pages` writes them; None without any."""
    urgency: int
    weight: int


class WorklistExerciseRow(Protocol):
    """An exercise of an enrollment on the worklist: whether each reason holds, and its figures."""

    organization_id: UUID
    exercise_id: UUID
    substitute_id: UUID | None
    """The id of the exercise that is done in its place today, or is ruled out there; its own id where less is done."""
    has_ruled_out: bool
    has_pain: bool
    has_struggling: bool
    has_ready_to_progress: bool
    recent_pain_sum: int
    recent_pains: int
    recent_exertion_sum: int
    recent_exertions: int


def reasons_of(row: WorklistRow) -> list[WorklistReason]:
    """The reasons that hold for an enrollment, the most urgent first."""
    return [reason for reason in REASONS if getattr(row, f"has_{reason}")]


def exercise_reasons_of(row: WorklistExerciseRow) -> list[WorklistReason]:
    """The reasons that hold for an exercise, the most urgent first."""
    return [reason for reason in OF_EXERCISES if getattr(row, f"has_{reason}")]
