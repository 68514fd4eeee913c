"""The executor of a request is counted, and can be chosen: by a setting, and in development by a header."""

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


async def post_query(api: Api, organization: Organization, headers: dict[str, str]) -> tuple[httpx.Response, bool]:
    """The answer, and whether it was executed breadth first."""
    before = PLANS.counted[""]
    signed = {"Authorization": f"Bearer {organization.coach.token}", **headers}
    answer = await api.client.post("/graphql", json={"query": QUERY}, headers=signed)
    assert answer.status_code == 200 and "errors" not in answer.json()
    return answer, PLANS.counted[""] > before


async def test_queries_run_breadth_first_unless_the_header_says_graphql_core(
    api: Api, organization: Organization
) -> None:
    default, was_breadth = await post_query(api, organization, {})
    switched, was_breadth_too = await post_query(api, organization, CORE)
    assert (was_breadth, was_breadth_too) == (True, False)
    assert default.content == switched.content


@pytest.fixture
async def production(services: Services) -> AsyncIterator[Api]:
    closed = with_settings(services, environment="production", graphiql=False)
    async with running(create_app(closed)) as api:
        yield api


async def test_the_header_is_ignored_in_production(production: Api, organization: Organization) -> None:
    assert (await post_query(production, organization, CORE))[1]


@pytest.fixture
async def core(services: Services) -> AsyncIterator[Api]:
    async with running(create_app(with_settings(services, executor="graphql-core"))) as api:
        yield api


async def test_the_setting_selects_graphql_core_and_the_header_overrides_it(
    core: Api, organization: Organization
) -> None:
    assert read_settings({"KINEGRAPH_EXECUTOR": "graphql-core"}).executor == "graphql-core"
    assert not (await post_query(core, organization, {}))[1]
    assert (await post_query(core, organization, BREADTH))[1]


async def test_the_metric_counts_operations_by_executor_and_reason(api: Api, organization: Organization) -> None:
    await post_query(api, organization, {})
    await api.post("{ __schema { queryType { name } } }", organization.coach)
    metrics = await api.client.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")
    counts = dict(line.rsplit(" ", 1) for line in metrics.text.splitlines() if not line.startswith("#"))
    assert int(counts['kinegraph_operations_total{executor="breadth-first",reason=""}']) >= 1
    assert int(counts['kinegraph_operations_total{executor="graphql-core",reason="introspection"}']) >= 1
