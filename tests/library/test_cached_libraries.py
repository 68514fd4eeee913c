"""Cached exercises equal those that would be read: after any write, and in any snapshot.

`plain` and `database` cache nothing and are the oracle; `api` and `caching` read the same database, and cache.
"""

import asyncio
from typing import Any  # inputs and answers are JSON
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinegraph.kit.database import Database
from kinegraph.services import Services
from tests.cached import TIMES, Query, agree, serving
from tests.conftest import Api, Organization, World, counted
from tests.library.cached_libraries import (
    EXERCISES,
    Pool,
    agree_on_exercises,
    customized,
    exercises_in,
    use,
    write_override,
    write_own,
)
from tests.library.documents import EFFECTIVE, LIBRARY, library, upsert


@pytest.fixture(scope="module")
async def squat(world: World) -> UUID:
    """The id of a canonical exercise."""
    return UUID(await world.exercise_id("back-squat"))


WRITES = (
    "UPDATE exercises SET name = $3 WHERE id = $1 AND $2::uuid IS NOT NULL",
    "UPDATE exercises SET deleted_at = now() WHERE id = $1 AND $2::uuid IS NOT NULL AND $3::text IS NOT NULL",
    "UPDATE exercises SET deleted_at = NULL WHERE id = $1 AND $2::uuid IS NOT NULL AND $3::text IS NOT NULL",
    """UPDATE exercises SET status = CASE status WHEN 'published' THEN 'archived' ELSE 'published' END
       WHERE id = $1 AND $2::uuid IS NOT NULL AND $3::text IS NOT NULL""",
    """INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides)
       SELECT $2, id, jsonb_build_object('name', $3::text) FROM exercises WHERE id = $1 AND organization_id IS NULL
       ON CONFLICT (organization_id, exercise_id) DO UPDATE SET overrides = excluded.overrides""",
    """DELETE FROM exercise_org_overrides
       WHERE exercise_id = $1 AND organization_id = $2 AND $3::text IS NOT NULL""",
    """UPDATE exercise_org_overrides SET overrides = jsonb_build_object('cues', jsonb_build_array($3::text))
       WHERE exercise_id = $1 AND organization_id = $2""",
)
operations = st.lists(
    st.tuples(st.integers(0, len(WRITES) - 1), st.integers(0, 2), st.integers(0, 1), st.booleans(), st.integers(0, 99)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=operations)
async def test_after_any_writes_answers_with_and_without_a_cache_are_equal(
    plain: Api, api: Api, world: World, owner: Pool, operations: list[tuple[int, int, int, bool, int]]
) -> None:
    gyms = await world.organization(), await world.organization()
    own = [await write_own(owner, gym, "Ours") for gym in gyms]
    canonical = await owner.fetchval("INSERT INTO exercises (name, status) VALUES ('All', 'published') RETURNING id")
    for gym, id in zip(gyms, own, strict=True):
        await use(plain, gym, canonical, id)
    for verb, of, whose, commits, number in operations:
        async with owner.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(WRITES[verb], (canonical, *own)[of], gyms[whose].id, f"Name {number}")
            await (transaction.commit() if commits else transaction.rollback())
        await agree_on_exercises(plain, api, *gyms)


async def test_a_query_in_an_old_snapshot_sees_that_snapshot_and_caches_nothing_of_it_for_others(
    caching: Database, owner: Pool, gyms: tuple[Organization, Organization], squat: UUID
) -> None:
    gym, _ = gyms
    await write_override(owner, gym, squat, "Before")
    async with Query(caching, gym.coach) as old:
        await write_override(owner, gym, squat, "After")
        async with Query(caching, gym.member) as new:
            assert customized(await exercises_in(new, gym)) == ["After"]
            assert customized(await exercises_in(old, gym)) == ["Before"]
    for person in (gym.member, gym.coach):
        async with Query(caching, person) as query:
            assert customized(await exercises_in(query, gym)) == ["After"]


async def test_a_cached_answer_is_not_shown_to_other_organizations(
    plain: Api, api: Api, owner: Pool, world: World, squat: UUID
) -> None:
    gym, stranger = await world.organization(), await world.organization()
    own = await write_own(owner, gym, "Secret")
    await write_override(owner, gym, squat, "Secret too")
    await use(api, gym, own, squat)
    await agree_on_exercises(plain, api, gym)
    assert "Secret" in (await api.post(EXERCISES, gym.coach, id=str(gym.id))).text
    for person in (stranger.coach, stranger.owner):
        await agree(plain, api, (person,), (EXERCISES,), {"id": str(gym.id)})
        for of in (gym, stranger):
            assert "Secret" not in (await api.post(EXERCISES, person, id=str(of.id))).text


async def test_a_former_member_is_shown_no_cached_answer(
    plain: Api, api: Api, owner: Pool, world: World, squat: UUID
) -> None:
    gym = await world.organization()
    await write_override(owner, gym, squat, "Ours")
    await agree_on_exercises(plain, api, gym)
    assert "Ours" in (await api.post(EXERCISES, gym.member, id=str(gym.id))).text
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", gym.member.id)
    for _ in range(TIMES):
        assert "Ours" not in (await api.post(EXERCISES, gym.member, id=str(gym.id))).text
    await agree_on_exercises(plain, api, gym)


async def test_a_coach_who_becomes_a_member_is_shown_no_page_that_was_cached_for_coaches(
    plain: Api, api: Api, owner: Pool, world: World
) -> None:
    gym = await world.organization()
    await owner.execute("INSERT INTO exercises (organization_id, name, status) VALUES ($1, 'Draft', 'draft')", gym.id)
    for role in ("coach", "member", "coach"):
        await owner.execute("UPDATE memberships SET role = $2 WHERE user_id = $1", gym.coach.id, role)
        await agree_on_exercises(plain, api, gym)
        assert ("Draft" in (await api.post(EXERCISES, gym.coach, id=str(gym.id))).text) is (role == "coach")


async def test_several_organizations_in_one_document_are_each_answered_with_their_own_view(
    plain: Api, api: Api, owner: Pool, world: World, squat: UUID
) -> None:
    gyms = [await world.organization() for _ in range(3)]
    coach = gyms[2].coach
    for number, gym in enumerate(gyms[:2]):
        await write_override(owner, gym, squat, f"Gym {number}")
        await world.join(gym.id, "coach", coach)
    page = "exerciseLibrary(source: CUSTOMIZED) { nodes { id name } }"
    each = " ".join(f'g{n}: organization(id: "{gym.id}") {{ {page} }}' for n, gym in enumerate([*gyms, *gyms[::-1]]))
    listed = f"viewer {{ memberships {{ organization {{ id {page} }} }} }}"
    await agree(plain, api, (coach,), (f"{{ {each} {listed} }}", f"{{ {listed} }}"), {})
    found = await api.run(f"{{ {each} }}", coach)
    names = [[node["name"] for node in found[key]["exerciseLibrary"]["nodes"]] for key in found]
    assert names == [["Gym 0"], ["Gym 1"], [], [], ["Gym 1"], ["Gym 0"]]


async def test_a_mutation_and_all_later_queries_answer_with_its_result(api: Api, world: World, squat: UUID) -> None:
    gym = await world.organization()
    for number in range(3):
        name = f"Squat {number}"
        assert (await upsert(api, gym, str(squat), name=name))["name"] == name
        names = {"exerciseId": str(squat), "organizationId": str(gym.id)}
        for _ in range(TIMES):
            assert (await api.run(EFFECTIVE, gym.member, **names))["effectiveExercise"]["name"] == name
            assert [node["name"] for node in (await library(api, gym, source="CUSTOMIZED"))["nodes"]] == [name]


async def test_queries_during_writes_never_show_half_of_a_change(api: Api, world: World, owner: Pool) -> None:
    gym = await world.organization()
    ids = [await write_own(owner, gym, "Version 0") for _ in range(20)]
    seen: set[str] = set()

    async def query() -> None:
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

    await asyncio.wait_for(asyncio.gather(rename(), *(query() for _ in range(4))), 60)


async def test_answers_are_the_same_with_and_without_a_cache_the_first_time_and_later(
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
    reported: list[list[bytes]] = []
    for cache_mb in (0, 1, 64):
        async with serving(services, cache_mb) as api:
            for _ in range(TIMES):
                answers = [await api.post(text, gym.coach, **names) for text, names in questions]
                reported += [[answer.content for answer in answers]]
    assert all(each == reported[0] for each in reported)


async def test_the_cache_saves_the_statements_of_the_viewer_and_of_a_page_and_adds_none(
    services: Services, world: World, owner: Pool, squat: UUID
) -> None:
    gym = await world.organization()
    await write_own(owner, gym, "Ours")
    page = "query ($id: ID!) { organization(id: $id) { exerciseLibrary(first: 100) { nodes { name } } } }"
    one = "query ($id: ID!, $of: ID!) { effectiveExercise(id: $of, organizationId: $id) { name } }"
    counts: dict[int, list[int]] = {}
    for cache_mb in (0, 64):
        async with counted(services, cache_mb) as counter:
            for document in (one, one, page, page, page):
                with counter.counting() as statements:
                    await counter.api.run(document, gym.coach, id=str(gym.id), of=str(squat))
                counts.setdefault(cache_mb, []).append(len(statements))
    assert counts == {0: [3, 3, 3, 3, 3], 64: [3, 2, 2, 2, 1]}
