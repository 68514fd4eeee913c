"""Whether the process lives, and whether it can serve."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from kinegraph.api.executor import PLANS
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


async def metrics(request: Request) -> Response:
    """How operations were executed, as Prometheus reads it: how many breadth first, and why others were not."""
    lines = [
        "# HELP kinegraph_operations_total Operations by executor, and why graphql-core had to do them.",
        "# TYPE kinegraph_operations_total counter",
    ]
    for reason, count in sorted(PLANS.counted.items()):
        executor = "graphql-core" if reason else "breadth-first"
        lines.append(f'kinegraph_operations_total{{executor="{executor}",reason="{reason}"}} {count}')
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")
