"""Processes that send requests to an API of their own, sequentially, and print the growth of their memory.

`python -m tests.api.filling` with a JSON object on each line: addresses, settings, the cache that is measured, the
token, and documents with their variables. For each a process is forked, which has imported everything and done nothing
else. What it prints is a JSON object: by how much resident memory grew, and what the cache counts.
"""

import asyncio
import gc
import json
import os
import sys
from pathlib import Path
from typing import Any  # ASGI messages, and JSON of a test

import psutil
from starlette.applications import Starlette

from kinegraph.lexicon.rules_query import prepare
from kinegraph.main import create_app
from kinegraph.services import Services
from kinegraph.settings import Settings
from tests.settings import NO_COST_LIMITS

SHAPES = {
    "aliases": lambda n, k: "{ viewer { user { " + " ".join(f"a{k}x{i}: name" for i in range(n)) + " } } }",
    "short aliases": lambda n, k: f"query Q{k} {{ viewer {{ user {{ " + " ".join(f"b{i}:id" for i in range(n)) + "}}}",
    "objects": lambda n, k: f"query Q{k} {{ " + " ".join(f"v{i}: viewer {{ user {{ id }} }}" for i in range(n)) + "}",
    "inline fragments": lambda n, k: f"query Q{k} {{ viewer {{ user {{ {'...{id}' * (n // 8)} }} }} }}",
    "fragments": lambda n, k: f"query Q{k} {{ " + " ".join(f"v{i}: viewer {{ user {{ ...F }} }}" for i in range(n // 4))
    + "} fragment F on User { " + " ".join(f"f{i}:name" for i in range(20)) + "}",
    "deep": lambda n, k: f"query Q{k} {{ " + " ".join(
        f'd{i}: workout(id: "{"0" * 8}-0000-7000-8000-{i:012}") {{ sections {{ movements {{ exercise {{ exercise {{ id'
        " name } } } } }" for i in range(n // 8)) + "}",
    "long text": lambda n, k: f'query Q{k} {{ exercises(first: 1, filter: {{ q: "{"x" * 100}" }}) {{ nodes {{ id }} }} '
    f'v: viewer {{ user {{ id }} }} }} # {"y" * 10 * n}',
    "switches": lambda n, k: f"query Q{k}($on: Boolean! = true) {{ viewer {{ user {{ "
    + " ".join(f"s{i}:id@include(if:$on)" for i in range(n)) + "}}}",
    "exercises": lambda n, k: f"query Q{k} {{ exercises(first: 2) {{ nodes {{ "
    + " ".join(f"e{i}: name" for i in range(n)) + " } } }",
}  # fmt: skip
"""Documents of about n fields, each k another one."""


async def send_request(app: Starlette, state: Any, token: str, body: bytes) -> int:
    """The status of the answer. By ASGI alone: a client's own garbage would be measured with the server's."""
    headers = [(b"content-type", b"application/json"), (b"host", b"testserver")]
    headers += [(b"authorization", f"Bearer {token}".encode())] if token else []
    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
             "path": "/graphql", "raw_path": b"/graphql", "query_string": b"", "headers": headers, "state": dict(state),
             "client": ("127.0.0.1", 1), "server": ("testserver", 80), "root_path": ""}  # fmt: skip
    found = 0
    bodies = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        if not bodies:
            await asyncio.Event().wait()  # the client stays
        return bodies.pop()

    async def send(message: Any) -> None:
        nonlocal found
        if message["type"] == "http.response.start":
            found = message["status"]

    await app(scope, receive, send)
    return found


async def main(given: dict[str, Any]) -> dict[str, Any]:
    """Serve, send requests, and measure."""
    limits = NO_COST_LIMITS  # one user sends all, and documents larger than any client's
    settings = Settings(environment="production", home=Path(given["home"]), **limits, **given["settings"])
    app = create_app(Services(settings, given["database_url"], given["redis_url"], given["secret"]))
    async with app.router.lifespan_context(app) as state:
        app_state: Any = dict(state or {})
        status = 200 if given["token"] else 401

        async def send_query(text: str, **variables: Any) -> None:
            """Send a document. Assert the status of the answer only."""
            body = json.dumps({"query": text, "variables": variables}).encode()
            assert await send_request(app, app_state, given["token"], body) == status

        for text, variables in given["warm"] * 3:
            await send_query(text, **variables)
        gc.collect()
        cache = getattr(app_state["database"], given["cache"])
        before, counted = psutil.Process().memory_info().rss, cache.bytes
        if shape := given.get("shape"):
            for number in range(given["count"]):
                for _ in range(given["times"]):
                    await send_query(SHAPES[shape](given["size"], number))
        for text, many in given.get("many", ()):
            for id in many:
                for _ in range(given["times"]):
                    await send_query(text, id=id)
        gc.collect()
        after = psutil.Process().memory_info().rss
        return {"grew": after - before, "bytes": cache.bytes - counted, "entries": len(cache),
                "counts": {f"{event} {kind}": n for (event, kind), n in cache.counts.items()},
                "characters": len(SHAPES[shape](given["size"], 0)) if shape else 0}  # fmt: skip


if __name__ == "__main__":
    prepare()  # the lexicon of search is read once, in a thread that starts with the application
    for line in sys.stdin:
        if child := os.fork():
            _, status = os.waitpid(child, 0)
            if status:
                sys.exit(1)
        else:
            print(json.dumps(asyncio.run(main(json.loads(line)))), flush=True)
            os._exit(0)
