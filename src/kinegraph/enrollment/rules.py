"""The statuses and rows of enrollments (docs/domain.md, Enrollments)."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from kinegraph.enrollment.rules_calendar import Position, last_day, position_of

MAX_DUE_DAYS = 92
"""The days that a list of what is due covers."""


class EnrollmentStatus(StrEnum):
    """Where an enrollment stands today."""

    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


ENDED = (EnrollmentStatus.COMPLETED, EnrollmentStatus.CANCELLED)


class EnrollmentRow(Protocol):
    """An enrollment as it stands on the patient's day `today`, with the names of the patient and of the enroller.

    `version_id` holds today (or held last, or will hold first), `last_version_id` was assigned last, and `version_ids`
    are those that hold today or later. `weeks` are those of the version that was assigned last.
    """

    id: UUID
    organization_id: UUID
    plan_id: UUID
    version_id: UUID
    last_version_id: UUID
    version_ids: Sequence[UUID]
    patient_id: UUID
    patient_name: str
    patient_email: str | None
    enrolled_by_id: UUID
    enrolled_by_name: str
    enrolled_by_email: str | None
    starts_on: date
    ended_on: date | None
    weeks: int
    status: str
    today: date
    created_at: datetime
    updated_at: datetime


class PauseRow(Protocol):
    """A pause of an enrollment: its first and last day; None: it lasts."""

    id: UUID
    enrollment_id: UUID
    from_day: date
    to_day: date | None


class HeldRow(Protocol):
    """A version of an enrollment, and the first day on which it holds."""

    enrollment_id: UUID
    version_id: UUID
    from_day: date


class MoveRow(Protocol):
    """A change of an enrollment's status or version, with the name of the person who made it."""

    id: UUID
    organization_id: UUID
    enrollment_id: UUID
    from_status: str | None
    to_status: str
    from_version_id: UUID | None
    to_version_id: UUID
    effective_on: date
    reason: str | None
    moved_by_id: UUID
    moved_by_name: str
    moved_by_email: str | None
    created_at: datetime


class DueRow(Protocol):
    """A prescription that is due on a day; the exercise is None for a session without exercises."""

    enrollment_id: UUID
    on_day: date
    week: int
    day: int
    version_id: UUID
    session_id: UUID
    version_exercise_id: UUID | None
    source_id: UUID | None
    exercise_id: UUID | None


def ends_on(row: EnrollmentRow) -> date:
    """The planned last day."""
    return last_day(row.starts_on, row.weeks)


def position_today(row: EnrollmentRow) -> Position | None:
    """The week and the day of the plan today; None before the start and after the end."""
    is_over = row.today > ends_on(row) or (row.ended_on is not None and row.today >= row.ended_on)
    return None if is_over or row.today < row.starts_on else position_of(row.starts_on, row.today)
