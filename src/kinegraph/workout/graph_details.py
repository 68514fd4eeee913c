"""The enums and values of workouts, and the inputs that write them. A key that is not sent is UNSET."""

from datetime import datetime
from typing import Any  # a prescription is JSON

import strawberry
from strawberry import UNSET

from kinegraph.identity.graph_versions import IF_UPDATED_AT
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import field, read
from kinegraph.workout import rules

described_enum(
    rules.WorkoutScoring,
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
    rules.WorkoutMode,
    "Whether a workout is a tree or a text.",
    STRUCTURED="Sections with movements.",
    FREEFORM="A text, in the description; sections, where there are any, stand beside it.",
)
described_enum(
    rules.WorkoutSort,
    "Order of a list of workouts; equals are ordered by id.",
    CREATED_AT_DESC="Newest first.",
    CREATED_AT_ASC="Oldest first.",
    UPDATED_AT_DESC="Last changed first; a change anywhere in the tree counts.",
    TITLE_ASC="By title, upper and lower case alike; those without a title first.",
    TITLE_DESC="By title, backwards; those without a title last.",
)
described_enum(
    rules.AssignmentStatus,
    "How an assignment went.",
    SCHEDULED="It is still to be done.",
    COMPLETED="It was done, and has a snapshot of what was done.",
    SKIPPED="It was left out.",
)
described_enum(
    rules.SectionType,
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
    rules.SectionShape,
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
    rules.LoadUnit,
    "What the number of a load counts; it is kept as the coach typed it.",
    KG="Kilograms.",
    LB="Pounds.",
    PERCENT_1RM="Percent of the one-repetition maximum.",
    RPE="Rating of perceived exertion, 1 to 10.",
    RIR="Repetitions in reserve, 0 to 10.",
    BODYWEIGHT="Multiples of bodyweight; without a value, bodyweight itself.",
)


def remembered(name: str, description: str) -> Any:
    """Declare a field that is read of the object, which resolvers below find by `Context.ancestor`."""

    def resolve(root: strawberry.Parent[Any], info: Info) -> Any:
        info.context.remember_parent(info, root)
        return read(root, name)

    return strawberry.field(resolver=resolve, description=description, metadata={"is_read": True})


@strawberry.type(description="What a section's shape needs to know; a key that the shape does not use is null.")
class SectionConfig:
    cap_seconds: int | None = strawberry.field(description="Time limit in seconds (AMRAP, FOR_TIME, REP_SCHEME).")
    rounds: int | None = strawberry.field(description="Number of rounds, 1 to 1,000.")
    interval_seconds: int | None = strawberry.field(description="Length of one interval of an EMOM, in seconds.")
    work_seconds: int | None = strawberry.field(description="Work in each round, in seconds.")
    rest_seconds: int | None = strawberry.field(description="Rest in or between rounds, in seconds.")
    rep_scheme: list[int] | None = strawberry.field(description="Repetitions of each round, e.g. [21, 15, 9].")


@strawberry.type(description="How heavy, in the unit that the coach typed.")
class Load:
    value: float | None = strawberry.field(description="The number; null only for BODYWEIGHT.")
    unit: rules.LoadUnit = strawberry.field(description="What the number counts.")


@strawberry.type(description="How much of a movement is to be done; what was not said is null.")
class Prescription:
    sets: int | None = strawberry.field(description="Number of sets, 1 to 100.")
    reps_min: int | None = strawberry.field(description="Repetitions, or the least of a range.")
    reps_max: int | None = strawberry.field(description="The most of a range of repetitions.")
    duration_seconds: int | None = strawberry.field(description="Time under work or hold, in seconds.")
    distance_meters: float | None = strawberry.field(description="Distance to cover, in meters.")
    calories: int | None = strawberry.field(description="Calories on the machine.")
    load: Load | None = strawberry.field(description="How heavy it is; null where it was not said.")
    rest_seconds: int | None = strawberry.field(description="Rest after each set, in seconds.")
    tempo: str | None = strawberry.field(description="Eccentric-pause-concentric-pause in seconds, e.g. 3-1-1-0.")
    notes: str | None = strawberry.field(description="What the numbers do not say.")

    @field("Whether it is as many repetitions as possible.")
    def amrap(root: strawberry.Parent[Any]) -> bool:
        return root.get("amrap") is True

    @field("Whether the numbers count each side.")
    def per_side(root: strawberry.Parent[Any]) -> bool:
        return root.get("per_side") is True


@strawberry.input(description="How heavy. The value may be left out for BODYWEIGHT only.")
class LoadInput:
    value: float | None = strawberry.field(default=UNSET, description="The number, within what its unit allows.")
    unit: rules.LoadUnit = strawberry.field(description="What the number counts.")


@strawberry.input(description="How much of a movement is to be done.")
class PrescriptionInput:
    sets: int | None = strawberry.field(default=UNSET, description="1 to 100.")
    reps_min: int | None = strawberry.field(default=UNSET, description="0 to 10,000.")
    reps_max: int | None = strawberry.field(default=UNSET, description="1 to 10,000, not less than repsMin.")
    amrap: bool | None = strawberry.field(default=UNSET, description="As many repetitions as possible.")
    duration_seconds: int | None = strawberry.field(default=UNSET, description="1 to 86,400.")
    distance_meters: float | None = strawberry.field(default=UNSET, description="0 to 1,000,000.")
    calories: int | None = strawberry.field(default=UNSET, description="1 to 10,000.")
    load: LoadInput | None = strawberry.field(default=UNSET, description="How heavy it is, with its unit.")
    rest_seconds: int | None = strawberry.field(default=UNSET, description="0 to 86,400.")
    tempo: str | None = strawberry.field(default=UNSET, description="Such as 3-1-1-0; X for explosive.")
    per_side: bool | None = strawberry.field(default=UNSET, description="The numbers count each side.")
    notes: str | None = strawberry.field(default=UNSET, description="At most 2,000 characters.")


@strawberry.input(description="What a section's shape needs to know; a shape accepts only its own keys.")
class SectionConfigInput:
    cap_seconds: int | None = strawberry.field(default=UNSET, description="AMRAP, FOR_TIME, REP_SCHEME: 1 to 86,400.")
    rounds: int | None = strawberry.field(
        default=UNSET, description="EMOM, FOR_TIME, TABATA, ROUNDS, INTERVALS: 1 to 1,000."
    )
    interval_seconds: int | None = strawberry.field(default=UNSET, description="EMOM: 1 to 86,400.")
    work_seconds: int | None = strawberry.field(default=UNSET, description="TABATA, INTERVALS: 1 to 86,400.")
    rest_seconds: int | None = strawberry.field(default=UNSET, description="TABATA, ROUNDS, INTERVALS: 0 to 86,400.")
    rep_scheme: list[int] | None = strawberry.field(default=UNSET, description="REP_SCHEME: 1 to 100 entries.")


@strawberry.input(
    description="A movement, whole: an absent key is empty. Sent with the id it has, it keeps that id and comments; "
    "without one it is new."
)
class MovementInput:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="The id it has in this workout.")
    exercise_id: strawberry.ID = strawberry.field(description="A canonical exercise, or the organization's own.")
    prescription: PrescriptionInput | None = strawberry.field(default=UNSET, description="How much is to be done.")
    notes: str | None = strawberry.field(default=UNSET, description="Shown beside it, at most 2,000 characters.")
    label: str | None = strawberry.field(default=UNSET, description="Its place, such as A1; at most 10 characters.")
    superset_group: str | None = strawberry.field(default=UNSET, description="Group, such as A; at most 10 characters.")


@strawberry.input(
    description="A section with its movements, whole: an absent key is empty. Sent with the id it has, it keeps it; "
    "without one it is new."
)
class SectionInput:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="The id it has in this workout.")
    type: rules.SectionType | None = strawberry.field(default=UNSET, description="MAIN where it is not given.")
    title: str | None = strawberry.field(default=UNSET, description="At most 255 characters.")
    description: str | None = strawberry.field(default=UNSET, description="At most 10,000 characters.")
    shape: rules.SectionShape | None = strawberry.field(default=UNSET, description="How its movements are run through.")
    config: SectionConfigInput | None = strawberry.field(default=UNSET, description="What the shape needs to know.")
    movements: list[MovementInput] = strawberry.field(description="As they are to be done; at most 500 in a workout.")


@strawberry.input
class WorkoutValues:
    """The values of a new workout and of an existing one."""

    program_id: strawberry.ID | None = strawberry.field(default=UNSET, description="A program of the organization.")
    title: str | None = strawberry.field(default=UNSET, description="At most 255 characters.")
    description: str | None = strawberry.field(default=UNSET, description="At most 10,000 characters.")
    scoring: rules.WorkoutScoring | None = strawberry.field(default=UNSET, description="What decides the result.")
    mode: rules.WorkoutMode | None = strawberry.field(default=UNSET, description="A tree or a text.")
    time_cap: int | None = strawberry.field(default=UNSET, description="Minutes, 1 to 1,440.")


@strawberry.input
class EditedWorkout:
    """The workout that is changed, and the state that it was read in."""

    id: strawberry.ID | None = strawberry.field(default=UNSET, description="The workout's id.")
    assignment_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The assignment whose own copy is to be changed."
    )
    if_updated_at: datetime | None = strawberry.field(default=UNSET, description=IF_UPDATED_AT)


@strawberry.input(description="New values of a workout. An absent key is left as it is; null clears what may be empty.")
class UpdateWorkoutInput(EditedWorkout, WorkoutValues):
    pass


@strawberry.input(description="A new workout, with its sections where they are known already.")
class CreateWorkoutInput(WorkoutValues):
    organization_id: strawberry.ID = strawberry.field(description="Whose workout it becomes.")
    sections: list[SectionInput] | None = strawberry.field(
        default=UNSET, description="In their order: at most 50, with 500 movements in all."
    )


@strawberry.input(description="A workout to copy. An absent key is copied; null leaves the copy without the value.")
class DuplicateWorkoutInput:
    workout_id: strawberry.ID = strawberry.field(description="A library workout, or an assignment's snapshot.")
    title: str | None = strawberry.field(default=UNSET, description="The copy's title, at most 255 characters.")
    program_id: strawberry.ID | None = strawberry.field(default=UNSET, description="A program of the organization.")
