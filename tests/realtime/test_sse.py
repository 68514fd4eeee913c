"""Subscriptions by server-sent events, by the protocol graphql-sse (distinct connections)."""

import pytest

from kinegraph.realtime.streams import Bounds
from tests.realtime.clients import COMMENTS, WORKOUT, Events, Gym, Live
from tests.workout.documents import Pool, comment

VIEWER = "{ viewer { user { id } } }"
STREAM = {"Accept": "text/event-stream"}


async def test_events_come_with_their_cursors_as_ids(served: Live, gym: Gym) -> None:
    async with served.events(gym.coach, COMMENTS, id=gym.workout_id) as events:
        assert events.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert events.response.headers["cache-control"] == "no-store"
        await events.begun()
        id = await comment(served.api, gym.coach, gym.movement_id, "line\nbreak")
        kind, cursor, result = await events.next()
        event = result["data"]["commentAdded"]
        assert (kind, cursor) == ("next", event["cursor"])
        assert event["comment"] == {"id": id, "body": "line\nbreak", "author": {"id": str(gym.coach.id)}}
    await served.subscribed(0)


async def test_last_event_id_resumes(served: Live, gym: Gym) -> None:
    cursor = (await served.api.run("{ eventCursor }", gym.coach))["eventCursor"]
    await comment(served.api, gym.coach, gym.movement_id, "missed")
    async with served.events(gym.coach, COMMENTS, {"Last-Event-ID": cursor}, id=gym.workout_id) as events:
        assert (await events.next())[2]["data"]["commentAdded"]["comment"]["body"] == "missed"


async def test_a_subscription_may_be_sent_by_get(served: Live, gym: Gym) -> None:
    cursor = (await served.api.run("{ eventCursor }", gym.coach))["eventCursor"]
    await comment(served.api, gym.coach, gym.movement_id, "by GET")
    query = (
        f'subscription {{ commentAdded(workoutId: "{gym.workout_id}", after: "{cursor}") {{ comment {{ body }} }} }}'
    )
    headers = {**STREAM, "Authorization": f"Bearer {gym.coach.token}"}
    async with served.api.client.stream("GET", "/graphql", params={"query": query}, headers=headers) as response:
        assert (await Events(response).next())[2] == {"data": {"commentAdded": {"comment": {"body": "by GET"}}}}


async def test_queries_are_answered_by_one_event_and_its_completion(served: Live, gym: Gym) -> None:
    headers = {**STREAM, "Authorization": f"Bearer {gym.coach.token}"}
    response = await served.api.client.post("/graphql", json={"query": VIEWER}, headers=headers)
    data = '{"data":{"viewer":{"user":{"id":"' + str(gym.coach.id) + '"}}}}'
    assert response.text == f"event: next\ndata: {data}\n\nevent: complete\ndata:\n\n"
    wrong = await served.api.client.post("/graphql", json={"query": "{ nothing }"}, headers=headers)
    assert wrong.status_code == 200 and wrong.text.startswith('event: next\ndata: {"errors":')


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
async def test_compression_holds_no_event_back(served: Live, gym: Gym, encoding: str) -> None:
    headers = {"Accept-Encoding": encoding}
    async with served.events(gym.coach, COMMENTS, headers, id=gym.workout_id) as events:
        assert events.response.headers.get("content-encoding") in (encoding, None)
        await events.begun()
        await comment(served.api, gym.coach, gym.movement_id, "at once")
        assert (await events.next())[2]["data"]["commentAdded"]["comment"]["body"] == "at once"


async def test_a_silent_stream_gets_heartbeats(served: Live, gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = served.state["graphql"].stream
    monkeypatch.setattr(stream, "_heartbeat_seconds", 0.01)
    async with served.events(gym.coach, COMMENTS, id=gym.workout_id) as events:
        for _ in range(3):
            await events.begun()


async def test_a_stream_that_ends_says_why_and_completes(served: Live, gym: Gym, owner: Pool) -> None:
    member = gym.organization.owner
    async with served.events(member, COMMENTS, id=gym.workout_id) as events:
        await events.begun()
        await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", member.id)
        served.wake()
        kind, _, result = await events.next()
        assert (kind, result["errors"][0]["extensions"]["code"]) == ("next", "NOT_FOUND")
        assert await events.next() == ("complete", "", None)


async def test_a_deleted_workout_completes_the_stream(served: Live, gym: Gym) -> None:
    deletes = "mutation ($id: ID!) { deleteWorkout(id: $id) { userErrors { code } } }"
    async with served.events(gym.coach, WORKOUT, id=gym.workout_id) as events:
        await events.begun()
        await served.api.run(deletes, gym.coach, id=gym.workout_id)
        assert (await events.next())[2]["data"]["workoutChanged"]["deletedId"] == gym.workout_id
        assert await events.next() == ("complete", "", None)


async def test_a_client_that_disconnects_leaves_nothing_behind(served: Live, gym: Gym) -> None:
    async with served.events(gym.coach, COMMENTS, id=gym.workout_id) as events:
        await events.begun()
        await served.subscribed(1)
    await served.subscribed(0)
    assert not served.sockets.subscriptions.feed.is_running


async def test_a_slow_reader_is_cut_off_and_the_process_keeps_little_of_it(
    served: Live, gym: Gym, owner: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kinegraph.realtime.feed.MAX_QUEUED", 20)
    monkeypatch.setattr("kinegraph.realtime.sse.FINISH_SECONDS", 0)
    insert = """INSERT INTO exercise_comments (organization_id, workout_movement_id, author_id, body, by_staff)
                SELECT $1, $2, $3, repeat('x', 5000), true FROM generate_series(1, 100)"""
    async with served.events(gym.coach, COMMENTS, id=gym.workout_id) as events:
        await events.begun()
        await owner.execute(insert, gym.organization.id, gym.movement_id, gym.coach.id)
        served.wake()
        await served.subscribed(0)


# ---------------------------------------------------------------------------------- what bad input gets


async def test_a_subscription_over_get_or_post_without_a_stream_is_refused(served: Live, gym: Gym) -> None:
    query = f'subscription {{ commentAdded(workoutId: "{gym.workout_id}") {{ cursor }} }}'
    headers = {"Authorization": f"Bearer {gym.coach.token}"}
    posted = await served.api.client.post("/graphql", json={"query": query}, headers=headers)
    got = await served.api.client.get("/graphql", params={"query": query}, headers=headers)
    for response in (posted, got):
        (error,) = response.json()["errors"]
        assert (response.status_code, error["extensions"]["code"]) == (400, "SUBSCRIPTION_NOT_STREAMED")
        assert "graphql-transport-ws" in error["message"] and "text/event-stream" in error["message"]


async def test_head_opens_no_stream(served: Live, gym: Gym) -> None:
    query = f'subscription {{ commentAdded(workoutId: "{gym.workout_id}") {{ cursor }} }}'
    headers = {**STREAM, "Authorization": f"Bearer {gym.coach.token}"}
    response = await served.api.client.head("/graphql", params={"query": query}, headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    await served.subscribed(0)


async def test_refusals_of_the_request_itself_are_answered_by_a_status(
    served: Live, gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"query": COMMENTS, "variables": {"id": gym.workout_id}}
    client, signed = served.api.client, {**STREAM, "Authorization": f"Bearer {gym.coach.token}"}
    assert (await client.post("/graphql", json=body, headers=STREAM)).status_code == 401
    invalid = {**STREAM, "Authorization": "Bearer x.y.z"}
    assert (await client.post("/graphql", json=body, headers=invalid)).status_code == 401
    assert (await client.post("/graphql", content=b"x" * 3_000_000, headers=signed)).status_code == 415
    large = {**signed, "Content-Type": "application/json"}
    assert (await client.post("/graphql", content=b"x" * 3_000_000, headers=large)).status_code == 413
    monkeypatch.setattr(served.sockets.subscriptions, "bounds", Bounds(100, 0))
    response = await client.post("/graphql", json=body, headers=signed)
    assert (response.status_code, response.headers["retry-after"]) == (429, "5")
    monkeypatch.setattr(served.sockets.subscriptions, "bounds", Bounds(0, 100))
    assert (await client.post("/graphql", json=body, headers=signed)).status_code == 503
