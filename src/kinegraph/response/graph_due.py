"""`Enrollment.dueExercises`: the exercises of the plan that are due on a day, or their substitutes."""

from datetime import date, timedelta
from typing import Annotated, Any  # a resolver answers a record of another type than its field's

import strawberry

from kinegraph.enrollment.graph import Enrollment
from kinegraph.enrollment.rules import MAX_DUE_DAYS, EnrollmentRow
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.graph import edge, extends, field
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import effective
from kinegraph.plan import store as store_plans
from kinegraph.plan.graph import PlanExercise, PlanSession
from kinegraph.response import rules_due, store_substitutions
from kinegraph.response.graph import DURATION, HOLD, PER_SIDE, REPS, REST, SETS, ExerciseSubstitution


@strawberry.type(
    description="An exercise that is due on a day, as the patient is to do it: as the plan has it, or its substitute."
)
class DueExercise:
    on: date = strawberry.field(description="The day of the calendar.")
    week: int = strawberry.field(description="The week of the plan, from 1.")
    day: int = strawberry.field(description="The day of the week, 1 to 7.")
    session: PlanSession = edge(store_plans.sessions, "session_id", "The session that it is done in.")
    plan_exercise: PlanExercise = edge(
        store_plans.exercises, "version_exercise_id", "The exercise of the version: logs name it, also of a substitute."
    )
    exercise: EffectiveExercise = edge(
        effective, ("organization_id", "exercise_id"), "The exercise to do: the substitute's where there is one."
    )
    sets: int | None = strawberry.field(description=SETS)
    reps: int | None = strawberry.field(description=REPS)
    duration_seconds: int | None = strawberry.field(description=DURATION)
    hold_seconds: int | None = strawberry.field(description=HOLD)
    rest_seconds: int | None = strawberry.field(description=REST)
    per_side: bool = strawberry.field(description=PER_SIDE)
    notes: str | None = strawberry.field(description="What the numbers do not say, for the patient.")

    @field("The substitution that holds on that day; null: it is done as the plan has it.", "substitution")
    def substitution(root: strawberry.Parent[rules_due.DueExercise]) -> ExerciseSubstitution | None:
        found: Any = root.substitution
        shown: ExerciseSubstitution | None = found
        return shown


@extends(Enrollment)
class EnrollmentDueExercises:
    @field(
        "What the patient does: the exercises of `due`, and in their place the substitutes, of one day or of at most "
        f"{MAX_DUE_DAYS}.",
        "id",
        assumed_size=6,
    )
    async def due_exercises(
        root: strawberry.Parent[EnrollmentRow],
        info: Info,
        first: Annotated[
            date | None,
            strawberry.argument(
                name="from", description="The first day; null: the last one, or today by the patient's time zone."
            ),
        ] = None,
        last: Annotated[
            date | None, strawberry.argument(name="to", description="The last day; null: the first one, or today.")
        ] = None,
    ) -> list[DueExercise]:
        start, end = first or last, last or first
        checks = Checks()
        if start is not None and end is not None and end < start:
            checks.refuse("Must not be before `from`.", "to")
        elif start is not None and end is not None and end - start >= timedelta(days=MAX_DUE_DAYS):
            checks.refuse(f"Must be within {MAX_DUE_DAYS} days from `from` on.", "to")
        checks.done()
        found: list[DueExercise] = await info.context.load(store_substitutions.due_of, (root.id, start, end))
        return found

    substitutions: list[ExerciseSubstitution] = edge(
        store_substitutions.of_enrollments,
        "id",
        "Exercises that the patient does in place of the plan's, by their first days, ended ones too: at most 100.",
        assumed_size=1,
    )
