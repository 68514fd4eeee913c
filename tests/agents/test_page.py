"""The pages on tools: their examples work as they stand, and they name every shipped tool."""

import json
import textwrap
from typing import Any  # values of the example's names

from kinegraph.agents.tools import shipped_tools, tool
from tests.agents.clients import Gym
from tests.api.serving import Served
from tests.docs.markdown import ROOT, blocks

CLIENTS, OPERATIONS = ROOT / "docs" / "clients.md", ROOT / "docs" / "operations.md"


async def test_the_example_in_python_works(served: Served, gym: Gym) -> None:
    (code,) = (block for block in blocks(CLIENTS, "python") if "streamable_http_client" in block)
    code = code.replace("https://api.example", f"http://127.0.0.1:{served.port}")
    names: dict[str, Any] = {"token": gym.organization.coach.token}
    exec(f"async def example():\n{textwrap.indent(code, '    ')}\n    return organization", names)
    assert await names["example"]() == str(gym.organization.id)


def test_the_example_of_a_file_of_servers_is_json() -> None:
    (found,) = (json.loads(block) for block in blocks(CLIENTS, "json") if "mcpServers" in block)
    assert found["mcpServers"]["kinegraph"]["url"].endswith("/mcp")


def test_the_page_has_every_shipped_tool_and_the_example_of_another_is_one() -> None:
    page = CLIENTS.read_text("utf-8").partition("## Agents")[2]
    assert [each.name for each in shipped_tools() if f"| `{each.name}` |" not in page] == []
    (text,) = (block for block in blocks(OPERATIONS, "graphql") if "plan_workout" in block)
    found = tool(text)
    assert found and (found.name, found.is_query, found.refusals) == (
        "plan_workout",
        False,
        (("assignWorkout", "userErrors"),),
    )
