"""What the terms of exercises mean, for the schema; to be imported from here by whoever declares fields of them."""

from kinegraph.exercise import rules_terms as terms
from kinegraph.kit.enums import described_enum

__all__ = ["terms"]

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
