"""Every fault of a batch is named by its path, all at once, and nothing of the batch is stored."""

import base64
import struct
from datetime import date
from typing import Any  # inputs are JSON
from uuid import uuid4

import pytest

from tests.conftest import Api, Organization, World
from tests.telemetry.documents import (
    ERRORS,
    MEDIA,
    POSE,
    batch,
    event,
    failure,
    frame,
    landmarks,
    moment,
    poses,
)
from tests.treatment import store_enrollment, store_version
from tests.workout.documents import Pool

STRANGE = str(uuid4())
NOT_A_NUMBER = base64.b64encode(struct.pack("<132f", *[float("nan")] * 132)).decode()

EVENTS: list[tuple[dict[str, Any], str, str, str]] = [
    ({"sessionId": "abc"}, "sessionId", "INVALID_INPUT", "Must be a UUID that the client makes for the session."),
    ({"exerciseId": "abc"}, "exerciseId", "INVALID_INPUT", "Must be an id that this API gave out (a UUID)."),
    ({"occurredAt": moment(days=31)}, "occurredAt", "INVALID_INPUT", "Must be within the last 30 days: drop it"),
    ({"occurredAt": moment(days=-1)}, "occurredAt", "INVALID_INPUT", "Must not be in the future: set the clock"),
    ({"occurredAt": "2026-03-01T10:00:00"}, "occurredAt", "INVALID_INPUT", "Must have an offset from UTC"),
    ({"positionSeconds": -1}, "positionSeconds", "INVALID_INPUT", "Must be a number from 0 to 86,400."),
    ({"watchedSeconds": 1e6}, "watchedSeconds", "INVALID_INPUT", "Must be a number from 0 to 86,400."),
    ({"bufferedSeconds": 1}, "bufferedSeconds", "INVALID_INPUT", "Only BUFFERING_END has this: leave it out."),
    ({"kind": "BUFFERING_END"}, "bufferedSeconds", "INVALID_INPUT", "Must be sent with BUFFERING_END."),
    ({"kind": "MILESTONE", "milestonePercent": 30}, "milestonePercent", "INVALID_INPUT", "Must be 25, 50, 75 or 100."),
    ({"kind": "MILESTONE"}, "milestonePercent", "INVALID_INPUT", "Must be sent with MILESTONE."),
    ({"player": "x" * 65}, "player", "INVALID_INPUT", "Must be at most 64 characters; this is 65."),
    ({"videoUrl": "ftp://video"}, "videoUrl", "INVALID_INPUT", "Must be a URL that starts with"),
    ({"exerciseId": STRANGE}, "exerciseId", "NOT_FOUND", "There is no such exercise."),
    ({"planExerciseId": STRANGE}, "planExerciseId", "NOT_FOUND", "You are and were enrolled in no version"),
]


@pytest.mark.parametrize(("values", "field", "code", "message"), EVENTS)
async def test_a_fault_of_an_event_is_named_and_nothing_is_stored(
    api: Api, clinic: Organization, squat: str, owner: Pool, values: dict[str, Any], field: str, code: str, message: str
) -> None:
    """One bad event among good ones is refused at its place, and none is stored."""
    sent = batch(clinic, events=[event(squat), {**event(squat), **values}, event(squat)])
    (error,) = await api.user_errors(MEDIA, clinic.member, input=sent)
    assert (error["code"], error["field"]) == (code, ["input", "events", "1", field])
    assert error["message"].startswith(message)
    assert await owner.fetchval("SELECT count(*) FROM media_events WHERE organization_id = $1", clinic.id) == 0
    assert await owner.fetchval("SELECT count(*) FROM telemetry_batches WHERE organization_id = $1", clinic.id) == 0


FRAMES: list[tuple[dict[str, Any], list[str], str]] = [
    ({"timestampMs": -1}, ["timestampMs"], "Must be a whole number from 0 to 86,400,000."),
    ({"timestampMs": 86_000_000}, ["timestampMs"], "Must not be in the future: it counts from `startedAt`."),
    ({"landmarks": "AAAA"}, ["landmarks"], "Must be the Base64 of 132 little-endian 32-bit numbers"),
    ({"landmarks": "!" * 704}, ["landmarks"], "Must be the Base64 of 132 little-endian 32-bit numbers"),
    ({"landmarks": landmarks(4.5)}, ["landmarks"], "Its coordinates must be numbers from -4 to 4."),
    ({"landmarks": NOT_A_NUMBER}, ["landmarks"], "Its coordinates must be numbers from -4 to 4."),
    ({"landmarks": landmarks(0, 1.5)}, ["landmarks"], "Its visibilities must be from 0 to 1."),
    ({"accuracy": 1.1}, ["accuracy"], "Must be a number from 0 to 1."),
    ({"reps": -1}, ["reps"], "Must be a whole number from 0 to 10,000."),
    ({"romDegrees": 400}, ["romDegrees"], "Must be a number from 0 to 360."),
    ({"feedback": ["A"] * 6}, ["feedback"], "Must have at most 5 entries."),
    ({"feedback": ["GOOD", "knee in"]}, ["feedback", "1"], "Must be a code of at most 40 capital letters"),
]


@pytest.mark.parametrize(("values", "field", "message"), FRAMES)
async def test_a_fault_of_a_frame_is_named_without_its_values(
    api: Api, clinic: Organization, squat: str, owner: Pool, values: dict[str, Any], field: list[str], message: str
) -> None:
    """One bad frame is refused at its place, by a message that says the bounds and not the value; none is stored."""
    sent = poses(clinic, squat, frame(), {**frame(1), **values})
    (error,) = await api.user_errors(POSE, clinic.member, input=sent)
    assert (error["code"], error["field"]) == ("INVALID_INPUT", ["input", "frames", "1", *field])
    assert error["message"].startswith(message)
    assert await owner.fetchval("SELECT count(*) FROM pose_frames WHERE organization_id = $1", clinic.id) == 0


async def test_all_faults_are_named_at_once(api: Api, world: World, squat: str) -> None:
    """Faults of several entries, of the batch and of the consent come together."""
    clinic = await world.organization()
    sent = batch(clinic, clientId=" ", errors=[failure(squat, code=""), failure("x", positionSeconds=-5)])
    assert sorted(await api.refusals(ERRORS, clinic.member, input=sent)) == [
        ("CONSENT_REQUIRED", ["input"]),
        ("INVALID_INPUT", ["input", "clientId"]),
        ("INVALID_INPUT", ["input", "errors", "0", "code"]),
        ("INVALID_INPUT", ["input", "errors", "1", "exerciseId"]),
        ("INVALID_INPUT", ["input", "errors", "1", "positionSeconds"]),
    ]


@pytest.mark.parametrize("count", [0, 501])
async def test_a_batch_has_1_to_500_events(api: Api, clinic: Organization, squat: str, count: int) -> None:
    """An empty batch and one that is too long are refused by their length."""
    sent = batch(clinic, events=[event(squat)] * count)
    assert await api.refusals(MEDIA, clinic.member, input=sent) == [("INVALID_INPUT", ["input", "events"])]


async def test_a_full_batch_of_each_kind_is_stored(api: Api, clinic: Organization, squat: str) -> None:
    """500 events with every field, 300 frames, 100 errors."""
    full = event(
        squat, positionSeconds=1, watchedSeconds=1, player="x", network="OTHER", videoUrl="https://a.example/v"
    )
    one = frame(1, accuracy=0.5, reps=1, romDegrees=90, feedback=["A", "B", "C", "D", "E"])
    for document, sent, count in (
        (MEDIA, batch(clinic, events=[full] * 500), 500),
        (POSE, poses(clinic, squat, *[one] * 300), 300),
        (ERRORS, batch(clinic, errors=[failure(squat, message="no")] * 100), 100),
    ):
        assert (await api.payload(document, clinic.member, input=sent))["storedCount"] == count
    sent = poses(clinic, squat, *[one] * 301)
    assert await api.refusals(POSE, clinic.member, input=sent) == [("INVALID_INPUT", ["input", "frames"])]


async def test_an_exercise_of_a_plan_must_be_the_callers_own_and_of_the_exercise(
    api: Api, world: World, clinic: Organization, squat: str, owner: Pool
) -> None:
    """Another patient's exercise is not found, and one of another exercise is refused."""
    lunge = await world.exercise_id("front-squat")
    version = await store_version(owner, clinic, {(1, 1): [lunge]})
    (planned,) = version.exercises[1, 1]
    sent = batch(clinic, events=[event(squat, planExerciseId=str(planned))])
    place = ["input", "events", "0", "planExerciseId"]
    assert await api.refusals(MEDIA, clinic.member, input=sent) == [("NOT_FOUND", place)]
    await store_enrollment(owner, clinic, version, clinic.member, date(2026, 1, 5))
    assert await api.refusals(MEDIA, clinic.member, input=sent) == [("INVALID_INPUT", place)]
    sent["events"][0]["exerciseId"] = lunge
    assert (await api.payload(MEDIA, clinic.member, input=sent))["storedCount"] == 1


async def test_an_exercise_of_another_organization_is_not_found(
    api: Api, world: World, clinic: Organization, owner: Pool
) -> None:
    """A foreign exercise is refused like one that does not exist."""
    other = await world.organization()
    query = "INSERT INTO exercises (organization_id, name) VALUES ($1, 'Theirs') RETURNING id"
    foreign, own = [str(await owner.fetchval(query, each.id)) for each in (other, clinic)]
    sent = poses(clinic, foreign, frame())
    assert await api.refusals(POSE, clinic.member, input=sent) == [("NOT_FOUND", ["input", "exerciseId"])]
    assert (await api.payload(POSE, clinic.member, input={**sent, "exerciseId": own}))["storedCount"] == 1
