"""The load: so many connections, each of which sends the next request when it has the answer to the one before.

It runs on the cores that it measures, so it does little: requests are made beforehand, answers are received in place,
and of each answer only the head and the length are read.
"""

import asyncio
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from bench.operations import Request
from bench.workloads import Workload

BUFFER_BYTES = 2**18
SAMPLE_EVERY = 50
MAX_SAMPLES = 20
PATIENCE_SECONDS = 60
"""How long the last answers are waited for."""

STORED = b'"userErrors":[]'


class WrongAnswerError(Exception):
    """An answer that is no result: another status than 200, a refused write, a connection closed too early."""


@dataclass
class Answers:
    """What a load received."""

    seconds: float = 0.0
    """From the first request to the last answer."""

    cpu_seconds: float = 0.0
    """What the load itself used."""

    latencies: "array[float]" = field(default_factory=lambda: array("d"))
    """Of each answer, in seconds."""

    samples: list[tuple[Request, bytes]] = field(default_factory=list)
    """Some of the requests, with the bodies of their answers."""

    def percentile(self, share: float) -> float:
        """The latency that this share of the answers stays below, in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


async def press(
    port: int, workload: Workload, connections: int, seconds: float, first: int = 0, most: int | None = None
) -> Answers:
    """Load the server on this machine for so long (or with `most` requests), from a place of the sequence on.

    Connections draw from the one sequence, so the order in which requests are sent does not depend on their number.
    Raises WrongAnswerError, and TimeoutError where answers fail to come.
    """
    loop = asyncio.get_running_loop()
    run = _Run(workload.requests, workload.sequence, first, first + most if most else None)
    made = [await loop.create_connection(lambda: _Connection(run), "127.0.0.1", port) for _ in range(connections)]
    try:
        began, cpu_began = time.perf_counter(), time.process_time()
        run.deadline = began + seconds
        for _, connection in made:
            connection.send_next()
        await asyncio.wait_for(run.ended, seconds + PATIENCE_SECONDS)
        run.answers.seconds = time.perf_counter() - began
        run.answers.cpu_seconds = time.process_time() - cpu_began
    finally:
        for transport, _ in made:
            transport.abort()
    return run.answers


class _Run:
    """What the connections of one load share."""

    def __init__(self, requests: Sequence[Request], sequence: Sequence[int], place: int, last: int | None) -> None:
        self.answers = Answers()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.deadline = 0.0
        self._requests = requests
        self._sequence = sequence
        self._place = place
        self._last = last
        self._waiting = 0

    def next(self, now: float) -> Request | None:
        """The next request, or None at the end."""
        if now >= self.deadline or self._place == self._last:
            return None
        index = self._sequence[self._place % len(self._sequence)]
        self._place += 1
        self._waiting += 1
        return self._requests[index]

    def receive(self, request: Request, latency: float, body: memoryview) -> None:
        """Record an answer."""
        self._waiting -= 1
        answers = self.answers
        answers.latencies.append(latency)
        if request.writes and STORED not in bytes(body).replace(b" ", b""):
            self.fail(WrongAnswerError(f"{request.operation}: {bytes(body[:500])!r}"))
        elif len(answers.latencies) % SAMPLE_EVERY == 1 and len(answers.samples) < MAX_SAMPLES:
            answers.samples.append((request, bytes(body)))

    def end(self) -> None:
        """A connection has nothing more to send."""
        if not self._waiting and not self.ended.done():
            self.ended.set_result(None)

    def fail(self, error: Exception) -> None:
        """End with this error."""
        if not self.ended.done():
            self.ended.set_exception(error)


class _Connection(asyncio.BufferedProtocol):
    """One connection, which is kept."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._buffer = bytearray(BUFFER_BYTES)
        self._request: Request | None = None
        self._is_done = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is ready."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        """The server closed it: it may where nothing is sent any more, while others wait for their last answers."""
        if not self._is_done:
            self._run.fail(WrongAnswerError(f"The server closed a connection: {error}"))

    def send_next(self) -> None:
        """Send the next request of the sequence."""
        self._received = self._body = self._end = 0
        self._sent = time.perf_counter()
        self._request = self._run.next(self._sent)
        if self._request is None:
            self._is_done = True
            self._run.end()
        else:
            self._transport.write(self._request.message)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go: behind those that were received."""
        if self._received == len(self._buffer):
            self._buffer = self._buffer + bytearray(len(self._buffer))
        return memoryview(self._buffer)[self._received :]

    def buffer_updated(self, nbytes: int) -> None:
        """More bytes of the answer have come."""
        self._received += nbytes
        if not self._end and (error := self._read_head()):
            self._run.fail(error)
        elif self._end and self._received >= self._end and self._request is not None:
            latency = time.perf_counter() - self._sent
            self._run.receive(self._request, latency, memoryview(self._buffer)[self._body : self._end])
            self.send_next()

    def _read_head(self) -> WrongAnswerError | None:
        """Find where the body begins and ends, once the whole head is there."""
        end_of_head = self._buffer.find(b"\r\n\r\n", 0, self._received)
        if end_of_head < 0:
            return None
        head = bytes(self._buffer[:end_of_head]).lower()
        if not head.startswith(b"http/1.1 200 ") or b"content-length:" not in head:
            return WrongAnswerError(bytes(self._buffer[: min(self._received, 1000)]).decode(errors="replace"))
        self._body = end_of_head + 4
        self._end = self._body + int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        return None
