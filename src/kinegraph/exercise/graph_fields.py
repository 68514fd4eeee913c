"""What every view of an exercise has in common, its enums, and its video."""

from enum import StrEnum
from typing import Any

import strawberry

from kinegraph.exercise import rules
from kinegraph.kit.graph import described_enum

described_enum(
    rules.ExerciseStatus,
    "Where an exercise stands in its life: draft, published, archived.",
    DRAFT="Work in progress, seen by those who may edit it; usable in its organization's workouts only.",
    PUBLISHED="Seen and used by everybody who may see the library.",
    ARCHIVED="Kept where it is referred to, marked discontinued; not offered for new use.",
)
described_enum(
    rules.ExerciseCategory,
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
    rules.ExerciseKind,
    "What the exercise is used for in a session.",
    STRENGTH_COMPOUND="Strength over several joints.",
    STRENGTH_ISOLATION="Strength over one joint.",
    CONDITIONING="Work capacity.",
    MOBILITY="Range and control of motion.",
    SKILL="Technique to be learned.",
    TEST="A measurement, such as a timed run.",
)
described_enum(
    rules.MovementPattern,
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
    rules.PlaneOfMotion,
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
    category: rules.ExerciseCategory = strawberry.field(description="Broad category of training.")
    kind: rules.ExerciseKind = strawberry.field(description="What it is used for in a session.")
    movement_pattern: rules.MovementPattern | None = strawberry.field(description="Fundamental movement.")
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


class VideoProvider(StrEnum):
    """Who serves a video."""

    BUNNY_STREAM = "bunny_stream"
    S3 = "s3"
    EXTERNAL = "external"


class VideoStatus(StrEnum):
    """What moderation has said of a video."""

    AUTO = "auto"
    VERIFIED = "verified"
    DEMOTED = "demoted"
    MANUAL = "manual"


described_enum(
    VideoProvider,
    "Who serves a video.",
    BUNNY_STREAM="Bunny Stream, adaptive streaming.",
    S3="Object storage that speaks S3.",
    EXTERNAL="Any other address.",
)
described_enum(
    VideoStatus,
    "What moderation has said of a video.",
    AUTO="Found automatically, not looked at yet.",
    VERIFIED="Looked at and found good.",
    DEMOTED="Looked at and found wanting.",
    MANUAL="Set by hand.",
)


@strawberry.type(description="A demonstration video.")
class Video:
    url: str = strawberry.field(description="Where it plays.")
    thumbnail_url: str | None = strawberry.field(description="Its poster frame.")
    provider: VideoProvider = strawberry.field(description="Who serves it.")
    duration_seconds: int | None = strawberry.field(description="Length in seconds, where known.")
    status: VideoStatus = strawberry.field(description="What moderation has said of it.")


def video_of(root: strawberry.Parent[Any]) -> Any:
    """Resolver: the row's video columns as one value, or None without an address."""
    if root.video_url is None:
        return None
    return {
        "url": root.video_url,
        "thumbnail_url": root.thumbnail_url,
        "provider": root.video_provider or "external",
        "duration_seconds": root.video_duration_seconds,
        "status": root.video_status,
    }
