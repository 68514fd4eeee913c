"""Clients of /mcp: that of the protocol's SDK, and plain HTTP; the server that they call."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any  # JSON of arguments and results

import httpx
import httpx2
import orjson
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, Implementation

from tests.api.serving import Served
from tests.assignment.snapshots import DAY, assigned
from tests.conftest import Organization, Person, World
from tests.workout.documents import create, movement, section

MODES = ("legacy", "auto")
"""The two ages of the protocol: with a handshake (up to 2025-11-25), and without (from 2026-07-28 on)."""

HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


@asynccontextmanager
async def agent(served: Served, person: Person, mode: str = "auto", **headers: str) -> AsyncIterator[Client]:
    """The SDK's client with a user's token."""
    sent = {"Authorization": f"Bearer {person.token}", **headers}
    async with httpx2.AsyncClient(headers=sent, timeout=60) as http:
        transport = streamable_http_client(f"http://127.0.0.1:{served.port}/mcp", http_client=http)
        info = Implementation(name="Tests", version="7")
        async with Client(transport, mode=mode, client_info=info, cache=None) as client:
            yield client


def data_of(result: CallToolResult) -> Any:
    """The data of a call that succeeded: the same as JSON and as text."""
    assert not result.is_error, result
    return same(result)


def errors_of(result: CallToolResult) -> list[dict[str, Any]]:
    """The errors of a call that was refused."""
    assert result.is_error, result
    return [*same(result)["errors"]]


def same(result: CallToolResult) -> Any:
    """The content of a result, which it has as JSON and as text."""
    (text,) = result.content
    assert text.type == "text" and orjson.loads(text.text) == result.structured_content
    return result.structured_content


async def post(
    served: Served, person: Person | None, body: object, method: str = "POST", **headers: str
) -> httpx.Response:
    """The response to a body, as JSON or as it is."""
    token = {"Authorization": f"Bearer {person.token}"} if person else {}
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    sent = {**HEADERS, **token, **headers}
    return await served.api.client.request(method, "/mcp", content=content, headers=sent)


def message(method: str, **params: Any) -> dict[str, Any]:
    """A request of JSON-RPC."""
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


@dataclass
class Gym:
    """An organization with a workout of one movement, assigned to its member; and somebody of no organization."""

    organization: Organization
    stranger: Person
    workout: str
    exercise: str
    day: str = DAY

    @property
    def calls(self) -> Mapping[str, dict[str, Any]]:
        """Arguments for each shipped tool."""
        organization = {"organizationId": str(self.organization.id)}
        return {
            "show_account": {},
            "search_exercises": {**organization, "text": "back squat", "first": 2},
            "find_workouts": organization,
            "show_workout": {"workoutId": self.workout},
            "check_workout": {"workoutId": self.workout, "conditions": ["knee_pain"], **organization},
            "generate_workout": {"goal": "STRENGTH", "sessionMinutes": 30, "hasAllEquipment": True, **organization},
            "list_due": {**organization, "from": self.day, "to": self.day},
            "list_due_exercises": {},
            "show_worklist": organization,
        }


async def gym_of(served: Served, world: World) -> Gym:
    """A new one."""
    organization = await world.organization()
    exercise = await world.exercise_id("back-squat")
    workout = (await create(served.api, organization, section(movement(exercise))))["id"]
    await assigned(served.api, organization.coach, workout, organization.member)
    return Gym(organization, await world.person(), workout, exercise)
