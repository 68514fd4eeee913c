"""The inputs and the payload of the mutations of telemetry. A key that is not sent is UNSET."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from kinegraph.kit.enums import described_enum
from kinegraph.kit.user_errors import payload
from kinegraph.telemetry import rules, rules_pose

described_enum(
    rules.MediaEventKind,
    "A kind of event of a session in which a video is watched.",
    SESSION_START="The player was opened.",
    HEARTBEAT="It plays; sent at intervals, with the seconds that were watched since the last one.",
    BUFFERING_START="It waits for data.",
    BUFFERING_END="It plays again; with the seconds that it waited.",
    MILESTONE="A share of the video was reached.",
    SESSION_END="The player was closed; with the seconds that were watched since the last heartbeat.",
)
described_enum(
    rules.Network,
    "The network over which a video is played.",
    WIFI="A wireless local network.",
    CELLULAR="A mobile network.",
    ETHERNET="A cable.",
    OTHER="Another one, or an unknown one.",
)


@strawberry.input
class TelemetryBatchInput:
    """The fields of an input that identify a batch."""

    organization_id: strawberry.ID = strawberry.field(description="An organization of the caller's.")
    client_id: strawberry.ID = strawberry.field(
        description="An id that the client makes for this batch, such as a UUID, at most 100 characters. Sent again "
        "with the same content, the batch is stored once; with other content it is refused as CONFLICT."
    )


@strawberry.input
class PlaybackInput:
    """When and where in which video something happened."""

    session_id: strawberry.ID = strawberry.field(description="A UUID that the client makes for each view of a video.")
    exercise_id: strawberry.ID = strawberry.field(description="The exercise whose video it is.")
    plan_exercise_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="That exercise in a version that the caller is or was enrolled in."
    )
    occurred_at: datetime = strawberry.field(
        description=f"When, by the device's clock, with an offset: within the last {rules.MAX_LATE.days} days."
    )
    position_seconds: float | None = strawberry.field(default=UNSET, description="Where in the video, in seconds.")
    video_url: str | None = strawberry.field(
        default=UNSET, description="The video's address, of which a hash and the provider are stored."
    )
    player: str | None = strawberry.field(
        default=UNSET, description=f"The player and its version, at most {rules.MAX_PLAYER} characters."
    )
    network: rules.Network | None = strawberry.field(default=UNSET, description="The network, as far as it is known.")


@strawberry.input(description="An event of a session in which a video is watched.")
class MediaEventInput(PlaybackInput):
    kind: rules.MediaEventKind = strawberry.field(description="What happened in the session.")
    watched_seconds: float | None = strawberry.field(
        default=UNSET, description="HEARTBEAT, SESSION_END: seconds watched since the last of them; they are added up."
    )
    buffered_seconds: float | None = strawberry.field(
        default=UNSET, description="BUFFERING_END: the seconds that the player waited."
    )
    milestone_percent: int | None = strawberry.field(
        default=UNSET, description="MILESTONE: the share of the video that was reached, 25, 50, 75 or 100."
    )


@strawberry.input(description="An error of playback.")
class PlaybackErrorInput(PlaybackInput):
    code: str = strawberry.field(description=f"The player's code, at most {rules.MAX_CODE} characters.")
    message: str | None = strawberry.field(
        default=UNSET, description=f"The player's message, at most {rules.MAX_MESSAGE} characters."
    )
    is_fatal: bool = strawberry.field(default=False, description="Whether the video could not be played any further.")


@strawberry.input(description="A frame of a pose: biometric data.")
class PoseFrameInput:
    timestamp_ms: int = strawberry.field(description="Milliseconds since the session's `startedAt`.")
    landmarks: str = strawberry.field(
        description=f"The Base64 of {rules_pose.VALUES} little-endian 32-bit numbers: x, y, z and visibility of the "
        f"{rules_pose.LANDMARKS} landmarks of MediaPipe Pose. Coordinates are from -{rules_pose.MAX_COORDINATE} to "
        f"{rules_pose.MAX_COORDINATE}, visibilities from 0 to 1."
    )
    accuracy: float | None = strawberry.field(default=UNSET, description="How well it fits the exercise, 0 to 1.")
    reps: int | None = strawberry.field(default=UNSET, description="Repetitions of the session so far.")
    rom_degrees: float | None = strawberry.field(default=UNSET, description="The range of motion, in degrees.")
    feedback: list[str] | None = strawberry.field(
        default=UNSET,
        description=f"At most {rules_pose.MAX_FEEDBACK} codes of messages about the form, such as KNEE_VALGUS.",
    )


@strawberry.input(description="Events of videos that the caller watched.")
class RecordMediaEventsInput(TelemetryBatchInput):
    events: list[MediaEventInput] = strawberry.field(description=f"1 to {rules.MAX_EVENTS} events, in any order.")


@strawberry.input(description="Errors of playback on the caller's device.")
class ReportPlaybackErrorsInput(TelemetryBatchInput):
    errors: list[PlaybackErrorInput] = strawberry.field(description=f"1 to {rules.MAX_ERRORS} errors, in any order.")


@strawberry.input(description="Frames of one session in which the caller's poses were measured.")
class RecordPoseFramesInput(TelemetryBatchInput):
    session_id: strawberry.ID = strawberry.field(
        description="A UUID that the client makes for the session: of one exercise, within 24 hours."
    )
    exercise_id: strawberry.ID = strawberry.field(description="The exercise that was done.")
    plan_exercise_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="That exercise in a version that the caller is or was enrolled in: the session is then shown with "
        "the enrollment.",
    )
    started_at: datetime = strawberry.field(
        description=f"When the session began, with an offset: within the last {rules.MAX_LATE.days} days."
    )
    frames: list[PoseFrameInput] = strawberry.field(
        description=f"1 to {rules.MAX_FRAMES} frames, in any order; as a variable, since documents may be stored."
    )


@payload("The batch that was stored.")
class TelemetryPayload:
    stored_count: int = strawberry.field(
        default=0, description="The entries that this request stored; 0 where the batch was stored before, or refused."
    )
    is_repeated: bool = strawberry.field(default=False, description="Whether the batch was stored before.")
