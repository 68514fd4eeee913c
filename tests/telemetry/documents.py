"""Batches of telemetry, and functions that send them."""

import base64
import struct
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias  # inputs and answers are JSON
from uuid import uuid4

from tests.conftest import Api, Organization, Person
from tests.patient.documents import CONSENT, written

Json: TypeAlias = dict[str, Any]

ANSWER = "{ storedCount isRepeated userErrors { code message field } }"
MEDIA = f"mutation ($input: RecordMediaEventsInput!) {{ recordMediaEvents(input: $input) {ANSWER} }}"
POSE = f"mutation ($input: RecordPoseFramesInput!) {{ recordPoseFrames(input: $input) {ANSWER} }}"
ERRORS = f"mutation ($input: ReportPlaybackErrorsInput!) {{ reportPlaybackErrors(input: $input) {ANSWER} }}"

STATISTICS = """query ($id: ID!, $organization: ID!, $period: WatchPeriod!, $video: String) {
  effectiveExercise(id: $id, organizationId: $organization) {
    watchStatistics(period: $period, videoUrl: $video) {
      isSuppressed viewers views watchedSeconds completion { percent views share }
      bufferedViews bufferings bufferedSeconds playbackErrors
    }
  }
}"""
POSES = """query ($id: ID!, $first: Int) {
  enrollment(id: $id) {
    poseSessions(first: $first) {
      totalCount pageInfo { hasNextPage }
      nodes {
        id sessionId exercise { exerciseId } planExercise { id } enrollment { id } startedAt lastAt frames accuracy reps
        romMinDegrees romMaxDegrees feedback { code frames }
      }
    }
  }
}"""


async def consent(api: Api, clinic: Organization, person: Person, level: int, biometric: int = 0) -> None:
    """Record a member's consents to telemetry."""
    await written(api, CONSENT, person, clinic, person, kind="TELEMETRY", level=level)
    await written(api, CONSENT, person, clinic, person, kind="BIOMETRIC", level=biometric)


def moment(**ago: float) -> str:
    """A time before now, as the API takes it."""
    return (datetime.now(UTC) - timedelta(**ago)).isoformat()


def event(exercise: str, kind: str = "HEARTBEAT", **values: Any) -> Json:
    """An event of now."""
    return {"kind": kind, "sessionId": str(uuid4()), "exerciseId": exercise, "occurredAt": moment(), **values}


def failure(exercise: str, **values: Any) -> Json:
    """An error of playback of now."""
    place = {"sessionId": str(uuid4()), "exerciseId": exercise, "occurredAt": moment()}
    return {**place, "code": "MEDIA_ERR_NETWORK", **values}


def landmarks(value: float = 0.5, visibility: float = 1.0) -> str:
    """The landmarks of a frame, all the same."""
    return base64.b64encode(struct.pack("<132f", *(value, value, value, visibility) * 33)).decode()


def frame(milliseconds: int = 0, **values: Any) -> Json:
    """A frame."""
    return {"timestampMs": milliseconds, "landmarks": landmarks(), **values}


def batch(clinic: Organization, **values: Any) -> Json:
    """A batch with an id of its own."""
    return {"organizationId": str(clinic.id), "clientId": str(uuid4()), **values}


def poses(clinic: Organization, exercise: str, *frames: Json, **values: Any) -> Json:
    """A batch of frames of a session that began a minute ago."""
    session = {"sessionId": str(uuid4()), "exerciseId": exercise, "startedAt": moment(minutes=1)}
    return batch(clinic, **{**session, "frames": list(frames), **values})


async def statistics(
    api: Api,
    person: Person,
    clinic: Organization,
    exercise: str,
    period: str = "LAST_90_DAYS",
    video: str | None = None,
) -> Json | None:
    """How an exercise's video is watched, as a person sees it."""
    data = await api.run(STATISTICS, person, id=exercise, organization=str(clinic.id), period=period, video=video)
    found: Json | None = data["effectiveExercise"]["watchStatistics"]
    return found
