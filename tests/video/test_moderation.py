"""Moderation of videos: coaches vote and suggest, those who may write the exercise decide."""

import asyncio
from typing import Any  # inputs and answers are JSON

import pytest

from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import create, update

VIDEO = "video { url provider status positiveVotes negativeVotes myVote isLocked durationSeconds thumbnailUrl }"
SHOWN = f"exercise {{ id {VIDEO} videoCandidates {{ id url provider note }} }} userErrors {{ code message field }}"
VOTE = f"mutation ($id: ID!, $vote: VideoVote) {{ voteExerciseVideo(exerciseId: $id, vote: $vote) {{ {SHOWN} }} }}"
SUGGEST = (
    "mutation ($id: ID!, $url: String!, $note: String) "
    f"{{ suggestExerciseVideo(exerciseId: $id, url: $url, note: $note) {{ {SHOWN} }} }}"
)
DECIDE = (
    "mutation ($id: ID!, $candidate: ID!, $accept: Boolean!) "
    f"{{ decideExerciseVideo(exerciseId: $id, candidateId: $candidate, accept: $accept) {{ {SHOWN} }} }}"
)
STATUS = (
    f"mutation ($id: ID!, $s: VideoStatus!) {{ setExerciseVideoStatus(exerciseId: $id, status: $s) {{ {SHOWN} }} }}"
)
UPDATE = """mutation ($id: ID!, $i: UpdateExerciseInput!) {
  updateExercise(id: $id, input: $i) { userErrors { code field } } }"""
LOCK = f"mutation ($id: ID!, $on: Boolean!) {{ lockExerciseVideo(exerciseId: $id, locked: $on) {{ {SHOWN} }} }}"
READ = f"query ($id: ID!) {{ exercise(id: $id) {{ {VIDEO} videoCandidates {{ url }} }} }}"
GUID = "0a1b2c3d-0000-4000-8000-00000000abcd"


@pytest.fixture
async def gym(world: World) -> Organization:
    """An organization whose coach votes."""
    return await world.organization()


@pytest.fixture
async def lunge(api: Api, admin: Person) -> str:
    """A canonical exercise with a video."""
    made = await create(api, admin, name="Lunge", videoUrl="https://v.example/lunge")
    return str(made["id"])


async def run(api: Api, text: str, person: Person, **variables: Any) -> dict[str, Any]:
    """The exercise after a mutation."""
    (payload,) = (await api.run(text, person, **variables)).values()
    exercise: dict[str, Any] = payload["exercise"]
    return exercise


async def test_a_vote_counts_once_for_each_person_and_can_be_changed_and_taken_back(
    api: Api, world: World, gym: Organization, lunge: str
) -> None:
    other = await world.join(gym.id, "coach")
    await run(api, VOTE, gym.coach, id=lunge, vote="UP")
    video = (await run(api, VOTE, gym.coach, id=lunge, vote="UP"))["video"]
    assert (video["positiveVotes"], video["negativeVotes"], video["myVote"]) == (1, 0, "UP")
    video = (await run(api, VOTE, other, id=lunge, vote="DOWN"))["video"]
    assert (video["positiveVotes"], video["negativeVotes"], video["myVote"]) == (1, 1, "DOWN")
    video = (await run(api, VOTE, gym.coach, id=lunge, vote="DOWN"))["video"]
    assert (video["positiveVotes"], video["negativeVotes"]) == (0, 2)
    video = (await run(api, VOTE, gym.coach, id=lunge, vote=None))["video"]
    assert (video["positiveVotes"], video["negativeVotes"], video["myVote"]) == (0, 1, None)


async def test_the_concurrent_votes_of_twenty_coaches_are_all_counted(api: Api, world: World, lunge: str) -> None:
    gyms = await asyncio.gather(*(world.organization() for _ in range(20)))
    votes = ["UP" if position % 3 else "DOWN" for position in range(20)]
    await asyncio.gather(*(run(api, VOTE, g.coach, id=lunge, vote=v) for g, v in zip(gyms, votes, strict=True)))
    video = (await api.run(READ, gyms[0].coach, id=lunge))["exercise"]["video"]
    assert (video["positiveVotes"], video["negativeVotes"]) == (votes.count("UP"), votes.count("DOWN"))


async def test_the_votes_of_another_video_start_from_none(
    api: Api, admin: Person, gym: Organization, lunge: str
) -> None:
    await run(api, VOTE, gym.coach, id=lunge, vote="UP")
    await run(api, STATUS, admin, id=lunge, s="VERIFIED")
    changed = await update(api, admin, lunge, videoUrl="https://v.example/another")
    assert changed["video"]["status"] == "MANUAL"
    video = (await api.run(READ, gym.coach, id=lunge))["exercise"]["video"]
    assert (video["positiveVotes"], video["myVote"]) == (0, None)


async def test_members_do_not_vote_suggest_or_see_suggestions(api: Api, gym: Organization, lunge: str) -> None:
    assert await api.refusals(VOTE, gym.member, id=lunge, vote="UP") == [("FORBIDDEN", ["exerciseId"])]
    refusals = await api.refusals(SUGGEST, gym.member, id=lunge, url="https://v.example/x")
    assert refusals == [("FORBIDDEN", ["exerciseId"])]
    await run(api, SUGGEST, gym.coach, id=lunge, url="https://v.example/x")
    assert (await api.run(READ, gym.member, id=lunge))["exercise"]["videoCandidates"] == []


@pytest.mark.parametrize(("text", "more"), [(STATUS, {"s": "VERIFIED"}), (LOCK, {"on": True})])
async def test_coaches_do_not_decide_on_canonical_videos(
    api: Api, gym: Organization, lunge: str, text: str, more: dict[str, Any]
) -> None:
    assert await api.refusals(text, gym.coach, id=lunge, **more) == [("FORBIDDEN", ["exerciseId"])]


async def test_coaches_decide_on_their_own_exercises_videos(api: Api, gym: Organization) -> None:
    mine = await create(api, gym.coach, gym, videoUrl="https://v.example/mine")
    video = (await run(api, STATUS, gym.coach, id=mine["id"], s="DEMOTED"))["video"]
    assert video["status"] == "DEMOTED"


async def test_a_locked_video_stays_until_it_is_unlocked(api: Api, admin: Person, lunge: str) -> None:
    assert (await run(api, LOCK, admin, id=lunge, on=True))["video"]["isLocked"] is True
    refusals = await api.refusals(UPDATE, admin, id=lunge, i={"videoUrl": "https://v.example/new"})
    assert refusals == [("CONFLICT", ["input", "videoUrl"])]
    assert (await update(api, admin, lunge, name="Lunges"))["name"] == "Lunges"
    await run(api, LOCK, admin, id=lunge, on=False)
    assert (await update(api, admin, lunge, videoUrl="https://v.example/new"))["videoUrl"] == "https://v.example/new"


async def test_an_accepted_suggestion_becomes_the_verified_video(
    api: Api, admin: Person, gym: Organization, lunge: str
) -> None:
    url = f"https://vz-1.b-cdn.net/{GUID}/playlist.m3u8"
    suggested = await run(api, SUGGEST, gym.coach, id=lunge, url=url, note="From the side")
    (candidate,) = suggested["videoCandidates"]
    assert (candidate["url"], candidate["provider"], candidate["note"]) == (url, "BUNNY_STREAM", "From the side")
    decided = await run(api, DECIDE, admin, id=lunge, candidate=candidate["id"], accept=True)
    assert decided["videoCandidates"] == []
    video = decided["video"]
    assert (video["url"], video["provider"], video["status"]) == (url, "BUNNY_STREAM", "VERIFIED")
    assert video["thumbnailUrl"] == f"https://vz-1.b-cdn.net/{GUID}/thumbnail.jpg"


async def test_a_rejected_suggestion_is_not_suggested_again(
    api: Api, admin: Person, gym: Organization, lunge: str
) -> None:
    suggested = await run(api, SUGGEST, gym.coach, id=lunge, url="https://v.example/poor")
    candidate = suggested["videoCandidates"][0]["id"]
    await run(api, DECIDE, admin, id=lunge, candidate=candidate, accept=False)
    refusals = await api.refusals(SUGGEST, gym.coach, id=lunge, url="https://v.example/poor")
    assert refusals == [("CONFLICT", ["url"])]


async def test_concurrent_equal_suggestions_are_stored_once(api: Api, world: World, lunge: str) -> None:
    gyms = await asyncio.gather(*(world.organization() for _ in range(8)))
    tries = (api.post(SUGGEST, gym.coach, id=lunge, url="https://v.example/same") for gym in gyms)
    answers = [answer.json() for answer in await asyncio.gather(*tries)]
    assert sorted(len(a["data"]["suggestExerciseVideo"]["userErrors"]) for a in answers) == [0] + [1] * 7


@pytest.mark.parametrize(
    ("url", "provider"),
    [
        (f"https://vz-9.b-cdn.net/{GUID}/play_720p.mp4", "BUNNY_STREAM"),
        (f"https://iframe.mediadelivery.net/embed/1234/{GUID}?autoplay=true", "BUNNY_STREAM"),
        ("https://bucket.s3.eu-central-1.amazonaws.com/a/b.mp4", "S3"),
        (f"https://evil.example/?https://vz-9.b-cdn.net/{GUID}/play_720p.mp4", "EXTERNAL"),
        ("https://www.youtube.com/watch?v=1", "EXTERNAL"),
    ],
)
async def test_the_provider_follows_from_the_address(api: Api, gym: Organization, url: str, provider: str) -> None:
    made = await create(api, gym.coach, gym, videoUrl=url)
    assert made["video"]["provider"] == provider


async def test_an_exercise_without_a_video_cannot_be_locked_and_has_no_length(
    api: Api, admin: Person, gym: Organization
) -> None:
    bare = await create(api, admin, name="Bare")
    assert await api.refusals(LOCK, admin, id=bare["id"], on=True) == [("NOT_FOUND", ["exerciseId"])]
    refusals = await api.refusals(UPDATE, admin, id=bare["id"], i={"videoDurationSeconds": 9})
    assert refusals == [("INVALID_INPUT", ["input", "videoDurationSeconds"])]


async def test_a_refusal_under_a_lock_has_the_path_of_the_field(api: Api, admin: Person, lunge: str) -> None:
    await run(api, LOCK, admin, id=lunge, on=True)
    refusals = await api.refusals(UPDATE, admin, id=lunge, i={"thumbnailUrl": "https://v.example/x.jpg"})
    assert refusals == [("CONFLICT", ["input", "thumbnailUrl"])]
