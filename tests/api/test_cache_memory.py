"""The setting bounds what the cache takes of the machine's memory, whatever is cached: measured from outside."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any  # asyncpg has no types; JSON of a process

import pytest

from kinegraph.services import Services
from tests.conftest import SECRET, Organization

Pool = Any
MEGABYTE = 2**20
CACHE_MB = 16
MARGIN = 16 * MEGABYTE
"""Memory of allocators and the interpreter beside the cache; generous, since machines differ."""
WARM = "{ viewer { user { id name } } }"
TREE = "query ($id: ID!) { workout(id: $id) { sections { id title movements { id notes exercise { id name } } } } }"


Grown = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(scope="module")
async def grown(services: Services) -> AsyncIterator[Grown]:
    """Measures the growth of the memory of a process that answers requests, each time of a new one."""
    pipe = asyncio.subprocess.PIPE
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.api.filling", stdin=pipe, stdout=pipe, cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONHASHSEED": "0"}, limit=MEGABYTE,
    )  # fmt: skip
    assert parent.stdin is not None and parent.stdout is not None
    stdin, stdout = parent.stdin, parent.stdout

    async def measure(cache: str, cache_mb: int, token: str, **given: Any) -> dict[str, Any]:
        request = {"database_url": services.database_url, "redis_url": services.redis_url, "secret": SECRET,
                   "token": token, "home": str(services.settings.home), "cache": cache,
                   "settings": {f"{cache}_mb": cache_mb}, "warm": [(WARM, {})], **given}  # fmt: skip
        stdin.write(json.dumps(request).encode() + b"\n")
        async with asyncio.timeout(240):
            found: dict[str, Any] = json.loads(await stdout.readline())
        return found

    yield measure
    stdin.close()
    assert await asyncio.wait_for(parent.wait(), 20) == 0


@pytest.fixture(scope="module")
async def workouts(gym: Organization, owner: Pool) -> list[str]:
    """Many workouts whose trees are 40 kB each, half of it when compressed."""
    rows = await owner.fetch(
        """
        WITH made AS (INSERT INTO workouts (organization_id, author_id, title)
                      SELECT $1, $2, n::text FROM generate_series(1, 1000) AS n RETURNING id),
             sections AS (INSERT INTO workout_sections (organization_id, workout_id, title)
                       SELECT $1, id, 'Main' FROM made RETURNING id),
             rows AS (INSERT INTO workout_movements (organization_id, section_id, exercise_id, sort_order, notes)
                      SELECT $1, sections.id, (SELECT id FROM exercises WHERE organization_id IS NULL LIMIT 1), n,
                             (SELECT string_agg(md5(sections.id::text || n || k), '') FROM generate_series(1, 56) AS k)
                      FROM sections, generate_series(1, 20) AS n)
        SELECT id::text FROM made
        """,
        gym.id,
        gym.coach.id,
    )
    await owner.execute("ANALYZE")
    return [row.id for row in rows]


async def test_trees_use_no_more_of_the_machines_memory_than_the_setting_allows(
    grown: Grown, gym: Organization, workouts: list[str]
) -> None:
    many = [(TREE, workouts)]
    none = await grown("cache", 0, gym.coach.token, many=[(TREE, workouts[:300])], times=2)
    some = await grown("cache", CACHE_MB, gym.coach.token, many=many, times=2)
    assert some["counts"]["evictions tree"] > 100
    assert some["bytes"] <= CACHE_MB * MEGABYTE
    assert some["grew"] - max(none["grew"], 0) < 1.25 * CACHE_MB * MEGABYTE + MARGIN


async def test_documents_use_no_more_of_the_machines_memory_than_the_setting_allows(
    grown: Grown, gym: Organization
) -> None:
    given = {
        "shape": "switches",
        "size": 200,
        "count": 60,
        "times": 2,
    }  # the shape that is most above its weight
    some = await grown("request_cache", CACHE_MB, gym.coach.token, **given)
    assert some["counts"]["evictions document"] > 5
    assert some["bytes"] <= CACHE_MB * MEGABYTE
    assert some["grew"] < 1.25 * CACHE_MB * MEGABYTE + MARGIN


async def test_anonymous_requests_leave_nothing_in_the_cache(grown: Grown) -> None:
    few, many = [
        await grown("request_cache", CACHE_MB, "", shape="aliases", size=100, count=count, times=1)
        for count in (60, 200)
    ]
    assert (many["bytes"], many["entries"]) == (0, 0)
    assert many["grew"] - few["grew"] < MARGIN  # it would be 33 MB
