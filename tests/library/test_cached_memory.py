"""What is kept of an exercise is small, whatever clients select."""

import gc
import tracemalloc
from dataclasses import replace
from typing import Any

from kinegraph.main import create_app
from kinegraph.services import Services
from tests.conftest import World, running
from tests.library.test_kept import write_own

MOST_BYTES = 2_000_000
"""Room for plans and documents."""


async def test_answers_that_repeat_a_long_text_are_not_kept(services: Services, world: World, owner: Any) -> None:
    gym = await world.organization()
    id = await write_own(owner, gym, "Long")
    await owner.execute("UPDATE exercises SET description = repeat('x', 10000) WHERE id = $1", id)
    settings = replace(services.settings, kept_mb=1)
    async with running(create_app(replace(services, settings=settings))) as api:
        tracemalloc.start()
        for turn in range(4):
            fields = " ".join(f"d{turn}x{number}: description" for number in range(300))
            text = f"query ($of: ID!, $id: ID!) {{ effectiveExercise(id: $of, organizationId: $id) {{ {fields} }} }}"
            await api.run(text, gym.member, of=str(id), id=str(gym.id))
        gc.collect()
        large = [trace.size for trace in tracemalloc.take_snapshot().traces if trace.size > 1_000_000]
        tracemalloc.stop()
    assert sum(large) < MOST_BYTES
