"""The load generator: a number of connections, each of which sends the next request after receiving an answer.

It runs on the cores that it measures, so it does little: requests are prepared, answers are received into one buffer,
and only the head and the length of an answer are read.
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
ANSWER_TIMEOUT_SECONDS = 60
"""Time limit of the answers that are pending when the load ends."""

STORED = b'"userErrors":[]'


class WrongAnswerError(Exception):
    """An invalid answer: a status other than 200, a refused write, or a connection closed too early."""


@dataclass
class Answers:
    """The answers to a load, and its CPU time."""

    seconds: float = 0.0
    """From the first request to the last answer."""

    cpu_seconds: float = 0.0
    """CPU time of the load generator."""

    latencies: "array[float]" = field(default_factory=lambda: array("d"))
    """Of each answer, in seconds."""

    samples: list[tuple[Request, bytes]] = field(default_factory=list)
    """Some of the requests with the bodies of their answers."""

    def percentile(self, share: float) -> float:
        """The percentile of the latencies in milliseconds; `share` from 0 to 1."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


async def send_load(
    port: int, workload: Workload, connections: int, seconds: float, first: int = 0, max_requests: int | None = None
) -> Answers:
    """Load a server on this machine for a time (or until `max_requests`), from position `first` of the sequence on.

    Connections share one sequence, so the order in which requests are sent does not depend on their number.
    Raises WrongAnswerError, and TimeoutError where answers fail to come.
    """
    loop = asyncio.get_running_loop()
    run = _Run(workload.requests, workload.sequence, first, first + max_requests if max_requests else None)
    made = [await loop.create_connection(lambda: _Connection(run), "127.0.0.1", port) for _ in range(connections)]
    try:
        began, cpu_began = time.perf_counter(), time.process_time()
        run.deadline = began + seconds
        for _, connection in made:
            connection.send_next()
        await asyncio.wait_for(run.ended, seconds + ANSWER_TIMEOUT_SECONDS)
        run.answers.seconds = time.perf_counter() - began
        run.answers.cpu_seconds = time.process_time() - cpu_began
    finally:
        for transport, _ in made:
            transport.abort()
    return run.answers


class _Run:
    """The state that the connections of one load share."""

    def __init__(self, requests: Sequence[Request], sequence: Sequence[int], position: int, last: int | None) -> None:
        self.answers = Answers()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.deadline = 0.0
        self._requests = requests
        self._sequence = sequence
        self._position = position
        self._last = last
        self._waiting = 0

    def next(self, now: float) -> Request | None:
        """Take the next request; None at the end."""
        if now >= self.deadline or self._position == self._last:
            return None
        index = self._sequence[self._position % len(self._sequence)]
        self._position += 1
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
        """Called by a connection that has nothing more to send."""
        if not self._waiting and not self.ended.done():
            self.ended.set_result(None)

    def fail(self, error: Exception) -> None:
        """End with this error."""
        if not self.ended.done():
            self.ended.set_exception(error)


class _Connection(asyncio.BufferedProtocol):
    """One connection, used for many requests."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._buffer = bytearray(BUFFER_BYTES)
        self._request: Request | None = None
        self._is_done = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is ready."""
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        """The server closed it: an error, unless this connection has nothing more to send."""
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
        """The buffer for the next bytes, after those that were received."""
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
        """Find the start and the end of the body, once the whole head has been received."""
        end_of_head = self._buffer.find(b"\r\n\r\n", 0, self._received)
        if end_of_head < 0:
            return None
        head = bytes(self._buffer[:end_of_head]).lower()
        if not head.startswith(b"http/1.1 200 ") or b"content-length:" not in head:
            return WrongAnswerError(bytes(self._buffer[: min(self._received, 1000)]).decode(errors="replace"))
        self._body = end_of_head + 4
        self._end = self._body + int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        return None
