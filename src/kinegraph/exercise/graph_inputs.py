"""The inputs that write exercises. A key that is not sent is UNSET."""

import strawberry
from strawberry import UNSET

from kinegraph.exercise.graph_details import ContraindicationInput, InstructionInput
from kinegraph.exercise.graph_terms import terms


@strawberry.input
class ExerciseValues:
    """What canonical, own and overridden exercises have in common."""

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


@strawberry.input
class UploadedFiles:
    """Files that were sent for an exercise that is there."""

    video_upload_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="An upload for this exercise (EXERCISE_VIDEO), in place of videoUrl.",
    )
    thumbnail_upload_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="An upload for this exercise (EXERCISE_THUMBNAIL), in place of thumbnailUrl.",
    )


@strawberry.input(
    description="Fields that an organization may override. A key that is null goes back to the canonical value; "
    "one that is absent is left as it is."
)
class ExerciseOverrideInput(ExerciseValues, UploadedFiles):
    pass


@strawberry.input
class ExerciseInput(ExerciseValues):
    """What is given of a new exercise and of one that is there."""

    status: terms.ExerciseStatus | None = strawberry.field(
        default=UNSET, description="Draft becomes published or archived, published archived, archived published again."
    )
    video_duration_seconds: int | None = strawberry.field(
        default=UNSET, description="Length of the video in seconds, at most a day."
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
    instructions: list[InstructionInput] | None = strawberry.field(
        default=UNSET, description="All of its instructions, in order; they take the place of those it has."
    )
    contraindications: list[ContraindicationInput] | None = strawberry.field(
        default=UNSET, description="All of its contraindications; they take the place of those it has."
    )
    term_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="All of the taxonomy terms that it is tagged with, of any kind."
    )


@strawberry.input(
    description="New values of an exercise. An absent key is left as it is; null clears what may be empty."
)
class UpdateExerciseInput(ExerciseInput, UploadedFiles):
    pass


@strawberry.input(description="A new exercise.")
class CreateExerciseInput(ExerciseInput):
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
