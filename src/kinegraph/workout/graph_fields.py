"""The enums of workouts, and the values that are stored as documents: section config, prescription, load."""

from typing import Any

import strawberry

from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import field
from kinegraph.workout import rules_terms as terms

described_enum(
    terms.WorkoutScoring,
    "What decides a workout's result.",
    TIME="The time taken.",
    REPS="Repetitions done.",
    ROUNDS_REPS="Rounds, then repetitions of the unfinished one.",
    WEIGHT="The heaviest load.",
    DISTANCE="Distance covered.",
    CALORIES="Calories on the machine.",
    POINTS="Points by the workout's own count.",
    NONE="It is not scored.",
)
described_enum(
    terms.WorkoutMode,
    "Whether a workout is a tree or a text.",
    STRUCTURED="Sections with movements.",
    FREEFORM="A text, in the description; sections, where there are any, stand beside it.",
)
described_enum(
    terms.AssignmentStatus,
    "How an assignment went.",
    SCHEDULED="It is still to be done.",
    COMPLETED="It was done.",
    SKIPPED="It was left out.",
)
described_enum(
    terms.SectionType,
    "What a section is for.",
    WARMUP="Preparation of body and mind.",
    STRENGTH="Strength work.",
    CONDITIONING="Work for heart and lungs.",
    SKILL="Skill practice.",
    MAIN="The main part.",
    COOLDOWN="Winding down.",
    ACCESSORY="Accessory work.",
)
described_enum(
    terms.SectionShape,
    "How the movements of a section are run through; each shape takes its own config keys.",
    LINEAR="One after the other. Takes no config.",
    AMRAP="As many rounds as possible. Takes capSeconds.",
    EMOM="Every minute (interval) on the minute. Takes intervalSeconds, rounds.",
    FOR_TIME="As fast as possible. Takes capSeconds, rounds.",
    TABATA="Short work and rest. Takes workSeconds, restSeconds, rounds.",
    REP_SCHEME="A scheme such as 21-15-9. Takes repScheme, capSeconds.",
    ROUNDS="Rounds with rest between them. Takes rounds, restSeconds.",
    INTERVALS="Work and rest in turn. Takes workSeconds, restSeconds, rounds.",
)
described_enum(
    terms.LoadUnit,
    "What the number of a load counts; it is kept as the coach typed it.",
    KG="Kilograms.",
    LB="Pounds.",
    PERCENT_1RM="Percent of the one-repetition maximum.",
    RPE="Rating of perceived exertion, 1 to 10.",
    RIR="Repetitions in reserve, 0 to 10.",
    BODYWEIGHT="Multiples of bodyweight; without a value, bodyweight itself.",
)


@strawberry.type(description="What a section's shape needs to know; a key that the shape does not use is null.")
class SectionConfig:
    cap_seconds: int | None = strawberry.field(description="Time limit in seconds (AMRAP, FOR_TIME, REP_SCHEME).")
    rounds: int | None = strawberry.field(description="Number of rounds.")
    interval_seconds: int | None = strawberry.field(description="Length of one interval of an EMOM, in seconds.")
    work_seconds: int | None = strawberry.field(description="Work in each round, in seconds.")
    rest_seconds: int | None = strawberry.field(description="Rest in or between rounds, in seconds.")
    rep_scheme: list[int] | None = strawberry.field(description="Repetitions of each round, e.g. [21, 15, 9].")


@strawberry.type(description="How heavy, in the unit that the coach typed.")
class Load:
    value: float | None = strawberry.field(description="The number; null only for BODYWEIGHT.")
    unit: terms.LoadUnit = strawberry.field(description="What the number counts.")


@strawberry.type(description="How much of a movement is to be done; what was not said is null.")
class Prescription:
    sets: int | None = strawberry.field(description="Number of sets.")
    reps_min: int | None = strawberry.field(description="Repetitions, or the least of a range.")
    reps_max: int | None = strawberry.field(description="The most of a range of repetitions.")
    duration_seconds: int | None = strawberry.field(description="Time under work or hold, in seconds.")
    distance_meters: float | None = strawberry.field(description="Distance in meters.")
    calories: int | None = strawberry.field(description="Calories on the machine.")
    load: Load | None = strawberry.field(description="How heavy.")
    rest_seconds: int | None = strawberry.field(description="Rest after each set, in seconds.")
    tempo: str | None = strawberry.field(description="Eccentric-pause-concentric-pause in seconds, e.g. 3-1-1-0.")
    notes: str | None = strawberry.field(description="What the numbers do not say.")

    @field("Whether it is as many repetitions as possible.")
    def amrap(root: strawberry.Parent[Any]) -> bool:
        return root.get("amrap") is True

    @field("Whether the numbers count each side.")
    def per_side(root: strawberry.Parent[Any]) -> bool:
        return root.get("per_side") is True
