"""Whether the process lives, and whether it can serve."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kinegraph.api.failures import RETRY_AFTER
from kinegraph.api.readiness import OK, Readiness


async def healthz(request: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> Response:
    """Database, migrations and Redis: 200 where all are well, else 503 with what is not; within two seconds."""
    readiness: Readiness = request.state.readiness
    checks = await readiness.check()
    if all(state == OK for state in checks.values()):
        return JSONResponse({"status": "ok", **checks})
    return JSONResponse({"status": "unavailable", **checks}, 503, RETRY_AFTER)
