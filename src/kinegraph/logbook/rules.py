"""The rows, bounds, contents and refusals of logs (docs/domain.md, Logs)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Protocol  # Any: values of an input, by name
from uuid import UUID

from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path, Refusal

MAX_NOTES, MAX_REASON = 2_000, 500

BOUNDS: Mapping[str, tuple[str, int]] = {
    "sets_completed": ("setsCompleted", 100),
    "reps_completed": ("repsCompleted", 10_000),
    "duration_seconds": ("durationSeconds", 86_400),
    "pain_score": ("painScore", 10),
    "exertion": ("exertion", 10),
}
"""The numbers of a log: each one's name in the API, and its largest value. The least is 0."""


class LogRow(Protocol):
    """A log with the name of who recorded it, and the thresholds of pain of its organization."""

    id: UUID
    organization_id: UUID
    enrollment_id: UUID
    patient_id: UUID
    version_exercise_id: UUID
    exercise_id: UUID
    recorded_by_id: UUID
    recorded_by_name: str
    recorded_by_email: str | None
    performed_on: date
    sets_completed: int | None
    reps_completed: int | None
    duration_seconds: int | None
    pain_score: int | None
    exertion: int | None
    notes: str | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    pain_amber_from: int
    pain_red_from: int


class RevisionRow(Protocol):
    """The values of a log before a change, with the name of who made the change."""

    log_id: UUID
    organization_id: UUID
    recorded_by_id: UUID
    recorded_by_name: str
    recorded_by_email: str | None


def checked_values(values: Mapping[str, Any], at: Path, checks: Checks) -> dict[str, Any]:
    """The columns of the numbers and notes that were sent; null clears one. Faults are recorded in `checks`."""
    columns: dict[str, Any] = {}
    for column, (name, most) in BOUNDS.items():
        if column in values:
            value = values[column]
            columns[column] = None if value is None else checks.whole(value, (*at, name), 0, most)
    if "notes" in values:
        notes = values["notes"]
        columns["notes"] = checks.text(notes or "", (*at, "notes"), MAX_NOTES, empty=True) or None
    return columns


def checked_reason(values: Mapping[str, Any], at: Path, checks: Checks) -> str | None:
    """The reason of a change; None where none was sent. Faults are recorded in `checks`."""
    reason = values.get("reason")
    return None if reason is None else checks.text(reason, (*at, "reason"), MAX_REASON, empty=True) or None


def reason_fault(log: LogRow, viewer_id: UUID, reason: str | None, *path: str) -> Refusal | None:
    """Why a change needs a reason that it has not; None if it may be made. Patients need none for their own logs."""
    if log.patient_id == viewer_id or reason is not None:
        return None
    checks = Checks()
    checks.refuse("Must be given: a coach says why a patient's log is changed.", *path)
    return checks.refusals[0]


def content_of(log: LogRow) -> dict[str, Any]:
    """The values of a log that a change can change, as a revision stores them."""
    return {"performed_on": str(log.performed_on), **{name: getattr(log, name) for name in (*BOUNDS, "notes")}}
