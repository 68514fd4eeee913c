"""Helpers of the tests of enrichment: exercises, jobs that are run at once, and reviews."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any, TypeAlias  # Any: JSON of the API, and rows of asyncpg

import asyncpg

from kinegraph.enrichment.jobs import Enricher
from kinegraph.enrichment.rules_costs import Price
from kinegraph.kit.rows import Row
from kinegraph.outside.claude import Claude
from kinegraph.worker_jobs import Work
from kinegraph.worker_runs import run_job
from tests.conftest import Api, Person
from tests.vendors.claude import ClaudeServer, aliases_of

Pool: TypeAlias = "asyncpg.Pool[Row]"

KEY = "a key of the tests"
BUDGET = 5_000_000
PRICE = Price(Decimal("1"), Decimal("5"))

CREATE = """mutation ($input: CreateExerciseInput!) {
  createExercise(input: $input) { exercise { id } userErrors { code message field } }
}"""
UPDATE = """mutation ($input: UpdateExerciseInput!) {
  updateExercise(input: $input) { exercise { id } userErrors { code message field } }
}"""
ENRICH = """mutation ($input: EnrichCanonicalExercisesInput) {
  enrichCanonicalExercises(input: $input) { job { id kind status } userErrors { code message field } }
}"""
JOB = """query ($id: ID!) {
  job(id: $id) {
    status total done message error
    enrichment { model requests inputTokens outputTokens cost maxCost enriched proposed applied refused unreadable }
  }
}"""
PROPOSAL = "id text proposedText language state model appliedAt reviewedAt sharedWith { name } exercise { id aliases }"
PROPOSALS = f"""query (
  $exercise: ID, $state: AliasState, $language: AliasLanguage, $first: Int = 100, $after: String
) {{
  aliasProposals(exerciseId: $exercise, state: $state, language: $language, first: $first, after: $after) {{
    nodes {{ {PROPOSAL} }}
    totalCount
    pageInfo {{ hasNextPage endCursor }}
  }}
}}"""
REVIEW = f"""mutation ($input: ReviewAliasProposalInput!) {{
  reviewAliasProposal(input: $input) {{ aliasProposal {{ {PROPOSAL} }} userErrors {{ code message field }} }}
}}"""

_numbers = count(1)
_WORDS = ("alpha", "bravo", "carol", "delta", "ember", "fable", "grand", "hotel", "igloo", "jolly")


def enricher_of(claude: Claude, max_cost: int) -> Enricher:
    """A language model with a price and a budget."""
    return Enricher(claude, PRICE, max_cost)


def new_name() -> str:
    """A name that no exercise has yet, of letters alone."""
    return " ".join(_WORDS[int(digit)] for digit in f"{next(_numbers):03}").title()


@dataclass
class Enriching:
    """A platform admin who enriches exercises, and the worker that does it."""

    api: Api
    admin: Person
    owner: Pool
    work: Work
    claude: ClaudeServer

    async def exercise(self, name: str | None = None, *aliases: str) -> str:
        """The id of a new canonical exercise."""
        values = {"name": name or new_name(), "aliases": aliases}
        return str((await self.api.run(CREATE, self.admin, input=values))["createExercise"]["exercise"]["id"])

    async def update(self, id: str, **values: Any) -> None:
        """Change an exercise, as a person does it."""
        await self.api.run(UPDATE, self.admin, input={"id": id, **values})

    async def name(self, id: str) -> str:
        """The name of an exercise."""
        return str(await self.owner.fetchval("SELECT name FROM exercises WHERE id = $1", id))

    async def aliases(self, id: str) -> list[str]:
        """The aliases of an exercise."""
        return list(await self.owner.fetchval("SELECT aliases FROM exercises WHERE id = $1", id))

    async def proposed(self, id: str) -> list[str]:
        """The aliases that the server proposes for an exercise."""
        return [text for language in ("he", "ru") for text in aliases_of(await self.name(id), language)]

    async def enqueue(self, *ids: str, **input: Any) -> str:
        """The id of a new job, for these exercises alone where there are any."""
        sent = {**({"ids": ids} if ids else {}), **input}
        answer = await self.api.run(ENRICH, self.admin, input=sent)
        return str(answer["enrichCanonicalExercises"]["job"]["id"])

    async def run(self, job_id: str, work: Work | None = None) -> Any:
        """Run a job as the worker does where it was delivered, and return it as the API shows it."""
        await self.owner.execute("UPDATE jobs SET status = 'queued' WHERE id = $1 AND finished_at IS NULL", job_id)
        await run_job({"work": work or self.work}, job_id)
        return await self.job(job_id)

    async def job(self, job_id: str) -> Any:
        """A job as the API shows it."""
        return (await self.api.run(JOB, self.admin, id=job_id))["job"]

    async def enrich(self, *ids: str, **input: Any) -> Any:
        """A job that was enqueued and run."""
        return await self.run(await self.enqueue(*ids, **input))

    async def proposals(self, exercise: str | None = None, **arguments: Any) -> list[Any]:
        """The review queue."""
        found = await self.api.run(PROPOSALS, self.admin, exercise=exercise, **arguments)
        return list(found["aliasProposals"]["nodes"])

    async def review(self, proposal: str, decision: str = "ACCEPT", text: str | None = None) -> Any:
        """The payload of a review."""
        input = {"id": proposal, "decision": decision, **({} if text is None else {"text": text})}
        return await self.api.payload(REVIEW, self.admin, input=input)
