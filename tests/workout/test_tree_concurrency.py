"""Concurrent replacements, edits and comments of one workout."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any  # inputs and answers are JSON
from uuid import UUID

import asyncpg

from kinegraph.comment import store as comment_store
from kinegraph.workout import store
from tests.conftest import Api, Organization, World
from tests.workout.documents import (
    ADD_COMMENT,
    DELETE,
    MOVE,
    SET,
    Json,
    Pool,
    comment,
    create,
    created_tree,
    movement,
    read_tree,
    replace,
    row_state,
    section,
)

SET_BOTH = """mutation ($a: ID!, $b: ID!) {
  a: setWorkoutSections(workoutId: $a, sections: []) { workout { id } userErrors { code } }
  b: setWorkoutSections(workoutId: $b, sections: []) { workout { id } userErrors { code } }
}"""


async def waiting(owner: Pool, workout: str, request: "asyncio.Future[Any]") -> None:
    """Return when the request waits for the lock of the workout's tree; fail if it is answered without waiting."""
    key = await owner.fetchval("SELECT hashtextextended($1, 0)", f"workout {UUID(workout)}")
    async with asyncio.timeout(20):
        while not await owner.fetchval(
            """
            SELECT count(*) FROM pg_locks
            WHERE locktype = 'advisory' AND NOT granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND (classid::bigint << 32 | objid::bigint) = $1
            """,
            key,
        ):
            assert not request.done(), "It did not wait."


async def test_concurrent_replacements_leave_one_of_them_whole(api: Api, world: World, owner: Pool) -> None:
    organization, id, sent = await created_tree(api, world, 2)
    exercise_id = sent[0]["movements"][0]["exerciseId"]
    trees = [
        [section(*[movement(exercise_id, label=f"{tree}")] * (tree + 1), title=f"{tree}")] * (tree + 1)
        for tree in range(6)
    ]
    await asyncio.gather(*(replace(api, organization.coach, id, tree) for tree in trees))
    stored = await read_tree(api, organization.coach, id)
    last = int(stored[0]["title"])
    found = [(node["title"], [row["label"] for row in node["movements"]]) for node in stored]
    assert found == [(f"{last}", [f"{last}"] * (last + 1))] * (last + 1)
    stored = await owner.fetchval("SELECT count(*) FROM workout_sections WHERE workout_id = $1", UUID(id))
    assert stored == last + 1


async def test_replacements_that_send_an_id_are_refused_after_one_that_removed_it(api: Api, world: World) -> None:
    organization, id, sent = await created_tree(api, world, 1)
    row = sent[0]["movements"][0]
    retaining = [section({**row, "label": "K"}, title="Retained")]
    removing = [section(movement(row["exerciseId"], label="N"), title="New")]
    answers = await asyncio.gather(
        *(api.refusals(SET, organization.coach, id=id, sections=tree) for tree in (retaining, removing) * 3)
    )
    path = ["sections", "0", "movements", "0", "id"]
    assert all(answer in ([], [("INVALID_INPUT", path)]) for answer in answers[::2])
    assert answers[1::2] == [[], [], []]
    (stored,) = await read_tree(api, organization.coach, id)
    assert (stored["title"], [row["label"] for row in stored["movements"]]) == ("New", ["N"])


async def after_waiting(
    world: World, owner: Pool, organization: Organization, id: str, request: Awaitable[Any], *, delete: bool = False
) -> Any:
    """The answer of a request that waited while another transaction emptied (or deleted) the workout."""
    async with world.writing_as(organization.coach) as session:
        await store.lock_tree(session, UUID(id))
        task = asyncio.ensure_future(request)
        await waiting(owner, id, task)
        await session.run("DELETE FROM workout_sections WHERE workout_id = $1", UUID(id))
        if delete:
            await store.delete(session, UUID(id))
    return await task


async def test_a_request_that_waited_for_a_replacement_sees_its_result(api: Api, world: World, owner: Pool) -> None:
    organization, id, sent = await created_tree(api, world, 2)
    row, coach = sent[0]["movements"][0], organization.coach
    request = api.refusals(MOVE, coach, id=row["id"], input={"notes": "Late"})
    assert await after_waiting(world, owner, organization, id, request) == [("NOT_FOUND", ["id"])]

    organization, id, sent = await created_tree(api, world, 2)
    row, coach = sent[0]["movements"][0], organization.coach
    late = api.refusals(ADD_COMMENT, coach, input={"movementId": row["id"], "body": "Late"})
    assert await after_waiting(world, owner, organization, id, late) == [("NOT_FOUND", ["input", "movementId"])]

    organization, id, sent = await created_tree(api, world, 2)
    replacement = api.refusals(SET, organization.coach, id=id, sections=[{**sent[0], "movements": []}])
    assert await after_waiting(world, owner, organization, id, replacement) == [
        ("INVALID_INPUT", ["sections", "0", "id"])
    ]

    sent_with: list[tuple[str, Json, str]] = [(SET, {"sections": []}, "workoutId"), (DELETE, {}, "id")]
    for text, values, path in sent_with:
        organization, id, _ = await created_tree(api, world, 2)
        refused = api.refusals(text, organization.coach, id=id, **values)
        assert await after_waiting(world, owner, organization, id, refused, delete=True) == [("NOT_FOUND", [path])]


async def test_a_movement_commented_on_while_its_removal_waits_is_hidden_with_the_comment(
    api: Api, world: World, owner: Pool
) -> None:
    organization, id, sent = await created_tree(api, world, 1)
    row = sent[0]["movements"][0]
    async with world.writing_as(organization.coach) as session:
        (found,) = await store.movements(session, [UUID(row["id"])])
        assert found is not None
        await store.lock_tree(session, UUID(id), shared=True)
        comment_id = await comment_store.insert(session, found, "In time", None)
        removal = asyncio.ensure_future(replace(api, organization.coach, id, []))
        await waiting(owner, id, removal)
    assert (await removal)["sections"] == []
    assert await row_state(owner, "workout_movements", row["id"]) == "hidden"
    assert await row_state(owner, "exercise_comments", str(comment_id)) == "live"


async def test_concurrent_comments_and_removals_lose_no_comment_that_was_answered(
    api: Api, world: World, owner: Pool
) -> None:
    organization, id, sent = await created_tree(api, world, 8)
    rows = sent[0]["movements"]
    adding = [
        asyncio.ensure_future(api.post(ADD_COMMENT, organization.coach, input={"movementId": row["id"], "body": "Hm"}))
        for row in rows
    ]
    await asyncio.gather(*adding[:4], replace(api, organization.coach, id, []), *adding[4:])
    for row, request in zip(rows, adding, strict=True):
        response = await request
        payload = response.json()["data"]["addComment"]
        if payload["comment"]:
            assert await row_state(owner, "exercise_comments", payload["comment"]["id"]) == "live"
            assert await row_state(owner, "workout_movements", row["id"]) == "hidden"
        else:
            assert [error["code"] for error in payload["userErrors"]] == ["NOT_FOUND"]
            assert await row_state(owner, "workout_movements", row["id"]) == "gone"


async def test_comments_on_one_workout_do_not_wait_for_each_other(api: Api, world: World) -> None:
    organization, id, sent = await created_tree(api, world, 1)
    async with world.writing_as(organization.coach) as session:
        await store.lock_tree(session, UUID(id), shared=True)
        assert await comment(api, organization.coach, sent[0]["movements"][0]["id"], "At once")


async def test_requests_that_lock_two_workouts_in_opposite_orders_get_no_internal_error(
    api: Api, world: World, owner: Pool
) -> None:
    organization, a, _ = await created_tree(api, world, 2)
    b = (await create(api, organization))["id"]
    async with world.writing_as(organization.coach) as session:
        await store.lock_tree(session, UUID(b))
        request = asyncio.ensure_future(api.post(SET_BOTH, organization.coach, a=a, b=b))
        await waiting(owner, b, request)
        with suppress(asyncpg.DeadlockDetectedError):  # PostgreSQL may end either of the two
            await store.lock_tree(session, UUID(a))
    assert (await request).status_code < 500
