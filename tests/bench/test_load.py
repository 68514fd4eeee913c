"""The load sends requests in the order of their sequence, receives answers whole, and takes no error for a result."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from bench.load import BUFFER_BYTES, Answers, WrongAnswerError, press
from bench.operations import Request
from bench.workloads import Workload

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: "


def questions(count: int, operation: str = "tree") -> list[Request]:
    """Requests that are told apart by one number, in four digits and a line end."""
    return [Request(operation, f"{number:04}\n".encode()) for number in range(count)]


def answer(body: bytes) -> list[bytes]:
    """An answer in one packet."""
    return [HEAD + str(len(body)).encode() + b"\r\n\r\n" + body]


@asynccontextmanager
async def server(answers: Callable[[bytes], Sequence[bytes]]) -> AsyncIterator[tuple[int, list[int]]]:
    """A server that answers each request with these packets. Yields its port, and the numbers that it was asked."""
    asked: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            asked.append(int(line))
            for packet in answers(line.strip()):
                writer.write(packet)
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1], asked


async def run(port: int, workload: Workload, connections: int = 3, first: int = 0, most: int = 40) -> Answers:
    """A load of so many requests."""
    return await press(port, workload, connections, seconds=60, first=first, most=most)


@pytest.mark.parametrize("connections", [1, 2, 7])
async def test_requests_are_sent_in_the_order_of_the_sequence_whatever_the_connections(connections: int) -> None:
    workload = Workload("", questions(30), [4, 8, 15, 16, 23])
    async with server(answer) as (port, asked):
        answers = await run(port, workload, connections, most=12)
    assert sorted(asked) == sorted([4, 8, 15, 16, 23] * 2 + [4, 8])
    assert connections > 1 or asked == [4, 8, 15, 16, 23] * 2 + [4, 8]
    assert len(answers.latencies) == 12 and answers.seconds > 0


async def test_a_load_goes_on_in_the_sequence_where_another_ended() -> None:
    async with server(answer) as (port, asked):
        await run(port, Workload("", questions(10), range(10)), connections=1, first=7, most=5)
    assert asked == [7, 8, 9, 0, 1]


async def test_a_load_without_a_number_of_requests_ends_after_its_time_with_every_answer_received() -> None:
    async with server(answer) as (port, asked):
        answers = await press(port, Workload("", questions(10), range(10)), 4, seconds=0.2)
    assert len(answers.latencies) == len(asked) > 0


async def test_answers_are_whole_that_come_in_pieces_and_that_are_larger_than_the_buffer() -> None:
    large = b"x" * (BUFFER_BYTES * 3)

    def pieces(number: bytes) -> list[bytes]:
        (whole,) = answer(number + large)
        return [
            whole[:10],
            whole[10:30],
            whole[30:50],
            *(whole[i : i + 200_000] for i in range(50, len(whole), 200_000)),
        ]

    async with server(pieces) as (port, _):
        answers = await run(port, Workload("", questions(3), range(3)), connections=1, most=60)
    assert [(each.message.strip() + large) == body for each, body in answers.samples] == [True, True]


async def test_an_answer_of_another_status_is_no_result() -> None:
    async with server(lambda number: [b"HTTP/1.1 503 No\r\nContent-Length: 4\r\n\r\nbusy"]) as (port, _):
        with pytest.raises(WrongAnswerError, match="503"):
            await run(port, Workload("", questions(3), range(3)))


async def test_a_write_that_is_refused_is_no_result_and_one_that_is_stored_is() -> None:
    workload = Workload("", questions(3, "movement"), range(3))
    assert workload.writes
    async with server(lambda number: answer(b'{"data" : {"userErrors" : []}}')) as (port, _):
        await run(port, workload)
    async with server(lambda number: answer(b'{"data":{"userErrors":[{"code":"NOT_FOUND"}]}}')) as (port, _):
        with pytest.raises(WrongAnswerError, match="NOT_FOUND"):
            await run(port, workload)


async def test_a_connection_that_the_server_closes_is_no_result() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.close()

    listening = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with listening:
        with pytest.raises(WrongAnswerError, match="closed"):
            await run(listening.sockets[0].getsockname()[1], Workload("", questions(3), range(3)))


async def test_a_connection_that_the_server_closes_when_everything_was_sent_over_it_does_no_harm() -> None:
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
        answers = await run(port, Workload("", questions(2), range(2)), connections=2, most=2)
    assert len(answers.latencies) == 2
