"""Batches of logs: each is checked, gets its enrollment and exercise, and is compared with what is stored before.

docs/domain.md, Logs, has the rules.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol  # Any: values of an input, by name
from uuid import UUID

import orjson

from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Conflict, NotFound, Path, Refusal, Refused
from kinegraph.logbook.rules import BOUNDS, checked_values
from kinegraph.logbook.rules_days import EnrollmentDays, chosen, day_fault, first_day, version_fault
from kinegraph.response.rules import NewLog

MAX_LOGS = 500
"""Logs of one batch."""
MAX_CLIENT_ID = 100

Key = tuple[UUID, UUID, str]
"""An organization, a patient, and a client's id."""

NO_EXERCISE = (
    "There is no such exercise in a version of a plan that the patient is or was enrolled in. Send the id of an "
    "exercise that was due, as `Enrollment.due` shows it; a coach who logs for a patient sends `enrollmentId` too."
)
NO_ENROLLMENT = "There is no such enrollment, or none that you log for."
HAS_LEFT = "The patient has left the organization: nothing more is logged for them."
USED = "This clientId was sent {} with other content: give each log its own; `correctLog` changes one."


class ExerciseRow(Protocol):
    """An exercise of a version."""

    id: UUID
    version_id: UUID
    source_id: UUID
    exercise_id: UUID


class StoredLog(Protocol):
    """A log that is stored under a client's id."""

    id: UUID
    organization_id: UUID
    patient_id: UUID
    enrollment_id: UUID
    client_id: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class SentLog:
    """A log as it was sent, checked for itself. One without an enrollment is of the viewer's own."""

    client_id: str
    version_exercise_id: UUID
    enrollment_id: UUID | None
    performed_on: date
    values: Mapping[str, Any]
    """Its numbers and notes, by column."""

    @property
    def content_hash(self) -> str:
        """The hash of everything that it stores. The enrollment is compared by itself: it may be left out."""
        body = orjson.dumps([self.version_exercise_id, self.performed_on, self.values], option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(body).hexdigest()


@dataclass(frozen=True, slots=True)
class ResolvedLog:
    """A log with its enrollment and its exercise."""

    sent: SentLog
    enrollment: EnrollmentDays
    exercise: ExerciseRow

    @property
    def key(self) -> Key:
        """The organization and patient within which the client's id is unique, and that id."""
        return self.enrollment.organization_id, self.enrollment.patient_id, self.sent.client_id

    @property
    def columns(self) -> dict[str, Any]:
        """The values that are stored, by column."""
        return {
            "organization_id": self.enrollment.organization_id,
            "enrollment_id": self.enrollment.id,
            "patient_id": self.enrollment.patient_id,
            "version_exercise_id": self.exercise.id,
            "source_id": self.exercise.source_id,
            "exercise_id": self.exercise.exercise_id,
            "client_id": self.sent.client_id,
            "content_hash": self.sent.content_hash,
            "performed_on": self.sent.performed_on,
            **self.sent.values,
        }

    def scored(self, id: UUID) -> NewLog:
        """The log with its score of pain, as it is stored by this id."""
        pain, day = self.sent.values["pain_score"], self.sent.performed_on
        return scored(id, self.enrollment, self.exercise.exercise_id, pain, day)


def scored(id: UUID, enrollment: EnrollmentDays, exercise_id: UUID, pain_score: int | None, day: date) -> NewLog:
    """A log of an exercise of an enrollment, with all that decides whether it proposes something."""
    return NewLog(
        id,
        enrollment.organization_id,
        enrollment.id,
        enrollment.patient_id,
        exercise_id,
        pain_score,
        day,
        enrollment.local_day,
        enrollment.ended_on is None,
        enrollment,
    )


def checked_logs(logs: Sequence[Mapping[str, Any]], checks: Checks) -> list[SentLog]:
    """The logs of a batch, each checked for itself. Faults are recorded in `checks`."""
    return [_checked_log(log, ("logs", str(index)), checks) for index, log in enumerate(logs)]


def check_size(size: int, checks: Checks) -> None:
    """Check the number of logs of a batch. Raises Refused, so that of a larger one nothing is read."""
    if not 1 <= size <= MAX_LOGS:
        checks.refuse(f"Must have 1 to {MAX_LOGS} logs; this has {size:,}. Send more in several batches.", "logs")
    checks.done()


def _checked_log(log: Mapping[str, Any], at: Path, checks: Checks) -> SentLog:
    named = log.get("enrollment_id")
    return SentLog(
        checks.text(log["client_id"], (*at, "clientId"), MAX_CLIENT_ID, lines=False, exact=True),
        checks.key(log["plan_exercise_id"], (*at, "planExerciseId")),
        None if named is None else checks.key(named, (*at, "enrollmentId")),
        log["performed_on"],
        dict.fromkeys((*BOUNDS, "notes")) | checked_values(log, at, checks),
    )


def resolved(
    logs: Sequence[SentLog],
    exercises: Mapping[UUID, ExerciseRow],
    enrollments: Sequence[EnrollmentDays],
    viewer_id: UUID,
    checks: Checks,
) -> list[ResolvedLog | None]:
    """Each log with its enrollment and exercise; None where one is refused, with its fault in `checks`.

    `enrollments` are those that the viewer logs for. A log that names none is of the viewer's own: see `_own`.
    """
    by_id = {each.id: each for each in enrollments}
    own = [each for each in enrollments if each.patient_id == viewer_id]
    found: list[ResolvedLog | None] = []
    faults: list[Refusal] = []
    for index, log in enumerate(logs):
        at, exercise = ("logs", str(index)), exercises.get(log.version_exercise_id)
        if log.enrollment_id is not None:
            enrollment = by_id.get(log.enrollment_id)
        else:
            enrollment = _own(own, exercise, log.performed_on) if exercise is not None else None
        if exercise is not None and enrollment is not None and _has(enrollment, exercise):
            found.append(ResolvedLog(log, enrollment, exercise))
            continue
        found.append(None)
        is_unseen = log.enrollment_id is not None and enrollment is None
        if is_unseen:
            faults.append(NotFound(NO_ENROLLMENT, *at, "enrollmentId"))
        if exercise is None or not is_unseen:
            faults.append(NotFound(NO_EXERCISE, *at, "planExerciseId"))
    _record(faults, checks)
    return found


def _own(enrollments: Sequence[EnrollmentDays], exercise: ExerciseRow, day: date) -> EnrollmentDays | None:
    """The enrollment, of those of one patient, to which a log belongs that names none: see `chosen`.

    One in which the version has begun by the day goes before others.
    """
    having = [each for each in enrollments if _has(each, exercise)]
    begun = [each for each in having if (first := first_day(exercise.version_id, each)) is not None and first <= day]
    return chosen(begun or having, day)


def _has(enrollment: EnrollmentDays, exercise: ExerciseRow) -> bool:
    """True if the patient is or was enrolled in the version of an exercise, or has logged it: both are answered."""
    return exercise.version_id in enrollment.version_ids or exercise.id in enrollment.logged_exercise_ids


def new_logs(logs: Sequence[ResolvedLog | None], stored: Sequence[StoredLog], checks: Checks) -> dict[Key, ResolvedLog]:
    """The logs of a batch that are not stored yet, each once, by their keys.

    Recorded in `checks` are client's ids that were used with other content, in this batch or before, and days on which
    nothing of the version can be logged. A log that is stored already is not checked for its day, since that was done
    at its time.
    """
    before = {(each.organization_id, each.patient_id, each.client_id): each for each in stored}
    first: dict[Key, tuple[int, ResolvedLog]] = {}
    new: dict[Key, ResolvedLog] = {}
    faults: list[Refusal] = []
    for index, log in enumerate(logs):
        if log is None:
            continue
        at = "logs", str(index)
        earlier, (place, same) = before.get(log.key), first.setdefault(log.key, (index, log))
        if earlier is not None:
            if not _is_same(log, earlier.content_hash, earlier.enrollment_id):
                faults.append(Conflict(USED.format("before"), *at, "clientId"))
        elif same is not log:
            if not _is_same(log, same.sent.content_hash, same.enrollment.id):
                faults.append(Conflict(USED.format(f"by logs[{place}] of this batch"), *at, "clientId"))
        else:
            new[log.key] = log
            if fault := _new_fault(log, at):
                faults.append(fault)
    _record(faults, checks)
    return new


def _new_fault(log: ResolvedLog, at: Path) -> Refusal | None:
    """Why a log that is not stored yet cannot be stored; None if it can."""
    day, version_id, enrollment = log.sent.performed_on, log.exercise.version_id, log.enrollment
    if not enrollment.is_member:
        return Conflict(HAS_LEFT, *at, "enrollmentId")
    if version_id not in enrollment.version_ids:
        return NotFound(NO_EXERCISE, *at, "planExerciseId")
    return day_fault(day, enrollment, *at, "performedOn") or version_fault(
        version_id, day, enrollment, *at, "planExerciseId"
    )


def _is_same(log: ResolvedLog, content_hash: str, enrollment_id: UUID) -> bool:
    """True if a log has the content of the one with its client's id."""
    return log.sent.content_hash == content_hash and log.sent.enrollment_id in (None, enrollment_id)


def _record(faults: list[Refusal], checks: Checks) -> None:
    """Record faults, but those at paths that have one already."""
    with checks.layer():
        raise Refused(faults)
