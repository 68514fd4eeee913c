"""The GraphQL type of personal records, and the query of them."""

from datetime import date
from typing import Annotated, Any  # a resolver answers a record of another type than its field's
from uuid import UUID

import strawberry

from kinegraph.kit.checks import require_key
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.errors import NotFound
from kinegraph.kit.graph import edge, field
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import effective
from kinegraph.record import rules, store
from kinegraph.result.graph import Mass, ResultSet, mass_of

described_enum(
    rules.RecordKind,
    "What a personal record is the best of.",
    REP_MAX=f"The heaviest load for exactly so many repetitions, 1 to {rules.MAX_REPS}.",
    ESTIMATED_ONE_REP_MAX="The highest one-repetition maximum that a set of 1 to 10 repetitions lets expect (Epley).",
    REPETITIONS="The most repetitions without a load.",
    DISTANCE="The longest distance in one set.",
    DURATION="The longest hold: time without distance and repetitions.",
    FASTEST="The shortest time over one of the usual distances, such as 500 or 5,000 meters.",
)

AthleteId = Annotated[
    strawberry.ID, strawberry.argument(description="The caller, or a member of an organization that they coach.")
]
LOADS = (rules.RecordKind.REP_MAX, rules.RecordKind.ESTIMATED_ONE_REP_MAX)


async def require_athlete(info: Info, athlete_id: str, *path: str) -> UUID:
    """The id of an athlete whose results the viewer may read. Raises InvalidInput and NotFound."""
    path = path or ("athleteId",)
    athlete = require_key(athlete_id, *path)
    if not await info.context.load(store.are_athletes, athlete):
        raise NotFound("There is no such athlete, or you do not coach them.", *path)
    return athlete


@strawberry.type(description="The best that an athlete has done in an exercise, and the set that made it.")
class PersonalRecord:
    kind: rules.RecordKind = strawberry.field(description="What it is the best of.")
    reps: int | None = strawberry.field(description="Repetitions of the set.")
    seconds: float | None = strawberry.field(description="Seconds that the set took.")
    distance_meters: float | None = strawberry.field(description="Meters that the set covered.")
    performed_on: date = strawberry.field(description="The day on which it was done first.")
    exercise: EffectiveExercise = edge(
        effective, ("organization_id", "exercise_id"), "The exercise, as the organization of the set sees it."
    )

    @field("The load of the set, in the unit that was typed.", "load", "load_unit")
    def load(root: strawberry.Parent[rules.RecordRow]) -> Mass | None:
        found: Mass | None = mass_of(root.load, root.load_unit)
        return found

    @field("The load in kilograms (REP_MAX), or the estimated maximum (ESTIMATED_ONE_REP_MAX).", "kind", "best")
    def kilograms(root: strawberry.Parent[rules.RecordRow]) -> float | None:
        return float(root.best) if root.kind in LOADS else None

    @field("The set that made it; of equal ones the earliest.")
    def set(root: strawberry.Parent[Any]) -> ResultSet:
        found: ResultSet = root
        return found


@strawberry.type
class Query:
    @field(
        "An athlete's personal records in exercises, by exercise, kind and repetitions or distance: of all sets that "
        "the caller may read.",
        assumed_size=20,
    )
    async def personal_records(
        self,
        info: Info,
        athlete_id: AthleteId,
        exercise_ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(
                description=f"1 to {rules.MAX_EXERCISES} exercises, by their own ids or views' of them."
            ),
        ],
        kinds: Annotated[
            list[rules.RecordKind] | None, strawberry.argument(description="Only these kinds; all if empty or null.")
        ] = None,
    ) -> list[PersonalRecord]:
        exercises = rules.checked_exercises(exercise_ids)
        athlete = await require_athlete(info, athlete_id)
        rows = await info.context.load(store.records_of, athlete, exercise_ids=tuple(exercises))
        found: Any = [row for row in rows if not kinds or row.kind in kinds]
        records: list[PersonalRecord] = found
        return records
