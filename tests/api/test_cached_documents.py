"""Cached documents: evicted ones are freed at once, and errors have the same locations as before."""

import gc
from collections import Counter
from typing import Any  # JSON of requests and responses

from graphql.language.ast import Node

from kinegraph.breadth.selections import Field, Selection
from kinegraph.services import Services
from tests.api.filling import SHAPES
from tests.cached import TIMES, serving
from tests.conftest import World


def alive() -> Counter[str]:
    """Number of nodes of documents and of objects of plans, by class."""
    return Counter(type(each).__name__ for each in gc.get_objects() if isinstance(each, Node | Selection | Field))


async def test_plans_that_are_evicted_are_freed_without_the_garbage_collector(services: Services, world: World) -> None:
    gym = await world.organization()
    async with serving(services, 1) as api:

        async def send_documents(first: int, last: int) -> Counter[str]:
            for number in range(first, last):
                await api.run(SHAPES["exercises"](30, number), gym.coach)
            return alive()

        full = await send_documents(0, 250)
        gc.collect()
        gc.disable()
        try:
            later = await send_documents(250, 400)
        finally:
            gc.enable()
    assert 1_000 < later["Field"] <= 1.1 * full["Field"]
    assert later["FieldNode"] <= 1.1 * full["FieldNode"]


async def test_an_error_has_the_same_location_in_a_cached_document_as_in_a_new_one(
    services: Services, world: World
) -> None:
    gym = await world.organization()
    text = "query {\n  a: viewer { user { id } }\n  exercises(first: -1) { totalCount }\n}"
    async with serving(services, 64) as api:
        answers: list[Any] = [(await api.post(text, gym.coach)).json()["errors"] for _ in range(TIMES)]
    locations = [[(error["path"], error["locations"]) for error in errors] for errors in answers]
    assert locations == [[(["exercises"], [{"line": 3, "column": 3}])]] * TIMES
