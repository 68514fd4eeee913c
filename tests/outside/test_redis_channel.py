"""The channel by itself: its messages are bounded in their rate, and none that matters is lost."""

import asyncio
import time

from kinegraph.outside.redis_channel import Channel
from kinegraph.outside.redis_client import open_redis
from tests.waiting import until

INTERVAL = 0.1


async def test_wakes_are_sent_at_a_bounded_rate_and_the_last_one_is_sent(redis_url: str) -> None:
    channel = Channel(open_redis(redis_url), "kinegraph-test-rate", INTERVAL)
    heard: list[float] = []
    listening = asyncio.create_task(channel.listen(lambda: heard.append(time.monotonic())))

    async def is_listening() -> bool:
        return bool(heard)

    await until(is_listening)
    began = time.monotonic()
    for _ in range(60):
        channel.wake()
        await asyncio.sleep(INTERVAL / 20)
    last = time.monotonic()

    async def is_heard_after_the_last() -> bool:
        channel_is_silent = time.monotonic() - heard[-1] > 2 * INTERVAL
        return channel_is_silent and heard[-1] > last - INTERVAL

    await until(is_heard_after_the_last)
    assert 1 < len(heard) - 1 <= (heard[-1] - began) / INTERVAL + 2
    listening.cancel()
    await asyncio.wait([listening])
    await channel.close()
