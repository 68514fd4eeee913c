"""The inputs that filter and sort lists of exercises. A key that is not sent is UNSET."""

import strawberry
from strawberry import UNSET

from kinegraph.catalog.rules import DifficultyBand, ExerciseSort
from kinegraph.catalog.rules_names import SafetyStrictness
from kinegraph.classification.rules_classes import ForceType, TrainingGoal
from kinegraph.exercise.graph_columns import filter_fields
from kinegraph.exercise.rules_columns import REGISTRY
from kinegraph.exercise.rules_terms import ExerciseStatus
from kinegraph.kit.enums import described_enum

described_enum(
    DifficultyBand,
    "A band of difficulties.",
    BEGINNER="Difficulty 1-2.",
    INTERMEDIATE="Difficulty 3.",
    ADVANCED="Difficulty 4-5.",
)
described_enum(
    SafetyStrictness,
    "Which exercises are left out for a person with conditions.",
    ABSOLUTE="Those that a condition rules out.",
    RESTRICTION="Those with a risk score of 60 and more too: a restriction, or several warnings.",
)
described_enum(
    ExerciseSort,
    "Order of a list of exercises; equals are ordered by id.",
    NAME_ASC="By name: case and accents do not count, numbers by value.",
    NAME_DESC="By name, backwards.",
    CREATED_AT_ASC="Oldest first.",
    CREATED_AT_DESC="Newest first.",
    UPDATED_AT_DESC="Last changed first.",
    DIFFICULTY_ASC="Easiest first, those without a difficulty last.",
    DIFFICULTY_DESC="Hardest first, those without a difficulty last.",
    RELEVANCE="By how well `q` of the filter finds it, best first, then by name; without `q` by name.",
)


described_enum(
    TrainingGoal,
    "What a set is done for.",
    STRENGTH="The greatest force: heavy loads, few repetitions, long rests.",
    HYPERTROPHY="Muscle mass: moderate loads close to failure.",
    ENDURANCE="Many repetitions or a long time at a low load.",
    POWER="Force with speed: light to moderate loads, far from failure.",
)
described_enum(
    ForceType,
    "Whether several joints move, or one.",
    COMPOUND="Several joints move.",
    ISOLATION="One joint moves, or the trunk is held.",
)


@strawberry.input(
    description="What a list is narrowed to. All conditions hold together; within one list any value matches "
    "unless the name says otherwise."
)
@filter_fields(REGISTRY)
class ExerciseFilter:
    q: str | None = strawberry.field(
        default=UNSET,
        description="Words of the name and aliases, in any order: as searchExercises understands them, inflected, "
        "joined, misspelled or in another language, or parts of words of the name or of one alias. Signs "
        "separate words; signs alone find nothing, an empty text finds all.",
    )
    status: list[ExerciseStatus] | None = strawberry.field(
        default=UNSET, description="Only these statuses, as far as the caller may see them."
    )
    difficulty: DifficultyBand | None = strawberry.field(default=UNSET, description="A band of difficulties.")
    difficulty_min: int | None = strawberry.field(default=UNSET, description="At least this difficulty.")
    difficulty_max: int | None = strawberry.field(default=UNSET, description="At most this difficulty.")
    difficulty_in: list[int] | None = strawberry.field(
        default=UNSET, description="Any of these difficulties, 1 to 5: numbers of the facet `difficulty`."
    )
    requires_equipment: list[str] | None = strawberry.field(
        default=UNSET, description="Any of these among the required equipment: values of the facet `equipment`."
    )
    muscles: list[str] | None = strawberry.field(
        default=UNSET,
        description="Any of these, primary or secondary. A muscle, a group or a synonym of `muscles` stands for all "
        "that it means; any other text is refused, unless an exercise that the caller sees has it. So in the other "
        "filters of muscles, and in those of equipment.",
    )
    exclude_muscles: list[str] | None = strawberry.field(
        default=UNSET, description="None that trains any of these, primary or secondary."
    )
    available_equipment: list[str] | None = strawberry.field(
        default=UNSET,
        description="Only exercises whose required equipment is all in this list; those without any pass. An empty "
        "list is nothing: exercises without equipment. Of equipment singular and plural are the same in all filters.",
    )
    exclude_equipment: list[str] | None = strawberry.field(default=UNSET, description="None that needs any of these.")
    category_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Tagged with this category, or with one below it."
    )
    body_region_id: strawberry.ID | None = strawberry.field(default=UNSET, description="Tagged with this body region.")
    equipment_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="Tagged with this catalogued equipment."
    )
    max_fatigue: int | None = strawberry.field(
        default=UNSET, description="At most this fatigue score, 1 to 10; exercises without a score do not pass."
    )
    stability_max: int | None = strawberry.field(
        default=UNSET, description="At most this stability demand, 1 to 5; exercises without one do not pass."
    )
    skill_max: int | None = strawberry.field(
        default=UNSET, description="At most this skill demand, 1 to 5; exercises without one do not pass."
    )
    force_type: ForceType | None = strawberry.field(
        default=UNSET, description="Of this force type, by its programming profile."
    )
    class_key: list[str] | None = strawberry.field(
        default=UNSET, description="Of any of these classes: keys of exerciseClasses; others are refused."
    )
    goal: TrainingGoal | None = strawberry.field(
        default=UNSET, description="Offered for this goal, by its programming profile."
    )
    safe_for: list[str] | None = strawberry.field(
        default=UNSET,
        description="None that a person with these conditions must not do, nor any that nobody has classified. A "
        "condition is a key or a synonym of contraindicationConditions, or one that an exercise of the list has, in "
        "any case, with spaces, hyphens or underscores; it includes its parents. Others are refused.",
    )
    safe_for_strictness: SafetyStrictness | None = strawberry.field(
        default=UNSET, description="What `safeFor` leaves out; null is ABSOLUTE."
    )
    include_unclassified: bool | None = strawberry.field(
        default=UNSET,
        description="Whether `safeFor` leaves in exercises that nobody has classified and for which nothing is listed. "
        "Not listed does not mean safe.",
    )
