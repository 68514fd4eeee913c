"""The traces of a request: its id on every answer and log line, masked failures, all of its writes or none."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeAlias  # JSON of requests and responses

import asyncpg
import httpx
import pytest

from kinegraph.kit.logs import JsonLines
from kinegraph.kit.rows import Row
from tests.api.documents import CREATE_EXERCISE, CREATE_WORKOUT, outcome, send
from tests.conftest import Api, Organization, World
from tests.identity.rows import stored

Owner: TypeAlias = "asyncpg.Pool[Row]"
Lines = list[dict[str, Any]]


@contextmanager
def logged() -> Iterator[Lines]:
    """The log of the block, as production writes it."""
    stream, lines = io.StringIO(), Lines()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    log = logging.getLogger("kinegraph")
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
        lines.extend(json.loads(line) for line in stream.getvalue().splitlines())


def masked_failure(response: httpx.Response) -> tuple[str, dict[str, Any]]:
    """Assert that the response is a masked failure. Return its id and body."""
    body: dict[str, Any] = response.json()
    (error,) = body["errors"]
    id: str = error["extensions"]["errorId"]
    assert error["message"] == f"Something went wrong on our side; it is logged as {id}."
    assert error["extensions"] == {"code": "INTERNAL", "errorId": id}
    return id, body


def assert_logged(lines: Lines, id: str, response: httpx.Response, cause: str) -> None:
    """Assert that the failure is logged once, with its cause, under the request's id."""
    (line,) = [line for line in lines if line.get("error_id") == id]
    assert line["level"] == "error" and cause in line["exception"]
    assert line["request_id"] == response.headers["x-request-id"]


@asynccontextmanager
async def changed_database(owner: Owner, change: str, back: str) -> AsyncIterator[None]:
    """Change the database while the API runs, and change it back after the block."""
    await owner.execute(change)
    try:
        yield
    finally:
        await owner.execute(back)


def renamed_column(owner: Owner, table: str, column: str) -> Any:
    """Rename a column until the block ends."""
    change = f"ALTER TABLE {table} RENAME COLUMN {column} TO gone"
    return changed_database(owner, change, f"ALTER TABLE {table} RENAME COLUMN gone TO {column}")


REQUESTS: dict[str, dict[str, Any]] = {
    "200": {"body": {"query": "{ __typename }"}},
    "400": {"body": {"query": "{"}},
    "401": {"body": {"query": "{ viewer { user { id } } }"}},
    "404": {"method": "GET", "url": "/nothing/here"},
    "405": {"method": "DELETE"},
    "406": {"body": {"query": "{ __typename }"}, "accept": "text/html"},
    "413": {"body": b" " * 3_000_000},
    "415": {"body": b"", "content_type": None},
}


@pytest.mark.parametrize("status", REQUESTS)
async def test_every_answer_has_the_id_that_the_request_sent_or_a_new_one(api: Api, status: str) -> None:
    request = REQUESTS[status]
    for id in ("0", "a-b-C-9", "x" * 64, "0190b5b1-9d4e-7c3a-8000-000000000000"):
        with logged() as lines:
            response = await send(api, **request, headers={"X-Request-Id": id})
        assert (response.status_code, response.headers.get_list("x-request-id")) == (int(status), [id])
        (line,) = [line for line in lines if line["message"] == "request"]
        assert (line["request_id"], line["status"]) == (id, int(status))
    made = [(await send(api, **request)).headers["x-request-id"] for _ in range(3)]
    assert len(set(made)) == 3 and all(len(id) == 32 for id in made)


@pytest.mark.parametrize("id", ["", "x" * 65, "a b", 'a"b', "a;b", "..", "<b>", "-", "{}", "é", "\u00b2", "a\tb"])
async def test_an_id_with_other_characters_is_replaced(api: Api, id: str) -> None:
    request = api.client.build_request("POST", "/graphql", json={"query": "{ __typename }"})
    request.headers = httpx.Headers([*request.headers.raw, (b"X-Request-Id", id.encode())])
    response = await api.client.send(request)
    assert response.status_code == 200
    assert len(response.headers["x-request-id"]) == 32 and response.headers["x-request-id"].isalnum()


async def test_concurrent_requests_have_their_own_ids(api: Api) -> None:
    ids = [f"request-{number}" for number in range(50)]
    with logged() as lines:
        answers = await asyncio.gather(*(send(api, {"query": "{"}, headers={"X-Request-Id": id}) for id in ids))
    assert [answer.headers["x-request-id"] for answer in answers] == ids
    assert sorted(line["request_id"] for line in lines) == sorted(ids)


async def made(world: World, count: int = 1) -> tuple[Organization, list[dict[str, str]]]:
    """An organization, and inputs of exercises for it."""
    organization = await world.organization()
    return organization, [{"organizationId": str(organization.id), "name": f"Exercise {i}"} for i in range(count)]


async def test_a_mutation_that_fails_is_masked_logged_under_its_id_and_stores_nothing(
    api: Api, world: World, owner: Owner
) -> None:
    organization, (input,) = await made(world)
    before = await stored(owner)
    async with renamed_column(owner, "exercises", "athlete_notes"):
        for accept in ("application/graphql-response+json", "application/json"):
            body = {"query": CREATE_EXERCISE, "variables": {"input": input}}
            with logged() as lines:
                response = await send(api, body, person=organization.coach, accept=accept)
            id, body = masked_failure(response)
            assert response.status_code == 500 and body["data"] is None
            assert_logged(lines, id, response, "UndefinedColumnError")
    assert await stored(owner) == before
    assert (await api.run(CREATE_EXERCISE, organization.coach, input=input))["createExercise"]["exercise"]["id"]


async def test_an_unexpected_error_rolls_back_the_mutations_before_and_after_it_too(
    api: Api, world: World, owner: Owner
) -> None:
    organization, (one, two) = await made(world, 2)
    text = """mutation ($one: CreateExerciseInput!, $two: CreateExerciseInput!, $workout: CreateWorkoutInput!) {
      before: createExercise(input: $one) { exercise { id } userErrors { message } }
      createWorkout(input: $workout) { workout { id } userErrors { message } }
      after: createExercise(input: $two) { exercise { id } userErrors { message } }
    }"""
    workout = {"organizationId": str(organization.id), "title": "Never"}
    before = await stored(owner)
    async with renamed_column(owner, "workouts", "time_cap"):
        response = await api.post(text, organization.coach, one=one, two=two, workout=workout)
    assert response.status_code == 500 and response.json()["data"] is None
    assert await stored(owner) == before


async def test_an_error_while_the_answer_is_built_rolls_back_all_writes(api: Api, world: World, owner: Owner) -> None:
    organization = await world.organization()
    movements = [{"exerciseId": await world.exercise_id("back-squat")}]
    input = {"organizationId": str(organization.id), "title": "Never", "sections": [{"movements": movements}]}
    before = await stored(owner)
    async with renamed_column(owner, "exercise_comments", "body"):
        response = await api.post(CREATE_WORKOUT, organization.coach, input=input)
        assert response.status_code == 500 and response.json()["data"] is None
        masked_failure(response)
    assert await stored(owner) == before


async def test_a_mutation_that_is_answered_as_failed_is_never_stored(api: Api, world: World, owner: Owner) -> None:
    organization, (input,) = await made(world)
    level = "organization { members(first: 1) { nodes { "
    deep = level * 63 + "role" + " } } }" * 63
    text = CREATE_EXERCISE.replace("exercise { id }", f"exercise {{ id {deep} }}")
    before = await stored(owner)
    response = await api.post(text, organization.coach, input=input)
    was_stored = await stored(owner) != before
    assert (response.status_code, was_stored) in ((200, True), (400, False))


async def test_a_commit_that_fails_is_answered_as_a_failure(api: Api, world: World, owner: Owner) -> None:
    organization, (input,) = await made(world)
    await owner.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not at commit'; END $$"
    )
    change = """CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON exercises DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION refuse()"""
    before = await stored(owner)
    async with changed_database(owner, change, "DROP TRIGGER refuse ON exercises"):
        with logged() as lines:
            response = await api.post(CREATE_EXERCISE, organization.coach, input=input)
    id, body = masked_failure(response)
    assert response.status_code == 500 and not body.get("data")
    assert_logged(lines, id, response, "RaiseError sqlstate=P0001")
    assert await stored(owner) == before


async def test_a_query_that_fails_in_one_field_retains_the_data_of_the_others(
    api: Api, world: World, owner: Owner
) -> None:
    organization, _ = await made(world)
    text = """query ($id: ID!) {
      viewer { user { id } }
      organization(id: $id) { name }
      exercise(id: $id) { id }
    }"""
    async with renamed_column(owner, "exercises", "athlete_notes"):
        with logged() as lines:
            response = await api.post(text, organization.member, id=str(organization.id))
    id, body = masked_failure_at(response, ["exercise"])
    assert response.status_code == 200 and body["data"]["exercise"] is None
    assert body["data"]["viewer"] == {"user": {"id": str(organization.member.id)}}
    assert_logged(lines, id, response, "UndefinedColumnError")


def masked_failure_at(response: httpx.Response, path: list[Any]) -> tuple[str, dict[str, Any]]:
    """Assert that the response is a masked failure at this path. Return its id and body."""
    id, body = masked_failure(response)
    assert body["errors"][0]["path"] == path
    return id, body


async def test_concurrent_errors_are_masked_each_with_its_own_id(api: Api, world: World, owner: Owner) -> None:
    organization, _ = await made(world)
    text = f'{{ exercise(id: "{organization.id}") {{ id }} }}'
    async with renamed_column(owner, "exercises", "athlete_notes"):
        with logged() as lines:
            answers = await asyncio.gather(*(api.post(text, organization.member) for _ in range(60)))
    ids = [masked_failure(answer)[0] for answer in answers]
    assert len(set(ids)) == 60
    for id, answer in zip(ids, answers, strict=True):
        assert_logged(lines, id, answer, "UndefinedColumnError")


async def test_an_error_of_an_invalid_stored_value_is_masked_too(api: Api, world: World, owner: Owner) -> None:
    organization = await world.organization()
    movements = [{"exerciseId": await world.exercise_id("back-squat"), "prescription": {"sets": 3}}]
    input = {"organizationId": str(organization.id), "title": "Torn", "sections": [{"movements": movements}]}
    workout = (await api.run(CREATE_WORKOUT, organization.coach, input=input))["createWorkout"]["workout"]
    await owner.execute("ALTER TABLE workout_movements DISABLE TRIGGER ALL")
    await owner.execute('UPDATE workout_movements SET prescription = \'{"sets": "three"}\'')
    text = "query ($id: ID!) { workout(id: $id) { title sections { movements { prescription { sets } } } } }"
    response = await api.post(text, organization.coach, id=workout["id"])
    _, body = masked_failure(response)
    assert "three" not in response.text
    (section,) = body["data"]["workout"]["sections"]
    assert section["movements"] == [{"prescription": {"sets": None}}]


async def test_a_refused_mutation_among_others_rolls_back_only_itself(api: Api, world: World, owner: Owner) -> None:
    organization, inputs = await made(world, 2)
    movements = [{"exerciseId": str(organization.id)}]
    half = {"organizationId": str(organization.id), "title": "Half", "sections": [{"movements": movements}]}
    text = """mutation ($one: CreateExerciseInput!, $two: CreateExerciseInput!, $bad: CreateExerciseInput!,
                        $half: CreateWorkoutInput!) {
      one: createExercise(input: $one) { exercise { id } userErrors { code } }
      bad: createExercise(input: $bad) { exercise { id } userErrors { code } }
      half: createWorkout(input: $half) { workout { id } userErrors { code } }
      two: createExercise(input: $two) { exercise { id } userErrors { code } }
    }"""
    bad = {**inputs[0], "name": " ", "difficulty": 6}
    response = await api.post(text, organization.coach, one=inputs[0], two=inputs[1], bad=bad, half=half)
    data = response.json()["data"]
    assert response.status_code == 200
    assert data["bad"] == {"exercise": None, "userErrors": [{"code": "INVALID_INPUT"}] * 2}
    assert data["half"] == {"workout": None, "userErrors": [{"code": "EXERCISE_NOT_VISIBLE"}]}
    exercises = await owner.fetch("SELECT id FROM exercises WHERE organization_id = $1 ORDER BY name", organization.id)
    assert [str(row.id) for row in exercises] == [data[key]["exercise"]["id"] for key in ("one", "two")]
    assert await owner.fetchval("SELECT count(*) FROM workouts WHERE organization_id = $1", organization.id) == 0


async def test_a_conflict_found_by_the_database_does_not_roll_back_the_other_mutations(api: Api, world: World) -> None:
    admin = await world.person(is_platform_admin=True)
    text = """mutation ($input: CreateExerciseInput!) {
      one: createExercise(input: $input) { exercise { id } userErrors { code field } }
      two: createExercise(input: $input) { exercise { id } userErrors { code field } }
    }"""
    answer = (await api.post(text, admin, input={"name": "Twice", "slug": "twice-in-one-request"})).json()["data"]
    assert answer["two"] == {"exercise": None, "userErrors": [{"code": "CONFLICT", "field": ["input", "slug"]}]}
    seen = await api.run("query ($id: ID!) { exercise(id: $id) { name } }", admin, id=answer["one"]["exercise"]["id"])
    assert seen == {"exercise": {"name": "Twice"}}


async def test_an_anonymous_mutation_stores_nothing(api: Api, world: World, owner: Owner) -> None:
    _, (input,) = await made(world)
    before = await stored(owner)
    assert outcome(await api.post(CREATE_EXERCISE, None, input=input)) == (401, ["UNAUTHENTICATED"])
    assert await stored(owner) == before
