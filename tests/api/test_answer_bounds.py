"""Answers have a bound in both executors; a larger one is refused with the number, and others are served meanwhile."""

import asyncio
import gc
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any  # JSON of requests and responses

import httpx
import pytest

from kinegraph.breadth import core, tasks
from kinegraph.main import create_app
from kinegraph.services import Services
from tests.conftest import Api, Organization, World, running
from tests.settings import with_settings
from tests.workout.documents import create, movement, section

EXECUTORS = ("breadth-first", "graphql-core")
PAIRS = 14
CYCLE = "{ taxonomy { categories { %s } } }" % ("children { parent { " * PAIRS + "name" + " } }" * PAIRS)
PROGRAMS = """query ($id: ID!) { organization(id: $id) { programs { organization { programs { organization { programs {
  organization { programs { workouts(first: 1) { totalCount } } } } } } } } } }"""
CREATE = "mutation ($input: CreateProgramInput!) { createProgram(input: $input) { userErrors { code } } }"
TREE = "query ($id: ID!) { organization(id: $id) { workouts(first: 1) { nodes { sections { movements { %s } } } } } }"
LIBRARIES = "query ($id: ID!) { organization(id: $id) { " + (
    "".join(f"l{number}: exerciseLibrary(first: 100) {{ nodes {{ %s }} }} " for number in range(6)) + "} }"
)
INTROSPECTIONS = (
    "{ " + " ".join(f"s{number}: __schema {{ types {{ name fields {{ name }} }} }}" for number in range(4)) + " }"
)
LIBRARY = "query ($id: ID!) { organization(id: $id) { exerciseLibrary(first: 100) { nodes { %s } } } }"


@pytest.fixture(scope="module")
async def gym(world: World, api: Api) -> Organization:
    """An organization with thirty programs, and a workout of fifty movements."""
    gym = await world.organization()
    squat = await world.exercise_id("back-squat")
    await create(api, gym, section(*[movement(squat, prescription={"sets": 3})] * 50))
    for number in range(30):
        given = {"organizationId": str(gym.id), "name": f"Program {number}"}
        await api.run(CREATE, gym.coach, input=given)
    return gym


@pytest.fixture(scope="module")
async def small(services: Services) -> AsyncIterator[Api]:
    """The API with limits of 5,000 objects and a megabyte."""
    changed = with_settings(services, max_answer_objects=5_000, max_answer_mb=1, max_cost=10**12, cost_budget=0)
    async with running(create_app(changed)) as api:
        yield api


@pytest.fixture(scope="module")
async def patient(services: Services) -> AsyncIterator[Api]:
    """The API with a time limit that no machine reaches: counting tasks at every turn takes long."""
    async with running(create_app(with_settings(services, execution_seconds=3_000))) as api:
        yield api


async def send_query(api: Api, executor: str, gym: Organization, text: str) -> httpx.Response:
    """The response of one executor."""
    headers = {"Authorization": f"Bearer {gym.coach.token}", "X-Kinegraph-Executor": executor}
    body: dict[str, Any] = {"query": text, "variables": {"id": str(gym.id)} if "$id" in text else {}}
    return await api.client.post("/graphql", json=body, headers=headers)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize(
    ("text", "found"),
    [
        (CYCLE, "more than 5,000 objects"),
        (PROGRAMS, "more than 5,000 objects"),
        (TREE % " ".join(f"d{n}: exercise {{ name }}" for n in range(290)), "more than 5,000 objects"),
        (TREE % " ".join(f"d{n}: prescription {{ sets }}" for n in range(290)), "more than 5,000 objects"),
        (TREE % " ".join(f"d{n}: comments {{ id }}" for n in range(290)), "more than 5,000 objects"),
        (LIBRARIES % ((" ".join(f"d{n}: name" for n in range(290)),) * 6), "more than 160,000 values"),
    ],
    ids=["cycle", "programs", "exercises", "prescriptions", "comments", "aliases"],
)
async def test_an_answer_of_more_objects_or_values_than_the_limit_is_refused_with_the_number(
    small: Api, gym: Organization, executor: str, text: str, found: str
) -> None:
    response = await send_query(small, executor, gym, text)
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) == (400, "ANSWER_TOO_LARGE")
    assert found in error["message"]
    assert "data" not in response.json()


@pytest.mark.parametrize("executor", EXECUTORS)
async def test_an_answer_of_more_text_than_the_limit_is_refused_with_the_number(
    small: Api, gym: Organization, executor: str
) -> None:
    text = LIBRARY % " ".join(f"d{n}: description n{n}: name c{n}: cues" for n in range(95))
    response = await send_query(small, executor, gym, text)
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) == (400, "ANSWER_TOO_LARGE")
    assert "1,048,576 bytes" in error["message"]


@pytest.mark.parametrize("executor", EXECUTORS)
async def test_answers_within_the_limits_are_sent_after_one_that_was_refused(
    small: Api, gym: Organization, executor: str
) -> None:
    await send_query(small, executor, gym, CYCLE)
    response = await send_query(small, executor, gym, LIBRARY % "name")
    assert (response.status_code, len(response.json()["data"]["organization"]["exerciseLibrary"]["nodes"])) == (
        200,
        100,
    )


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize(("text", "status"), [(PROGRAMS, 400), (INTROSPECTIONS, 200)], ids=["programs", "schema"])
async def test_other_requests_are_served_while_the_largest_answer_is_built(
    api: Api, gym: Organization, executor: str, text: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0)  # a turn ends wherever it may: no fast machine answers in a few
    monkeypatch.setattr(core, "TURN_SECONDS", 0)
    heavy = asyncio.create_task(send_query(api, executor, gym, text))
    served = 0
    while not heavy.done():
        assert (await api.client.get("/healthz")).status_code == 200
        served += 1
        await asyncio.sleep(0)  # the client never waits by itself: it calls the application in this very task
    assert heavy.result().status_code == status
    assert served > 10


async def test_tasks_of_a_refused_answer_are_cancelled_a_few_at_a_time(patient: Api, gym: Organization) -> None:
    below = " ".join(f"d{n}: exercise {{ categories {{ name }} bodyRegions {{ name }} }}" for n in range(20))
    heavy = asyncio.create_task(send_query(patient, "graphql-core", gym, LIBRARIES % ((below,) * 6)))
    counts = [0]
    while not heavy.done():
        counts.append(len(asyncio.all_tasks()))
        await asyncio.sleep(0)
    assert heavy.result().status_code == 400
    assert max(counts) > 8_000
    assert max(before - after for before, after in pairwise(counts)) < 4_500


async def test_a_refused_answer_leaves_no_task_running_or_to_the_garbage_collector(
    small: Api, gym: Organization
) -> None:
    text = LIBRARY % "id exercise { id instructions { id } } instructions { id } a: instructions { id }"
    await send_query(small, "graphql-core", gym, text)  # what is cached at first is no garbage
    gc.collect()
    gc.disable()
    try:
        before, running = sum(isinstance(found, asyncio.Task) for found in gc.get_objects()), asyncio.all_tasks()
        for _ in range(6):
            assert (await send_query(small, "graphql-core", gym, CYCLE)).status_code == 400
            assert asyncio.all_tasks() == running
        after = sum(isinstance(found, asyncio.Task) for found in gc.get_objects())
    finally:
        gc.enable()
    assert after - before < 20


async def test_too_many_fields_of_one_object_are_refused_with_the_number(small: Api, gym: Organization) -> None:
    for text in (LIBRARY, TREE):
        response = await send_query(
            small, "breadth-first", gym, text % " ".join(f"a{n}: __typename" for n in range(301))
        )
        (error,) = response.json()["errors"]
        assert (response.status_code, error["extensions"]["code"]) == (400, "BAD_REQUEST")
        assert "at most 300" in error["message"]


LARGE = "{ " + " ".join(f"a{n}: viewer {{ user {{ id }} }}" for n in range(1_000)) + " }"


async def test_others_are_served_while_a_large_document_is_read_and_planned(api: Api, gym: Organization) -> None:
    heavy = asyncio.create_task(send_query(api, "breadth-first", gym, LARGE))
    turns = 0
    while not heavy.done():
        await asyncio.sleep(0)
        turns += 1
    assert heavy.result().status_code == 200
    assert turns > 50, "the loop went round while a thread was at it"
