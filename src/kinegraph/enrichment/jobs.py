"""Enriching canonical exercises: choosing those that are due, and running them through the language model."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any  # a job's arguments: JSON
from uuid import UUID

from kinegraph.background.jobs import JobRun
from kinegraph.enrichment import store, store_runs
from kinegraph.enrichment.jobs_batches import Pass
from kinegraph.enrichment.rules import MAX_EXERCISES, NO_KEY, NO_PRICE, Plan, due_languages
from kinegraph.enrichment.rules_costs import Price, message_of, progress_of
from kinegraph.enrichment.rules_requests import BATCH_SIZE
from kinegraph.kit.database import Database
from kinegraph.outside.claude import Claude
from kinegraph.outside.errors import ServiceError

MAX_PASSES = 6
"""Maximum number of passes of a job (runs that no failure cut short); each but the first requests again what could not
be read."""


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


async def enrich_canonical(
    database: Database, enricher: Enricher | None, run: JobRun, arguments: Mapping[str, Any]
) -> str:
    """Enrich what is due, within the budget. Returns a sentence on what was done, and what is left.

    `arguments` are those of the job (`Plan.of`). Batches without a readable answer are requested again by later
    passes of the job, in smaller batches each time; after MAX_PASSES they are left to another job. Raises
    EnrichmentImpossible, UnreadableAnswers for the next pass, ServiceError where the vendor fails, JobStopped.
    """
    if enricher is None:
        raise EnrichmentImpossible(NO_KEY)
    if enricher.price is None:
        raise EnrichmentImpossible(NO_PRICE.format(model=enricher.claude.model))
    plan = Plan.of(arguments)
    max_cost = min(plan.max_cost or enricher.max_cost, enricher.max_cost)
    async with database.write(store.act_as_enricher) as session:
        account = await store_runs.begin(session, run.id, enricher.claude.model, max_cost)
    due, has_more = await _due(database, run, plan)
    total = account.enriched + len(due)
    await run.show(database, total=total, message=progress_of(account.enriched, total))
    work = Pass(database, enricher.claude, enricher.price, run, plan, account, total)
    size, is_last = max(1, BATCH_SIZE >> account.passes), account.passes + 1 >= MAX_PASSES
    outcome = await work.enrich_all(due, size, is_last=is_last)
    account = await work.end()
    if outcome.unreadable and not outcome.is_budget_spent and account.passes < MAX_PASSES:
        raise UnreadableAnswers(f"Anthropic's answers for {outcome.unreadable} exercises could not be read.")
    return message_of(account, replace(outcome, has_more=has_more))


async def _due(database: Database, run: JobRun, plan: Plan) -> tuple[list[UUID], bool]:
    """The exercises that are due, by id, at most MAX_EXERCISES; and whether there may be more."""
    due: list[UUID] = []
    page, after = None, None
    while page is None or (len(page) == store.PAGE_SIZE and len(due) < MAX_EXERCISES):
        async with database.read(store.act_as_enricher) as session:
            page = await store.page_after(session, after, plan.ids)
        due += [each.id for each in page if due_languages(each, plan.languages, run.id, is_forced=plan.is_forced)]
        after = page[-1].id if page else None
    return due[:MAX_EXERCISES], len(page) == store.PAGE_SIZE or len(due) > MAX_EXERCISES
