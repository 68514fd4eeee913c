"""The review queue and the accounts of jobs take as many statements for many rows as for one; nobody else sees them."""

import asyncpg
import pytest

from kinegraph.services import Services
from tests.conftest import Api, World, counted
from tests.enrichment.enriching import Enriching

QUEUE = """query ($first: Int!) {
  aliasProposals(first: $first) {
    totalCount
    edges { cursor node { id } }
    nodes {
      text state model appliedAt exercise { name categories { id } } sharedWith { name } reviewer { name }
      job { kind enrichment { cost } }
    }
  }
}"""
JOBS = "query ($first: Int!) { jobs(first: $first) { id enrichment { requests cost maxCost } } }"
NODE = "query ($id: ID!) { node(id: $id) { __typename id ... on AliasProposal { text } } }"


async def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(
    enriching: Enriching, services: Services
) -> None:
    for _ in range(3):
        await enriching.enrich(await enriching.exercise())
    for proposal in (await enriching.proposals())[:5]:
        await enriching.review(proposal["id"])
    async with counted(services, 0) as counter:
        for text, most in ((QUEUE, 12), (JOBS, 3)):
            costs, sizes = [], []
            for first in (1, most):
                with counter.counting() as seen:
                    data = await counter.api.run(text, enriching.admin, first=first)
                costs.append(len(seen))
                (found,) = data.values()
                reviewers = [each["reviewer"] for each in found["nodes"][:5]] if isinstance(found, dict) else []
                assert all(reviewers)
                sizes.append(len(found["nodes"] if isinstance(found, dict) else found))
            assert sizes == [1, most]
            assert costs[0] == costs[1], text


async def test_the_columns_that_are_not_selected_are_not_read(enriching: Enriching, services: Services) -> None:
    await enriching.enrich(await enriching.exercise())
    async with counted(services, 0) as counter:
        with counter.counting() as seen:
            await counter.api.run("{ aliasProposals { nodes { text } } }", enriching.admin)
    (statement,) = [each for each in seen if "FROM alias_proposals" in each]
    assert "proposed_text" not in statement and "model" not in statement


async def test_a_proposal_is_found_by_its_id_by_platform_admins_only(
    enriching: Enriching, api: Api, world: World
) -> None:
    await enriching.enrich(await enriching.exercise())
    proposal = (await enriching.proposals())[0]
    found = (await api.run(NODE, enriching.admin, id=proposal["id"]))["node"]
    assert found == {"__typename": "AliasProposal", "id": proposal["id"], "text": proposal["text"]}
    assert (await api.run(NODE, await world.person(), id=proposal["id"]))["node"] is None


ROWS = {
    "alias_proposals": "(exercise_id, language, text, proposed_text, model) SELECT id, 'he', 'a', 'a', 'm' FROM users",
    "exercise_enrichments": "(exercise_id, language) SELECT id, 'he' FROM users",
    "enrichment_runs": "(job_id, model, max_cost) SELECT id, 'm', 1 FROM users",
}
"""By table, the rest of a statement that inserts rows."""


@pytest.mark.parametrize("table", ROWS)
async def test_row_level_security_alone_hides_and_refuses_everything_to_others(
    enriching: Enriching, world: World, table: str
) -> None:
    await enriching.enrich(await enriching.exercise())
    async with world.writing_as(await world.person()) as session:
        assert await session.fetch_value(f"SELECT count(*) FROM {table}") == 0
        assert await session.run(f"DELETE FROM {table}") == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with world.writing_as(await world.person()) as session:
            await session.run(f"INSERT INTO {table} {ROWS[table]} LIMIT 1")
