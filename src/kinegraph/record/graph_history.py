"""The query of an exercise's history, and the signed addresses of charts."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any  # a resolver answers a record of another type than its field's

import strawberry

from kinegraph.exercise.rules import stored_id
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import require_key
from kinegraph.kit.context import Info
from kinegraph.kit.graph import field
from kinegraph.record import rules, store_history
from kinegraph.record.graph import AthleteId, require_athlete
from kinegraph.record.rules_history import CHART, History, PointRow
from kinegraph.result.graph import ResultSet

From = Annotated[date, strawberry.argument(name="from", description="The first day of the window.")]


@strawberry.type(description="A chart as SVG, at an address that anybody may open who has it, until it ends.")
class SignedChart:
    url: str = strawberry.field(description="The signed address; it shows what the caller may read when it is opened.")
    expires_at: datetime = strawberry.field(description="When the address ends, by default after an hour.")


async def signed_chart(info: Info, chart: str, values: Mapping[str, str]) -> Any:
    """A signed address of a chart with these parameters, for the viewer."""
    viewer: Viewer = await info.context.viewer()
    info.context.has_used_storage = True  # the address ends, so that the answer has no tag
    url, expires_at = info.context.addresses.sign(f"charts/{chart}", {**values, "user": str(viewer.user.id)})
    return {"url": url, "expires_at": expires_at}


@strawberry.type(description="A day on which an exercise was done.")
class HistoryPoint:
    performed_on: date = strawberry.field(description="The day that it was done on.")
    set_count: int = strawberry.field(description="The number of sets on that day.")

    @field(
        "The best set: with the highest estimated maximum, else the heaviest, longest, or with the most repetitions."
    )
    def best_set(root: strawberry.Parent[Any]) -> ResultSet:
        found: ResultSet = root
        return found

    @field("The highest estimate of the one-repetition maximum in kilograms, by Epley's formula.")
    def estimated_one_rep_max_kilograms(root: strawberry.Parent[PointRow]) -> float | None:
        return None if root.estimated_one_rep_max is None else float(root.estimated_one_rep_max)

    @field("The sum of load × repetitions over the sets with both, in kilograms.")
    def volume_kilograms(root: strawberry.Parent[PointRow]) -> float | None:
        return None if root.volume is None else float(root.volume)


@strawberry.type(description="What an athlete has done in an exercise over time.")
class ExerciseHistory:
    points: list[HistoryPoint] = strawberry.field(
        description="The days on which it was done, in order.", metadata={"assumed_size": 20}
    )

    @field("Its chart: estimated maximum and best load, or distance, time or repetitions where no loads are recorded.")
    async def chart(root: strawberry.Parent[History], info: Info) -> SignedChart:
        values = {"athlete": str(root.athlete_id), "exercise": str(root.exercise_id)}
        found: SignedChart = await signed_chart(info, CHART, {**values, "from": str(root.start), "to": str(root.end)})
        return found


@strawberry.type
class Query:
    @field("What an athlete has done in an exercise from one day to another, at most three years apart.")
    async def exercise_history(
        self,
        info: Info,
        athlete_id: AthleteId,
        exercise_id: Annotated[strawberry.ID, strawberry.argument(description="The exercise's id, or that of a view.")],
        start: From,
        to: Annotated[date, strawberry.argument(description="The last day of the window.")],
    ) -> ExerciseHistory:
        exercise = require_key(stored_id(exercise_id), "exerciseId")
        rules.check_window(start, to, rules.MAX_HISTORY_DAYS)
        athlete = await require_athlete(info, athlete_id)
        points = await info.context.load(store_history.points_of, (athlete, exercise), start=start, end=to)
        found: Any = History(athlete, exercise, start, to, points)
        history: ExerciseHistory = found
        return history
