"""Caches count the memory that their entries use, as tracemalloc measures it, and free it at once on eviction."""

import gc
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import asyncpg
import pytest

from kinegraph.kit.cache import Cache
from kinegraph.kit.database import Database
from kinegraph.kit.rows import Row
from kinegraph.main import create_app
from kinegraph.outside.tokens import Tokens
from kinegraph.services import Services
from tests.api.filling import SHAPES
from tests.api.serving import state_of
from tests.cached import TIMES
from tests.conftest import SECRET, Api, Organization, World, running
from tests.settings import with_settings

NEAR = 0.35
"""Allowed relative error of a cache's count: the memory of objects differs between versions of Python."""
LIBRARY = """query ($id: ID!, $first: Int!) { organization(id: $id) {
  exerciseLibrary(first: $first) { nodes { id name cues } } } }"""
WORKOUTS = """query ($id: ID!) { organization(id: $id) { workouts(first: 50) { nodes {
  sections { id movements { id notes exercise { name } } } } } } }"""


@asynccontextmanager
async def serving(services: Services, cache_mb: int) -> AsyncIterator[tuple[Api, Database]]:
    """The API with caches of this size, and its database."""
    changed = with_settings(services, cache_mb=cache_mb, request_cache_mb=cache_mb)
    app = create_app(changed)
    app_state = state_of(app)
    async with running(app) as api:
        yield api, app_state["database"]


@contextmanager
def traced() -> Iterator[None]:
    """Trace Python's memory."""
    tracemalloc.start()
    try:
        yield
    finally:
        tracemalloc.stop()


def evict(cache: Cache, kind: str) -> tuple[int, int, int]:
    """Evict all entries of a kind. Return their number, the bytes counted, and the bytes freed without a collector."""
    keys = [key for key in cache._entries if key[0] == kind]
    counted = cache.bytes_by_kind()[kind]
    gc.collect()
    gc.disable()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for key in keys:
            cache.remove(key)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        gc.enable()
    return len(keys), counted, before - after


@pytest.mark.parametrize("shape", ["aliases", "inline fragments", "fragments", "switches", "exercises"])
async def test_a_document_is_counted_with_the_memory_that_it_uses(
    services: Services, gym: Organization, shape: str
) -> None:
    async with serving(services, 64) as (api, database):
        await api.run(SHAPES[shape](50, 99), gym.coach)  # what is made once for all documents
        database.request_cache.remove(("document", SHAPES[shape](50, 99)))
        with traced():
            for number in range(8):
                for _ in range(2):
                    await api.run(SHAPES[shape](50, number), gym.coach)
            count, counted, freed = evict(database.request_cache, "document")
    assert count == 8
    assert counted == pytest.approx(freed, rel=NEAR)


@pytest.mark.parametrize("organizations", [1, 8])
async def test_a_viewer_is_counted_with_the_memory_that_it_uses(
    services: Services, world: World, organizations: int
) -> None:
    people = [await world.person() for _ in range(20)]
    for _ in range(organizations):
        id = (await world.organization()).id
        for person in people:
            await world.join(id, "coach", person)
    async with serving(services, 64) as (api, database):
        with traced():
            for person in people * 2:
                await api.run("{ viewer { user { id } } }", person)
            count, counted, freed = evict(database.request_cache, "viewer")
    assert count == 20
    assert counted == pytest.approx(freed, rel=NEAR)


@pytest.mark.parametrize("claims", [0, 20])
async def test_a_token_is_counted_with_the_memory_that_it_uses(claims: int) -> None:
    tokens = Tokens(SECRET)
    tokens.cache = cache = Cache(2**26)
    more = {f"claim{n}": [f"value {n}"] for n in range(claims)}
    signed = [tokens.sign({"sub": f"{n}", "email": f"person{n}@kinegraph.example", **more}, 60) for n in range(2500)]
    with traced():  # more than Python's free lists of tuples and lists hold
        before, _ = tracemalloc.get_traced_memory()
        for number in range(len(signed)):
            token, signed[number] = signed[number], ""
            await tokens.check(f"{token} ".strip())
        del token
        after, _ = tracemalloc.get_traced_memory()
    own = sum(len(str(key[1])) + 49 for key in cache._entries)  # their texts were there before
    assert cache.bytes == pytest.approx(after - before + own, rel=NEAR)


async def test_evicted_trees_and_pages_are_freed_at_once(
    services: Services, gym: Organization, owner: "asyncpg.Pool[Row]"
) -> None:
    await owner.execute(
        """
        WITH made AS (INSERT INTO workouts (organization_id, author_id, title)
                      SELECT $1, $2, n::text FROM generate_series(1, 50) AS n RETURNING id),
             sections AS (INSERT INTO workout_sections (organization_id, workout_id)
                          SELECT $1, id FROM made RETURNING id)
        INSERT INTO workout_movements (organization_id, section_id, exercise_id, notes)
        SELECT $1, id, (SELECT id FROM exercises WHERE organization_id IS NULL LIMIT 1),
               (SELECT string_agg(md5(id::text || k), '') FROM generate_series(1, 280) AS k)
        FROM sections
        """,
        gym.id,
        gym.coach.id,
    )
    async with serving(services, 64) as (api, database):
        with traced():
            for _ in range(TIMES):
                await api.run(WORKOUTS, gym.coach, id=str(gym.id))
                for first in range(81, 101):
                    await api.run(LIBRARY, gym.coach, id=str(gym.id), first=first)
            trees, pages = [evict(database.cache, kind) for kind in ("tree", "library")]
    for count, counted, freed in (trees, pages):
        assert count >= 20
        assert counted == pytest.approx(freed, rel=NEAR)
