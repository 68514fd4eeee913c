"""The GraphQL types of generated workouts, and the field that generates one."""

from typing import Annotated, cast

import strawberry

from kinegraph.candidates.graph_access import exercise_key
from kinegraph.dosing.rules_prescriptions import Chosen
from kinegraph.generator.graph_inputs import GenerateWorkoutInput, checked_request
from kinegraph.generator.rules import Generated
from kinegraph.generator.rules_assembly import generated
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import edge, field
from kinegraph.layers.graph_safety import SafetyWarning
from kinegraph.layers.rules import TrainingGoal
from kinegraph.library.graph import EffectiveExercise
from kinegraph.library.store import effective
from kinegraph.programming import rules
from kinegraph.workout.graph_details import Prescription
from kinegraph.workout.rules import SectionType

MAX_EXCLUDED = 500

described_enum(
    rules.ExclusionReason,
    "Why an exercise is not in a generated workout; of several the first.",
    UNSAFE="A condition rules it out, its risk is 60 and more, it loads what is sore, or nobody has classified it.",
    GOAL="It is not offered for the goal, or is no training: mobility, tests, therapy for other conditions.",
    MUSCLE="It trains other muscles.",
    EQUIPMENT="It needs equipment that is not there.",
    DIFFICULTY="It is too difficult, or the person may do none of its prerequisites.",
    FATIGUE="With it the session, or one muscle, would be tired too much.",
    BALANCE="It needs an opposite movement to balance it, and there is none.",
    TIME="It takes more time than is left.",
    CHOICE="It would do, and others were chosen.",
)
described_enum(
    rules.Demand,
    "A demand of a request for a workout.",
    TARGET_MUSCLE="A target muscle, or a part of a target group.",
    MOVEMENT="A movement of a session for the whole body: squat, hinge, push, pull, core, aerobic work.",
    SESSION_TIME="The time: too short for something, or longer than the exercises take.",
    WARM_UP="A warm-up.",
    COOL_DOWN="A cool-down.",
    TREATMENT="An exercise that treats a condition.",
)


@strawberry.type(description="An exercise of a generated workout. With exerciseId it can be sent to createWorkout.")
class GeneratedMovement:
    exercise: EffectiveExercise = edge(effective, exercise_key, "The exercise, as the organization sees it.")
    prescription: Prescription = strawberry.field(description="How much is to be done.")

    @field("What the person's conditions ask for.", assumed_size=1)
    def warnings(root: strawberry.Parent[Chosen]) -> list[SafetyWarning]:
        return cast(list[SafetyWarning], root.assessment.warnings)

    notes: str | None = strawberry.field(
        description="The warnings' modifications, each once, for the movement's notes; the prescription obeys them."
    )
    seconds: int = strawberry.field(description="The time that it takes, in seconds, set-up and rests included.")


@strawberry.type(description="A section of a generated workout.")
class GeneratedSection:
    type: SectionType = strawberry.field(description="WARMUP, MAIN, ACCESSORY or COOLDOWN.")
    title: str = strawberry.field(description="Its title, such as Warm-up.")
    movements: list[GeneratedMovement] = strawberry.field(
        description="The exercises, in their order.", metadata={"assumed_size": 5}
    )


@strawberry.type(description="An exercise that is not in the workout, and why.")
class ExcludedExercise:
    exercise: EffectiveExercise = edge(effective, exercise_key, "The exercise, as the organization sees it.")
    reason: rules.ExclusionReason = strawberry.field(description="The first reason that holds.")
    detail: str = strawberry.field(description="The reason in words.")


@strawberry.type(description="How many exercises are left out for a reason.")
class ExclusionCount:
    reason: rules.ExclusionReason = strawberry.field(description="The reason that is counted.")
    count: int = strawberry.field(description="The number of exercises.")


@strawberry.type(description="A demand that the workout does not meet.")
class UnmetDemand:
    demand: rules.Demand = strawberry.field(description="What was wanted of it.")
    subject: str | None = strawberry.field(
        description="The muscle, as it was sent, a part of it (legs: calf), or the movement; null for others."
    )
    detail: str = strawberry.field(description="Why it is not met.")
    suggestion: str | None = strawberry.field(description="What would help; null where nothing in the request would.")


@strawberry.type(description="When a person with a condition stops, and for which phase the workout is meant.")
class StopRule:
    condition: str = strawberry.field(description="The condition of the person that it is for.")
    text: str = strawberry.field(description="When to stop or to call for help, in sentences for the person.")


@strawberry.type(description="A generated workout. It is stored nowhere: send its sections to createWorkout.")
class GeneratedWorkout:
    title: str = strawberry.field(description="Its title, of goal, muscles and minutes.")
    goal: TrainingGoal = strawberry.field(description="The goal of the request.")
    seed: int = strawberry.field(description="The seed that it was made with.")
    sections: list[GeneratedSection] = strawberry.field(
        description="Warm-up, main part, accessory work, cool-down; none of them is empty.",
        metadata={"assumed_size": 3},
    )
    stop_rules: list[StopRule] = strawberry.field(
        description="When to stop: one text for each condition, equal ones once.", metadata={"assumed_size": 2}
    )
    estimated_minutes: int = strawberry.field(description="The time that it takes; at most sessionMinutes.")

    @field("Exercises that are not in it, in the order of the reasons, then by name.", assumed_size=100)
    def excluded(
        root: strawberry.Parent[Generated],
        reason: Annotated[
            rules.ExclusionReason | None, strawberry.argument(description="Only for this reason; null for all.")
        ] = None,
        limit: Annotated[int, strawberry.argument(description=f"How many, 0 to {MAX_EXCLUDED}.")] = 100,
    ) -> list[ExcludedExercise]:
        checks = Checks()
        count = checks.whole(limit, ("limit",), 0, MAX_EXCLUDED)
        checks.done()
        return cast(list[ExcludedExercise], root.left_out(reason, count))

    excluded_counts: list[ExclusionCount] = strawberry.field(
        description="How many are left out, by reason.", metadata={"assumed_size": 6}
    )
    unmet_demands: list[UnmetDemand] = strawberry.field(
        description="Demands that it does not meet, with what would help; empty where it meets all.",
        metadata={"assumed_size": 1},
    )


@strawberry.type
class Query:
    @field(
        "A workout for a goal, made of the exercises that the person may do with what is there, in the time that there "
        "is. It always answers: what cannot be met is in unmetDemands. Published exercises of the organization's "
        "library, to those who see it."
    )
    async def generate_workout(
        self,
        info: Info,
        input: Annotated[GenerateWorkoutInput, strawberry.argument(description="What it is made for.")],
    ) -> GeneratedWorkout:
        request, catalogue = await checked_request(info, input)
        return cast(GeneratedWorkout, generated(request, catalogue))
