"""Batches are stored wholly and once, late and out of order too, with the caller's consent alone."""

import asyncio
from datetime import UTC, datetime
from typing import Any  # inputs are JSON

import pytest

from tests.conftest import Api, Organization, World
from tests.telemetry.documents import (
    ERRORS,
    MEDIA,
    POSE,
    batch,
    consent,
    event,
    failure,
    frame,
    moment,
    poses,
)
from tests.workout.documents import Pool

STORED = {"storedCount": 2, "isRepeated": False, "userErrors": []}
AGAIN = {"storedCount": 0, "isRepeated": True, "userErrors": []}


async def rows(owner: Pool, table: str, clinic: Organization) -> int:
    """The rows of an organization in a table."""
    count: int = await owner.fetchval(f"SELECT count(*) FROM {table} WHERE organization_id = $1", clinic.id)
    return count


async def test_the_events_of_a_session_are_stored_with_their_values(
    api: Api, clinic: Organization, squat: str, owner: Pool
) -> None:
    """Each event has its columns; of the video's address the provider and a hash are stored, and not its query."""
    url = "https://vz-1.b-cdn.net/0b7a3c1e-0000-4000-8000-000000000000/playlist.m3u8"
    device = {"player": "hls.js 1.6", "network": "WIFI", "videoUrl": f"{url}?token=secret"}
    session = {"sessionId": "018f0000-0000-7000-8000-000000000001"}
    sent = [
        event(squat, "SESSION_END", positionSeconds=30.5, watchedSeconds=3, **session),
        event(squat, "SESSION_START", occurredAt=moment(days=29), **session, **device),
    ]
    assert await api.payload(MEDIA, clinic.member, input=batch(clinic, events=sent)) == STORED
    found = await owner.fetch("SELECT * FROM media_events WHERE organization_id = $1 ORDER BY occurred_at", clinic.id)
    start, end = found
    assert (start.kind, start.player, start.network, start.video_provider) == (
        *("session_start", "hls.js 1.6", "wifi", "bunny_stream"),
    )
    assert len(start.video_hash) == 16
    assert (end.kind, end.position_seconds, end.watched_seconds, end.user_id) == (
        "session_end",
        30.5,
        3,
        clinic.member.id,
    )
    same = [event(squat, videoUrl=url), event(squat, videoUrl=f"{url}?token=other")]
    assert await api.payload(MEDIA, clinic.member, input=batch(clinic, events=same)) == STORED
    query = "SELECT count(DISTINCT video_hash) FROM media_events WHERE organization_id = $1"
    assert await owner.fetchval(query, clinic.id) == 1


@pytest.mark.parametrize("kind", ["media", "pose", "errors"])
async def test_a_batch_that_is_sent_five_times_at_once_is_stored_once(
    api: Api, clinic: Organization, squat: str, owner: Pool, kind: str
) -> None:
    """One of the five stores it, the others answer that it was stored; also its sums are added once."""
    document, table, sums, sent = {
        "media": (MEDIA, "media_events", "media_sessions", batch(clinic, events=[event(squat)] * 2)),
        "pose": (POSE, "pose_frames", "pose_sessions", poses(clinic, squat, frame(0), frame(33))),
        "errors": (ERRORS, "playback_errors", None, batch(clinic, errors=[failure(squat)] * 2)),
    }[kind]
    answers = await asyncio.gather(*(api.payload(document, clinic.member, input=sent) for _ in range(5)))
    assert sorted(answers, key=lambda each: each["isRepeated"]) == [STORED, *[AGAIN] * 4]
    assert await rows(owner, table, clinic) == 2
    assert await rows(owner, "telemetry_batches", clinic) == 1
    if sums:
        counted = "events" if kind == "media" else "frames"
        query = f"SELECT sum({counted}) FROM {sums} WHERE organization_id = $1"
        assert await owner.fetchval(query, clinic.id) == 2


async def test_batches_of_one_session_at_once_are_all_added_to_its_sums(
    api: Api, clinic: Organization, squat: str, owner: Pool
) -> None:
    """Ten batches with events of the same two sessions, in different orders, wait for each other and count."""
    sessions = [{"sessionId": f"018f0000-0000-7000-8000-00000000001{number}"} for number in range(2)]
    sent = [
        batch(clinic, events=[event(squat, watchedSeconds=10, **each) for each in sessions[:: 1 if odd % 2 else -1]])
        for odd in range(10)
    ]
    await asyncio.gather(*(api.run(MEDIA, clinic.member, input=each) for each in sent))
    found = await owner.fetch(
        "SELECT events, watched_seconds FROM media_sessions WHERE organization_id = $1", clinic.id
    )
    assert [tuple(row) for row in found] == [(10, 100)] * 2


async def test_a_client_id_with_other_content_is_refused(
    api: Api, clinic: Organization, squat: str, owner: Pool
) -> None:
    """Another content under a stored id is a CONFLICT, in any of the mutations, and nothing of it is stored."""
    sent = batch(clinic, events=[event(squat)])
    await api.run(MEDIA, clinic.member, input=sent)
    refused = [("CONFLICT", ["input", "clientId"])]
    other = {**sent, "events": [event(squat)]}
    assert await api.refusals(MEDIA, clinic.member, input=other) == refused
    errors = batch(clinic, errors=[failure(squat)], clientId=sent["clientId"])
    assert await api.refusals(ERRORS, clinic.member, input=errors) == refused
    assert [await rows(owner, table, clinic) for table in ("media_events", "playback_errors")] == [1, 0]


async def test_the_same_client_id_is_another_batch_of_another_user_or_organization(
    api: Api, world: World, clinic: Organization, squat: str
) -> None:
    """A client's id is unique for the user in the organization."""
    other = await world.organization()
    await world.join(other.id, "member", clinic.member)
    for organization, person in ((clinic, clinic.coach), (other, clinic.member)):
        await consent(api, organization, person, level=2)
    sent = {**batch(clinic, events=[event(squat)]), "clientId": "batch-1"}
    for organization, person in ((clinic, clinic.member), (clinic, clinic.coach), (other, clinic.member)):
        answer = await api.payload(MEDIA, person, input={**sent, "organizationId": str(organization.id)})
        assert answer["storedCount"] == 1


LEVELS: list[tuple[str, int, int, bool]] = [
    *(("errors", 0, 1, False), ("errors", 1, 0, True)),
    *(("media", 1, 1, False), ("media", 2, 0, True)),
    *(("pose", 1, 1, False), ("pose", 3, 0, False), ("pose", 2, 1, True)),
]


@pytest.mark.parametrize(("kind", "level", "biometric", "is_stored"), LEVELS)
async def test_each_kind_needs_its_consents(
    api: Api, world: World, squat: str, owner: Pool, kind: str, level: int, biometric: int, is_stored: bool
) -> None:
    """Errors need level 1, events level 2, frames level 2 and the biometric consent; withdrawing it ends it at once."""
    clinic = await world.organization()
    document, table, sent = one_of(clinic, squat, kind)
    path = ["input"]
    without = [("CONSENT_REQUIRED", path)]
    assert await api.refusals(document, clinic.member, input=sent) == without
    await consent(api, clinic, clinic.member, level, biometric)
    expected = [] if is_stored else without
    assert await api.refusals(document, clinic.member, input=sent) == expected
    await consent(api, clinic, clinic.member, level=0)
    (error,) = await api.user_errors(document, clinic.member, input=one_of(clinic, squat, kind)[2])
    assert (error["code"], error["field"]) == without[0]
    assert "recordConsent (TELEMETRY, level" in error["message"]
    assert await rows(owner, table, clinic) == is_stored


def one_of(clinic: Organization, squat: str, kind: str) -> tuple[str, str, dict[str, Any]]:
    """A mutation, its table, and a batch of one entry for it."""
    return {
        "media": (MEDIA, "media_events", batch(clinic, events=[event(squat)])),
        "pose": (POSE, "pose_frames", poses(clinic, squat, frame())),
        "errors": (ERRORS, "playback_errors", batch(clinic, errors=[failure(squat)])),
    }[kind]


async def test_nothing_is_stored_after_a_withdrawal_was_answered(
    api: Api, clinic: Organization, squat: str, owner: Pool
) -> None:
    """Batches that are sent while the consent is withdrawn are stored before it, or refused."""
    for _ in range(3):
        await consent(api, clinic, clinic.member, level=2)
        sent = [api.payload(MEDIA, clinic.member, input=batch(clinic, events=[event(squat)])) for _ in range(8)]
        pending = [asyncio.ensure_future(each) for each in sent]
        await consent(api, clinic, clinic.member, level=0)
        withdrawn = datetime.now(UTC)
        stored = await rows(owner, "media_events", clinic)
        await asyncio.gather(*pending)
        assert await rows(owner, "media_events", clinic) == stored
        late = "SELECT count(*) FROM media_events WHERE organization_id = $1 AND received_at > $2"
        assert await owner.fetchval(late, clinic.id, withdrawn) == 0


async def test_a_stranger_stores_nothing_and_learns_nothing(
    api: Api, world: World, clinic: Organization, squat: str
) -> None:
    """An organization of others is NOT_FOUND, as one that does not exist; nobody sends for somebody else."""
    stranger = await world.organization()
    for document, sent in ((MEDIA, batch(clinic, events=[event(squat)])), (POSE, poses(clinic, squat, frame()))):
        for id in (str(clinic.id), "018f0000-0000-7000-8000-000000000009"):
            answer = await api.refusals(document, stranger.member, input={**sent, "organizationId": id})
            assert answer == [("NOT_FOUND", ["input", "organizationId"])]
    (error,) = await api.user_errors(MEDIA, clinic.coach, input=batch(clinic, events=[event(squat)]))
    assert error["code"] == "CONSENT_REQUIRED"
