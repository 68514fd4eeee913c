"""The server: POST /v1/embeddings, with Voyage's errors, and with faults on demand."""

import asyncio
import base64
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self  # Any: JSON

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local_voyage.vectors import packed

MODEL = "voyage-multilingual-2"
MAX_TEXTS, MAX_TOKENS = 1_000, 120_000


@dataclass(frozen=True)
class Received:
    """A request that was received."""

    texts: tuple[str, ...]
    input_type: str


Fault = Callable[[Received], Response | float | None]
"""Decides on a request before it is answered: a response to send instead, seconds to wait first, or None."""


def limited(seconds: int | None = 1) -> Response:
    """The response to too many requests."""
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    return JSONResponse({"detail": "You have exceeded your rate limit."}, 429, headers)


def failed(status: int = 500) -> Response:
    """The response of a server that fails."""
    return PlainTextResponse("Internal Server Error", status)


def refused(detail: str = "The request is not valid.") -> Response:
    """The response to a request that Voyage refuses."""
    return JSONResponse({"detail": detail}, 400)


def answer(encoded: list[Any], tokens: int) -> Response:
    """The response with vectors, encoded or not."""
    data = [{"object": "embedding", "index": index, "embedding": each} for index, each in enumerate(encoded)]
    body = {"object": "list", "data": data, "model": MODEL, "usage": {"total_tokens": tokens}}
    return JSONResponse(body)


class LocalVoyage:
    """The server on a port of this machine, in a thread, while it is used as a context manager."""

    def __init__(self, port: int = 0, key: str | None = None) -> None:
        self.fault: Fault = lambda request: None
        """Assign a function to have requests fail."""
        self.received: list[Received] = []
        """The requests that were received."""
        self.answered: list[str] = []
        """The texts whose vectors were answered, in order."""
        self._key = key
        self._socket = socket.create_server(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        app = Starlette(routes=[Route("/v1/embeddings", self._embeddings, methods=["POST"])])
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()

    async def _embeddings(self, request: Request) -> Response:
        sent = request.headers.get("Authorization", "")
        if not sent.startswith("Bearer ") or (self._key is not None and sent != f"Bearer {self._key}"):
            return JSONResponse({"detail": "Provided API key is invalid."}, 401)
        body = await request.json()
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        received = Received(tuple(texts), str(body.get("input_type")))
        self.received.append(received)
        decided = self.fault(received)
        if isinstance(decided, Response):
            return decided
        if decided is not None:
            await asyncio.sleep(decided)
        tokens = sum(len(text) // 3 + 1 for text in texts)
        if body.get("model") != MODEL:
            return refused(f"Model {body.get('model')} is not supported.")
        if not 0 < len(texts) <= MAX_TEXTS or tokens > MAX_TOKENS or not all(texts):
            return refused("The request has too many texts or tokens, or an empty text.")
        self.answered += texts
        vectors = [packed(text) for text in texts]
        if body.get("encoding_format") == "base64":
            return answer([base64.b64encode(each).decode() for each in vectors], tokens)
        return answer([memoryview(each).cast("f").tolist() for each in vectors], tokens)
