"""An answer that is much larger than the exercises in it does not fill the cache."""

import gc
import tracemalloc
from typing import Any  # inputs and answers are JSON

from kinegraph.services import Services
from tests.cached import TIMES, serving
from tests.conftest import World
from tests.library.cached_libraries import write_own

LARGE = 1_000_000


async def test_answers_that_repeat_a_long_text_are_not_cached(services: Services, world: World, owner: Any) -> None:
    gym = await world.organization()
    id = await write_own(owner, gym, "Long")
    await owner.execute("UPDATE exercises SET description = repeat('x', 10000) WHERE id = $1", id)
    async with serving(services, 1) as api:
        tracemalloc.start()
        for turn in range(4):
            fields = " ".join(f"d{turn}x{number}: description" for number in range(300))
            page = f"exerciseLibrary(source: ORG) {{ nodes {{ {fields} }} }}"
            for _ in range(TIMES):
                await api.run(f"query ($id: ID!) {{ organization(id: $id) {{ {page} }} }}", gym.member, id=str(gym.id))
        gc.collect()
        large = [trace.size for trace in tracemalloc.take_snapshot().traces if trace.size > LARGE]
        tracemalloc.stop()
    assert len(large) <= 1, large  # one may be the interpreter's own table of names, where it grew meanwhile
