"""Versions of comments, and of rows that are written twice in one transaction."""

import asyncio
from uuid import UUID

from tests.assignment.snapshots import assigned
from tests.conftest import Api, World
from tests.movement.test_two_who_edit import COMMENT, is_refused, plan
from tests.workout.documents import ADD_COMMENT, DELETE_COMMENT, Pool


async def test_an_author_who_edits_a_comment_in_two_places_at_once_gets_a_conflict(api: Api, world: World) -> None:
    organization, _, made = await plan(api, world)
    member, squat = organization.member, made["sections"][0]["movements"][0]["id"]
    await assigned(api, organization.coach, made["id"], member)
    data = await api.run(ADD_COMMENT, member, input={"movementId": squat, "body": "One"})
    one = data["addComment"]["comment"]
    version = {"if": one["updatedAt"]}
    payloads = await asyncio.gather(
        *(api.payload(COMMENT, member, id=one["id"], body=f"{turn}", **version) for turn in range(4))
    )
    (winner,) = [payload for payload in payloads if not payload["userErrors"]]
    for payload in payloads:
        assert payload["comment"] == winner["comment"]
        if payload is not winner:
            assert is_refused(payload, member, ["ifUpdatedAt"], winner["comment"]["updatedAt"])
            assert "You changed it" in payload["userErrors"][0]["message"]
    await api.run(DELETE_COMMENT, member, id=one["id"])
    refused = await api.payload(COMMENT, member, id=one["id"], body="Late", **version)
    assert [error["code"] for error in refused["userErrors"]] == ["CONFLICT"]


async def test_a_row_that_is_written_twice_at_the_same_time_has_another_version(owner: Pool, world: World) -> None:
    organization = await world.organization()
    async with owner.acquire() as connection, connection.transaction():
        id = await connection.fetchval(
            "INSERT INTO workouts (organization_id, author_id) VALUES ($1, $2) RETURNING id",
            organization.id,
            organization.coach.id,
        )
        seen = [
            await connection.fetchval(
                "UPDATE workouts SET title = $2, updated_at = now() WHERE id = $1 RETURNING updated_at", id, f"{turn}"
            )
            for turn in range(20)
        ]
        late = await connection.fetchval(
            "UPDATE workouts SET updated_at = now() + interval '1 day' WHERE id = $1 RETURNING updated_at", id
        )
        after = await connection.fetchval(
            "UPDATE workouts SET updated_at = now() WHERE id = $1 RETURNING updated_at", id
        )
    assert seen == sorted(set(seen)) and late < after and isinstance(id, UUID)
