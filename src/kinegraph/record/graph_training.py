"""The query of an athlete's training load."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any  # a resolver answers a record of another type than its field's

import strawberry

from kinegraph.identity.graph import OrganizationId
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_member
from kinegraph.kit.checks import require_key
from kinegraph.kit.context import Info
from kinegraph.kit.graph import edge, field
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import effective
from kinegraph.record import rules, rules_training, store_training
from kinegraph.record.graph import AthleteId, require_athlete
from kinegraph.record.graph_history import From, SignedChart, signed_chart
from kinegraph.record.rules_training import CHART, Conflict, Training


@strawberry.type(description="How much a muscle is trained.")
class MuscleLoad:
    muscle: str = strawberry.field(description="The muscle, as exercises name it, such as quadriceps.")
    planned_sets: float = strawberry.field(
        description="Sets that are planned: 1 each where it is a primary muscle, 0.5 where a secondary one."
    )
    done_sets: float = strawberry.field(description="Sets that were done, counted alike.")


@strawberry.type(description="How much is trained on a day.")
class DayLoad:
    day: date = strawberry.field(description="The day of the result, or the one that is planned.")
    planned_sets: int = strawberry.field(description="Sets that are planned, of all exercises.")
    done_sets: int = strawberry.field(description="Sets that were done, of all exercises.")
    planned_fatigue: float = strawberry.field(
        description="The sum of fatigue score × sets / 3 over the planned exercises."
    )
    done_fatigue: float = strawberry.field(description="The same of the sets that were done.")


def _exercise(side: str) -> Any:
    """The key of an exercise of a conflict, as its organization sees it."""

    def key(conflict: Conflict) -> Any:
        row = getattr(conflict, side)
        return row.organization_id, row.exercise_id

    return key


@strawberry.type(description="A primary muscle that is trained again before an exercise's minimum recovery has passed.")
class RecoveryConflict:
    muscle: str = strawberry.field(description="The muscle, as exercises name it.")
    hours: int = strawberry.field(description="Hours between the two: 24 for each day, 0 on the same one.")
    exercise: EffectiveExercise = edge(effective, _exercise("after"), "The exercise that comes too early.")
    previous_exercise: EffectiveExercise = edge(
        effective, _exercise("before"), "The exercise from which the muscle has not recovered."
    )

    @field("The hours that the previous exercise needs.")
    def needed_hours(root: strawberry.Parent[Conflict]) -> int:
        return root.before.recovery_hours

    @field("The day on which it comes too early.")
    def day(root: strawberry.Parent[Conflict]) -> date:
        return root.after.day

    @field("The day of the previous exercise.")
    def previous_day(root: strawberry.Parent[Conflict]) -> date:
        return root.before.day


@strawberry.type(description="What is planned for an athlete in an organization, and what they did.")
class TrainingLoad:
    conflicts: list[RecoveryConflict] = strawberry.field(
        description="At most 200, by day: one for each assignment and muscle, from the exercise that leaves it the "
        "furthest from recovered.",
        metadata={"assumed_size": 5},
    )

    @field("The muscles, those with most sets first.", assumed_size=15)
    def muscles(root: strawberry.Parent[Training]) -> list[MuscleLoad]:
        found: Any = [{"muscle": muscle, **asdict(each)} for muscle, each in root.muscles.items()]
        muscles: list[MuscleLoad] = found
        return muscles

    @field("The days on which something is planned or was done.", assumed_size=10)
    def days(root: strawberry.Parent[Training]) -> list[DayLoad]:
        found: Any = [{"day": day, **asdict(each)} for day, each in root.days.items()]
        days: list[DayLoad] = found
        return days

    @field("Its chart: sets per muscle and fatigue per day.")
    async def chart(root: strawberry.Parent[Training], info: Info) -> SignedChart:
        values = {"athlete": str(root.athlete_id), "organization": str(root.organization_id)}
        found: SignedChart = await signed_chart(info, CHART, {**values, "from": str(root.start), "to": str(root.end)})
        return found


@strawberry.type
class Query:
    @field("What is planned for an athlete in an organization, and what they did: at most 92 days.")
    async def training_load(
        self,
        info: Info,
        organization_id: OrganizationId,
        athlete_id: AthleteId,
        start: From,
        to: Annotated[date, strawberry.argument(description="The last day of the window.")],
    ) -> TrainingLoad:
        organization = require_key(organization_id, "organizationId")
        rules.check_window(start, to, rules_training.MAX_DAYS)
        viewer: Viewer = await info.context.viewer()
        require_member(viewer, organization, "organizationId")
        athlete = await require_athlete(info, athlete_id)
        rows = await info.context.load(store_training.trained_of, (organization, athlete), start=start, end=to)
        found: Any = rules_training.training_of(organization, athlete, start, to, rows)
        load: TrainingLoad = found
        return load
