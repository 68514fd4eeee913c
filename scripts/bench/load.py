"""The load: so many connections that each ask, wait for the answer, and ask again. A process of its own."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from bench.operations import Question


@dataclass
class Taken:
    """How long answers took, in seconds, and how many bytes they had."""

    seconds: list[float] = field(default_factory=list)
    bytes: int = 0

    def percentile(self, share: float) -> float:
        """The time below which this share of the answers came, in milliseconds."""
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, port: int) -> "Client":
        """Connect to the server on this machine."""
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=2**22))

    async def ask(self, request: bytes) -> bytes:
        """Send a request, and return the body of its answer. Raises RuntimeError for any but 200."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        lowered = head.lower()
        start = lowered.index(b"content-length:") + 15
        body = await self._reader.readexactly(int(lowered[start : lowered.index(b"\r\n", start)]))
        if b" 200 " not in head[:20]:
            raise RuntimeError((head + body[:500]).decode())
        return body

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


def request(path: str, token: str, question: Question, headers: str = "") -> bytes:
    """A request as it goes over the wire."""
    asked: dict[str, Any] = {"query": question.text, "variables": question.variables}
    body = orjson.dumps(asked)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n{headers}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def press(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Taken:
    """Ask these requests in turn over so many connections for so long."""
    taken = Taken()
    ends = time.perf_counter() + seconds

    async def keep_asking(client: Client, place: int) -> None:
        while (began := time.perf_counter()) < ends:
            place = (place + connections) % len(requests)
            taken.bytes += len(await client.ask(requests[place]))
            taken.seconds.append(time.perf_counter() - began)

    clients = [await Client.connect(port) for _ in range(connections)]
    try:
        await asyncio.gather(*(keep_asking(client, place) for place, client in enumerate(clients)))
    finally:
        for client in clients:
            client.close()
    return taken
