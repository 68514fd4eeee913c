"""Fixtures of the tests of `node`."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import asyncpg
import pytest

from kinegraph.kit.batches import NODES
from kinegraph.kit.rows import Row
from kinegraph.main import create_app
from kinegraph.services import Services
from tests.api.routes import routes
from tests.api.sizes import Size, grow
from tests.conftest import Api, World, running
from tests.node.documents import EVERYTHING, ID, ids_by_type
from tests.rooms import WHERE, listed
from tests.settings import with_settings

SUGGEST = """mutation ($input: SuggestExerciseVideoInput!) {
  suggestExerciseVideo(input: $input) { exercise { videoCandidates { id } } userErrors { code message field } }
}"""


@dataclass
class Gym:
    """An organization with rows of every type, and the ids that its coach reads of each."""

    size: Size
    ids: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
async def filled(api: Api, world: World, owner: "asyncpg.Pool[Row]") -> Gym:
    """An organization with two rows of everything."""
    gym = Gym(await grow(api, world, owner, 1, 2))
    await owner.execute("INSERT INTO jobs (kind, arguments) VALUES ('seed_canonical', '{}')")
    own = "SELECT id FROM exercises WHERE organization_id = $1 AND deleted_at IS NULL LIMIT 1"
    exercise = str(await owner.fetchval(own, gym.size.organizations[0].id))
    await api.run(SUGGEST, gym.size.coach, input={"exerciseId": exercise, "url": "https://v.example/squat"})
    id = str(gym.size.organizations[0].id)
    gym.ids = ids_by_type(await api.run(EVERYTHING, gym.size.coach, id=id))
    for type_name in {*NODES} - {*gym.ids} - {*listed("own_nodes")}:
        path = routes().get(type_name)
        assert path, f"no path leads to {type_name} by lists alone; `routes` or `own_nodes`: {WHERE}"
        document = f"query ($organization: ID!) {{ {path % ID} }}"
        gym.ids |= ids_by_type(await api.run(document, gym.size.coach, organization=id))
    return gym


@pytest.fixture(scope="module")
async def core(services: Services) -> AsyncIterator[Api]:
    """The API on graphql-core's own executor."""
    async with running(create_app(with_settings(services, executor="graphql-core"))) as api:
        yield api
