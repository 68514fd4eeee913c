"""A stored value that the API cannot represent fails only the fields that show it, with and without a cache."""

from typing import Any  # inputs and answers are JSON

import pytest

from kinegraph.services import Services
from tests.cached import TIMES, serving
from tests.conftest import World
from tests.library.cached_libraries import write_own

PAGE = "query ($id: ID!) { organization(id: $id) { exerciseLibrary(source: ORG) { nodes { %s } } } }"
SHOWN = "name", "createdAt", "name"


@pytest.mark.parametrize("time", ["0044-03-15 BC", "10000-01-01"])
async def test_an_unrepresentable_stored_time_fails_only_the_fields_that_show_it(
    services: Services, world: World, owner: Any, time: str
) -> None:
    gym = await world.organization()
    id = await write_own(owner, gym, "Ours")
    await owner.execute("UPDATE exercises SET created_at = $2::text::timestamptz WHERE id = $1", id, time)
    answers = []
    for cache_mb in (0, 64):
        async with serving(services, cache_mb) as api:
            for _ in range(TIMES):
                responses = [await api.post(PAGE % shown, gym.coach, id=str(gym.id)) for shown in SHOWN]
                answers += [answer.json() for answer in responses]
    for number, answer in enumerate(answers):
        assert answer == answers[number % 3]
    assert answers[0]["data"]["organization"]["exerciseLibrary"]["nodes"] == [{"name": "Ours"}]
