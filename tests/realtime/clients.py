"""Clients of subscriptions: graphql-transport-ws over `websockets`, server-sent events over httpx; and their server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any  # JSON of messages and results

import httpx
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from kinegraph.http_protocol import HttpProtocol, WebSocketProtocol
from kinegraph.main import create_app
from kinegraph.realtime.feed import stopping
from kinegraph.realtime.socket import Sockets
from kinegraph.services import Services
from tests.api.serving import state_of, uvicorn_running
from tests.conftest import Api, Organization, Person, World
from tests.settings import with_settings
from tests.workout.documents import Json, create, movement, section

COMMENTS = """subscription ($id: ID!, $after: String) {
  commentAdded(workoutId: $id, after: $after) { cursor comment { id body author { id } } }
}"""
WORKOUT = """subscription ($id: ID!, $after: String) {
  workoutChanged(id: $id, after: $after) { cursor deletedId workout { id title sections { movements { label } } } }
}"""
ASSIGNMENTS = """subscription ($organization: ID, $athlete: ID, $after: String) {
  assignmentChanged(organizationId: $organization, athleteId: $athlete, after: $after) {
    cursor deletedId assignment { id status scheduledFor athlete { id } isForked }
  }
}"""
JOB = """subscription ($id: ID!, $after: String) {
  jobProgress(id: $id, after: $after) { cursor job { id status message error } }
}"""
SECONDS = 20


@dataclass
class Closing(Exception):
    """The server closed the socket."""

    code: int
    reason: str


@dataclass
class Client:
    """A socket that speaks graphql-transport-ws."""

    socket: ClientConnection
    pings: int = 0

    async def send(self, kind: str, **values: Any) -> None:
        """Send a message."""
        await self.socket.send(json.dumps({"type": kind, **values}))

    async def receive(self, *, pings: bool = False) -> Json:
        """The next message; a ping is answered. Raises Closing."""
        try:
            while True:
                message: Json = json.loads(await asyncio.wait_for(self.socket.recv(), SECONDS))
                if message["type"] != "ping" or pings:
                    return message
                self.pings += 1
                assert self.pings < 10, "Nothing came but pings."
                await self.send("pong")
        except ConnectionClosed as error:
            code, reason = (error.rcvd.code, error.rcvd.reason) if error.rcvd else (1006, "")
            raise Closing(code, reason) from None

    async def closing(self) -> tuple[int, str]:
        """Wait until the server closes the socket. Returns code and reason."""
        try:
            while True:
                await self.receive()
        except Closing as closing:
            return closing.code, closing.reason

    async def init(self, person: Person | None = None, **payload: Any) -> None:
        """Initialise the connection."""
        token = {"Authorization": f"Bearer {person.token}"} if person else {}
        await self.send("connection_init", payload={**token, **payload})
        assert await self.receive() == {"type": "connection_ack"}

    async def subscribe(self, query: str, operation: str = "1", **variables: Any) -> None:
        """Begin an operation."""
        await self.send("subscribe", id=operation, payload={"query": query, "variables": variables})

    async def next(self, id: str = "1") -> Any:
        """The value of the only field of the next result."""
        message = await self.receive()
        assert (message["type"], message.get("id")) == ("next", id), message
        (value,) = message["payload"]["data"].values()
        return value

    async def error(self, id: str = "1") -> Json:
        """The only error of an operation that is refused or ended."""
        message = await self.receive()
        assert (message["type"], message.get("id")) == ("error", id), message
        (error,) = message["payload"]
        return dict(error)


@dataclass
class Live:
    """A served API, with the means to subscribe."""

    api: Api
    port: int
    sockets: Sockets
    state: dict[str, Any]
    services: Services
    clients: list[Client] = field(default_factory=list)

    @asynccontextmanager
    async def socket(self, person: Person | None = None, **options: Any) -> AsyncIterator[Client]:
        """A socket; initialised where it is somebody's."""
        url, protocol = f"ws://127.0.0.1:{self.port}/graphql", Subprotocol("graphql-transport-ws")
        options = {"subprotocols": [protocol], "max_size": 2**26, "proxy": None, **options}
        async with connect(url, **options) as socket:
            client = Client(socket)
            if person is not None:
                await client.init(person)
            yield client

    @asynccontextmanager
    async def events(
        self, person: Person, query: str, headers: dict[str, str] | None = None, **variables: Any
    ) -> AsyncIterator["Events"]:
        """A stream of server-sent events."""
        sent = {"Authorization": f"Bearer {person.token}", "Accept": "text/event-stream", **(headers or {})}
        body = {"query": query, "variables": variables}
        async with self.api.client.stream("POST", "/graphql", json=body, headers=sent) as response:
            yield Events(response)

    def wake(self) -> None:
        """Wake the feed up after a commit that was not the API's."""
        self.sockets.subscriptions.feed.wake()

    async def subscribed(self, count: int = 1) -> None:
        """Wait until so many subscriptions have begun, and no other is counted."""
        subscriptions = self.sockets.subscriptions
        for _ in range(1000):
            if len(subscriptions.feed.listeners) == subscriptions.by_user.total() == count:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(subscriptions.by_user)


class Events:
    """The events of a response."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.heartbeats = 0
        self._lines = response.aiter_lines()

    async def begun(self) -> None:
        """Wait for the heartbeat that a subscription begins with."""
        before = self.heartbeats
        while self.heartbeats == before:
            await self._line()

    async def next(self) -> tuple[str, str, Any]:
        """Type, id and data of the next event."""
        found = {"event": "", "id": "", "data": ""}
        while True:
            line = await self._line()
            if line == "" and found["event"]:
                return found["event"], found["id"], json.loads(found["data"]) if found["data"] else None
            name, _, value = line.partition(":")
            found[name] = value.removeprefix(" ")

    async def _line(self) -> str:
        line = await asyncio.wait_for(anext(self._lines), SECONDS)
        self.heartbeats += line == ":"
        return line


@asynccontextmanager
async def live(services: Services, **settings: Any) -> AsyncIterator[Live]:
    """The API on a port, with WebSocket, as `kinegraph serve` serves it."""
    changed = with_settings(services, **settings)
    app = create_app(changed)
    state = state_of(app)
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        http=HttpProtocol,
        ws=WebSocketProtocol,
        ws_max_size=changed.settings.max_body_bytes,
        ws_per_message_deflate=False,
        log_level="critical",
        timeout_graceful_shutdown=10,
    )
    async with uvicorn_running(config, client_seconds=30, max_connections=100) as (port, api):
        try:
            yield Live(api, port, state["sockets"], state, changed)
        finally:
            state["sockets"].subscriptions.feed.end_all(stopping())


@dataclass
class Gym:
    """An organization with a workout of one movement."""

    organization: Organization
    workout_id: str
    movement_id: str

    @property
    def coach(self) -> Person:
        """Its coach."""
        return self.organization.coach


async def gym_of(api: Api, world: World) -> Gym:
    """A new one."""
    organization = await world.organization()
    made = await create(api, organization, section(movement(await world.exercise_id("back-squat"), label="A1")))
    return Gym(organization, made["id"], made["sections"][0]["movements"][0]["id"])
