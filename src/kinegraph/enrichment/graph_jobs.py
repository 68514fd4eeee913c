"""The mutation that enqueues an enrichment of canonical exercises."""

from collections.abc import Sequence
from typing import Annotated, Any  # Any: a job's arguments are JSON
from uuid import UUID

import strawberry

from kinegraph.background.graph_mutations import ADMINS_ONLY, JobPayload, enqueue_job
from kinegraph.background.rules import JobKind
from kinegraph.enrichment import rules, store
from kinegraph.exercise.rules import stored_id
from kinegraph.identity.rules_access import require_platform_admin
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.errors import Conflict, NotFound
from kinegraph.kit.graph import mutation, takes_input

Ids = Annotated[
    list[strawberry.ID] | None,
    strawberry.argument(
        description="Only these canonical exercises, at most 500, in place of all that are due; archived ones are not "
        "enriched."
    ),
]
Locales = Annotated[
    list[str] | None, strawberry.argument(description='The languages of the aliases, "he" and "ru"; both by default.')
]
ApplyUnreviewed = Annotated[
    bool,
    strawberry.argument(
        description="Whether proposals become aliases at once, and are reviewed afterwards; by default they become "
        "aliases when they are accepted."
    ),
]
Force = Annotated[
    bool,
    strawberry.argument(
        description="Whether exercises are enriched again whose name and aliases did not change since they last were."
    ),
]
MaxCost = Annotated[
    int | None,
    strawberry.argument(
        description="The budget of the job in micro-dollars, at most that of KINEGRAPH_ENRICHMENT_BUDGET, which is "
        "the default. The job ends before a request that might exceed it; the next job goes on from there."
    ),
]


@strawberry.type
class Mutation:
    @mutation(
        "Have a language model propose Hebrew and Russian aliases of canonical exercises that were not enriched yet, "
        "or whose name or aliases changed since. Enqueues a job. Platform admins only."
    )
    @takes_input("Which exercises are enriched, and how.")
    async def enrich_canonical_exercises(
        self,
        info: Info,
        ids: Ids = None,
        locales: Locales = None,
        apply_unreviewed: ApplyUnreviewed = False,
        force: Force = False,
        max_cost: MaxCost = None,
    ) -> JobPayload:
        checks = Checks()
        arguments: dict[str, Any] = {
            "languages": _languages(locales, checks),
            "applies": apply_unreviewed,
            "is_forced": force,
            "max_cost": max_cost,
        }
        keys = _keys(ids, checks)
        if max_cost is not None:
            checks.whole(max_cost, ("maxCost",), 1, 2**31 - 1)
        session = await info.context.write_session()
        require_platform_admin(session.viewer, ADMINS_ONLY)
        if not info.context.has_language_model:
            raise Conflict(rules.NO_KEY)
        if keys is not None:
            existing = await store.canonical_ids(session, keys)
            for index, key in enumerate(keys):
                if key.int and key not in existing:
                    checks.refusals.append(NotFound("There is no such canonical exercise.", "ids", index))
            arguments["ids"] = [str(key) for key in keys]
        checks.done()
        return await enqueue_job(info, JobKind.ENRICH_CANONICAL, arguments)


def _languages(locales: Sequence[str] | None, checks: Checks) -> list[str]:
    """The languages of these codes, without repetitions; all without any code."""
    if locales is None:
        return [*rules.AliasLanguage]
    if not 1 <= len(locales) <= len(rules.AliasLanguage):
        checks.refuse(f'Must have 1 or 2 of "he" and "ru"; this has {len(locales)}.', "locales")
        return []
    for index, code in enumerate(locales):
        if code not in [*rules.AliasLanguage]:
            checks.refuse('Must be "he" or "ru".', "locales", index)
    return [each for each in rules.AliasLanguage if each in locales]


def _keys(ids: Sequence[str] | None, checks: Checks) -> list[UUID] | None:
    """The ids of stored exercises, without repetitions; None for all exercises."""
    if ids is None:
        return None
    if len(ids) > rules.MAX_IDS:
        checks.refuse(f"Must have at most {rules.MAX_IDS} entries; this has {len(ids)}.", "ids")
        return []
    return checks.all([stored_id(id) for id in ids], ("ids",), checks.key)
