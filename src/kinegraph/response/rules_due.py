"""Substitutions, and what a patient does on a day in place of the plan's exercises (docs/domain.md, Pain response)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol  # Any: amounts by column
from uuid import UUID

from kinegraph.enrollment.rules import DueRow
from kinegraph.plan.rules import ExerciseRow, Prescription
from kinegraph.plan.rules_tree import AMOUNTS

LIMITS = ("sets", "reps", "duration_seconds")
"""The amounts that are less where less of an exercise is done, in the order in which they are halved."""


class Amounts(Prescription, Protocol):
    """A substitution as far as it says what is done in place of the plan's exercise, and how much of it.

    `exercise_id` is that of the plan. Without amounts, as much is done as the plan says, halved `halvings` times.
    """

    substitute_id: UUID
    halvings: int


class SubstitutionRow(Amounts, Protocol):
    """An exercise that a patient does in place of one of their plan. Without a last day it lasts.

    `is_replaced` says that another substitution ended it.
    """

    id: UUID
    organization_id: UUID
    enrollment_id: UUID
    patient_id: UUID
    proposal_id: UUID
    from_day: date
    to_day: date | None
    is_replaced: bool
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
class Substituted:
    """A prescription of a plan as it is to be done."""

    exercise_id: UUID
    sets: int | None
    reps: int | None
    duration_seconds: int | None
    hold_seconds: int | None
    rest_seconds: int | None
    per_side: bool
    notes: str | None


@dataclass(slots=True, kw_only=True)
class Lasting(Substituted):
    """A substitution that lasts, as far as it says what is done."""

    substitute_id: UUID
    halvings: int


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


def has_amounts(row: Any) -> bool:
    """True if it says itself how much is done."""
    return any(getattr(row, name) is not None for name in LIMITS)


def halved(amounts: Mapping[str, Any]) -> dict[str, Any] | None:
    """Half of the sets, else of the repetitions, else of the time, rounded up; None where nothing can be halved."""
    for name in LIMITS:
        value = amounts[name]
        if value is not None and value > 1:
            return {**amounts, name: (value + 1) // 2}
    return None


def holding(rows: Iterable[SubstitutionRow], day: date) -> SubstitutionRow | None:
    """The substitution, of those of one exercise of an enrollment, that holds on a day; None where none does."""
    return next((row for row in rows if row.from_day <= day and (row.to_day is None or day <= row.to_day)), None)


def prescribed(
    plan: Sequence[Prescription], substitutions: Mapping[UUID, Sequence[SubstitutionRow]], day: date
) -> list[Prescription]:
    """The prescriptions of a day, with the substitutions of their exercises that hold on it."""
    held = [holding(substitutions.get(each.exercise_id, ()), day) for each in plan]
    return [each if by is None else substituted(each, by) for each, by in zip(plan, held, strict=True)]


def substituted(plan: Prescription, by: Amounts) -> Substituted:
    """A prescription with its substitution; less of the same exercise is never more than the prescription."""
    amounts = _of_same(plan, by) if by.substitute_id == by.exercise_id else _of_other(plan, by)
    for _ in range(by.halvings):
        amounts = halved(amounts) or amounts
    return Substituted(exercise_id=by.substitute_id, **amounts)


def _of_same(plan: Prescription, by: Amounts) -> dict[str, Any]:
    """The amounts of the plan's exercise: at most the plan's; what the substitution does not say stays."""
    amounts = {name: getattr(plan, name) for name in AMOUNTS}
    for name in LIMITS:
        if amounts[name] is not None and getattr(by, name) is not None:
            amounts[name] = min(amounts[name], getattr(by, name))
    said = {name: getattr(by, name) for name in ("hold_seconds", "rest_seconds", "notes")}
    return amounts | {name: value for name, value in said.items() if value is not None}


def _of_other(plan: Prescription, by: Amounts) -> dict[str, Any]:
    """The amounts of another exercise: its own, or the plan's without what was said of the plan's exercise."""
    amounts = {name: getattr(by, name) for name in AMOUNTS}
    if has_amounts(by):
        return amounts
    rest = plan.rest_seconds if by.rest_seconds is None else by.rest_seconds
    return {**amounts, **{name: getattr(plan, name) for name in LIMITS}, "rest_seconds": rest}


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
            found.append(_due_exercise(row, plan, holding(substitutes.get(plan.exercise_id, ()), row.on_day)))
    return found


def _due_exercise(due: DueRow, plan: ExerciseRow, substitution: SubstitutionRow | None) -> DueExercise:
    done: Prescription = plan if substitution is None else substituted(plan, substitution)
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
