"""A mutation that is sent again with its Idempotency-Key is answered, and not executed, again."""

import asyncio
from typing import Any  # arguments of a function that is replaced
from uuid import UUID

import asyncpg
import pytest

from kinegraph.api import execution
from kinegraph.idempotency import rules, store
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.storage_folder import FolderStorage
from tests.api.documents import send
from tests.conftest import Api, Counter, Organization, World
from tests.idempotency.requests import COUNT, CREATE, body, keyed
from tests.media.files import ADD, Pool, Studio, picture
from tests.waiting import until


async def test_retries_do_not_double_and_get_the_stored_answer(
    api: Api, organization: Organization, owner: Pool, key: str
) -> None:
    first = await keyed(api, organization.coach, body(organization), key)
    assert first.status_code == 200 and "idempotent-replayed" not in first.headers
    workout = first.json()["data"]["createWorkout"]["workout"]
    await owner.execute("UPDATE workouts SET title = 'Since' WHERE id = $1", UUID(workout["id"]))
    for sent in (key, f'"{key}"'):  # the draft's form and the one that clients send are the same key
        again = await keyed(api, organization.coach, body(organization), sent)
        assert (again.status_code, again.content) == (200, first.content)
        assert again.headers["idempotent-replayed"] == "true"
    assert await owner.fetchval(COUNT, organization.id) == 1


async def test_the_answer_is_written_in_the_media_type_that_the_retry_accepts(
    api: Api, organization: Organization, key: str
) -> None:
    first = await keyed(api, organization.coach, body(organization), key)
    again = await keyed(api, organization.coach, body(organization), key, accept="application/json")
    assert again.content == first.content and again.headers["content-type"].startswith("application/json")


async def test_the_same_key_with_another_body_is_refused(
    api: Api, organization: Organization, owner: Pool, key: str
) -> None:
    request = {**body(organization), "operationName": None}
    await keyed(api, organization.coach, request, key)
    others = (
        body(organization, "Other"),
        {**request, "query": CREATE.replace("title", "mode")},
        {"query": "mutation A { __typename }", "operationName": "A"},
    )
    for other in others:
        refused = await keyed(api, organization.coach, other, key)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["extensions"]["code"] == "IDEMPOTENCY_KEY_REUSED"
    reordered = {"variables": dict(reversed(request["variables"].items())), "extensions": {}, "query": CREATE}
    assert (await keyed(api, organization.coach, reordered, key)).status_code == 200
    assert await owner.fetchval(COUNT, organization.id) == 1


async def test_a_key_is_its_users_own(
    api: Api, world: World, organization: Organization, owner: Pool, key: str
) -> None:
    for person in (organization.coach, organization.owner):
        response = await keyed(api, person, body(organization), key)
        assert "idempotent-replayed" not in response.headers
    assert await owner.fetchval(COUNT, organization.id) == 2
    async with world.writing_as(organization.coach) as session:
        rows = await session.fetch("SELECT user_id FROM idempotency_keys")
        assert {row.user_id for row in rows} == {organization.coach.id}
        other = "UPDATE idempotency_keys SET answer = NULL WHERE user_id <> $1"
        assert await session.run(other, organization.coach.id) == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with world.writing_as(organization.member) as session:
            await session.run(
                "INSERT INTO idempotency_keys (user_id, key, request_hash) VALUES ($1, 'x', '')", organization.coach.id
            )


async def test_of_requests_with_one_key_at_once_one_is_executed_and_all_get_its_answer(
    api: Api, organization: Organization, owner: Pool, key: str
) -> None:
    responses = await asyncio.gather(*(keyed(api, organization.coach, body(organization), key) for _ in range(8)))
    assert {response.status_code for response in responses} == {200}
    assert len({response.content for response in responses}) == 1
    assert sum("idempotent-replayed" not in response.headers for response in responses) == 1
    assert await owner.fetchval(COUNT, organization.id) == 1


async def test_a_request_waits_for_the_one_with_its_key_and_is_executed_where_that_is_rolled_back(
    api: Api, world: World, organization: Organization, owner: Pool, key: str
) -> None:
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with world.writing_as(organization.coach) as session:
        await session.run(
            "INSERT INTO idempotency_keys (user_id, key, request_hash) VALUES ($1, $2, '')", organization.coach.id, key
        )
        waiting = asyncio.create_task(keyed(api, organization.coach, body(organization), key))
        await until(lambda: owner.fetchval(waits))
        session.is_rollback_only = True
    response = await waiting
    assert response.status_code == 200 and "idempotent-replayed" not in response.headers
    assert await owner.fetchval(COUNT, organization.id) == 1


async def test_a_refused_mutation_is_answered_the_same_again(
    api: Api, organization: Organization, owner: Pool, key: str
) -> None:
    for request in (body(organization, "x" * 300), body(organization, "\0")):
        own = f"{key}-{len(request['variables']['input']['title'])}"
        first = await keyed(api, organization.coach, request, own)
        assert first.json()["data"]["createWorkout"]["userErrors"][0]["code"] == "INVALID_INPUT"
        again = await keyed(api, organization.coach, request, own)
        assert again.content == first.content and again.headers["idempotent-replayed"] == "true"


async def test_a_request_that_failed_leaves_no_key(
    api: Api, organization: Organization, owner: Pool, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = body(organization)
    misnamed = {**request, "query": CREATE.replace("createWorkout(", "makeWorkout(")}
    assert (await keyed(api, organization.coach, misnamed, key)).status_code == 400
    async with _without_titles(owner):
        assert (await keyed(api, organization.coach, request, key)).status_code == 500
    response = await keyed(api, organization.coach, request, key)
    assert response.status_code == 200 and "idempotent-replayed" not in response.headers
    assert await owner.fetchval(COUNT, organization.id) == 1


class _without_titles:  # noqa: N801  # reads as a block
    """A block in which every statement about workouts fails."""

    def __init__(self, owner: Pool) -> None:
        self.owner = owner

    async def __aenter__(self) -> None:
        await self.owner.execute("ALTER TABLE workouts RENAME title TO other")

    async def __aexit__(self, *error: object) -> None:
        await self.owner.execute("ALTER TABLE workouts RENAME other TO title")


async def test_a_mutation_that_another_service_stopped_is_executed_by_the_retry(
    api: Api, organization: Organization, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise ServiceError("away")

    file = {"organizationId": str(organization.id), "purpose": "COMMENT_ATTACHMENT", "filename": "a.png",
            "mime": "image/png", "sizeBytes": 1}  # fmt: skip
    query = (
        "mutation ($input: RequestUploadInput!) { requestUpload(input: $input) { upload { id } userErrors { code } } }"
    )
    request = {"query": query, "variables": {"input": file}}
    with monkeypatch.context() as patch:
        patch.setattr(FolderStorage, "upload_target", away)
        first = (await keyed(api, organization.coach, request, key)).json()["data"]["requestUpload"]
        assert [error["code"] for error in first["userErrors"]] == ["SERVICE_UNAVAILABLE"]
    again = (await keyed(api, organization.coach, request, key)).json()["data"]["requestUpload"]
    assert again["upload"] is not None


async def test_a_key_is_free_after_24_hours_and_is_cleared_away(
    api: Api, organization: Organization, owner: Pool, database: Database, key: str
) -> None:
    age = "UPDATE idempotency_keys SET created_at = created_at - $2::interval WHERE key = $1"
    await keyed(api, organization.coach, body(organization), key)
    await owner.execute(age, key, rules.LIFETIME - rules.LIFETIME / 100)
    assert "idempotent-replayed" in (await keyed(api, organization.coach, body(organization), key)).headers
    await owner.execute(age, key, rules.LIFETIME / 100)
    assert "idempotent-replayed" not in (await keyed(api, organization.coach, body(organization), key)).headers
    assert "idempotent-replayed" in (await keyed(api, organization.coach, body(organization), key)).headers
    await owner.execute(age, key, rules.LIFETIME)
    async with database.write(act_as_worker) as session:
        assert await store.purge(session) == 1


async def test_both_executors_store_and_answer(api: Api, organization: Organization, owner: Pool, key: str) -> None:
    for first, second in (("graphql-core", "breadth-first"), ("breadth-first", "graphql-core")):
        responses = [
            await send(
                api,
                body(organization),
                person=organization.coach,
                headers={"Idempotency-Key": f"{key}{first}", "X-Kinegraph-Executor": executor},
            )
            for executor in (first, second)
        ]
        assert responses[0].content == responses[1].content and responses[1].headers["idempotent-replayed"] == "true"
    assert await owner.fetchval(COUNT, organization.id) == 2


async def test_a_mutation_that_lost_a_deadlock_is_executed_once_with_its_key(
    api: Api, organization: Organization, owner: Pool, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []
    real = execution._once

    async def lost_first(*arguments: Any) -> Any:
        tries.append(1)
        if len(tries) == 1:
            raise asyncpg.DeadlockDetectedError("deadlock detected")
        return await real(*arguments)

    monkeypatch.setattr(execution, "_once", lost_first)
    first = await keyed(api, organization.coach, body(organization), key)
    again = await keyed(api, organization.coach, body(organization), key)
    assert (first.status_code, again.content, len(tries)) == (200, first.content, 2)
    assert await owner.fetchval(COUNT, organization.id) == 1


async def test_a_retry_of_a_comment_with_a_file_does_not_look_for_the_upload_that_it_used(
    studio: Studio, key: str
) -> None:
    request = {"query": ADD, "variables": {"input": studio.comment(await studio.uploaded(picture()))}}
    first = await keyed(studio.api, studio.coach, request, key)
    assert len(first.json()["data"]["addComment"]["comment"]["attachments"]) == 1
    assert (await keyed(studio.api, studio.coach, request, key)).content == first.content
    assert len(await studio.comments()) == 1


async def test_a_mutation_that_is_refused_before_it_writes_sets_no_savepoint_when_its_answer_is_stored(
    counter: Counter, organization: Organization, key: str
) -> None:
    empty = body(organization, "")
    empty["query"] = "mutation { setAssignmentStatus { userErrors { code } } }"
    del empty["variables"]
    with counter.counting() as statements:
        first = await keyed(counter.api, organization.coach, empty, key)
    assert first.json()["data"]["setAssignmentStatus"]["userErrors"] != []
    assert not any("SAVEPOINT" in statement for statement in statements)
    assert statements[-1] == "COMMIT"
    again = await keyed(counter.api, organization.coach, empty, key)
    assert (again.headers["idempotent-replayed"], again.content) == ("true", first.content)
