"""Which executor runs a request is counted, and can be chosen: by a setting, and by a header where people develop."""

from collections.abc import AsyncIterator

import httpx
import pytest

from kinegraph.api.executor import PLANS
from kinegraph.main import create_app
from kinegraph.services import Services
from kinegraph.settings import read_settings
from tests.conftest import Api, Organization, World, running
from tests.settings import with_settings

QUERY = "{ viewer { user { name } memberships { organization { name } } } }"
CORE, BREADTH = {"X-Kinegraph-Executor": "graphql-core"}, {"X-Kinegraph-Executor": "breadth-first"}


@pytest.fixture(scope="module")
async def organization(world: World) -> Organization:
    return await world.organization()


async def ask(api: Api, organization: Organization, headers: dict[str, str]) -> tuple[httpx.Response, bool]:
    """The answer, and whether it was worked out breadth first."""
    before = PLANS.counted[""]
    signed = {"Authorization": f"Bearer {organization.coach.token}", **headers}
    answer = await api.client.post("/graphql", json={"query": QUERY}, headers=signed)
    assert answer.status_code == 200 and "errors" not in answer.json()
    return answer, PLANS.counted[""] > before


async def test_queries_run_breadth_first_unless_the_header_says_otherwise(api: Api, organization: Organization) -> None:
    usual, was_breadth = await ask(api, organization, {})
    switched, was_breadth_too = await ask(api, organization, CORE)
    assert (was_breadth, was_breadth_too) == (True, False)
    assert usual.content == switched.content


@pytest.fixture
async def production(services: Services) -> AsyncIterator[Api]:
    closed = with_settings(services, environment="production", graphiql=False)
    async with running(create_app(closed)) as api:
        yield api


async def test_the_header_is_not_heeded_in_production(production: Api, organization: Organization) -> None:
    assert (await ask(production, organization, CORE))[1]


@pytest.fixture
async def core(services: Services) -> AsyncIterator[Api]:
    async with running(create_app(with_settings(services, executor="graphql-core"))) as api:
        yield api


async def test_the_setting_chooses_graphql_core_and_the_header_goes_before_it(
    core: Api, organization: Organization
) -> None:
    assert read_settings({"KINEGRAPH_EXECUTOR": "graphql-core"}).executor == "graphql-core"
    assert not (await ask(core, organization, {}))[1]
    assert (await ask(core, organization, BREADTH))[1]


async def test_the_metric_says_how_many_operations_ran_how_and_why(api: Api, organization: Organization) -> None:
    await ask(api, organization, {})
    await api.post("{ __schema { queryType { name } } }", organization.coach)
    metrics = await api.client.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")
    told = dict(line.rsplit(" ", 1) for line in metrics.text.splitlines() if not line.startswith("#"))
    assert int(told['kinegraph_operations_total{executor="breadth-first",reason=""}']) >= 1
    assert int(told['kinegraph_operations_total{executor="graphql-core",reason="introspection"}']) >= 1
