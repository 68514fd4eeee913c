"""Generated documents over the product's own schema and a real database: both executors answer the same bytes."""

import os
import re
from typing import Any  # values of variables

import asyncpg
import pytest
from graphql import GraphQLObjectType, get_named_type, is_required_argument
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinegraph.api.executor import PLANS
from kinegraph.kit.rows import Row
from tests.api.routes import SCHEMA
from tests.api.sizes import Size, grow
from tests.api.test_statements_lists import DOCUMENTS
from tests.conftest import Api, Person, World

EXAMPLES = int(os.environ.get("KINEGRAPH_ORACLE_EXAMPLES", "100"))
"""Number of documents; run 2,000 before merging a change of the executor."""

ARGUMENTS = {
    "Query.organization": "(id: $organization)",
    "Query.workout": "(id: $workout)",
    "Query.exercise": "(id: $exercise)",
    "Query.effectiveExercise": "(id: $exercise, organizationId: $organization)",
    "Query.assignment": "(id: $assignment)",
    "Query.workoutsUsingExercise": "(organizationId: $organization, exerciseId: $exercise, first: 3)",
    "Query.exercises": "(first: 4)",
    "Query.taxonomy": "(organizationId: $organization)",
    "Organization.exerciseLibrary": "(first: 5, source: CUSTOMIZED)",
    "Organization.workouts": "(first: 2)",
}
ADMINS = ("Query.jobs", "Query.job", "Query.aliasProposals")
"""These are for platform admins; a document of its own selects them."""

SIGNED = (
    *("Attachment.url", "Attachment.thumbnailUrl", "Instruction.imageUrl", "SignedChart.url", "SignedChart.expiresAt"),
    *("Handout.htmlUrl", "Handout.pdfUrl", "Handout.expiresAt"),
)
VOLATILE = (*SIGNED, "Viewer.changes", *ADMINS)
"""Addresses are signed for the second; the feed's cursor is of the moment."""

OF_ADMINS = """query ($job: ID!) {
  job(id: $job) { kind status canRetry requestedBy { email } enrichment { model cost maxCost } }
  jobs { id tries nextTryAt cancelRequested requestedBy { id name } enrichment { requests } }
  aliasProposals(first: 3) { ...Page } last: aliasProposals(last: 2) { ...Page }
}
fragment Page on AliasProposalConnection {
  totalCount pageInfo { hasNextPage hasPreviousPage startCursor }
  edges { cursor node { id } }
  nodes {
    language text proposedText state model appliedAt createdAt exercise { name categories { id } }
    sharedWith { name } job { id requestedBy { id } enrichment { cost } } reviewer { email } reviewedAt
  }
}"""
ROWS_OF_ADMINS = """
WITH made AS (INSERT INTO jobs (kind, requested_by_user_id) VALUES ('enrich_canonical', $1), ('thumbnail', NULL)
              RETURNING id, kind),
     run AS (INSERT INTO enrichment_runs (job_id, model, max_cost)
             SELECT id, 'a model', 9 FROM made WHERE kind = 'enrich_canonical' RETURNING job_id),
     exercise AS (SELECT min(id::text)::uuid AS one, max(id::text)::uuid AS other
                  FROM exercises WHERE organization_id IS NULL),
     proposal AS (INSERT INTO alias_proposals
                      (exercise_id, language, text, proposed_text, model, job_id, shared_with_id, reviewed_by_user_id)
                  SELECT one, 'he', 'Alias ' || n, 'Alias ' || n, 'a model', job_id, other, $1
                  FROM exercise, run, generate_series(1, 5) n)
SELECT job_id FROM run
"""

HEAD = "query ($organization: ID!, $workout: ID!, $exercise: ID!, $assignment: ID!, $no: Boolean!)"
USED = """u: __typename @skip(if: $no) o: organization(id: $organization) { __typename } w: workout(id: $workout) { id }
  e: exercise(id: $exercise) { id } x: assignment(id: $assignment) { id }"""
"""A document may not declare a variable that it does not use."""


@st.composite
def selections(draw: st.DrawFn, type: GraphQLObjectType, depth: int) -> str:
    """A selection of a type of the schema, in braces."""
    names = []
    for name, field in type.fields.items():
        coordinate = f"{type.name}.{name}"
        needs = any(is_required_argument(argument) for argument in field.args.values())
        is_object = isinstance(get_named_type(field.type), GraphQLObjectType)
        if coordinate not in VOLATILE and (coordinate in ARGUMENTS or not needs) and (depth or not is_object):
            names.append(name)
    fields = ["__typename"]
    for number in range(draw(st.integers(1, 4)) if names else 0):
        name = draw(st.sampled_from(names))
        below = get_named_type(type.fields[name].type)
        call = ARGUMENTS.get(f"{type.name}.{name}", "")
        inner = f" {draw(selections(below, depth - 1))}" if isinstance(below, GraphQLObjectType) else ""
        switch = draw(st.sampled_from(("", "", "", " @skip(if: $no)", " @include(if: $no)")))
        fields.append(f"a{number}: {name}{call}{switch}{inner}")
    return f"{{ {' '.join(fields)} }}"


@pytest.fixture(scope="module")
async def size(api: Api, world: World, owner: "asyncpg.Pool[Row]") -> Size:
    return await grow(api, world, owner, 2, 2)


@pytest.fixture(scope="module")
async def ids(size: Size, owner: "asyncpg.Pool[Row]") -> dict[str, str]:
    organization = size.organizations[0].id
    found = {"organization": str(organization)}
    for table, what in (
        ("workouts", "workout"),
        ("exercise_org_overrides", "override"),
        ("workout_assignments", "assignment"),
    ):
        column = "exercise_id" if what == "override" else "id"
        found[what] = str(
            await owner.fetchval(f"SELECT {column} FROM {table} WHERE organization_id = $1", organization)
        )
    return {**found, "exercise": found.pop("override")}


assert SCHEMA.query_type is not None
BREADTH_FIRST_RUNS: list[int] = []
"""For each document, how often it was executed breadth first."""


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(selections(SCHEMA.query_type, 6), st.booleans(), st.booleans())
async def test_generated_documents_get_the_same_bytes_from_both_executors(
    api: Api, size: Size, ids: dict[str, str], selection: str, no: bool, coach: bool
) -> None:
    person = size.coach if coach else size.member
    text = f"{HEAD} {{ {USED} ...All }} fragment All on Query {selection}"
    await answered_the_same_both_ways(api, person, text, {**ids, "no": no})


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_documents_that_reach_every_edge_get_the_same_bytes_from_both_executors(
    api: Api, size: Size, name: str
) -> None:
    text = DOCUMENTS[name].replace("%d", "100").replace("url thumbnailUrl", "id")
    text = re.sub(r"\b(pdf|html)Url\b", "language", text)  # addresses are signed for the second
    for person in (size.coach, size.member):
        await answered_the_same_both_ways(api, person, text, {})


async def test_what_platform_admins_see_gets_the_same_bytes_from_both_executors(
    api: Api, world: World, owner: "asyncpg.Pool[Row]"
) -> None:
    admin = await world.person(is_platform_admin=True)
    job = str(await owner.fetchval(ROWS_OF_ADMINS, admin.id))
    seen = await api.run(OF_ADMINS, admin, job=job)
    assert (len(seen["jobs"]), len(seen["aliasProposals"]["nodes"]), len(seen["last"]["nodes"])) == (2, 3, 2)
    assert seen["job"]["requestedBy"] == {"email": admin.email} and seen["job"]["enrichment"]["maxCost"] == 9
    await answered_the_same_both_ways(api, admin, OF_ADMINS, {"job": job})


async def answered_the_same_both_ways(api: Api, person: Person, text: str, variables: dict[str, Any]) -> None:
    """Assert that both executors give the same answer, without errors."""
    body = {"query": text, "variables": variables}
    answers, before = [], PLANS.counted[""]
    for executor in ("graphql-core", "breadth-first"):
        headers = {"Authorization": f"Bearer {person.token}", "X-Kinegraph-Executor": executor}
        answers.append(await api.client.post("/graphql", json=body, headers=headers))
    core, breadth = answers
    BREADTH_FIRST_RUNS.append(PLANS.counted[""] - before)
    assert (breadth.status_code, breadth.content) == (core.status_code, core.content)
    assert core.status_code == 200, core.text


def test_nearly_all_documents_were_executed_breadth_first() -> None:
    """Otherwise the tests above would compare graphql-core with itself."""
    assert sum(BREADTH_FIRST_RUNS) > 0.9 * len(BREADTH_FIRST_RUNS) > 0
