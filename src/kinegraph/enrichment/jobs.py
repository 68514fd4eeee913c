"""Enriching canonical exercises: choosing those that are due, requesting aliases in batches, storing proposals.

A batch is claimed in a transaction, the language model answers outside of any, and the answer is stored in another,
with the job's progress. Where a worker dies in between, the batch is requested again by the job's next run, and stored
once. The cost of an answer is stored in a transaction of its own, before the answer is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any  # a job's arguments: JSON
from uuid import UUID

from kinegraph.background.jobs import JobRun
from kinegraph.enrichment import store, store_proposals, store_runs
from kinegraph.enrichment.rules import (
    MAX_EXERCISES,
    NO_KEY,
    NO_PRICE,
    AliasesFull,
    Plan,
    content_hash,
    due_languages,
    with_alias,
)
from kinegraph.enrichment.rules_answers import Answer, new_proposals, read_answer
from kinegraph.enrichment.rules_costs import Outcome, Price, RunRow, max_cost_of_request, message_of
from kinegraph.enrichment.rules_requests import (
    BATCH_SIZE,
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
from kinegraph.kit.sessions import WriteSession
from kinegraph.outside.claude import Claude, Tool
from kinegraph.outside.errors import ServiceError

MAX_PASSES = 6
"""Runs of a job, at most, that request again what could not be read."""
MAX_REQUESTS = 2
"""Requests for one batch in one pass, while answers cannot be read."""
MAX_UNREADABLE = 3
"""Batches in a row without a readable answer, after which a pass ends, unless it is the last."""


@dataclass(frozen=True, slots=True)
class Enricher:
    """The language model, its price, and the budget of a job in micro-dollars."""

    claude: Claude
    price: Price | None
    max_cost: int


class EnrichmentImpossible(Exception):
    """The settings of this worker do not allow enrichment; the message says what to set."""


class UnreadableAnswers(ServiceError):
    """The language model's answers for some exercises could not be read; they are requested again later."""


class _BudgetSpent(Exception):
    """The next request might cost more than the budget has left."""


async def enrich_canonical(
    database: Database, enricher: Enricher | None, run: JobRun, arguments: Mapping[str, Any]
) -> str:
    """Enrich what is due, within the budget. Returns a sentence on what was done, and what is left.

    `arguments` are those of the job (`Plan.of`). Batches without a readable answer are requested again by later runs of
    the job (passes), in smaller batches each time; after MAX_PASSES they are left to another job. Raises
    EnrichmentImpossible, UnreadableAnswers for the next pass, ServiceError where the vendor fails, JobStopped.
    """
    if enricher is None:
        raise EnrichmentImpossible(NO_KEY)
    if enricher.price is None:
        raise EnrichmentImpossible(NO_PRICE.format(model=enricher.claude.model))
    plan = Plan.of(arguments)
    max_cost = min(plan.max_cost or enricher.max_cost, enricher.max_cost)
    async with database.write(store.authenticate_enricher) as session:
        account = await store_runs.begin(session, run.id, enricher.claude.model, max_cost)
    due = await _due(database, run, plan)
    work = _Pass(database, enricher.claude, enricher.price, run, plan, account, account.enriched + len(due))
    outcome = await work.enrich_all(due, max(1, BATCH_SIZE >> account.passes), account.passes + 1 >= MAX_PASSES)
    account = await work.end()
    if outcome.unreadable and not outcome.is_budget_spent and account.passes < MAX_PASSES:
        raise UnreadableAnswers(f"Anthropic's answers for {outcome.unreadable} exercises could not be read.")
    return message_of(account, outcome)


async def _due(database: Database, run: JobRun, plan: Plan) -> list[UUID]:
    """The exercises that are due, by id, at most MAX_EXERCISES."""
    due: list[UUID] = []
    after = None
    while len(due) < MAX_EXERCISES:
        async with database.read(store.authenticate_enricher) as session:
            page = await store.page_after(session, after, plan.ids)
        due += [each.id for each in page if due_languages(each, plan.languages, run.id, is_forced=plan.is_forced)]
        if len(page) < store.PAGE_SIZE:
            break
        after = page[-1].id
    return due[:MAX_EXERCISES]


class _Pass:
    """One run of a job over its batches: the account grows with each."""

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

    async def enrich_all(self, due: Sequence[UUID], size: int, is_last: bool) -> Outcome:
        """Enrich exercises in batches of this size, as far as the budget goes. Returns what became of them."""
        outcome = Outcome(len(due))
        for start in range(0, len(due), size):
            ids = due[start : start + size]
            try:
                outcome = outcome.with_batch(len(ids), *await self.enrich(ids))
            except _BudgetSpent:
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
        async with self._database.write(store.authenticate_enricher) as session:
            return await store_runs.add(session, self._run.id, passes=1)

    async def _claim(self, ids: Sequence[UUID]) -> list[Entry]:
        """Claim the exercises of a batch, as they are now."""
        plan, id = self._plan, self._run.id
        async with self._database.write(store.authenticate_enricher) as session:
            rows = await store.page_after(session, None, ids)
            due = [(row, due_languages(row, plan.languages, id, is_forced=plan.is_forced)) for row in rows]
            entries = [Entry.of(row, languages, content_hash(row)) for row, languages in due if languages]
            claimed = await store.claim(session, id, entries)
        return [entry for entry in entries if all((entry.exercise_id, each) in claimed for each in entry.languages)]

    async def _request(self, entries: Sequence[Entry]) -> Answer | None:
        """The language model's answer; None where none could be read. Raises _BudgetSpent and ServiceError."""
        tool = Tool(TOOL_NAME, TOOL_DESCRIPTION, answer_schema(len(entries)))
        price, max_tokens = self._price, max_output_tokens(entries)
        for _ in range(MAX_REQUESTS):
            if self._account.cost + max_cost_of_request(price, size_of(entries), max_tokens) > self._account.max_cost:
                raise _BudgetSpent
            found = await self._claude.call_tool(PROMPT, content_of(entries), tool, max_tokens)
            answer = read_answer(found.values, entries)
            async with self._database.write(store.authenticate_enricher) as session:
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
        async with self._database.write(store.authenticate_enricher) as session:
            await self._run.report(session, total=self._total, done=self._account.enriched + count)
            proposed, applied = await self._propose(session, answer)
            await store.finish(session, self._run.id, answer.answered)
            self._account = await store_runs.add(
                session,
                self._run.id,
                enriched=count,
                proposed=proposed,
                applied=applied,
                refused=answer.refused,
            )

    async def _propose(self, session: WriteSession, answer: Answer) -> tuple[int, int]:
        """Store the proposals, and where the plan says so apply them. Returns the numbers of both."""
        exercises = await store_proposals.lock_exercises(session, [each.exercise_id for each in answer.answered])
        names = {id: (row.name, *row.aliases) for id, row in exercises.items()}
        proposals = new_proposals(answer.proposals, names)
        shared = await store_proposals.names_elsewhere(session, proposals)
        stored = await store_proposals.insert(session, self._run.id, self._claude.model, proposals, shared)
        if not self._plan.applies:
            return len(stored), 0
        aliases = {id: row.aliases for id, row in exercises.items()}
        applied: list[UUID] = []
        for each in stored:
            try:
                if each.shared_with_id is None:
                    aliases[each.exercise_id] = with_alias(aliases[each.exercise_id], each.text)
                    applied.append(each.id)
            except AliasesFull:
                continue
        await store_proposals.set_aliases(session, {id: aliases[id] for id in {e.exercise_id for e in stored}})
        await store_proposals.mark_applied(session, applied)
        return len(stored), len(applied)
