"""The server of the Model Context Protocol, by the official SDK: it lists the tools, and calls them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any  # the protocol's server has no state

import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from starlette.requests import Request
from starlette.types import ASGIApp

import kinegraph
from kinegraph.agents.calls import call
from kinegraph.agents.catalog import Catalog
from kinegraph.agents.tools import MAX_NAME, Tool
from kinegraph.api.http import GraphQLEndpoint
from kinegraph.persisted.store_lookup import TRUSTED_SECONDS

INSTRUCTIONS = (
    "Kinegraph has the exercise libraries, workouts and assignments of organizations. Call `show_account` first: it "
    "says who the user is, and has the ids of their organizations, which other tools take. Tools show what the user "
    "may see."
)

Context = ServerRequestContext[Any, Request]


class AgentServer:
    """Answers the protocol's messages, each by itself: there are no sessions."""

    def __init__(self, endpoint: GraphQLEndpoint, catalog: Catalog) -> None:
        self._endpoint = endpoint
        self._catalog = catalog
        self._server = Server(
            "kinegraph",
            version=kinegraph.__version__,
            title="Kinegraph",
            instructions=INSTRUCTIONS,
            cache_hints={"tools/list": CacheHint(TRUSTED_SECONDS * 1_000)},
            get_tool_input_schema=lambda name: found.input_schema if (found := catalog.tools.get(name)) else None,
            on_list_tools=self._list,
            on_call_tool=self._call,
        )

    @asynccontextmanager
    async def running(self, max_bytes: int) -> AsyncIterator[ASGIApp]:
        """The application that answers requests, with bodies of up to `max_bytes`, while the block runs."""
        manager = StreamableHTTPSessionManager(
            self._server, json_response=True, stateless=True, max_request_body_size=max_bytes
        )
        async with manager.run():
            yield manager.handle_request

    async def _list(self, context: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        tools = await self._catalog.current()
        return types.ListToolsResult(tools=[_described(tools[name]) for name in sorted(tools)])

    async def _call(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = (await self._catalog.current()).get(params.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, f"There is no tool `{params.name[:MAX_NAME]}`: list the tools again.")
        assert context.request is not None
        context.request.scope["operation"] = tool.name
        client = context.session.client_params.client_info if context.session.client_params else None
        named = (client.name, client.version) if client else None
        result = await call(self._endpoint, context.request, tool, params.arguments or {}, named)
        return types.CallToolResult.model_validate(result)


def _described(tool: Tool) -> types.Tool:
    """A tool as it is listed."""
    return types.Tool(
        name=tool.name,
        description=tool.description,
        input_schema=tool.input_schema,
        annotations=types.ToolAnnotations(
            read_only_hint=tool.is_query, destructive_hint=not tool.is_query, open_world_hint=False
        ),
    )
