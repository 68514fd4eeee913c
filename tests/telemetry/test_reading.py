"""Coaches read how videos are watched, in groups of five and more; patients and coaches read sessions of poses."""

from datetime import date
from uuid import UUID

import pytest

from tests.conftest import Api, Counter, Organization, World
from tests.telemetry.documents import (
    ERRORS,
    MEDIA,
    POSE,
    POSES,
    Json,
    batch,
    consent,
    event,
    failure,
    frame,
    moment,
    poses,
    statistics,
)
from tests.treatment import store_enrollment, store_version
from tests.workout.documents import Pool

URL = "https://videos.example/squat.mp4"
NOTHING: Json = {
    "isSuppressed": True,
    **dict.fromkeys(("viewers", "views", "watchedSeconds", "bufferedViews", "bufferings", "bufferedSeconds")),
    "playbackErrors": None,
    "completion": [],
}


@pytest.fixture(scope="module")
async def watched(api: Api, world: World, squat: str) -> Organization:
    """An organization of which five members watched the squat's video, one of them another one too."""
    clinic = await world.organization()
    members = [clinic.member, *[await world.join(clinic.id, "member") for _ in range(4)]]
    for number, member in enumerate(members):
        await consent(api, clinic, member, level=2)
        place = {"sessionId": f"018f0000-0000-7000-8000-00000000002{number}", "videoUrl": URL}
        sent = [
            event(squat, "SESSION_START", **place),
            event(squat, "HEARTBEAT", watchedSeconds=10, **place),
            event(squat, "MILESTONE", milestonePercent=(number + 1) * 25 if number < 4 else 100, **place),
        ]
        if number == 0:
            sent += [event(squat, "BUFFERING_START", **place)]
            sent += [event(squat, "BUFFERING_END", bufferedSeconds=1.5, **place) for _ in range(2)]
            sent += [event(squat, occurredAt=moment(days=20), videoUrl="https://videos.example/other.mp4")]
        await api.run(MEDIA, member, input=batch(clinic, events=sent))
    await api.run(ERRORS, members[1], input=batch(clinic, errors=[failure(squat, videoUrl=URL)]))
    return clinic


async def test_five_viewers_have_statistics(api: Api, watched: Organization, squat: str) -> None:
    """Views, seconds, milestones, buffering and errors, of a period by the beginning of each view."""
    expected = {
        "isSuppressed": False,
        "viewers": 5,
        "views": 5,
        "watchedSeconds": 50,
        "completion": [
            {"percent": 25, "views": 5, "share": 1},
            {"percent": 50, "views": 4, "share": 0.8},
            {"percent": 75, "views": 3, "share": 0.6},
            {"percent": 100, "views": 2, "share": 0.4},
        ],
        "bufferedViews": 1,
        "bufferings": 2,
        "bufferedSeconds": 3,
        "playbackErrors": 1,
    }
    assert await statistics(api, watched.coach, watched, squat, "LAST_7_DAYS") == expected
    assert await statistics(api, watched.coach, watched, squat, video=URL) == expected
    every = await statistics(api, watched.coach, watched, squat)
    assert every is not None and (every["viewers"], every["views"]) == (5, 6)


async def test_fewer_than_five_viewers_are_suppressed(api: Api, watched: Organization, squat: str) -> None:
    """One viewer of another video, and none of another exercise, look the same."""
    one = await statistics(api, watched.coach, watched, squat, video="https://videos.example/other.mp4")
    none = await statistics(api, watched.coach, watched, squat, video="https://videos.example/third.mp4")
    assert one == none == NOTHING


async def test_others_than_coaches_read_no_statistics(
    api: Api, world: World, watched: Organization, squat: str
) -> None:
    """Null for members; an address that is none is refused."""
    assert await statistics(api, watched.member, watched, squat) is None
    other = await world.organization()
    assert await statistics(api, other.coach, other, squat) == NOTHING


async def test_the_sessions_of_an_enrollment_show_sums_to_patient_and_coach(
    api: Api, world: World, clinic: Organization, squat: str, owner: Pool
) -> None:
    """Frames that name an exercise of the plan are shown with the enrollment, in pages by their beginning."""
    version = await store_version(owner, clinic, {(1, 1): [squat]})
    enrollment = str(await store_enrollment(owner, clinic, version, clinic.member, date(2026, 1, 5)))
    planned = str(version.exercises[1, 1][0])
    sessions = [f"018f0000-0000-7000-8000-00000000003{number}" for number in range(2)]
    for number, session in enumerate(sessions):
        frames = [
            frame(
                33 * (each + 1), accuracy=0.5 + 0.25 * each, reps=each, romDegrees=80 + each, feedback=["KNEE_VALGUS"]
            )
            for each in range(3)
        ]
        sent = poses(clinic, squat, *frames, frame(0, feedback=["DEPTH", "KNEE_VALGUS"]), planExerciseId=planned)
        sent |= {"sessionId": session, "startedAt": moment(minutes=10 - number)}
        await api.run(POSE, clinic.member, input=sent)
    for person in (clinic.member, clinic.coach):
        data = await api.run(POSES, person, id=enrollment, first=1)
        page = data["enrollment"]["poseSessions"]
        (node,) = page["nodes"]
        assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (2, True)
        assert (node["sessionId"], node["frames"], node["accuracy"], node["reps"]) == (sessions[0], 4, 0.75, 2)
        assert (node["romMinDegrees"], node["romMaxDegrees"]) == (80, 82)
        assert node["feedback"] == [{"code": "KNEE_VALGUS", "frames": 4}, {"code": "DEPTH", "frames": 1}]
        assert (node["exercise"]["exerciseId"], node["planExercise"]["id"]) == (squat, planned)
        assert node["enrollment"]["id"] == enrollment
    found = "query ($id: ID!) { node(id: $id) { ... on PoseSession { frames } } }"
    assert (await api.run(found, clinic.member, id=node["id"]))["node"] == {"frames": 4}
    other = await world.join(clinic.id, "member")
    assert (await api.run(found, other, id=node["id"]))["node"] is None
    await consent(api, clinic, clinic.member, level=2, biometric=0)
    for person, number in ((clinic.member, 2), (clinic.coach, 0)):
        page = (await api.run(POSES, person, id=enrollment, first=1))["enrollment"]["poseSessions"]
        assert (page["totalCount"], len(page["nodes"])) == (number, min(number, 1))
        assert ((await api.run(found, person, id=node["id"]))["node"] is None) is (number == 0)
        async with world.writing_as(person) as writing:
            rows = await writing.fetch("SELECT FROM pose_sessions WHERE enrollment_id = $1", UUID(enrollment))
            assert len(rows) == number
    await consent(api, clinic, clinic.member, level=2, biometric=1)
    assert (await api.run(found, clinic.coach, id=node["id"]))["node"] == {"frames": 4}


async def test_the_frames_of_a_session_are_of_one_exercise_and_within_24_hours(
    api: Api, world: World, clinic: Organization, squat: str
) -> None:
    """A batch of a session with another exercise, or of the day before, is refused; the first may be repeated."""
    first = poses(clinic, squat, frame(0))
    await api.run(POSE, clinic.member, input=first)
    again = (await api.run(POSE, clinic.member, input=first))["recordPoseFrames"]
    assert again == {"storedCount": 0, "isRepeated": True, "userErrors": []}
    more = {"sessionId": first["sessionId"]}
    other = poses(clinic, await world.exercise_id("deadlift"), frame(0), **more)
    assert await api.refusals(POSE, clinic.member, input=other) == [("INVALID_INPUT", ["input", "exerciseId"])]
    late = poses(clinic, squat, frame(0), **more, startedAt=moment(hours=25))
    assert await api.refusals(POSE, clinic.member, input=late) == [("INVALID_INPUT", ["input", "startedAt"])]
    soon = poses(clinic, squat, frame(0), **more, startedAt=moment(hours=23))
    assert (await api.run(POSE, clinic.member, input=soon))["recordPoseFrames"]["storedCount"] == 1


async def test_a_batch_takes_the_same_statements_for_one_entry_and_for_many(
    counter: Counter, clinic: Organization, squat: str
) -> None:
    """The consents, the exercises and the batch, of frames their session too, whatever its size, and what is around."""
    counts = []
    for size in (1, 200):
        for document, sent in (
            (MEDIA, batch(clinic, events=[event(squat)] * size)),
            (POSE, poses(clinic, squat, *[frame()] * size)),
        ):
            with counter.counting() as statements:
                await counter.api.run(document, clinic.member, input=sent)
            counts.append(len(statements))
    assert counts == [8, 10, 8, 10]
