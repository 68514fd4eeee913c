"""Overridden safety warnings: their reasons and rows."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class OverrideReason(StrEnum):
    """The reason that a coach gives for an override."""

    CLINICIAN_CLEARED = "clinician_cleared"
    SUPERVISED = "supervised"
    MODIFIED = "modified"
    INFORMED_CHOICE = "informed_choice"
    OTHER = "other"


class OverrideRow(Protocol):
    """An overridden warning."""

    id: UUID
    organization_id: UUID
    workout_id: UUID
    movement_id: UUID | None
    exercise_id: UUID
    condition: str
    reason: str
    note: str | None
    athlete_id: UUID | None
    expires_at: datetime
    withdrawn_at: datetime | None
    created_at: datetime
    author_id: UUID | None
    author_name: str
    author_email: str | None
    athlete_name: str
    athlete_email: str | None
