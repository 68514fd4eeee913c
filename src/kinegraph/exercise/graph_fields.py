"""What every view of an exercise has in common, its enums, and its video."""

from typing import Any

import strawberry

from kinegraph.exercise import rules_terms as terms
from kinegraph.kit.enums import described_enum

described_enum(
    terms.ExerciseStatus,
    "Where an exercise stands in its life: draft, published, archived.",
    DRAFT="Work in progress, seen by those who may edit it; usable in its organization's workouts only.",
    PUBLISHED="Seen and used by everybody who may see the library.",
    ARCHIVED="Kept where it is referred to, marked discontinued; not offered for new use.",
)
described_enum(
    terms.ExerciseCategory,
    "Broad category of training.",
    STRENGTH="Resistance training with external load.",
    CARDIO="Endurance of heart and lungs.",
    BODYWEIGHT="Resistance of one's own body.",
    FLEXIBILITY="Stretching and range of motion.",
    PLYOMETRIC="Jumps, hops and throws: the stretch-shortening cycle.",
    SPORT_SPECIFIC="Skills and drills of one sport.",
    OTHER="None of these.",
)
described_enum(
    terms.ExerciseKind,
    "What the exercise is used for in a session.",
    STRENGTH_COMPOUND="Strength over several joints.",
    STRENGTH_ISOLATION="Strength over one joint.",
    CONDITIONING="Work capacity.",
    MOBILITY="Range and control of motion.",
    SKILL="Technique to be learned.",
    TEST="A measurement, such as a timed run.",
)
described_enum(
    terms.MovementPattern,
    "Fundamental movement.",
    SQUAT="Knee-dominant lowering and rising.",
    HINGE="Hip-dominant bending.",
    PUSH="Pressing away from the body.",
    PULL="Pulling towards the body.",
    CARRY="Walking or standing under load.",
    LOCOMOTION="Moving from place to place.",
    GYMNASTICS="Bodyweight skill on the floor, bar or rings.",
    OLY="Olympic lifts and their parts.",
    CONDITIONING="Cyclic or mixed work.",
    MOBILITY="Moving through range.",
    OTHER="None of these.",
)
described_enum(
    terms.PlaneOfMotion,
    "PlaneOfMotion in which most of the motion happens.",
    SAGITTAL="Forward and back, e.g. squats.",
    FRONTAL="Side to side, e.g. lateral raises.",
    TRANSVERSE="Rotation, e.g. wood chops.",
    MULTI_PLANAR="Several planes, e.g. a Turkish get-up.",
)


@strawberry.interface(
    description="What canonical, an organization's own and merged rows have in common; one fragment serves all."
)
class ExerciseFields:
    name: str = strawberry.field(description="Display name.")
    description: str | None = strawberry.field(description="What it is and what it is for, written for coaches.")
    athlete_notes: str | None = strawberry.field(
        description="What to feel and to mind, written for athletes and patients."
    )
    category: terms.ExerciseCategory = strawberry.field(description="Broad category of training.")
    kind: terms.ExerciseKind = strawberry.field(description="What it is used for in a session.")
    movement_pattern: terms.MovementPattern | None = strawberry.field(description="Fundamental movement.")
    primary_muscles: list[str] = strawberry.field(
        description="Muscles that do the work, e.g. quadriceps, anterior_deltoid."
    )
    secondary_muscles: list[str] = strawberry.field(description="Muscles that take a real part beside them.")
    equipment: list[str] = strawberry.field(description="Required equipment, e.g. barbell, rack; empty for none.")
    aliases: list[str] = strawberry.field(description="Other names, abbreviations, and names in other languages.")
    difficulty: int | None = strawberry.field(description="1-2 beginner, 3 intermediate, 4-5 advanced.")
    discipline: list[str] = strawberry.field(
        description="Sports and fields that use it, e.g. powerlifting, physiotherapy."
    )
    cues: list[str] = strawberry.field(description="The coach's technique cues, in the order in which they are given.")
    common_faults: list[str] = strawberry.field(description="What usually goes wrong.")
    scaling_options: list[str] = strawberry.field(description="Ways to make it easier or harder, easier first.")
    video_url: str | None = strawberry.field(description="Address of the demonstration video.")
    thumbnail_url: str | None = strawberry.field(description="Address of a still picture.")

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:
        """Sources are plain records, and no field returns the interface: there is nothing to tell apart."""
        return True
