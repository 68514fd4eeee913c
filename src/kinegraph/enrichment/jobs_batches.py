"""The batches of one pass of a job: each is claimed, requested and stored.

A batch is claimed in a transaction, the language model answers outside of any, and the answer is stored in another,
with the job's progress. Where a worker dies in between, the batch is requested again by the job's next run, and stored
once. The cost of an answer is stored in a transaction of its own, before the answer is.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from kinegraph.background.jobs import JobRun
from kinegraph.enrichment import store, store_runs
from kinegraph.enrichment.jobs_answers import propose
from kinegraph.enrichment.rules import Plan, content_hash, due_languages
from kinegraph.enrichment.rules_answers import Answer, read_answer
from kinegraph.enrichment.rules_costs import Outcome, Price, RunRow, max_cost_of_request, progress_of
from kinegraph.enrichment.rules_requests import (
    PROMPT,
    TOOL_DESCRIPTION,
    TOOL_NAME,
    Entry,
    answer_schema,
    content_of,
    max_output_tokens,
    size_of,
)
from kinegraph.kit.database import Database
from kinegraph.outside.claude import Claude, Tool

MAX_REQUESTS = 2
"""Requests for one batch in one pass, while answers cannot be read."""
MAX_UNREADABLE = 3
"""Batches in a row without a readable answer, after which a pass ends, unless it is the last."""


class JobBudgetSpent(Exception):
    """The next request might cost more than the budget has left."""


class Pass:
    """One pass of a job over its batches: the account grows with each."""

    def __init__(
        self,
        database: Database,
        claude: Claude,
        price: Price,
        run: JobRun,
        plan: Plan,
        account: RunRow,
        total: int,
    ) -> None:
        self._database = database
        self._claude = claude
        self._price = price
        self._run = run
        self._plan = plan
        self._account = account
        self._total = total

    async def enrich_all(self, due: Sequence[UUID], size: int, *, is_last: bool) -> Outcome:
        """Enrich exercises in batches of this size, as far as the budget goes. Returns what became of them."""
        outcome = Outcome(len(due))
        for start in range(0, len(due), size):
            ids = due[start : start + size]
            try:
                outcome = outcome.with_batch(len(ids), *await self.enrich(ids))
            except JobBudgetSpent:
                return replace(outcome, is_budget_spent=True)
            if outcome.unreadable_in_a_row >= MAX_UNREADABLE and not is_last:
                break
        return outcome

    async def enrich(self, ids: Sequence[UUID]) -> tuple[int, int]:
        """Enrich a batch. Returns the numbers of exercises with a readable answer, and without one.

        Exercises that another job has claimed are neither.
        """
        entries = await self._claim(ids)
        if not entries:
            return 0, 0
        answer = await self._request(entries)
        if answer is None:
            return 0, len(entries)
        await self._store(answer)
        return len(answer.answered), len(entries) - len(answer.answered)

    async def end(self) -> RunRow:
        """Store that the pass has ended. Returns the account."""
        async with self._database.write(store.act_as_enricher) as session:
            return await store_runs.add(session, self._run.id, passes=1)

    async def _claim(self, ids: Sequence[UUID]) -> list[Entry]:
        """Claim the exercises of a batch, as they are now. Raises JobStopped."""
        plan, id = self._plan, self._run.id
        async with self._database.write(store.act_as_enricher) as session:
            await self._run.report(session)
            rows = await store.page_after(session, None, ids)
            due = [(row, due_languages(row, plan.languages, id, is_forced=plan.is_forced)) for row in rows]
            entries = [Entry.of(row, languages, content_hash(row)) for row, languages in due if languages]
            claimed = await store.claim(session, id, entries, rows)
        return [entry for entry in entries if all((entry.exercise_id, each) in claimed for each in entry.languages)]

    async def _request(self, entries: Sequence[Entry]) -> Answer | None:
        """The language model's answer; None where none could be read. Raises JobBudgetSpent and ServiceError."""
        tool = Tool(TOOL_NAME, TOOL_DESCRIPTION, answer_schema(len(entries)))
        price, max_tokens = self._price, max_output_tokens(entries)
        show_retry = partial(self._run.show_retry, self._database)
        for _ in range(MAX_REQUESTS):
            if self._account.cost + max_cost_of_request(price, size_of(entries), max_tokens) > self._account.max_cost:
                raise JobBudgetSpent
            found = await self._claude.call_tool(PROMPT, content_of(entries), tool, max_tokens, show_retry)
            answer = read_answer(found.values, entries)
            async with self._database.write(store.act_as_enricher) as session:
                self._account = await store_runs.add(
                    session,
                    self._run.id,
                    requests=1,
                    input_tokens=found.input_tokens,
                    output_tokens=found.output_tokens,
                    cost=price.cost(found.input_tokens, found.output_tokens),
                    unreadable=int(answer is None),
                )
            if answer is not None:
                return answer
        return None

    async def _store(self, answer: Answer) -> None:
        """Store an answer and the job's progress in one transaction."""
        count = len(answer.answered)
        async with self._database.write(store.act_as_enricher) as session:
            done = self._account.enriched + count
            await self._run.report(session, total=self._total, done=done, message=progress_of(done, self._total))
            proposed, applied = await propose(
                session, self._run.id, self._claude.model, answer, applies=self._plan.applies
            )
            await store.finish(session, self._run.id, answer.answered)
            self._account = await store_runs.add(
                session,
                self._run.id,
                enriched=count,
                proposed=proposed,
                applied=applied,
                refused=answer.refused,
            )
