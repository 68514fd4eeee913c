"""Tools are off by default: /mcp is not there, and the SDK of the protocol is not loaded."""

import subprocess
import sys

from kinegraph.settings import read_settings
from tests.agents.clients import message
from tests.conftest import Api, World
from tests.process.running import environment

IMPORTED = """
import asyncio, sys
from kinegraph.main import app
print("/mcp" in [route.path for route in app().routes])
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("mcp", "mcp_types", "sse_starlette")))
"""


async def test_tools_are_off_by_default(api: Api, world: World) -> None:
    assert not read_settings({}).mcp and read_settings({"KINEGRAPH_MCP": "on"}).mcp
    person = await world.person()
    for method in ("GET", "POST", "DELETE"):
        headers = {"Authorization": f"Bearer {person.token}"}
        response = await api.client.request(method, "/mcp", json=message("tools/list"), headers=headers)
        assert (response.status_code, response.json()) == (
            404,
            {"error": "There is nothing here; the API is at /graphql."},
        )


def test_a_process_without_tools_loads_nothing_of_the_sdk(database_url: str, redis_url: str) -> None:
    env = environment(database_url, KINEGRAPH_REDIS_URL=redis_url, KINEGRAPH_JWT_SECRET="x" * 32)
    done = subprocess.run([sys.executable, "-c", IMPORTED], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["True", "[]"]
