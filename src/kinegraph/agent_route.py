"""The route /mcp of the web process: tools for agents, where the setting says so. Else nothing of it is imported."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from kinegraph.api.http import GraphQLEndpoint
from kinegraph.outside.tokens import Tokens
from kinegraph.settings import Settings

PATH = "/mcp"


class AgentRoute:
    """Answers /mcp; with 404 while it is not open."""

    def __init__(self, settings: Settings, origin_pattern: str | None) -> None:
        self.route = Route(PATH, self)
        self._settings = settings
        self._origin_pattern = origin_pattern
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if self._app is None:
            raise HTTPException(404)
        await self._app(scope, receive, send)

    @asynccontextmanager
    async def open(self, endpoint: GraphQLEndpoint, tokens: Tokens) -> AsyncIterator[None]:
        """Answer requests while the block runs, if the setting is on."""
        settings = self._settings
        if not settings.mcp:
            yield
            return
        opening = import_module("kinegraph.agents.opening")  # it takes 2 s and 22 MB, for those who use it
        access = opening.Access(
            tokens,
            settings.jwt_user_claim,
            (*settings.cors_origins, settings.address),
            self._origin_pattern,
            settings.max_body_bytes,
        )
        async with opening.open_tools(endpoint, access) as self._app:
            try:
                yield
            finally:
                self._app = None
