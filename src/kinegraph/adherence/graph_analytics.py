"""The figures of an organization's exercises."""

from datetime import date
from typing import Annotated, Any  # a resolver answers a record of another type than its field's

import strawberry

from kinegraph.adherence import rules, store_analytics
from kinegraph.adherence.graph_exercises import RATE, rate
from kinegraph.identity.graph import Organization
from kinegraph.identity.rules import Viewer
from kinegraph.kit.context import Info
from kinegraph.kit.graph import edge, extends, field
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import effective

OF_PAIN, OF_EXERTION = ("pain_sum", "pains", "pain_patients"), ("exertion_sum", "exertions", "exertion_patients")


def _shown(count: int, patients: int) -> int | None:
    """A number of scores; None where it is of too few patients, so that one of them could be told from the others."""
    return count if patients >= rules.MIN_PATIENTS else None


@strawberry.type(
    description="An exercise over all enrollments of an organization: how much of it was done, and what it felt like."
)
class ExerciseAnalytics:
    exercise: EffectiveExercise = edge(
        effective, ("organization_id", "exercise_id"), "The exercise, as the organization sees it."
    )
    patients: int = strawberry.field(
        description=f"Patients for whom it was due or who logged it: at least {rules.MIN_PATIENTS}."
    )
    prescribed: int = strawberry.field(description="Prescriptions of it that were due.")
    completed: int = strawberry.field(description="Those that have a log of that day.")
    rate: float | None = field(RATE, "completed", "prescribed")(rate)

    @field(f"The average pain of its logs; null where under {rules.MIN_PATIENTS} patients have a score.", *OF_PAIN)
    def average_pain(root: strawberry.Parent[rules.AnalyticsRow]) -> float | None:
        return rules.average_of(root.pain_sum, _shown(root.pains, root.pain_patients) or 0)

    @field(
        f"Logs with a score of pain; null where under {rules.MIN_PATIENTS} patients have one.",
        "pains",
        "pain_patients",
    )
    def pain_count(root: strawberry.Parent[rules.AnalyticsRow]) -> int | None:
        return _shown(root.pains, root.pain_patients)

    @field(f"The average exertion of its logs; null where under {rules.MIN_PATIENTS} patients have one.", *OF_EXERTION)
    def average_exertion(root: strawberry.Parent[rules.AnalyticsRow]) -> float | None:
        return rules.average_of(root.exertion_sum, _shown(root.exertions, root.exertion_patients) or 0)

    @field(
        f"Logs with an exertion; null where under {rules.MIN_PATIENTS} patients have one.",
        "exertions",
        "exertion_patients",
    )
    def exertion_count(root: strawberry.Parent[rules.AnalyticsRow]) -> int | None:
        return _shown(root.exertions, root.exertion_patients)

    struggling_patients: int = strawberry.field(
        description="Those of them for whom it is struggling on the last day: see ExerciseAdherence.isStruggling."
    )


@extends(Organization)
class OrganizationAnalytics:
    @field(
        f"Exercises over all enrollments from one day to another, those most often due first, at most "
        f"{rules.MAX_EXERCISES}. Those with under {rules.MIN_PATIENTS} patients are left out. For coaches; empty for "
        "members.",
        assumed_size=50,
    )
    async def exercise_analytics(
        root: strawberry.Parent[Any],
        info: Info,
        exercise_ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(
                description=f"At most {rules.MAX_EXERCISES} exercises, by their own ids or views' of them; all with "
                "figures if empty or null."
            ),
        ] = None,
        start: Annotated[
            date | None,
            strawberry.argument(name="from", description="The first day; null: since the first enrollment."),
        ] = None,
        to: Annotated[date | None, strawberry.argument(description="The last day; null: today, in UTC.")] = None,
    ) -> list[ExerciseAnalytics]:
        exercises = rules.checked_exercises(exercise_ids)
        rules.check_window(start, to)
        viewer: Viewer = await info.context.viewer()
        if not viewer.coaches(root.id):
            return []
        found: list[ExerciseAnalytics] = await info.context.load(
            store_analytics.analytics_of, root.id, exercise_ids=exercises, start=start, end=to
        )
        return found
