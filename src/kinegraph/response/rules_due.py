"""Substitutions, and what a patient does on a day in place of the plan's exercises (docs/domain.md, Pain response)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from kinegraph.enrollment.rules import DueRow
from kinegraph.plan.rules import ExerciseRow, Prescription
from kinegraph.plan.rules_tree import AMOUNTS
from kinegraph.response.rules_amounts import Amounts, Substituted, substituted


class SubstitutionRow(Amounts, Protocol):
    """An exercise that a patient does in place of one of their plan. Without a last day it lasts.

    `replaces_id` is the one that it ended when it was accepted, whose caps hold on.
    """

    id: UUID
    organization_id: UUID
    enrollment_id: UUID
    patient_id: UUID
    proposal_id: UUID
    replaces_id: UUID | None
    from_day: date
    to_day: date | None
    end_reason: str | None
    created_by_id: UUID
    created_by_name: str
    created_by_email: str | None
    ended_by_id: UUID | None
    ended_by_name: str
    ended_by_email: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True, kw_only=True)
class DueExercise(Substituted):
    """An exercise that is due on a day, as it is to be done; without a substitution as the plan says."""

    organization_id: UUID
    enrollment_id: UUID
    on: date
    week: int
    day: int
    session_id: UUID
    version_exercise_id: UUID
    substitution: SubstitutionRow | None


def holding(rows: Iterable[SubstitutionRow], day: date) -> SubstitutionRow | None:
    """The substitution, of those of one exercise of an enrollment, that holds on a day; None where none does."""
    return next((row for row in rows if row.from_day <= day and (row.to_day is None or day <= row.to_day)), None)


def chain_of(rows: Sequence[SubstitutionRow], last: SubstitutionRow | None) -> list[SubstitutionRow]:
    """A substitution, of those of one exercise of an enrollment, after those that it replaced, the first one first."""
    by_id: dict[UUID | None, SubstitutionRow] = {row.id: row for row in rows}
    found: list[SubstitutionRow] = []
    while last is not None:
        found.insert(0, last)
        last = by_id.get(last.replaces_id)
    return found


def prescribed(
    plan: Sequence[Prescription], substitutions: Mapping[UUID, Sequence[SubstitutionRow]], day: date
) -> list[Prescription]:
    """The prescriptions of a day, with the substitutions of their exercises that hold on it."""
    found: list[Prescription] = []
    for each in plan:
        rows = substitutions.get(each.exercise_id, ())
        chain = chain_of(rows, holding(rows, day))
        found.append(substituted(each, chain) if chain else each)
    return found


def by_exercise(substitutions: Iterable[SubstitutionRow]) -> dict[UUID, list[SubstitutionRow]]:
    """The substitutions of an enrollment by the exercise of its plan."""
    found: dict[UUID, list[SubstitutionRow]] = {}
    for each in substitutions:
        found.setdefault(each.exercise_id, []).append(each)
    return found


def due_exercises(
    due: Sequence[DueRow], planned: Mapping[UUID, ExerciseRow], substitutions: Sequence[SubstitutionRow]
) -> list[DueExercise]:
    """The exercises that are due of an enrollment, with its substitutions; `planned` has those of versions by id."""
    found, substitutes = [], by_exercise(substitutions)
    for row in due:
        plan = planned.get(row.version_exercise_id) if row.version_exercise_id is not None else None
        if plan is not None:
            (done,) = prescribed([plan], substitutes, row.on_day)
            held = holding(substitutes.get(plan.exercise_id, ()), row.on_day)
            found.append(_due_exercise(row, plan, done, held))
    return found


def _due_exercise(
    due: DueRow, plan: ExerciseRow, done: Prescription, substitution: SubstitutionRow | None
) -> DueExercise:
    return DueExercise(
        organization_id=plan.organization_id,
        enrollment_id=due.enrollment_id,
        on=due.on_day,
        week=due.week,
        day=due.day,
        session_id=due.session_id,
        version_exercise_id=plan.id,
        exercise_id=done.exercise_id,
        **{name: getattr(done, name) for name in AMOUNTS},
        substitution=substitution,
    )
