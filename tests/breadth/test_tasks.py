"""Running resolvers at once: what a failure leaves of the task that runs them."""

import asyncio
from contextlib import nullcontext

import pytest

from kinegraph.breadth.tasks import gather


async def fail() -> None:
    raise ValueError("It failed.")


async def test_a_failure_cancels_the_others_and_waits_for_them() -> None:
    ended = []

    async def wait() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            ended.append(True)

    with pytest.raises(ValueError, match="It failed"):
        await gather([wait(), fail(), wait()], nullcontext())
    assert ended == [True, True]


async def test_after_a_failure_a_time_limit_still_ends_in_a_timeout() -> None:
    task = asyncio.current_task()
    assert task is not None

    async def wait_after_a_failure() -> None:
        async with asyncio.timeout(0.01):
            with pytest.raises(ValueError, match="It failed"):
                await gather([asyncio.sleep(60), fail()], nullcontext())
            await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        await wait_after_a_failure()
    assert task.cancelling() == 0


async def test_a_time_limit_cancels_everything_that_runs() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await gather([asyncio.sleep(60) for _ in range(3)], nullcontext())
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert not [task for task in others if "sleep" in repr(task)]
