"""The GraphQL types of results and their sets, and the fields that lead to them."""

from datetime import date, datetime
from typing import Any  # a resolver answers a record of another type than its field's

import strawberry

from kinegraph.assignment.graph import WorkoutAssignment
from kinegraph.assignment.store import by_ids as assignments_by_ids
from kinegraph.identity.graph import User
from kinegraph.identity.rules import User as Person
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import Node, edge, embedded, extends, field, node
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import effective
from kinegraph.result import rules, store
from kinegraph.workout.graph import Movement
from kinegraph.workout.graph_details import Load
from kinegraph.workout.rules import WorkoutScoring
from kinegraph.workout.store import movements

described_enum(
    rules.MassUnit,
    "The unit of a mass that was lifted.",
    KG="Kilograms.",
    LB="Pounds, each exactly 0.45359237 kg.",
)


@strawberry.type(description="A mass in the unit that was typed.")
class Mass:
    value: float = strawberry.field(description="The number, to three decimals.")
    unit: rules.MassUnit = strawberry.field(description="The unit that it was typed in.")

    @field("The same in kilograms; a pound is exactly 0.45359237 kg.")
    def kilograms(root: strawberry.Parent[Any]) -> float:
        value: float = root["value"]
        return value if root["unit"] == rules.MassUnit.KG else value * rules.KILOGRAMS_PER_POUND


def mass_of(value: float | None, unit: str | None) -> Any:
    """A mass as GraphQL reads it; None without a value."""
    return None if value is None else {"value": value, "unit": unit}


def athlete_of(root: strawberry.Parent[rules.ResultRow]) -> Any:
    """Resolver: the athlete, from the columns `athlete_…` of the row."""
    return Person(root.athlete_id, root.athlete_name, root.athlete_email, root.organization_id)


def recorded_by_of(root: strawberry.Parent[Any]) -> Any:
    """Resolver: who recorded it, from the columns `recorded_by_…` of the row."""
    return Person(root.recorded_by_id, root.recorded_by_name, root.recorded_by_email, root.organization_id)


@strawberry.type(description="What was planned for a set, copied from the prescription when the set was recorded.")
class SetTarget:
    reps_min: int | None = strawberry.field(description="Repetitions, or the least of a range.")
    reps_max: int | None = strawberry.field(description="The most of a range of repetitions.")
    load: Load | None = strawberry.field(description="How heavy, in the coach's unit.")
    duration_seconds: int | None = strawberry.field(description="Time under work or hold, in seconds.")
    distance_meters: float | None = strawberry.field(description="Distance to cover, in meters.")
    calories: int | None = strawberry.field(description="Calories on the machine.")


@node(store.sets, "result_sets")
@strawberry.type(description="One set as it was done, beside what was planned.")
class ResultSet(Node):
    id: strawberry.ID = strawberry.field(description="The set's id.")
    result: "AssignmentResult" = edge(store.by_ids, "result_id", "The result that it belongs to.")
    movement: Movement | None = edge(
        movements,
        "movement_id",
        "The movement that it was planned in; null where it was not planned, or its movement was removed.",
    )
    exercise: EffectiveExercise = edge(
        effective, ("organization_id", "exercise_id"), "The exercise that was done, which may replace the planned one."
    )
    number: int = strawberry.field(description="Its number within the movement, from 1.")
    reps: int | None = strawberry.field(description="Repetitions that were done.")
    rpe: float | None = strawberry.field(description="Rating of perceived exertion, 1 to 10 in half steps.")
    rir: int | None = strawberry.field(description="Repetitions in reserve, 0 to 10.")
    seconds: float | None = strawberry.field(description="Time under work or hold, in seconds.")
    distance_meters: float | None = strawberry.field(description="The distance covered, in meters.")
    calories: int | None = strawberry.field(description="Calories on the machine.")
    notes: str | None = strawberry.field(description="What the numbers do not say.")

    @field("The load that was lifted; null where there was none.", "load", "load_unit")
    def load(root: strawberry.Parent[rules.SetRow]) -> Mass | None:
        found: Mass | None = mass_of(root.load, root.load_unit)
        return found

    @field(
        "What was planned; null where nothing was.",
        *("target_reps_min", "target_reps_max", "target_load", "target_load_unit"),
        *("target_duration_seconds", "target_distance_meters", "target_calories"),
    )
    def target(root: strawberry.Parent[rules.SetRow]) -> SetTarget | None:
        load = {"value": root.target_load, "unit": root.target_load_unit} if root.target_load_unit else None
        found: Any = {
            "reps_min": root.target_reps_min,
            "reps_max": root.target_reps_max,
            "load": load,
            "duration_seconds": root.target_duration_seconds,
            "distance_meters": root.target_distance_meters,
            "calories": root.target_calories,
        }
        target: SetTarget | None = found if any(value is not None for value in found.values()) else None
        return target


@strawberry.type(description="One submission of a result: who recorded or corrected it, and when.")
class ResultSubmission:
    client_id: str = strawberry.field(description="The id that the client gave it.")
    recorded_by: User = embedded("recorded_by_", recorded_by_of, "The user who sent it.")
    created_at: datetime = strawberry.field(description="When it was stored.")


@node(store.by_ids, "assignment_results")
@strawberry.type(
    description="What an athlete achieved in an assignment, by the workout's scoring. Its athlete and the coaches of "
    "the organization see it."
)
class AssignmentResult(Node):
    id: strawberry.ID = strawberry.field(description="The result's id.")
    assignment: WorkoutAssignment = edge(assignments_by_ids, "assignment_id", "The assignment that it is of.")
    athlete: User = embedded("athlete_", athlete_of, "The athlete who did it.")
    recorded_by: User = embedded("recorded_by_", recorded_by_of, "Who recorded it, or corrected it last.")
    performed_on: date = strawberry.field(description="The day that it was done on.")
    scoring: WorkoutScoring = strawberry.field(description="The workout's scoring when it was recorded.")
    time_seconds: float | None = strawberry.field(description="The time taken (TIME).")
    reps: int | None = strawberry.field(
        description="Repetitions (REPS); of the unfinished round (ROUNDS_REPS); those done when the time limit came "
        "(TIME)."
    )
    rounds: int | None = strawberry.field(description="Whole rounds that were done (ROUNDS_REPS).")
    distance_meters: float | None = strawberry.field(description="The distance covered in meters (DISTANCE).")
    calories: int | None = strawberry.field(description="Calories on the machine (CALORIES).")
    points: float | None = strawberry.field(description="Points by the workout's own count (POINTS).")
    is_scaled: bool = strawberry.field(description="Whether the workout was made easier than written.")
    exertion: float | None = strawberry.field(description="How hard the session was, 1 to 10 in half steps.")
    notes: str | None = strawberry.field(description="What the numbers do not say.")
    sets: list[ResultSet] = edge(store.sets_of, "id", "Its sets, in their order.", assumed_size=15)
    submissions: list[ResultSubmission] = edge(
        store.submissions_of, "id", "How it was recorded and corrected, oldest first.", assumed_size=3
    )
    created_at: datetime = strawberry.field(description="When it was first recorded.")
    updated_at: datetime = strawberry.field(description="When it or a set of it was last changed: its version.")

    @field("The heaviest load (WEIGHT).", "weight", "weight_unit")
    def weight(root: strawberry.Parent[rules.ResultRow]) -> Mass | None:
        found: Mass | None = mass_of(root.weight, root.weight_unit)
        return found


@extends(WorkoutAssignment)
class AssignmentResults:
    result: AssignmentResult | None = edge(
        store.of_assignments, "id", "What the athlete achieved; null until it is recorded."
    )
