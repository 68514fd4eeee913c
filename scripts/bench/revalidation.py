"""The cost of a GET by what it is answered: 200, and 304 without making the answer.

Run by `python -m bench.revalidation`: it starts PostgreSQL in a temporary folder, with few rows. CPU time is that of
the application in this process (without a server of HTTP), and of PostgreSQL.
"""

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import orjson
import psutil
from starlette.applications import Starlette
from starlette.types import Message

from bench import data
from bench.cpu import family_cpu
from bench.operations import DOCUMENTS
from bench.servers import SECRET, Storage, storage
from bench.workloads import read_organizations
from kinegraph.main import create_app
from kinegraph.services import Services
from kinegraph.settings import Settings

SIZE = data.Size(organizations=2, canonical=200, workouts=30)
REQUESTS, ROUNDS = 100, 3


@dataclass
class Client:
    """Sends GET requests to the application, one after the other."""

    app: Starlette
    state: dict[str, object]
    postmaster: psutil.Process

    async def get(self, query: bytes, headers: list[tuple[bytes, bytes]]) -> tuple[int, bytes]:
        """The status of the answer, and its tag."""
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/graphql",
            "raw_path": b"/graphql",
            "query_string": query,
            "headers": [(b"host", b"127.0.0.1"), *headers],
            "state": dict(self.state),
        }
        await self.app(scope, receive, send)
        return sent[0]["status"], dict(sent[0]["headers"]).get(b"etag", b"")

    async def measure(self, query: bytes, headers: list[tuple[bytes, bytes]], status: int) -> tuple[float, float]:
        """Milliseconds of CPU per request, of the application and of PostgreSQL: those of the fastest round."""
        found = []
        for _ in range(ROUNDS):
            started, postgres = time.process_time(), family_cpu(self.postmaster)
            for _ in range(REQUESTS):
                assert (await self.get(query, headers))[0] == status
            used = time.process_time() - started, family_cpu(self.postmaster) - postgres
            found.append((used[0] / REQUESTS * 1000, used[1] / REQUESTS * 1000))
        return min(found)


async def measure(stores: Storage) -> None:
    """Print the rows of a table: each operation, with and without the tag of its answer."""
    organization = (await read_organizations(stores.database_url, SECRET))[0]
    settings = Settings(environment="production", home=Path(tempfile.gettempdir()))
    app = create_app(Services(settings, stores.database_url, stores.redis_url, SECRET))
    async with app.router.lifespan_context(app) as state:
        client = Client(app, dict(state or {}), stores.postmaster)
        for name, id in (("tree", organization.workouts[0]), ("library", organization.id)):
            parameters = {"query": DOCUMENTS[name], "variables": orjson.dumps({"id": str(id)}).decode()}
            query = urlencode(parameters).encode()
            headers = [(b"authorization", f"Bearer {organization.token}".encode()), (b"accept", b"application/json")]
            for _ in range(10):
                status, tag = await client.get(query, headers)
                assert status == 200
            plain = await client.measure(query, headers, 200)
            tagged = [*headers, (b"if-none-match", tag)]
            await client.get(query, tagged)
            unchanged = await client.measure(query, tagged, 304)
            for answer, (own, postgres) in (("200", plain), ("304", unchanged)):
                print(f"| {name} | {answer} | {own:.2f} + {postgres:.2f} |", flush=True)


def main() -> None:
    """Print a table."""
    with tempfile.TemporaryDirectory() as folder, storage(Path(folder)) as stores:
        asyncio.run(data.prepare(stores.database_url, SIZE))
        print("| operation | answer | CPU, ms |\n|---|---|---|")
        asyncio.run(measure(stores))


if __name__ == "__main__":
    main()
