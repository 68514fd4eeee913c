"""A GET with the tag of an answer that is still valid is answered 304 without making the answer; of no other."""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any  # JSON of variables; asyncpg has no types

import orjson
import pytest

from kinegraph.identity.store import versions_of_everything
from kinegraph.services import Services
from tests.api.serving import serving
from tests.api.unchanged import CHANGES, COVERED, DOCUMENTS, FILES, LIBRARY, TREE, Gym, executions, get, prepared
from tests.conftest import Api, Counter, World, counted
from tests.identity.keys import assert_unauthenticated
from tests.identity.rows import Pool, fill


@pytest.fixture
async def counter(services: Services) -> AsyncIterator[Counter]:
    async with counted(services, 64) as counter:
        yield counter


@pytest.fixture
async def filled(world: World, owner: Pool) -> Gym:
    organization = await world.organization()
    gym = Gym(organization, await fill(owner, organization))
    await owner.execute("UPDATE exercises SET status = 'published' WHERE organization_id = $1", organization.id)
    return gym


@pytest.mark.parametrize("name", COVERED)
async def test_an_unchanged_answer_is_not_made_again(counter: Counter, filled: Gym, name: str) -> None:
    person, id = filled.organization.member, str(filled.organization.id)
    tag = await prepared(counter.api, person, COVERED[name], id=id)
    executed = executions()
    with counter.counting() as statements:
        again = await get(counter.api, person, COVERED[name], tag, id=id)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["cache-control"] == "private, no-cache"
    assert "Authorization" in again.headers["vary"]
    assert "content-type" not in again.headers
    assert executions() == executed
    beginning, *rest = statements
    assert beginning.startswith("COMMIT; BEGIN") and "kinegraph_set_viewer" in beginning
    assert [each for each in rest if "FROM versions" not in each] == []
    assert len(rest) == (0 if name == "library" else 1)


async def test_a_persisted_document_by_its_hash_is_not_executed_again(counter: Counter, filled: Gym) -> None:
    person = filled.organization.coach
    hash = {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(TREE.encode()).hexdigest()}}
    variables = orjson.dumps({"id": str(filled.organization.id)}).decode()
    headers = {"authorization": f"Bearer {person.token}"}
    url, parameters = "/graphql", {"extensions": orjson.dumps(hash).decode(), "variables": variables}
    first = await counter.api.client.get(url, params={**parameters, "query": TREE}, headers=headers)
    headers["if-none-match"] = first.headers["etag"]
    assert (await counter.api.client.get(url, params=parameters, headers=headers)).status_code == 304
    executed = executions()
    with counter.counting() as statements:
        assert (await counter.api.client.get(url, params=parameters, headers=headers)).status_code == 304
    assert (executions(), len(statements)) == (executed, 2)


async def test_an_answer_with_addresses_that_end_is_made_each_time(counter: Counter, filled: Gym) -> None:
    person, id = filled.organization.coach, str(filled.organization.id)
    tag = (await get(counter.api, person, FILES, id=id)).headers["etag"]
    for _ in range(3):
        executed = executions()
        tag = (await get(counter.api, person, FILES, tag, id=id)).headers["etag"]
        assert executions() == executed + 1


async def test_without_a_request_cache_every_answer_is_made(services: Services, filled: Gym) -> None:
    person, id = filled.organization.coach, str(filled.organization.id)
    async with counted(services, 64, request_cache_mb=0) as counter:
        tag = await prepared(counter.api, person, LIBRARY, id=id)
        executed = executions()
        assert (await get(counter.api, person, LIBRARY, tag, id=id)).status_code == 304
        assert executions() == executed + 1


async def test_entries_are_bounded_by_the_request_cache(services: Services, filled: Gym) -> None:
    async with serving(services, cache_mb=64, request_cache_mb=1) as served:
        cache, id = served.database.request_cache, str(filled.organization.id)
        for number in range(120):
            text = LIBRARY.replace("first: 20", f'first: {number % 100}, filter: {{q: "{number}"}}')
            await get(served.api, filled.organization.coach, text, '"other"', id=id)
            assert cache.bytes <= cache.max_bytes
        assert 0 < cache.bytes_by_kind()["validator"] < cache.max_bytes
        assert cache.counts["evictions", "document"]


async def test_variables_that_are_nested_deeply_are_refused_as_without_a_tag(counter: Counter, filled: Gym) -> None:
    text, headers = "query ($id: ID!) { organization(id: $id) { id } }", {"if-none-match": "*"}
    headers["authorization"] = f"Bearer {filled.organization.coach.token}"
    parameters = {"query": text, "variables": '{"id": ' + "[" * 400 + "]" * 400 + "}"}
    plain = await counter.api.client.get("/graphql", params=parameters, headers={**headers, "if-none-match": ""})
    tagged = await counter.api.client.get("/graphql", params=parameters, headers=headers)
    assert (plain.status_code, tagged.content) == (400, plain.content)


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_by_another_process_is_in_the_next_answer_and_not_before_its_commit(
    counter: Counter, filled: Gym, world: World, owner: Pool, change: str
) -> None:
    organization = filled.organization
    person, id = organization.coach, str(organization.id)
    name, statement = CHANGES[change]
    people = {"coach": organization.coach.id, "owner": organization.owner.id, "stranger": (await world.person()).id}
    tag = await prepared(counter.api, person, COVERED[name], id=id)
    async with owner.acquire() as connection, connection.transaction():
        await connection.execute(statement.format_map({**filled.ids, **people}))
        assert (await get(counter.api, person, COVERED[name], tag, id=id)).status_code == 304
    changed = await get(counter.api, person, COVERED[name], tag, id=id)
    assert (changed.status_code, changed.headers.get("etag") == tag) == (200, False)


async def test_a_write_that_is_committed_while_an_answer_is_made_ends_its_entry(
    counter: Counter, filled: Gym, owner: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, id = filled.organization.coach, str(filled.organization.id)

    async def late(session: Any) -> Any:
        await owner.execute(
            "UPDATE workouts SET title = title || '!' WHERE organization_id = $1", filled.organization.id
        )
        return await versions_of_everything(session)

    tag = (await get(counter.api, person, TREE, id=id)).headers["etag"]
    monkeypatch.setattr("kinegraph.api.validators.versions_of_everything", late)
    assert (await get(counter.api, person, TREE, tag, id=id)).status_code == 304
    monkeypatch.undo()
    assert (await get(counter.api, person, TREE, tag, id=id)).status_code == 200


async def test_the_end_of_a_membership_and_of_a_token_end_it_at_once(
    counter: Counter, filled: Gym, owner: Pool
) -> None:
    organization, id = filled.organization, str(filled.organization.id)
    tag = await prepared(counter.api, organization.member, TREE, id=id)
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", organization.member.id)
    refused = await get(counter.api, organization.member, TREE, tag, id=id)
    assert (refused.status_code, refused.json()["data"]) == (200, {"organization": None})
    tag = await prepared(counter.api, organization.coach, TREE, id=id)
    await owner.execute(
        "UPDATE users SET tokens_valid_after = now() + interval '1 hour' WHERE id = $1", organization.coach.id
    )
    assert_unauthenticated(await get(counter.api, organization.coach, TREE, tag, id=id))


async def test_another_user_other_variables_and_a_longer_document_have_entries_of_their_own(
    counter: Counter, filled: Gym, world: World
) -> None:
    organization, id = filled.organization, str(filled.organization.id)
    tag = await prepared(counter.api, organization.coach, TREE, id=id)
    other = await world.organization()
    for person, text, variables in (
        (organization.owner, TREE, {"id": id}),
        (other.coach, TREE, {"id": id}),
        (organization.coach, TREE, {"id": str(other.id)}),
        (organization.coach, TREE.replace("totalCount", "totalCount __typename"), {"id": id}),
    ):
        executed = executions()
        await get(counter.api, person, text, tag, **variables)
        assert executions() == executed + 1


@pytest.mark.parametrize("seed", range(6))
async def test_304_is_answered_exactly_where_the_whole_answer_is_the_same(
    counter: Counter, api: Api, filled: Gym, owner: Pool, seed: int
) -> None:
    chance, organization = random.Random(seed), filled.organization
    people = {"coach": organization.coach.id, "owner": organization.owner.id, "stranger": organization.member.id}
    statements = [statement for name, (_, statement) in CHANGES.items() if name != "a new member"]
    tags: dict[tuple[int, int], str] = {}
    persons = (organization.coach, organization.member)
    for _ in range(25):
        if chance.random() < 0.3:
            await owner.execute(chance.choice(statements).format_map({**filled.ids, **people}))
        number, who = chance.randrange(len(DOCUMENTS)), chance.randrange(2)
        arguments = {"id": str(organization.id)} if "$id" in DOCUMENTS[number] else {}
        whole = await get(api, persons[who], DOCUMENTS[number], **arguments)
        answered = await get(
            counter.api, persons[who], DOCUMENTS[number], tags.get((number, who), '"none"'), **arguments
        )
        is_same = whole.headers["etag"] == tags.get((number, who))
        if "url" not in DOCUMENTS[number]:  # signed at another moment
            assert answered.status_code == (304 if is_same else 200), (DOCUMENTS[number], seed)
            assert answered.headers["etag"] == whole.headers["etag"]
        tags[number, who] = answered.headers["etag"]


async def test_no_reader_gets_304_for_what_was_changed_before_they_sent_the_request(
    counter: Counter, filled: Gym, owner: Pool
) -> None:
    person, id = filled.organization.coach, str(filled.organization.id)
    written, seen = 0, 0

    async def write() -> None:
        nonlocal written
        for number in range(1, 41):
            await owner.execute("UPDATE workouts SET title = $2 WHERE id = $1", filled.ids["workout"], f"<{number}>")
            written = number
            await asyncio.sleep(0)

    async def read() -> None:
        nonlocal seen
        tag = None
        while seen < 40:
            before = written
            response = await get(counter.api, person, TREE, tag, id=id)
            if response.status_code == 200:
                tag, title = response.headers["etag"], response.text.partition('"<')[2].partition('>"')[0]
                seen = int(title or 0)
            assert seen >= before

    tasks: list[Callable[[], Awaitable[None]]] = [write, read]
    await asyncio.gather(*(task() for task in tasks))
