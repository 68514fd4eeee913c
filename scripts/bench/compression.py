"""The cost of compression: bytes sent and CPU time of a library page, by encoding, without and with a cache.

Run by `python -m bench.compression` with a database that `make bench` has filled (`--database URL`).
"""

import argparse
import asyncio
import time
from dataclasses import replace
from pathlib import Path

import httpx
from starlette.types import Receive, Scope, Send

from bench.operations import body
from bench.servers import SECRET
from bench.workloads import read_organizations
from kinegraph.main import create_app
from kinegraph.services import Services
from kinegraph.settings import Settings

ENCODINGS = ("identity", "gzip", "br", "zstd")
REQUESTS = 100


async def measure(services: Services) -> None:
    """Print a row for each encoding: bytes, and milliseconds of CPU per request, the client's share included."""
    organization = (await read_organizations(services.database_url, SECRET))[0]
    content = body("library", {"id": str(organization.id)})
    app = create_app(services)
    async with app.router.lifespan_context(app) as state:

        async def served(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        async with httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://127.0.0.1") as client:
            for encoding in ENCODINGS:
                size, milliseconds = await _measured(client, content, organization.token, encoding)
                print(f"| {encoding} | {size:,} | {milliseconds:.2f} |")


async def _measured(client: httpx.AsyncClient, content: bytes, token: str, encoding: str) -> tuple[int, float]:
    """The bytes of an answer, and the CPU time per request in milliseconds."""
    headers = {
        "authorization": f"Bearer {token}",
        "content-type": "application/json",
        "accept-encoding": encoding,
    }
    size, started = 0, 0.0
    for turn in range(2):  # the first one is not counted
        started = time.process_time()
        for _ in range(REQUESTS if turn else 10):
            async with client.stream("POST", "/graphql", content=content, headers=headers) as response:
                size = sum([len(part) async for part in response.aiter_raw()])
                assert response.status_code == 200
    return size, (time.process_time() - started) / REQUESTS * 1000


def main() -> None:
    """Measure without and with the cache of answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="URL of a database that the benchmark has filled")
    url = parser.parse_args().database
    settings = Settings(environment="development", home=Path(".kinegraph/bench"))
    services = Services(settings, url, "redis://127.0.0.1:1", SECRET)
    for megabytes in (0, 64):
        print(f"cache of {megabytes} MB\n| encoding | bytes | CPU, ms |\n|---|---|---|")
        asyncio.run(measure(replace(services, settings=settings.model_copy(update={"cache_mb": megabytes}))))


if __name__ == "__main__":
    main()
