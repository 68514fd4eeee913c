"""The GraphQL types of the training layers, as fields of stored exercises."""

from collections.abc import Hashable
from datetime import datetime
from typing import Annotated, Any, cast  # Any: GraphQL reads rows by field name

import strawberry

from kinegraph.classification.rules_classes import Unit
from kinegraph.exercise.graph import Exercise
from kinegraph.exercise.store import by_ids
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import Node, edge, extends, field, node
from kinegraph.layers import rules, rules_safety, store, store_progressions
from kinegraph.layers.graph_safety import Conditions, SafetyAssessment, SafetyConstraint, condition_keys

MAX_DEPTH = 25

described_enum(
    rules.ProgressionType,
    'What an edge\'s end is of its beginning: "to is the TYPE of from".',
    REGRESSION="An easier exercise; the mirror of a progression.",
    PROGRESSION="The next harder exercise.",
    VARIATION="The same pattern at about the same difficulty: another angle, grip or tempo.",
    SUBSTITUTION="A replacement where equipment is missing or a joint forbids it.",
    PREPARATION="A warm-up for it.",
    COMPLEMENTARY="What balances it in a programme: a push and a pull, a squat and a hinge.",
)
described_enum(
    Unit,
    "The unit in which a set is measured.",
    REPS="Repetitions.",
    SECONDS="Seconds: holds, stretches, cardio.",
    METERS="Metres: carries, sleds.",
    CALORIES="Calories, as a machine counts them.",
)

Goal = Annotated[rules.TrainingGoal, strawberry.argument(description="What the set is done for.")]


@strawberry.type(description="A range of repetitions.")
class RepRange:
    min: int = strawberry.field(description="The fewest repetitions of a set.")
    max: int = strawberry.field(description="The most repetitions of a set.")


@strawberry.type(description="How much of an exercise a set has, how many sets, and the rest after each.")
class PrescriptionRange:
    unit: Unit = strawberry.field(description="The unit of the range.")
    min: int = strawberry.field(description="The least, in the unit.")
    max: int = strawberry.field(description="The most, in the unit.")
    sets: int | None = strawberry.field(description="The usual number of sets.")
    rest_seconds: int | None = strawberry.field(description="The rest after a set, in seconds.")


@strawberry.type(description="How an exercise behaves in training. It follows from its class (docs: Training).")
class ProgrammingProfile:
    class_key: str | None = strawberry.field(description="The class of the exercise, e.g. barbell_squat.")
    modifiers: list[str] = strawberry.field(description="What changes the numbers of the class for it.")
    difficulty_level: int | None = strawberry.field(description="1 (beginner) to 5, the exercise's difficulty.")
    force_type: rules.ForceType | None = strawberry.field(description="Null for mobility and tests.")
    stability_demand: int | None = strawberry.field(description="How much balance it needs, 1 to 5.")
    skill_demand: int | None = strawberry.field(description="How hard it is to learn, 1 to 5.")

    @field("The repetitions for a goal; null where it is not offered for it, or is not counted in repetitions.")
    def rep_range(root: strawberry.Parent[Any], goal: Goal) -> RepRange | None:
        return cast(RepRange | None, rules.rep_range(root, goal))

    @field("The rest after a set for a goal, in seconds; null where the exercise is not offered for it.")
    def rest_seconds(root: strawberry.Parent[Any], goal: Goal) -> int | None:
        found: int | None = root.recommended_rest_times.get(goal)
        return found

    @field(
        "What is prescribed for a goal in its own unit: repetitions, seconds, metres or calories; null where it "
        "is not offered for that. Without a goal: of exercises that serve none, such as stretches."
    )
    def prescription(
        root: strawberry.Parent[Any],
        goal: Annotated[
            rules.TrainingGoal | None, strawberry.argument(description="What the set is done for; null: none of them.")
        ] = None,
    ) -> PrescriptionRange | None:
        return cast(PrescriptionRange | None, rules.prescription_range(root, goal))

    default_tempo: str | None = strawberry.field(
        description="Seconds of lowering, pause, lifting, pause, e.g. 3-1-1-0; X is as fast as possible."
    )
    fatigue_score: int | None = strawberry.field(description="How much it tires, 1 to 10.")
    muscular_damage_potential: int | None = strawberry.field(description="How sore it makes, 1 to 10.")
    neuromuscular_demand: int | None = strawberry.field(description="How much it demands of the nerves, 1 to 10.")

    @field("Hours until the same muscles may be trained again.", "minimum_recovery")
    def minimum_recovery_hours(root: strawberry.Parent[Any]) -> int | None:
        return cast(int | None, root.minimum_recovery)

    @field("The best number of sessions per week; null for tests.", "optimal_frequency")
    def optimal_frequency_per_week(root: strawberry.Parent[Any]) -> int | None:
        return cast(int | None, root.optimal_frequency)

    @field("Days without it after which its effect fades.", "lifespan")
    def detraining_days(root: strawberry.Parent[Any]) -> int | None:
        return cast(int | None, root.lifespan)

    caloric_demand: int | None = strawberry.field(description="How much energy it takes, 1 to 10.")
    epoc_effect: int | None = strawberry.field(description="How much energy the recovery takes, 1 to 10.")


PROFILES: frozenset[Hashable] = frozenset(
    (store.profiles_of, *(("ProgrammingProfile", name) for name in ("repRange", "restSeconds", "prescription")))
)
"""The fields of profiles, all changes of which move the version of the library."""


@node(store_progressions.edges, "exercise_progressions")
@strawberry.type(description='An edge of the progression graph: "to is the type of from".')
class Progression(Node):
    id: strawberry.ID = strawberry.field(description="The edge's id.")
    from_: Exercise = edge(by_ids, "from_exercise_id", "The exercise where it begins.", name="from")
    to: Exercise = edge(by_ids, "to_exercise_id", "The exercise where it leads.")

    @field("What the end is of the beginning.", "progression_type")
    def type(root: strawberry.Parent[Any]) -> rules.ProgressionType:
        return rules.ProgressionType(root.progression_type)

    difficulty_delta: int = strawberry.field(description="The difference of difficulty, -4 to 4.")

    @field("Weeks of training before the change; null where it is not a matter of weeks.", "recommended_wait")
    def recommended_wait_weeks(root: strawberry.Parent[Any]) -> int | None:
        return cast(int | None, root.recommended_wait)

    sort_order: int = strawberry.field(description="The order among edges from the same exercise; the first is best.")
    readiness_indicators: list[str] = strawberry.field(description="How one sees that somebody is ready; measurable.")
    transition_cues: list[str] = strawberry.field(description="What to change in the first sessions.")
    notes: str | None = strawberry.field(description="What else to know.")
    updated_at: datetime = strawberry.field(description="When it was changed last, its version for ifUpdatedAt.")


EdgeType = Annotated[
    rules.ProgressionType | None, strawberry.argument(description="Only edges of this type; null: of all.")
]


@extends(Exercise)
class ExerciseLayers:
    programming: ProgrammingProfile | None = edge(
        store.profiles_of, "id", "How it behaves in training; a copy without its own has its source's. Null for none."
    )

    @field(
        "Edges that leave this exercise, in their stored order; those of its source for a copy.", "id", assumed_size=6
    )
    async def progressions(root: strawberry.Parent[Any], info: Info, type: EdgeType = None) -> list[Progression]:
        found: list[Progression] = await info.context.load(
            store_progressions.progressions_of, root.id, progression_type=type
        )
        return found

    @field(
        "The harder exercises reached by following the first `progression` edge at each step, without cycles.",
        "id",
        assumed_size=5,
    )
    async def progression_chain(
        root: strawberry.Parent[Any],
        info: Info,
        depth: Annotated[int, strawberry.argument(description=f"How many steps, 1 to {MAX_DEPTH}.")] = 5,
    ) -> list[Exercise]:
        checks = Checks()
        steps = checks.whole(depth, ("depth",), 1, MAX_DEPTH)
        checks.done()
        found: list[Exercise] = await info.context.load(store_progressions.harder_exercises, root.id, depth=steps)
        return found

    safety: SafetyConstraint | None = edge(
        store.safety_of,
        lambda row: (row.organization_id, row.id),
        "The conditions that speak against it; null where nobody has classified it and nothing is listed.",
        required_columns=("id", "organization_id"),
    )

    @field("What it is for a person with conditions. With none, every exercise is safe.", "id", "organization_id")
    async def safety_for(root: strawberry.Parent[Any], info: Info, conditions: Conditions) -> SafetyAssessment:
        keys = await condition_keys(info, root.organization_id, conditions, "conditions")
        shown = await info.context.load(store.safety_of, (root.organization_id, root.id))
        return cast(SafetyAssessment, rules_safety.assessed(shown, keys))
