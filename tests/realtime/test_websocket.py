"""Subscriptions over WebSocket, by the protocol graphql-transport-ws."""

import asyncio
import contextlib
import json
from typing import Any  # settings and messages

import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from kinegraph.outside.tokens import Tokens
from kinegraph.realtime import socket as sockets
from kinegraph.realtime.streams import Bounds
from tests.conftest import SECRET
from tests.realtime.clients import COMMENTS, WORKOUT, Client, Gym, Live
from tests.workout.documents import NO_ID, UPDATE, Pool, comment

VIEWER = "{ viewer { user { id } } }"


async def test_a_comment_that_is_added_comes_to_its_subscriber(served: Live, gym: Gym) -> None:
    async with served.socket(gym.coach) as client:
        await client.subscribe(COMMENTS, "a", id=gym.workout_id)
        await served.subscribed()
        id = await comment(served.api, gym.coach, gym.movement_id, "שלום 💪")
        event = await client.next("a")
        assert event["comment"] == {"id": id, "body": "שלום 💪", "author": {"id": str(gym.coach.id)}}


async def test_queries_and_mutations_work_over_the_socket_as_over_http(served: Live, gym: Gym) -> None:
    async with served.socket(gym.coach) as client:
        await client.subscribe(VIEWER, "q")
        assert await client.next("q") == {"user": {"id": str(gym.coach.id)}}
        assert await client.receive() == {"type": "complete", "id": "q"}
        await client.subscribe(UPDATE, "q", id=gym.workout_id, input={"title": "New"})
        assert (await client.next("q"))["workout"]["title"] == "New"
        assert await client.receive() == {"type": "complete", "id": "q"}
        await client.subscribe("{ nothing }", "bad")
        assert (await client.error("bad"))["extensions"]["code"] == "BAD_REQUEST"


async def test_a_token_may_come_with_the_handshake_or_in_headers_of_the_payload(served: Live, gym: Gym) -> None:
    token = f"Bearer {gym.coach.token}"
    async with served.socket(additional_headers={"Authorization": token}) as client:
        await client.init()
    async with served.socket() as client:
        await client.init(headers={"authorization": token})


async def test_pings_are_answered_before_and_after_the_acknowledgement(served: Live, gym: Gym) -> None:
    async with served.socket() as client:
        await client.send("ping")
        assert await client.receive() == {"type": "pong"}
        await client.init(gym.coach)
        await client.send("pong")
        await client.send("ping", payload={"any": 1})
        assert await client.receive() == {"type": "pong"}


async def test_a_silent_connection_gets_heartbeats(served: Live, gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served.sockets, "heartbeat_seconds", 0.01)
    async with served.socket(gym.coach) as client:
        assert await client.receive(pings=True) == {"type": "ping"}


async def test_a_completed_operation_gets_nothing_more_and_frees_its_id(served: Live, gym: Gym) -> None:
    async with served.socket(gym.coach) as client:
        for title in ("One", "Two"):
            await client.subscribe(WORKOUT, "w", id=gym.workout_id)
            await served.subscribed()
            await served.api.run(UPDATE, gym.coach, id=gym.workout_id, input={"title": title})
            assert (await client.next("w"))["workout"]["title"] == title
            await client.send("complete", id="w")
            await served.subscribed(0)


async def test_a_deleted_workout_is_the_last_event(served: Live, gym: Gym) -> None:
    async with served.socket(gym.coach) as client:
        await client.subscribe(WORKOUT, id=gym.workout_id)
        await served.subscribed()
        await served.api.run(
            "mutation ($id: ID!) { deleteWorkout(id: $id) { deletedId userErrors { code } } }",
            gym.coach,
            id=gym.workout_id,
        )
        event = await client.next()
        assert (event["workout"], event["deletedId"]) == (None, gym.workout_id)
        assert await client.receive() == {"type": "complete", "id": "1"}
    await served.subscribed(0)


# ---------------------------------------------------------------------------------- what bad input gets


async def sent(client: Client, message: Any) -> tuple[int, str]:
    """How the socket is closed after a message."""
    await client.socket.send(message if isinstance(message, str | bytes) else json.dumps(message))
    return await client.closing()


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("not JSON", 4400),
        (b"{}", 4400),
        ([], 4400),
        ({"type": "start", "id": "1"}, 4400),
        ({"type": "subscribe", "payload": {"query": VIEWER}}, 4400),
        ({"type": "subscribe", "id": "", "payload": {"query": VIEWER}}, 4400),
        ({"type": "subscribe", "id": "x" * 300, "payload": {"query": VIEWER}}, 4400),
        ({"type": "subscribe", "id": "1", "payload": "query"}, 4400),
        ({"type": "complete"}, 4400),
        ({"type": "connection_init"}, 4429),
        ('{"type": "ping", "payload": "\ud800"}'.encode("utf-8", "replace").decode(), 4400),
        ("[" * 100_000, 4400),
        ('{"type": "subscribe", "id": "1", "payload": ' + '{"a":' * 500 + "1" + "}" * 500 + "}", 4400),
    ],
)
async def test_a_message_out_of_order_or_form_closes_the_socket(
    served: Live, gym: Gym, message: Any, code: int
) -> None:
    async with served.socket(gym.coach) as client:
        assert (await sent(client, message))[0] == code


async def test_a_message_of_ten_megabytes_closes_the_socket(served: Live, gym: Gym) -> None:
    async with served.socket(gym.coach) as client:
        with contextlib.suppress(ConnectionClosedError):
            await client.socket.send("x" * 10_000_000)
        assert (await client.closing())[0] == 1009


async def test_subscribing_before_the_acknowledgement_is_unauthorized(served: Live) -> None:
    async with served.socket() as client:
        subscribe = {"type": "subscribe", "id": "1", "payload": {"query": VIEWER}}
        assert await sent(client, subscribe) == (4401, "Unauthorized")


async def test_an_id_in_use_is_refused(served: Live, gym: Gym) -> None:
    async with served.socket(gym.coach) as client:
        await client.subscribe(COMMENTS, "same", id=gym.workout_id)
        await client.subscribe(VIEWER, "same")
        assert await client.closing() == (4409, "Subscriber for same already exists")
    await served.subscribed(0)


async def test_no_connection_init_in_time_closes_the_socket(served: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "INIT_SECONDS", 0.05)
    async with served.socket() as client:
        assert await client.closing() == (4408, "Connection initialisation timeout")


@pytest.mark.parametrize("authorization", [None, "Bearer no.token.here", "Basic eDp5", "Bearer ", "é"])
async def test_a_bad_token_is_forbidden(served: Live, authorization: str | None) -> None:
    async with served.socket() as client:
        code, _ = await sent(client, {"type": "connection_init", "payload": {"authorization": authorization}})
        assert code == 4403


async def test_an_expired_token_and_one_of_nobody_are_forbidden(served: Live) -> None:
    tokens = Tokens(SECRET)
    for token in (tokens.sign({"sub": NO_ID}, 60), tokens.sign({"sub": NO_ID}, -60)):
        async with served.socket() as client:
            init = {"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}
            assert (await sent(client, init))[0] == 4403


async def test_another_subprotocol_is_not_acceptable(served: Live) -> None:
    for protocols in (["graphql-ws"], None):
        async with served.socket(subprotocols=protocols) as client:
            assert (await client.closing())[0] == 4406


async def test_a_page_of_another_origin_opens_no_socket(served: Live) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with served.socket(origin="https://elsewhere.example"):
            pass
    assert refused.value.response.status_code == 403
    async with served.socket(origin=f"http://127.0.0.1:{served.port}"):
        pass


async def test_a_user_has_a_limited_number_of_subscriptions_and_sockets(
    served: Live, gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounds = Bounds(100, 2)
    monkeypatch.setattr(served.sockets.subscriptions, "bounds", bounds)
    async with served.socket(gym.coach) as one, served.socket(gym.coach) as two:
        for number, client in enumerate((one, two)):
            await client.subscribe(COMMENTS, str(number), id=gym.workout_id)
        await served.subscribed(2)
        await two.subscribe(COMMENTS, "more", id=gym.workout_id)
        assert (await two.error("more"))["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
        async with served.socket() as three:
            init = {"type": "connection_init", "payload": {"Authorization": f"Bearer {gym.coach.token}"}}
            code, reason = await sent(three, init)
        assert (code, reason.partition(":")[0]) == (1013, "TOO_MANY_CONNECTIONS")
    await served.subscribed(0)
    async with served.socket(gym.coach):
        pass


async def test_a_socket_has_a_limited_number_of_operations(
    served: Live, gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "MAX_OPERATIONS", 1)
    async with served.socket(gym.coach) as client:
        await client.subscribe(COMMENTS, "1", id=gym.workout_id)
        await client.subscribe(VIEWER, "2")
        assert (await client.error("2"))["extensions"]["code"] == "TOO_MANY_OPERATIONS"


async def test_a_client_that_reads_nothing_is_cut_off(
    served: Live, gym: Gym, owner: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kinegraph.realtime.feed.MAX_QUEUED", 3)
    monkeypatch.setattr(sockets, "CLOSE_SECONDS", 0.1)
    monkeypatch.setattr("kinegraph.http_protocol.CLOSE_SECONDS", 0.1)
    bodies = " ".join(f"b{number}: body" for number in range(250))  # more than a megabyte for each event
    query = f"subscription ($id: ID!) {{ commentAdded(workoutId: $id) {{ comment {{ {bodies} }} }} }}"
    insert = """INSERT INTO exercise_comments (organization_id, workout_movement_id, author_id, body, by_staff)
                VALUES ($1, $2, $3, repeat('x', 5000), true)"""
    async with served.socket(gym.coach, max_queue=1) as client:
        await client.subscribe(query, id=gym.workout_id)
        await served.subscribed()
        while served.sockets.subscriptions.by_user:
            await owner.execute(insert, gym.organization.id, gym.movement_id, gym.coach.id)
            served.wake()
            await asyncio.sleep(0.01)
        assert (await client.closing())[0] in (4008, 1006)


async def test_a_client_that_vanishes_leaves_nothing_behind(served: Live, gym: Gym) -> None:
    async with served.socket(gym.coach) as client:
        await client.subscribe(COMMENTS, id=gym.workout_id)
        await served.subscribed()
        client.socket.transport.abort()
        await served.subscribed(0)
    assert not served.sockets.subscriptions.feed.is_running
    for _ in range(100):
        if not served.sockets.by_user:
            break
        await asyncio.sleep(0.01)
    assert not served.sockets.by_user
