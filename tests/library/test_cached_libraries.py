"""What is kept of exercises is what would be read: whatever was written, by whom, and whoever still reads an old state.

`database` keeps nothing, and is the oracle; `keeping` is the same database, read as the API reads it.
"""

import asyncio
import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinegraph.identity.store import enter_as
from kinegraph.kit.database import Database
from kinegraph.kit.sessions import ReadSession
from kinegraph.library.store import effective
from kinegraph.main import create_app
from kinegraph.services import Services
from tests.conftest import Api, Organization, World, counted, running
from tests.library.documents import EFFECTIVE, LIBRARY, library, upsert

Pool = Any


@pytest.fixture(scope="module")
async def squat(world: World) -> UUID:
    """Back Squat."""
    return UUID(await world.exercise_id("back-squat"))


ASKED = frozenset(("name", "cues", "status"))


def shown(exercise: Any) -> Any:
    """What is asked of an exercise, as one value that can be compared."""
    columns = (*ASKED, "id", "organization_id", "deleted_at")
    return exercise and (dict(exercise.diff), {n: exercise.row[n] for n in columns}, exercise.organization_id)


async def read(session: ReadSession, gym: Organization, ids: list[UUID]) -> list[Any]:
    """What an organization sees of these exercises."""
    return [shown(found) for found in await effective(session, [(gym.id, id) for id in ids], ASKED)]


async def both(database: Database, keeping: Database, gym: Organization, ids: list[UUID]) -> tuple[Any, Any]:
    """What is read, and what is read or kept."""
    async with database.read(enter_as(gym.coach.id)) as session:
        told = await read(session, gym, ids)
    async with keeping.read(enter_as(gym.member.id)) as session:
        return told, await read(session, gym, ids)


async def write_own(owner: Pool, gym: Organization, name: str) -> UUID:
    """An exercise of an organization's own."""
    id: UUID = await owner.fetchval(
        "INSERT INTO exercises (organization_id, name, status) VALUES ($1, $2, 'published') RETURNING id", gym.id, name
    )
    return id


async def write_override(owner: Any, gym: Organization, id: UUID, name: str) -> None:
    """Another name for an organization."""
    await owner.execute(
        """
        INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides) VALUES ($1, $2, $3::text::jsonb)
        ON CONFLICT (organization_id, exercise_id) DO UPDATE SET overrides = excluded.overrides
        """,
        gym.id,
        id,
        json.dumps({"name": name}),
    )


WRITES = (
    "UPDATE exercises SET name = $3 WHERE id = $1 AND $2::uuid IS NOT NULL",
    "UPDATE exercises SET deleted_at = now() WHERE id = $1 AND $2::uuid IS NOT NULL AND $3::text IS NOT NULL",
    "UPDATE exercises SET deleted_at = NULL WHERE id = $1 AND $2::uuid IS NOT NULL AND $3::text IS NOT NULL",
    """INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides)
       SELECT $2, id, jsonb_build_object('name', $3::text) FROM exercises WHERE id = $1 AND organization_id IS NULL
       ON CONFLICT (organization_id, exercise_id) DO UPDATE SET overrides = excluded.overrides""",
    """DELETE FROM exercise_org_overrides
       WHERE exercise_id = $1 AND organization_id = $2 AND $3::text IS NOT NULL""",
    """UPDATE exercise_org_overrides SET overrides = jsonb_build_object('cues', jsonb_build_array($3::text))
       WHERE exercise_id = $1 AND organization_id = $2""",
)
steps = st.lists(
    st.tuples(st.integers(0, len(WRITES) - 1), st.integers(0, 3), st.integers(0, 1), st.booleans(), st.integers(0, 99)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
async def test_after_any_writes_what_is_kept_is_what_would_be_read(
    database: Database,
    keeping: Database,
    owner: Pool,
    gyms: tuple[Organization, Organization],
    steps: list[tuple[int, int, int, bool, int]],
) -> None:
    own = [await write_own(owner, gym, "Ours") for gym in gyms]
    canonical = await owner.fetchval("INSERT INTO exercises (name, status) VALUES ('All', 'published') RETURNING id")
    ids = [canonical, *own, UUID(int=1)]
    for verb, of, whose, keeps, number in steps:
        async with owner.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(WRITES[verb], ids[of], gyms[whose].id, f"Name {number}")
            await (transaction.commit() if keeps else transaction.rollback())
        for gym in gyms:
            told, kept = await both(database, keeping, gym, ids)
            assert kept == told


async def test_a_reader_of_an_old_state_sees_that_and_leaves_nothing_of_it_behind(
    keeping: Database, owner: Pool, gyms: tuple[Organization, Organization], squat: UUID
) -> None:
    gym, _ = gyms
    await write_override(owner, gym, squat, "Before")
    async with keeping.read(enter_as(gym.coach.id)) as old:
        await write_override(owner, gym, squat, "After")
        async with keeping.read(enter_as(gym.member.id)) as new:
            assert [diff for diff, _, _ in await read(new, gym, [squat])] == [{"name": "After"}]
            assert [diff for diff, _, _ in await read(old, gym, [squat])] == [{"name": "Before"}]
    async with keeping.read(enter_as(gym.member.id)) as session:
        assert [diff for diff, _, _ in await read(session, gym, [squat])] == [{"name": "After"}]


async def test_nobody_finds_what_was_kept_for_an_organization_that_they_do_not_belong_to(
    keeping: Database, owner: Pool, gyms: tuple[Organization, Organization], squat: UUID
) -> None:
    gym, stranger = gyms
    own = await write_own(owner, gym, "Secret")
    await write_override(owner, gym, squat, "Secret too")
    async with keeping.read(enter_as(gym.coach.id)) as session:
        assert [found is None for found in await read(session, gym, [own, squat])] == [False, False]
    for person in (stranger.coach, stranger.owner):
        async with keeping.read(enter_as(person.id)) as session:
            unknown, plain = await read(session, gym, [own, squat])
        assert (unknown, plain[0]) == (None, {})


async def test_somebody_who_left_is_shown_nothing_that_was_kept(
    keeping: Database, owner: Pool, world: World, squat: UUID
) -> None:
    gym = await world.organization()
    await write_override(owner, gym, squat, "Ours")
    async with keeping.read(enter_as(gym.member.id)) as session:
        assert (await read(session, gym, [squat]))[0][0] == {"name": "Ours"}
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", gym.member.id)
    async with keeping.read(enter_as(gym.member.id)) as session:
        assert (await read(session, gym, [squat]))[0][0] == {}


async def test_keys_of_several_organizations_are_answered_each_with_its_own_view(
    database: Database, keeping: Database, owner: Pool, world: World, squat: UUID
) -> None:
    gyms = [await world.organization() for _ in range(3)]
    for number, gym in enumerate(gyms[:2]):
        await write_override(owner, gym, squat, f"Gym {number}")
        await world.join(gym.id, "coach", gyms[2].coach)
    keys = [(gym.id, squat) for gym in gyms] * 2
    for _ in range(2):
        async with database.read(enter_as(gyms[2].coach.id)) as plain:
            told = [shown(found) for found in await effective(plain, keys, ASKED)]
        async with keeping.read(enter_as(gyms[2].coach.id)) as session:
            assert [shown(found) for found in await effective(session, keys, ASKED)] == told
    assert [diff for diff, _, _ in told] == [{"name": "Gym 0"}, {"name": "Gym 1"}, {}] * 2


async def test_a_mutation_answers_what_it_wrote_and_queries_show_it_from_then_on(
    api: Api, world: World, squat: UUID
) -> None:
    gym = await world.organization()
    for number in range(3):
        name = f"Squat {number}"
        assert (await upsert(api, gym, str(squat), name=name))["name"] == name
        names = {"exerciseId": str(squat), "organizationId": str(gym.id)}
        assert (await api.run(EFFECTIVE, gym.member, **names))["effectiveExercise"]["name"] == name
        assert [node["name"] for node in (await library(api, gym, source="CUSTOMIZED"))["nodes"]] == [name]


async def test_queries_under_writes_never_show_half_of_a_change(api: Api, world: World, owner: Pool) -> None:
    gym = await world.organization()
    ids = [await write_own(owner, gym, "Version 0") for _ in range(20)]
    seen: set[str] = set()

    async def ask() -> None:
        while len(seen) < 16:
            names = {node["name"] for node in (await library(api, gym, source="ORG"))["nodes"]}
            assert len(names) == 1
            seen.update(names)

    async def rename() -> None:
        number = 0
        while len(seen) < 16:
            number += 1
            await owner.execute("UPDATE exercises SET name = $1 WHERE id = ANY ($2)", f"Version {number}", ids)
            await asyncio.sleep(0.005)

    await asyncio.wait_for(asyncio.gather(rename(), *(ask() for _ in range(4))), 60)


async def test_answers_are_the_same_with_and_without_what_is_kept_the_first_time_and_the_second(
    services: Services, world: World, owner: Pool, squat: UUID
) -> None:
    gym = await world.organization()
    await write_own(owner, gym, "Ours")
    await write_override(owner, gym, squat, "Their squat")
    questions: list[tuple[str, dict[str, Any]]] = [
        (LIBRARY, {"id": str(gym.id), "first": 7, "sort": "NAME_DESC"}),
        (LIBRARY, {"id": str(gym.id), "source": "ORG"}),
        (EFFECTIVE, {"exerciseId": str(squat), "organizationId": str(gym.id)}),
    ]
    told: list[list[bytes]] = []
    for most in (0, 1, 64):
        async with running(create_app(replace(services, settings=replace(services.settings, kept_mb=most)))) as api:
            for _ in range(2):
                answers = [await api.post(text, gym.coach, **names) for text, names in questions]
                told += [[answer.content for answer in answers]]
    assert all(each == told[0] for each in told)


async def test_what_is_kept_saves_the_viewers_and_the_exercises_statement_and_costs_a_page_one_the_first_time(
    services: Services, world: World, squat: UUID
) -> None:
    gym = await world.organization()
    page = "query ($id: ID!) { organization(id: $id) { exerciseLibrary(first: 100) { nodes { name } } } }"
    one = "query ($id: ID!, $of: ID!) { effectiveExercise(id: $of, organizationId: $id) { name } }"
    counts: dict[int, list[int]] = {}
    for most in (0, 64):
        async with counted(services, most) as counter:
            for document in (one, one, page, page):
                with counter.counting() as statements:
                    await counter.api.run(document, gym.coach, id=str(gym.id), of=str(squat))
                counts.setdefault(most, []).append(len(statements))
    single, _, listed, _ = counts[0]
    assert counts == {0: [single, single, listed, listed], 64: [single, single - 2, listed, listed - 1]}
