"""The figures of an exercise in an enrollment, and the resolvers that all figures share."""

from typing import Any  # GraphQL reads rows by field name

import strawberry

from kinegraph.adherence import rules
from kinegraph.kit.graph import edge, field
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import effective


def rate(root: strawberry.Parent[Any]) -> float | None:
    """Resolver: completed ÷ prescribed."""
    return rules.rate_of(root.completed, root.prescribed)


def average_pain(root: strawberry.Parent[Any]) -> float | None:
    """Resolver: the average of the scores of pain."""
    return rules.average_of(root.pain_sum, root.pains)


def average_exertion(root: strawberry.Parent[Any]) -> float | None:
    """Resolver: the average of the ratings of exertion."""
    return rules.average_of(root.exertion_sum, root.exertions)


RATE = "Completed ÷ prescribed; null where nothing was due."


@strawberry.type(description="An exercise in an enrollment: how much of it was done, and what it felt like.")
class ExerciseAdherence:
    exercise: EffectiveExercise = edge(
        effective, ("organization_id", "exercise_id"), "The exercise, as the organization sees it."
    )
    prescribed: int = strawberry.field(description="Prescriptions of it that were due.")
    completed: int = strawberry.field(description="Those that have a log of that day.")
    rate: float | None = field(RATE, "completed", "prescribed")(rate)
    average_pain: float | None = field(
        "The average pain of its logs; null where none has a score.", "pain_sum", "pains"
    )(average_pain)
    pains: int = strawberry.field(name="painCount", description="Logs with a score of pain.")
    average_exertion: float | None = field(
        "The average exertion of its logs; null where none has one.", "exertion_sum", "exertions"
    )(average_exertion)
    exertions: int = strawberry.field(name="exertionCount", description="Logs with an exertion.")
    recent_due_days: int = strawberry.field(
        description=f"Days of the last {rules.RECENT_DAYS}, up to asOf, on which it was due."
    )
    recent_done_days: int = strawberry.field(description="Those on which it was done.")
    is_struggling: bool = strawberry.field(
        description=f"Whether the last {rules.RECENT_LOGS} scores of pain average {rules.HIGH_PAIN} or more, or it was "
        f"done on under half of its due days of the last {rules.RECENT_DAYS}; today counts once it is done."
    )
