"""Opening the tools for the web process: everything of /mcp, with the SDK of the protocol."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.types import ASGIApp

from kinegraph.agents.catalog import Catalog
from kinegraph.agents.front import Front
from kinegraph.agents.server import AgentServer
from kinegraph.agents.tools import shipped_tools
from kinegraph.api.context import Origins
from kinegraph.api.http import GraphQLEndpoint
from kinegraph.outside.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Access:
    """Who may send requests, and how large ones. `claim` identifies the user of a token."""

    tokens: Tokens
    claim: str
    origins: tuple[str, ...]
    origin_pattern: str | None
    max_bytes: int


@asynccontextmanager
async def open_tools(endpoint: GraphQLEndpoint, access: Access) -> AsyncIterator[ASGIApp]:
    """The application that answers /mcp while the block runs."""
    shipped, database = shipped_tools(), endpoint.resources.database
    endpoint.persisted.shipped = {each.hash: each.text for each in shipped}
    server = AgentServer(endpoint, Catalog(database, shipped))
    async with server.running(access.max_bytes) as app:
        origins = Origins(access.origins, access.origin_pattern)
        yield Front(app, database, access.tokens, access.claim, origins, access.max_bytes)
