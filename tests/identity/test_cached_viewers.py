"""A cached viewer is set with BEGIN, in one message, unless anything of them has changed since."""

from collections.abc import AsyncIterator

import pytest

from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from tests.conftest import World
from tests.identity.rows import Pool
from tests.identity.viewer_changes import authenticated, statements_of


@pytest.fixture
async def caching(database_url: str) -> AsyncIterator[Database]:
    """The module's database on one connection, whose read sessions cache viewers."""
    opened = await Database.open(database_url, 1, request_cache_bytes=100_000)
    yield opened
    await opened.close()


async def test_a_cached_viewer_is_set_by_the_message_of_begin_and_by_nothing_else(
    caching: Database, world: World
) -> None:
    gym = await world.organization()
    await authenticated(caching, gym.coach)
    begin, *others = await statements_of(caching, gym.coach)
    assert (begin.count("BEGIN"), begin.count("kinegraph_set_viewer"), others) == (1, 1, [])


async def test_a_deleted_user_is_refused_though_they_were_cached(caching: Database, owner: Pool, world: World) -> None:
    person = await world.person()
    await authenticated(caching, person)
    await owner.execute("DELETE FROM users WHERE id = $1", person.id)
    assert [await authenticated(caching, person) for _ in range(2)] == [None, None]


async def test_several_viewers_take_turns_on_one_connection_and_none_is_taken_for_another(
    database: Database, caching: Database, world: World
) -> None:
    gyms = [await world.organization() for _ in range(3)]
    people = [person for gym in gyms for person in (gym.owner, gym.coach, gym.member)]
    expected = [await authenticated(database, person) for person in people]
    for _ in range(3):
        assert [await authenticated(caching, person) for person in people] == expected


async def test_after_a_mutation_of_the_same_process_a_changed_viewer_is_read_without_a_failed_try(
    caching: Database, owner: Pool, world: World
) -> None:
    gym = await world.organization()
    await authenticated(caching, gym.coach)
    async with caching.write(authenticate_as(gym.coach.id)) as session:
        await session.run("UPDATE users SET name = name WHERE id = $1", gym.coach.id)
    begin, authenticate, *others = await statements_of(caching, gym.coach)
    assert ("kinegraph_set_viewer" in begin, "kinegraph_authenticate(" in authenticate, others) == (False, True, [])


async def test_cached_viewers_stay_within_the_bound_of_the_cache(caching: Database, world: World) -> None:
    gym = await world.organization()
    people = [await world.join(gym.id, "member") for _ in range(120)]
    for person in people:
        seen = await authenticated(caching, person)
        assert seen is not None and seen[0].user.id == person.id
    assert 0 < caching.request_cache.bytes <= 100_000
    assert caching.request_cache.counts["evictions", "viewer"] > 0
