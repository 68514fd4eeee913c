"""The rows that the stores of workouts, assignments and comments read, with their columns.

A row of a narrowed batch function has the requested columns only (`kit.batches`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol  # Any: prescriptions and configs are JSON
from uuid import UUID


class AuthoredRow(Protocol):
    """A row with its author's name and, while they belong to the organization, their e-mail address."""

    organization_id: UUID
    author_id: UUID
    author_name: str
    author_email: str | None


class WorkoutRow(AuthoredRow, Protocol):
    """A workout with the names of its author and its program."""

    id: UUID
    program_id: UUID | None
    program_name: str | None
    title: str | None
    description: str | None
    scoring: str
    mode: str
    time_cap: int | None
    is_snapshot: bool
    forked_from_id: UUID | None
    tree_version: UUID | None
    created_at: datetime
    updated_at: datetime


class SectionRow(Protocol):
    """A section of a workout."""

    id: UUID
    organization_id: UUID
    workout_id: UUID
    type: str
    title: str | None
    description: str | None
    sort_order: int
    shape: str | None
    config: Mapping[str, Any] | None


class MovementRow(Protocol):
    """A movement of a section."""

    id: UUID
    organization_id: UUID
    section_id: UUID
    exercise_id: UUID
    sort_order: int
    prescription: Mapping[str, Any] | None
    notes: str | None
    label: str | None
    superset_group: str | None
    updated_at: datetime


class LocatedMovementRow(MovementRow, Protocol):
    """A movement with the id of its workout."""

    workout_id: UUID


class ProgramRow(Protocol):
    """A program of an organization."""

    id: UUID
    organization_id: UUID
    name: str


class CommentRow(AuthoredRow, Protocol):
    """A comment on a movement, with the name of its author."""

    id: UUID
    workout_movement_id: UUID
    body: str
    parent_comment_id: UUID | None
    created_at: datetime
    updated_at: datetime


class ForkedAssignmentRow(Protocol):
    """An assignment that is locked while its workout is copied or edited."""

    id: UUID
    organization_id: UUID
    athlete_id: UUID
    workout_id: UUID
    snapshot_workout_id: UUID | None
    status: str
