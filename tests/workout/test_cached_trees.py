"""Cached trees equal those that would be read: after any write, for any viewer, in any snapshot.

`database` and `plain` have no cache and are the oracles; `caching` and `api` read the same database with a cache.
"""

import gc
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from itertools import product
from typing import Any  # inputs and answers are JSON
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kinegraph.api.executor import PLANS
from kinegraph.kit.database import Database
from kinegraph.services import Services
from tests.assignment.snapshots import UPDATE_FOR, edited
from tests.cached import TIMES, Query, serving
from tests.cached import agree as agree_on
from tests.conftest import Api, Organization, Person, World, counted
from tests.library.documents import UPSERT
from tests.workout import cached_trees as trees
from tests.workout.cached_trees import CHANGES, COMMENTED, LISTS, USING
from tests.workout.documents import (
    ADD_COMMENT,
    CREATE,
    DELETE,
    MOVE,
    SET,
    Pool,
    assign,
    comment,
    create,
    movement,
    section,
)

pytestmark = pytest.mark.own_database  # canonical exercises are edited

LAW = settings(deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass
class Gyms:
    """Two organizations with workouts, and their viewers; `commented` is the id of a workout with comments."""

    pair: tuple[Organization, Organization]
    people: list[Person]
    exercises: list[str]
    snapshot_id: str
    commented: str

    def variables(self) -> dict[str, Any]:
        """The variables of the documents LISTS, USING and COMMENTED."""
        a, b = self.pair
        return {"a": str(a.id), "b": str(b.id), "x": self.exercises[0], "one": self.commented, "on": True}


async def gyms_of(api: Api, world: World, owner: Pool) -> Gyms:
    """Two new organizations, each with a tree, an empty section, an empty workout and a text; one tree was forked."""
    await owner.execute("UPDATE exercises SET status = 'published'")  # as other requests left them
    a, b = [await world.organization() for _ in range(2)]
    left, admin = await world.join(a.id, "coach"), await world.person(is_platform_admin=True)
    await world.join(b.id, "member", a.coach)
    exercises = [await world.exercise_id(slug) for slug in ("back-squat", "deadlift", "pull-ups")]
    sql = "INSERT INTO exercises (organization_id, name, status) VALUES ($1, 'Ours', 'published') RETURNING id"
    for gym in (a, b):
        rows = [movement(id, notes=f"N {id}", prescription={"sets": 3}) for id in exercises]
        rows.append(movement(str(await owner.fetchval(sql, gym.id))))
        made = await create(api, gym, section(*rows, title="Main"), section(title="Empty"), section(rows[0]), title="T")
        await create(api, gym, title="Empty")
        await create(api, gym, mode="FREEFORM", description="Run.")
        for _ in range(2):
            given = str(await assign(owner, gym, made["id"], gym.member))
        forked = await edited(api, gym.coach, made["id"], given, title="Forked")
        commented = [row for node in made["sections"] for row in node["movements"]][:2]
        for row in commented:
            top = await comment(api, gym.coach, row["id"], "How was it?")
            await comment(api, gym.coach, row["id"], "Please answer.", top)
        await owner.execute(trees.ATTACH, UUID(top))
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", left.id)
    people = [a.coach, a.member, b.coach, b.member, left, admin, (await world.organization()).coach]
    return Gyms((a, b), people, exercises, forked["id"], made["id"])


@pytest.fixture(scope="module")
async def caching(database_url: str) -> AsyncIterator[Database]:
    """The module's database, whose read sessions share a cache."""
    opened = await Database.open(database_url, 10, cache_bytes=2**26)
    yield opened
    await opened.close()


CHANGE = st.tuples(st.integers(0, len(CHANGES) - 1), st.integers(0, 50), st.booleans(), st.sampled_from("cccr"))


class RollBack(Exception):
    """Raised to roll a transaction back."""


async def change(owner: Pool, gyms: Gyms, operation: tuple[int, int, bool, str]) -> None:
    """Write past the API, and commit or roll back; what the database refuses is not written."""
    verb, number, first, end = operation
    mine, other = gyms.pair if first else gyms.pair[::-1]
    statement = CHANGES[verb].format(
        s=trees.SECTION,
        m=trees.MOVEMENT,
        w=trees.WORKOUT,
        e=trees.ANY_EXERCISE,
        c=trees.COMMENT,
    )
    arguments = (number, mine.id, other.id)[: 3 if "$3" in statement else 2]
    async with owner.acquire() as connection:
        with suppress(asyncpg.IntegrityConstraintViolationError, RollBack):
            async with connection.transaction():
                await connection.execute(statement, *arguments)
                if end == "r":
                    raise RollBack


async def mutate(api: Api, owner: Pool, gyms: Gyms, verb: int, number: int, *, first: bool) -> None:
    """Write through the API as a coach, whatever it answers."""
    gym = gyms.pair[0 if first else 1]
    tables = "workouts", "workout_movements", "workout_assignments"
    ids = [str(await owner.fetchval(f"SELECT {trees.RANDOM_ROW.format(table)}", number, gym.id)) for table in tables]
    workout, row, assignment = ids
    exercise = gyms.exercises[number % 3]
    rows = [section(movement(exercise, notes=f"A {number}"), movement(gyms.exercises[0])), section()][: number % 3]
    documents: list[tuple[str, dict[str, Any]]] = [
        (SET, {"id": workout, "sections": rows}),
        (MOVE, {"id": row, "input": {"notes": f"M {number}", "exerciseId": exercise}}),
        (CREATE, {"input": {"organizationId": str(gym.id), "sections": rows}}),
        (DELETE, {"id": workout}),
        (ADD_COMMENT, {"input": {"movementId": row, "body": "Well done."}}),
        (UPSERT, {"exerciseId": exercise, "organizationId": str(gym.id), "overrides": {"name": f"U {number}"}}),
        (UPDATE_FOR, {"id": workout, "for": assignment, "input": {"title": f"F {number}"}}),
    ]
    text, variables = documents[verb]
    await api.post(text, gym.coach, **variables)


async def agree(plain: Api, api: Api, gyms: Gyms, people: list[Person]) -> None:
    """Check that the answers with and without a cache are equal, the first time and later."""
    await agree_on(plain, api, people, (LISTS, USING, COMMENTED), gyms.variables())


@settings(LAW, max_examples=1)
@given(
    operations=st.permutations([*range(len(CHANGES)), *(verb - 7 for verb in range(7))]),
    draw=st.randoms(use_true_random=False),
)
async def test_after_any_writes_answers_with_and_without_a_cache_are_equal(
    plain: Api, api: Api, world: World, owner: Pool, operations: list[int], draw: Any
) -> None:
    gyms = await gyms_of(api, world, owner)
    await agree(plain, api, gyms, gyms.people)
    for operation in operations:
        number, first = draw.randrange(50), draw.random() < 0.7
        if operation < 0:
            await mutate(draw.choice((api, plain)), owner, gyms, operation, number, first=first)
        else:
            await change(owner, gyms, (operation, number, first, draw.choice("cccr")))
        await agree(plain, api, gyms, [draw.choice(gyms.people[:4])])
    await agree(plain, api, gyms, gyms.people)


READERS = st.tuples(st.sampled_from(("open", "query")), st.integers(0, 2))


@settings(LAW, max_examples=3)
@given(operations=st.lists(st.one_of(CHANGE, READERS), min_size=6, max_size=16))
async def test_each_query_sees_its_own_snapshot_whichever_query_filled_the_cache(
    database: Database, caching: Database, api: Api, world: World, owner: Pool, operations: list[Any]
) -> None:
    gyms = await gyms_of(api, world, owner)
    async with AsyncExitStack() as stack:
        readers: list[tuple[Query, Query]] = []
        for operation in [("open", 0), *operations, *(("query", number) for number in range(3))]:
            if operation[0] == "open" and len(readers) < 3:
                queries = [Query(each, gyms.people[operation[1]]) for each in (database, caching)]
                old, cached = [await stack.enter_async_context(query) for query in queries]
                readers.append((old, cached))
            elif operation[0] == "query":
                old, cached = readers[operation[1] % len(readers)]
                for text in (LISTS, COMMENTED):
                    expected = await old.answer(text, **gyms.variables())
                    assert {await cached.answer(text, **gyms.variables()) for _ in range(TIMES)} == {expected}
            elif operation[0] != "open":
                await change(owner, gyms, operation)


@pytest.mark.parametrize("table", ["workouts", "workout_sections", "workout_movements"])
async def test_trees_are_no_longer_shown_after_a_truncate(
    plain: Api, api: Api, world: World, owner: Pool, table: str
) -> None:
    gyms = await gyms_of(api, world, owner)
    for statement in ("SELECT 1", f"TRUNCATE {table} CASCADE"):
        await owner.execute(statement)
        await agree(plain, api, gyms, gyms.people[:2])


async def test_the_cache_saves_the_statements_of_the_viewer_and_of_each_level_but_never_that_of_comments(
    services: Services, api: Api, world: World, owner: Pool
) -> None:
    gyms = await gyms_of(api, world, owner)
    below = "sections { id movements { notes exercise { name } %s } }"
    bare, commented = below % "", below % "comments { body }"
    listed = "query ($a: ID!) { organization(id: $a) { workouts { nodes { %s } } } }"
    one = f"query ($id: ID!) {{ workout(id: $id) {{ {bare} }} }}"
    variables = {"a": str(gyms.pair[1].id), "id": gyms.snapshot_id}
    counts: dict[int, list[int]] = {}
    for cache_mb in (0, 64):
        async with counted(services, cache_mb) as counter:
            for text in (one, one.replace(bare, commented), listed % bare, listed % commented):
                for _ in range(TIMES):
                    with counter.counting() as statements:
                        await counter.api.run(text, gyms.pair[1].coach, **variables)
                    counts.setdefault(cache_mb, []).append(len(statements))
    without = [5, 5, 5, 6, 6, 6] * 2
    assert counts == {0: without, 64: [5, 4, 2, 5, 5, 3, 4, 4, 2, 5, 5, 3]}


async def test_a_tree_is_cached_where_resolvers_stand_below_its_comments(
    services: Services, api: Api, world: World, owner: Pool
) -> None:
    gyms = await gyms_of(api, world, owner)
    author = "author { name email }"
    replies = f"replies {{ body {author} parent {{ body {author} }} }}"
    below = f"body {author} attachments {{ kind url thumbnailUrl }} {replies}"
    text = f"query ($id: ID!) {{ workout(id: $id) {{ sections {{ movements {{ notes comments {{ {below} }} }} }} }} }}"
    reads: list[int] = []
    async with serving(services, 0) as plain, counted(services, 64) as counter:
        for person in (gyms.pair[1].coach, await world.join(gyms.pair[1].id, "coach")):
            expected = await plain.run(text.replace("url thumbnailUrl", ""), person, id=gyms.commented)
            for _ in range(TIMES):
                with counter.counting() as statements:
                    answer = await counter.api.run(text, person, id=gyms.commented)
                reads.append(sum("workout_sections" in each for each in statements))
                rows = [row for section in answer["workout"]["sections"] for row in section["movements"]]
                files = [file for row in rows for each in row["comments"] for file in each["attachments"]]
                assert [file.pop("url")[:4] for file in files] == ["http"]
                assert [file.pop("thumbnailUrl") for file in files] == [None]
                assert answer == expected
    assert reads == [1, 1, 0, 0, 0, 0]


async def test_trees_in_the_cache_take_no_more_memory_than_allowed(services: Services, api: Api, world: World) -> None:
    gym, squat = await world.organization(), await world.exercise_id("back-squat")
    rows = [movement(squat, notes=f"{number:03}" + "x" * 1_990) for number in range(40)]
    ids = [(await create(api, gym, section(*rows)))["id"] for _ in range(30)]
    async with serving(services, 1) as api:
        tracemalloc.start()
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        for turn, id in product(range(4), ids):
            text = f"query ($id: ID!) {{ workout(id: $id) {{ sections {{ movements {{ n{turn}: notes }} }} }} }}"
            for _ in range(TIMES):
                await api.run(text, gym.coach, id=id)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert after - before < 6_000_000, after - before


async def test_many_selections_of_one_workout_are_all_answered_breadth_first(api: Api, world: World) -> None:
    gym, squat = await world.organization(), await world.exercise_id("back-squat")
    made = await create(api, gym, section(movement(squat)))
    before = PLANS.counted[""]
    for number in range(10):
        text = f"query ($id: ID!) {{ workout(id: $id) {{ sections {{ s{number}: id }} }} }}"
        await api.run(text, gym.coach, id=made["id"])
    assert PLANS.counted[""] == before + 10
