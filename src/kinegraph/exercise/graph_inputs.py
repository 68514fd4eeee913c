"""The inputs that write and filter exercises. A key that is not sent is UNSET."""

import strawberry
from strawberry import UNSET

from kinegraph.exercise import rules_terms as terms
from kinegraph.kit.enums import described_enum

described_enum(
    terms.DifficultyBand,
    "A band of difficulties.",
    BEGINNER="Difficulty 1-2.",
    INTERMEDIATE="Difficulty 3.",
    ADVANCED="Difficulty 4-5.",
)
described_enum(
    terms.ExerciseSort,
    "Order of a list of exercises; equals are ordered by id.",
    NAME_ASC="By name, upper and lower case alike.",
    NAME_DESC="By name, backwards.",
    CREATED_AT_ASC="Oldest first.",
    CREATED_AT_DESC="Newest first.",
    UPDATED_AT_DESC="Last changed first.",
    DIFFICULTY_ASC="Easiest first, those without a difficulty last.",
    DIFFICULTY_DESC="Hardest first, those without a difficulty last.",
)


@strawberry.input(
    description="Fields that an organization may override. A key that is null goes back to the canonical value; "
    "one that is absent is left as it is."
)
class ExerciseOverrideInput:
    name: str | None = strawberry.field(default=UNSET, description="Display name, at most 255 characters.")
    description: str | None = strawberry.field(
        default=UNSET, description="Coach-facing text, at most 10,000 characters."
    )
    athlete_notes: str | None = strawberry.field(
        default=UNSET, description="Athlete-facing text, at most 10,000 characters."
    )
    category: terms.ExerciseCategory | None = strawberry.field(default=UNSET, description="Broad category of training.")
    kind: terms.ExerciseKind | None = strawberry.field(default=UNSET, description="What it is used for in a session.")
    movement_pattern: terms.MovementPattern | None = strawberry.field(
        default=UNSET, description="Fundamental movement."
    )
    primary_muscles: list[str] | None = strawberry.field(default=UNSET, description="Muscles that do the work.")
    secondary_muscles: list[str] | None = strawberry.field(default=UNSET, description="Muscles that take part.")
    equipment: list[str] | None = strawberry.field(
        default=UNSET, description="Required equipment; one string separated by commas or semicolons will do too."
    )
    aliases: list[str] | None = strawberry.field(
        default=UNSET, description="Other names; one string separated by commas or semicolons will do too."
    )
    difficulty: int | None = strawberry.field(default=UNSET, description="1 (beginner) to 5 (advanced).")
    discipline: list[str] | None = strawberry.field(default=UNSET, description="Sports and fields that use it.")
    cues: list[str] | None = strawberry.field(default=UNSET, description="Coaching cues, in their order.")
    common_faults: list[str] | None = strawberry.field(default=UNSET, description="What usually goes wrong.")
    scaling_options: list[str] | None = strawberry.field(
        default=UNSET, description="Easier and harder ways, easier first."
    )
    video_url: str | None = strawberry.field(default=UNSET, description="http(s) address of the video.")
    thumbnail_url: str | None = strawberry.field(default=UNSET, description="http(s) address of a still picture.")


@strawberry.input(
    description="New values of an exercise. An absent key is left as it is; null clears what may be empty."
)
class UpdateExerciseInput(ExerciseOverrideInput):
    status: terms.ExerciseStatus | None = strawberry.field(
        default=UNSET, description="Draft becomes published or archived, published archived, archived published again."
    )
    plane_of_motion: terms.PlaneOfMotion | None = strawberry.field(default=UNSET, description="Main plane of motion.")
    mechanics: str | None = strawberry.field(
        default=UNSET, description="What provides the resistance, e.g. free_weight."
    )
    force_vector: str | None = strawberry.field(default=UNSET, description="Direction of the effort, e.g. vertical.")
    is_unilateral: bool | None = strawberry.field(default=UNSET, description="Whether the sides work one at a time.")
    optional_equipment: list[str] | None = strawberry.field(
        default=UNSET, description="Equipment that helps; one separated string will do too."
    )


@strawberry.input(description="A new exercise.")
class CreateExerciseInput(UpdateExerciseInput):
    organization_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Whose own it becomes; null or absent makes a canonical row (platform admins)."
    )
    name: str = strawberry.field(description="Display name, at most 255 characters.")
    slug: str | None = strawberry.field(
        default=UNSET, description="Lower-case words joined by hyphens; unique among canonical rows."
    )
    status: terms.ExerciseStatus | None = strawberry.field(
        default=UNSET, description="Published where it is not given."
    )


@strawberry.input(
    description="What a list is narrowed to. All conditions hold together; within one list any value matches "
    "unless the name says otherwise."
)
class ExerciseFilter:
    q: str | None = strawberry.field(default=UNSET, description="Part of the name or of an alias, in any case.")
    status: list[terms.ExerciseStatus] | None = strawberry.field(
        default=UNSET, description="Only these statuses, as far as the caller may see them."
    )
    category: list[terms.ExerciseCategory] | None = strawberry.field(
        default=UNSET, description="Any of these categories."
    )
    kind: list[terms.ExerciseKind] | None = strawberry.field(default=UNSET, description="Any of these kinds.")
    movement_pattern: list[terms.MovementPattern] | None = strawberry.field(
        default=UNSET, description="Any of these movements."
    )
    difficulty: terms.DifficultyBand | None = strawberry.field(default=UNSET, description="A band of difficulties.")
    difficulty_min: int | None = strawberry.field(default=UNSET, description="At least this difficulty.")
    difficulty_max: int | None = strawberry.field(default=UNSET, description="At most this difficulty.")
    muscles: list[str] | None = strawberry.field(default=UNSET, description="Any of these, primary or secondary.")
    primary_muscles: list[str] | None = strawberry.field(default=UNSET, description="Any of these as a primary muscle.")
    available_equipment: list[str] | None = strawberry.field(
        default=UNSET,
        description="Only exercises whose required equipment is all in this list; those without any pass.",
    )
    exclude_equipment: list[str] | None = strawberry.field(default=UNSET, description="None that needs any of these.")
    mechanics: str | None = strawberry.field(default=UNSET, description="Exactly this source of resistance.")
    is_unilateral: bool | None = strawberry.field(default=UNSET, description="Only one-sided, or only two-sided ones.")
    discipline: list[str] | None = strawberry.field(default=UNSET, description="Any of these disciplines.")
