"""Buckets of callers' budgets in Redis: one script fills many of them, as far as they have drained since."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from kinegraph.outside.redis_client import AWAY, Redis

PREFIX = "kinegraph:budget:"

FILL = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local refill, most = tonumber(ARGV[1]), 2 * tonumber(ARGV[2])
local levels = {}
for i, key in ipairs(KEYS) do
  local found = redis.call('HMGET', key, 'level', 'at')
  local drained = math.max(0, now - (tonumber(found[2]) or now)) * refill
  local level = math.max(0, (tonumber(found[1]) or 0) - drained)
  level = math.min(most, math.max(0, level + ARGV[i + 2]))
  redis.call('HSET', key, 'level', tostring(level), 'at', string.format('%.6f', now))
  redis.call('EXPIRE', key, math.ceil(level / refill) + 1)
  levels[i] = tostring(level)
end
return levels
"""
"""KEYS: the buckets. ARGV: the drain per second, the capacity, and what is added to each. Returns the new levels.

A bucket that has drained expires. None is filled above twice its capacity, so that it drains in bounded time. Where the
server's clock is set back, buckets drain from then on.
"""


class Policy(Protocol):
    """How large a bucket is, and how much of it drains in a second."""

    @property
    def capacity(self) -> float:
        """The capacity."""

    @property
    def refill(self) -> float:
        """The drain per second."""


class RedisLevels:
    """The buckets of all processes, in Redis."""

    def __init__(self, redis: Redis) -> None:
        self._fill = redis.register_script(FILL)

    async def add(self, spent: Mapping[str, float], policy: Policy) -> Sequence[float] | None:
        """Add what was spent, by key. Returns the new levels, in the same order; None where Redis does not answer."""
        keys = [PREFIX + key for key in spent]
        try:
            levels = await self._fill(keys=keys, args=[policy.refill, policy.capacity, *spent.values()])
        except AWAY:
            return None
        return [float(level) for level in levels]
