"""The end of the worker: its tasks are cancelled until they have ended."""

import asyncio

from kinegraph.worker import _end


async def test_a_task_that_loses_a_cancellation_is_cancelled_again() -> None:
    async def stubborn() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(60)

    tasks = [asyncio.create_task(stubborn()), asyncio.create_task(asyncio.sleep(60))]
    await asyncio.sleep(0)
    await asyncio.wait_for(_end(tasks), 10)
    assert [task.cancelled() for task in tasks] == [True, True]
