"""A viewer who was entered before is entered with BEGIN, in one message, unless anything of them has changed since."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from kinegraph.identity.rules import Viewer
from kinegraph.identity.store import enter_as
from kinegraph.kit.database import Database
from kinegraph.kit.errors import Unauthenticated
from tests.conftest import Organization, Person, World
from tests.observing import observe

Pool = Any
SETTINGS = """
SELECT ARRAY(SELECT current_setting('kinegraph.' || name, true)
             FROM unnest(ARRAY['user_id', 'organizations', 'coached', 'platform_admin', 'sign_in_email']) AS name)
"""


@pytest.fixture
async def knowing(database_url: str) -> AsyncIterator[Database]:
    """The module's database on one connection, whose read sessions cache viewers."""
    opened = await Database.open(database_url, 1, cache_bytes=100_000)
    yield opened
    await opened.close()


async def entered(database: Database, person: Person) -> tuple[Viewer, list[str]]:
    """Who a reading of theirs is for, and what row-level security is told."""
    async with database.read(enter_as(person.id)) as session:
        return session.viewer, await session.fetch_value(SETTINGS)


async def statements_of(database: Database, person: Person) -> list[str]:
    """What is sent to enter them."""
    seen: list[str] = []
    observe(database, seen)
    async with database.read(enter_as(person.id)):
        return list(seen)


CHANGES: dict[str, Callable[[Pool, Organization], Awaitable[Any]]] = {
    "renamed": lambda pool, gym: pool.execute("UPDATE users SET name = 'Renamed' WHERE id = $1", gym.coach.id),
    "another address": lambda pool, gym: pool.execute(
        "UPDATE users SET email = gen_random_uuid() || '@kinegraph.example' WHERE id = $1", gym.coach.id
    ),
    "made a platform admin": lambda pool, gym: pool.execute(
        "UPDATE users SET is_platform_admin = true WHERE id = $1", gym.coach.id
    ),
    "made a member": lambda pool, gym: pool.execute(
        "UPDATE memberships SET role = 'member' WHERE user_id = $1", gym.coach.id
    ),
    "left": lambda pool, gym: pool.execute(
        "UPDATE memberships SET deleted_at = now() WHERE user_id = $1", gym.coach.id
    ),
    "joined another": lambda pool, gym: pool.execute(
        """WITH made AS (INSERT INTO organizations (name, slug) VALUES ('New', gen_random_uuid()) RETURNING id)
           INSERT INTO memberships (organization_id, user_id, role) SELECT id, $1, 'owner' FROM made""",
        gym.coach.id,
    ),
    "the organization renamed": lambda pool, gym: pool.execute(
        "UPDATE organizations SET name = 'Renamed' WHERE id = $1", gym.id
    ),
    "the library shut": lambda pool, gym: pool.execute(
        "UPDATE organizations SET members_see_library = false WHERE id = $1", gym.id
    ),
    "an exercise written": lambda pool, gym: pool.execute(
        "INSERT INTO exercises (organization_id, name) VALUES ($1, 'New')", gym.id
    ),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_whatever_changes_of_a_viewer_is_seen_by_their_next_reading(
    database: Database, knowing: Database, owner: Pool, world: World, change: str
) -> None:
    gym = await world.organization()
    before = await entered(database, gym.coach)
    assert await entered(knowing, gym.coach) == before
    assert await entered(knowing, gym.coach) == before
    await CHANGES[change](owner, gym)
    after = await entered(database, gym.coach)
    assert after != before
    assert await entered(knowing, gym.coach) == after
    assert await entered(knowing, gym.coach) == after


async def test_who_was_entered_before_is_entered_with_the_beginning_and_nothing_else(
    knowing: Database, world: World
) -> None:
    gym = await world.organization()
    await entered(knowing, gym.coach)
    begin, *others = await statements_of(knowing, gym.coach)
    assert (begin.count("BEGIN"), begin.count("kinegraph_enter_again"), others) == (1, 1, [])


async def test_who_was_deleted_is_told_so_though_they_were_known(knowing: Database, owner: Pool, world: World) -> None:
    person = await world.person()
    await entered(knowing, person)
    await owner.execute("DELETE FROM users WHERE id = $1", person.id)
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            await entered(knowing, person)


async def test_several_viewers_take_turns_on_one_connection_and_none_is_taken_for_another(
    database: Database, knowing: Database, world: World
) -> None:
    gyms = [await world.organization() for _ in range(3)]
    people = [person for gym in gyms for person in (gym.owner, gym.coach, gym.member)]
    told = [await entered(database, person) for person in people]
    for _ in range(3):
        assert [await entered(knowing, person) for person in people] == told


async def test_a_mutation_of_the_same_process_lets_nobody_find_out_by_failing(
    knowing: Database, owner: Pool, world: World
) -> None:
    gym = await world.organization()
    await entered(knowing, gym.coach)
    async with knowing.write(enter_as(gym.coach.id)) as session:
        await session.run("UPDATE users SET name = name WHERE id = $1", gym.coach.id)
    begin, enter, *others = await statements_of(knowing, gym.coach)
    assert ("kinegraph_enter_again" in begin, "kinegraph_enter(" in enter, others) == (False, True, [])


async def test_cached_viewers_stay_within_the_bound_of_the_cache(knowing: Database, world: World) -> None:
    gym = await world.organization()
    people = [await world.join(gym.id, "member") for _ in range(120)]
    for person in people:
        viewer, _ = await entered(knowing, person)
        assert viewer.user.id == person.id
    assert 0 < knowing.cache.bytes <= 100_000
    assert knowing.cache.counts["evictions", "viewer"] > 0
