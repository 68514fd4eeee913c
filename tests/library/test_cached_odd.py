"""A value that no type of ours can hold spoils what shows it, with and without what is kept, and nothing beside it."""

from dataclasses import replace
from typing import Any

import pytest

from kinegraph.main import create_app
from kinegraph.services import Services
from tests.conftest import World, running
from tests.library.test_kept import write_own

NAMES = "query ($id: ID!) { organization(id: $id) { exerciseLibrary(source: ORG) { nodes { name } } } }"


@pytest.mark.parametrize("moment", ["0044-03-15 BC", "10000-01-01"])
async def test_a_moment_that_cannot_be_read_spoils_no_answer_that_does_not_show_it(
    services: Services, world: World, owner: Any, moment: str
) -> None:
    gym = await world.organization()
    id = await write_own(owner, gym, "Ours")
    await owner.execute("UPDATE exercises SET created_at = $2::text::timestamptz WHERE id = $1", id, moment)
    answers = []
    for most in (0, 64):
        settings = replace(services.settings, kept_mb=most)
        async with running(create_app(replace(services, settings=settings))) as api:
            answers.append((await api.post(NAMES, gym.coach, id=str(gym.id))).json())
    assert answers[1] == answers[0]
