"""The floor answers what the API answers, for every request of every workload, and both see each other's writes."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from bench import data
from bench.floor import create_app
from bench.operations import Request
from bench.rounds import equal
from bench.workloads import WORKLOADS, Organization, read_organizations
from tests.conftest import SECRET, Api, running

SMALL = data.Size(organizations=2, canonical=130, own=5, overrides=20, workouts=4)

ODD_ROWS = """
UPDATE workout_sections SET config = '{"rounds": 3}' WHERE sort_order = 1;
UPDATE workout_sections SET deleted_at = now() WHERE sort_order = 3 AND id IN (SELECT id FROM workout_sections LIMIT 9);
UPDATE workout_movements SET prescription = NULL, superset_group = 'A' WHERE sort_order = 1;
UPDATE workout_movements SET deleted_at = now() WHERE sort_order = 2;
UPDATE exercise_comments SET deleted_at = now() WHERE id IN (SELECT id FROM exercise_comments ORDER BY id LIMIT 5);
UPDATE exercises SET status = 'archived', video_url = NULL WHERE id IN (
    SELECT id FROM exercises WHERE organization_id IS NOT NULL ORDER BY id LIMIT 2);
UPDATE exercises SET deleted_at = now(), difficulty = NULL WHERE slug IN ('exercise-3', 'exercise-77');
"""
"""Cases that the rows of the benchmark do not have: rows that are deleted, archived, or have nulls."""


@pytest.fixture(scope="module")
async def organizations(database_url: str) -> list[Organization]:
    await data.build(database_url, SMALL)
    connection = await asyncpg.connect(database_url)
    await connection.execute(ODD_ROWS)
    await connection.close()
    return await read_organizations(database_url, SECRET)


@pytest.fixture(scope="module")
async def floor(database_url: str) -> AsyncIterator[Api]:
    async with running(create_app(database_url)) as floor:
        yield floor


async def fetch_answer(server: Api, request: Request) -> bytes:
    """The body of the answer to a request that is sent as the load generator sends it."""
    head, _, content = request.message.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert int(headers["Content-Length"]) == len(content)
    answer = await server.client.post("/graphql", content=content, headers={**headers, "Host": "testserver"})
    assert answer.status_code == 200, answer.text
    assert b'"errors"' not in answer.content
    return answer.content


@pytest.mark.parametrize("name", ["tree", "wide", "zipf", "list", "library"])
async def test_floor_and_api_give_the_same_answers(
    name: str, organizations: list[Organization], floor: Api, api: Api
) -> None:
    workload = WORKLOADS[name](organizations, "test")
    assert not workload.writes
    for request in workload.requests:
        assert equal(await fetch_answer(floor, request), await fetch_answer(api, request))


async def test_both_show_a_write_of_either(organizations: list[Organization], floor: Api, api: Api) -> None:
    for name, writer, other in (("floor", floor, api), ("api", api, floor)):
        workload = WORKLOADS["mix"](organizations, name)
        queries = [each for each in workload.requests if not each.writes]
        before = [await fetch_answer(other, each) for each in queries]
        for request in [each for each in workload.requests if each.writes][:40]:
            assert b'"userErrors":[]' in (await fetch_answer(writer, request)).replace(b" ", b"")
        after = [await fetch_answer(other, each) for each in queries]
        assert after != before
        for request, shown in zip(queries, after, strict=True):
            assert equal(shown, await fetch_answer(writer, request))


def test_the_wide_trees_are_of_ten_thousand_workouts_and_twenty_organizations() -> None:
    assert data.Size().organizations == 20
    assert data.Size().organizations * data.Size().workouts >= 10_000
