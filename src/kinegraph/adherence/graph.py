"""The GraphQL types of a patient's adherence, and the field of enrollments that leads to them."""

from datetime import date
from typing import Annotated, Any  # a resolver answers a record of another type than its field's

import strawberry

from kinegraph.adherence import rules, rules_charts, store
from kinegraph.adherence.graph_exercises import RATE, ExerciseAdherence, rate
from kinegraph.assignment.rules import EARLIEST, LATEST
from kinegraph.enrollment.graph import Enrollment
from kinegraph.enrollment.rules import EnrollmentRow
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.graph import edge, extends, field
from kinegraph.record.graph_history import SignedChart, signed_chart


@strawberry.type(description="A week of an enrollment, and how much of what was due in it was done.")
class WeekAdherence:
    week: int = strawberry.field(description="The week of the plan, from 1.")
    prescribed: int = strawberry.field(description="Prescriptions that were due.")
    completed: int = strawberry.field(description="Those that have a log of that day.")
    rate: float | None = field(RATE, "completed", "prescribed")(rate)


@strawberry.type(
    description="How much of what was due in an enrollment was done, from the start up to and including asOf, paused "
    "days left out."
)
class Adherence:
    as_of: date = strawberry.field(description="The day, it included, up to which it is counted.")
    prescribed: int = strawberry.field(description="Prescriptions that were due: exercises of sessions, on their days.")
    completed: int = strawberry.field(description="Those that have a log of that day.")
    rate: float | None = field(RATE, "completed", "prescribed")(rate)
    current_streak_days: int = strawberry.field(
        description="Days in sequence, back from asOf, on which something was due and all of it was done. Days without "
        "anything due neither end nor count; asOf itself ends none."
    )
    by_exercise: list[ExerciseAdherence] = edge(
        store.exercises_of,
        ("enrollment_id", "as_of"),
        "The exercises that were due or logged, those most often due first.",
        assumed_size=20,
    )

    @field(
        "The weeks from the first one to that of asOf, of the last week of the plan, or of the end.",
        "weeks_prescribed",
        "weeks_completed",
        assumed_size=8,
    )
    def by_week(root: strawberry.Parent[rules.AdherenceRow]) -> list[WeekAdherence]:
        found: Any = rules.weeks_of(root)
        weeks: list[WeekAdherence] = found
        return weeks

    @field("On how many of the last `days`, up to asOf, something was logged.", "enrollment_id", "as_of")
    async def days_with_data(
        root: strawberry.Parent[rules.AdherenceRow],
        info: Info,
        days: Annotated[
            int, strawberry.argument(description=f"So many days, 1 to {rules.MAX_DAYS_WITH_DATA}.")
        ] = rules.DAYS_WITH_DATA,
    ) -> int:
        last = rules.checked_days(days)
        found: int = await info.context.load(store.days_with_data, (root.enrollment_id, root.as_of), last=last)
        return found

    @field("Its chart: what was due and what was done, by week.", "enrollment_id", "as_of")
    async def chart(root: strawberry.Parent[rules.AdherenceRow], info: Info) -> SignedChart:
        found: SignedChart = await _chart(info, rules_charts.ADHERENCE, root)
        return found

    @field(
        "The chart of pain, with the highest of each day, and exertion over time, from 0 to 10.",
        "enrollment_id",
        "as_of",
    )
    async def pain_chart(root: strawberry.Parent[rules.AdherenceRow], info: Info) -> SignedChart:
        found: SignedChart = await _chart(info, rules_charts.PAIN, root)
        return found


async def _chart(info: Info, chart: str, row: rules.AdherenceRow) -> Any:
    """The signed address of a chart of an enrollment up to a day."""
    return await signed_chart(info, chart, {"enrollment": str(row.enrollment_id), "to": str(row.as_of)})


@extends(Enrollment)
class EnrollmentAdherence:
    @field("How much of what was due was done, in all, by week and by exercise.", "id")
    async def adherence(
        root: strawberry.Parent[EnrollmentRow],
        info: Info,
        as_of: Annotated[
            date | None, strawberry.argument(description="The last day; null: today, by the patient's time zone.")
        ] = None,
    ) -> Adherence:
        checks = Checks()
        if as_of is not None and not EARLIEST <= as_of <= LATEST:
            checks.refuse(f"Must be a date from {EARLIEST} to {LATEST}.", "asOf")
        checks.done()
        found: Adherence = await info.context.load(store.adherence_of, root.id, as_of=as_of)
        return found
