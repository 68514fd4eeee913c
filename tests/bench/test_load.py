"""The load generator sends requests in the order of the sequence, receives whole answers, and fails on wrong ones."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from bench.load import BUFFER_BYTES, Answers, WrongAnswerError, send_load
from bench.operations import Request
from bench.workloads import Workload

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: "


def numbered_requests(count: int, operation: str = "tree") -> list[Request]:
    """Requests that consist of their number, in four digits and a line end."""
    return [Request(operation, f"{number:04}\n".encode()) for number in range(count)]


def answer(body: bytes) -> list[bytes]:
    """An answer in one packet."""
    return [HEAD + str(len(body)).encode() + b"\r\n\r\n" + body]


@asynccontextmanager
async def server(answers: Callable[[bytes], Sequence[bytes]]) -> AsyncIterator[tuple[int, list[int]]]:
    """A server that answers each request with these packets. Yields its port, and the numbers that it received."""
    received: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            received.append(int(line))
            for packet in answers(line.strip()):
                writer.write(packet)
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1], received


async def run(port: int, workload: Workload, connections: int = 3, first: int = 0, max_requests: int = 40) -> Answers:
    """Send this number of requests."""
    return await send_load(port, workload, connections, seconds=60, first=first, max_requests=max_requests)


@pytest.mark.parametrize("connections", [1, 2, 7])
async def test_requests_are_sent_in_the_order_of_the_sequence_whatever_the_connections(connections: int) -> None:
    workload = Workload("", numbered_requests(30), [4, 8, 15, 16, 23])
    async with server(answer) as (port, received):
        answers = await run(port, workload, connections, max_requests=12)
    assert sorted(received) == sorted([4, 8, 15, 16, 23] * 2 + [4, 8])
    assert connections > 1 or received == [4, 8, 15, 16, 23] * 2 + [4, 8]
    assert len(answers.latencies) == 12 and answers.seconds > 0


async def test_a_load_continues_the_sequence_where_the_last_one_ended() -> None:
    async with server(answer) as (port, received):
        await run(port, Workload("", numbered_requests(10), range(10)), connections=1, first=7, max_requests=5)
    assert received == [7, 8, 9, 0, 1]


async def test_a_load_without_a_number_of_requests_ends_after_its_time_with_every_answer_received() -> None:
    async with server(answer) as (port, received):
        answers = await send_load(port, Workload("", numbered_requests(10), range(10)), 4, seconds=0.2)
    assert len(answers.latencies) == len(received) > 0


async def test_answers_in_several_packets_and_larger_than_the_buffer_are_received_whole() -> None:
    large = b"x" * (BUFFER_BYTES * 3)

    def packets(number: bytes) -> list[bytes]:
        (whole,) = answer(number + large)
        return [
            whole[:10],
            whole[10:30],
            whole[30:50],
            *(whole[i : i + 200_000] for i in range(50, len(whole), 200_000)),
        ]

    async with server(packets) as (port, _):
        answers = await run(port, Workload("", numbered_requests(3), range(3)), connections=1, max_requests=60)
    assert [(each.message.strip() + large) == body for each, body in answers.samples] == [True, True]


async def test_an_answer_with_another_status_is_an_error() -> None:
    async with server(lambda number: [b"HTTP/1.1 503 No\r\nContent-Length: 4\r\n\r\nbusy"]) as (port, _):
        with pytest.raises(WrongAnswerError, match="503"):
            await run(port, Workload("", numbered_requests(3), range(3)))


async def test_a_refused_mutation_is_an_error_and_a_stored_one_is_not() -> None:
    workload = Workload("", numbered_requests(3, "movement"), range(3))
    assert workload.writes
    async with server(lambda number: answer(b'{"data" : {"userErrors" : []}}')) as (port, _):
        await run(port, workload)
    async with server(lambda number: answer(b'{"data":{"userErrors":[{"code":"NOT_FOUND"}]}}')) as (port, _):
        with pytest.raises(WrongAnswerError, match="NOT_FOUND"):
            await run(port, workload)


async def test_a_connection_that_the_server_closes_is_an_error() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.close()

    listening = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with listening:
        with pytest.raises(WrongAnswerError, match="closed"):
            await run(listening.sockets[0].getsockname()[1], Workload("", numbered_requests(3), range(3)))


async def test_a_connection_may_be_closed_by_the_server_when_it_has_nothing_more_to_send() -> None:
    closed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = int(await reader.readline())
        if number == 1:  # answered when the other connection, which had nothing more to send, is gone
            await closed.wait()
        writer.writelines(answer(b"answered"))
        await writer.drain()
        if number == 0:
            writer.write_eof()
            await reader.read()  # until the load has closed its end too
            closed.set()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        answers = await run(port, Workload("", numbered_requests(2), range(2)), connections=2, max_requests=2)
    assert len(answers.latencies) == 2
