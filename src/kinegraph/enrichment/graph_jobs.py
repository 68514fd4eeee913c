"""The mutation that enqueues an enrichment of canonical exercises."""

from collections.abc import Sequence
from typing import Annotated, Any  # Any: a job's arguments are JSON
from uuid import UUID

import strawberry

from kinegraph.background.graph_mutations import ADMINS_ONLY, JobPayload, enqueue_job
from kinegraph.background.rules import JobKind
from kinegraph.enrichment import rules, store
from kinegraph.enrichment.rules_costs import shown
from kinegraph.exercise.rules import stored_id
from kinegraph.identity.rules_access import require_platform_admin
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.context import Info
from kinegraph.kit.errors import Conflict, NotFound
from kinegraph.kit.graph import mutation, takes_input

Ids = Annotated[
    list[strawberry.ID] | None,
    strawberry.argument(
        description="Only these canonical exercises, 1 to 500, in place of all that are due; archived ones are not "
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
        keys = None if ids is None else _keys(ids, checks)
        session = await info.context.write_session()
        require_platform_admin(session.viewer, ADMINS_ONLY)
        budget = info.context.capabilities.enrichment_budget
        if budget is None:
            raise Conflict(rules.NO_KEY)
        if max_cost is not None and not 1 <= max_cost <= budget:
            most = f"{budget:,} micro-dollars ({shown(budget)}), the budget that KINEGRAPH_ENRICHMENT_BUDGET sets"
            checks.refuse(f"Must be from 1 to {most}; this is {max_cost:,}.", "maxCost")
        if keys is not None:
            existing = await store.canonical_ids(session, [*keys.values()])
            for index, key in keys.items():
                if key not in existing:
                    checks.refusals.append(NotFound("There is no such canonical exercise.", "ids", str(index)))
            arguments["ids"] = [*map(str, keys.values())]
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


def _keys(ids: Sequence[str], checks: Checks) -> dict[int, UUID]:
    """The ids of stored exercises by their index. Faults are recorded in `checks`."""
    if not 1 <= len(ids) <= rules.MAX_IDS:
        most = f"from 1 to {rules.MAX_IDS} entries, or be absent for all exercises that are due"
        checks.refuse(f"Must have {most}; this has {len(ids)}.", "ids")
        return {}
    keys = {}
    for index, id in enumerate(ids):
        with checks.layer():
            keys[index] = require_key(stored_id(id), "ids", str(index))
    return keys
