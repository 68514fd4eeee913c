"""The log of requests: an id for each, which its response and its log lines carry, and how it went."""

import logging
import time

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kinegraph.kit import logs

log = logging.getLogger("kinegraph.http")

MAX_LOGGED = 200
"""Maximum length of a path or of an operation's name in the log, in characters."""


class RequestLog:
    """Gives each request an id, which its response and its log lines carry, and logs how it went."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id = _request_id(scope)
        mark = logs.request_id.set(id)
        started = time.perf_counter()
        status = 500

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", id.encode()),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except ClientDisconnect:
            log.debug("client hung up", extra={"method": scope["method"], "path": route_of(scope)})
        except BaseException:
            _log_request(scope, status, started)
            raise
        else:
            _log_request(scope, status, started)
        finally:
            logs.request_id.reset(mark)


def route_of(scope: Scope) -> str:
    """The path of a request without its parameters, such as /media/{key}: they may be names of a patient's files.

    Of a path that no route has, the first part alone.
    """
    path: str = scope["path"]
    if "endpoint" not in scope:
        first, more = path[1:].partition("/")[::2]
        return f"/{first}/…" if more else f"/{first}"
    for name, value in reversed(scope.get("path_params", {}).items()):
        before, found, after = path.rpartition(str(value))
        path = f"{before}{{{name}}}{after}" if found and value else path
    return path


def _log_request(scope: Scope, status: int, started: float) -> None:
    elapsed = round((time.perf_counter() - started) * 1000, 1)
    extra = {"method": scope["method"], "path": route_of(scope)[:MAX_LOGGED], "status": status, "ms": elapsed}
    operation = scope.get("operation")
    if operation and len(operation) <= MAX_LOGGED and operation.isidentifier():
        extra["operation"] = operation
    log.info("request", extra=extra)


def _request_id(scope: Scope) -> str:
    """The id that the request brought, if it is a plain one, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and 0 < len(value) <= 64 and value.replace(b"-", b"").isalnum():
            return str(value, "ascii")
    return logs.new_request_id()
