"""The review queue of proposed aliases."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from kinegraph.enrichment import rules, store_reviews
from kinegraph.enrichment.graph import AliasProposal
from kinegraph.exercise.rules import stored_id
from kinegraph.identity.graph import After, First
from kinegraph.identity.rules_access import require_platform_admin
from kinegraph.kit.checks import require_key
from kinegraph.kit.connections import Before, Connection, Last, page_window
from kinegraph.kit.context import Info
from kinegraph.kit.graph import field

ADMINS_ONLY = "Only platform admins see proposed aliases."


@strawberry.type
class Query:
    @field("The review queue: proposed aliases, oldest first (platform admins).")
    async def alias_proposals(
        self,
        info: Info,
        state: Annotated[rules.AliasState | None, strawberry.argument(description="Only those of this state.")] = None,
        language: Annotated[
            rules.AliasLanguage | None, strawberry.argument(description="Only those in this language.")
        ] = None,
        exercise_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those of this exercise.")
        ] = None,
        first: First = 50,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[AliasProposal]:
        page = page_window(info, "alias proposals", 50, (datetime, UUID), first, after, last, before)
        key = None if exercise_id is None else require_key(stored_id(exercise_id), "exerciseId")
        require_platform_admin(await info.context.viewer(), ADMINS_ONLY)
        values = {"state": state, "language": language, "exercise_id": key}
        filters = tuple((name, value) for name, value in values.items() if value is not None)
        found: Connection[AliasProposal] = await info.context.page(
            store_reviews.pages,
            store_reviews.counts,
            None,
            page,
            info.context.requested_columns(info),
            filters=filters,
        )
        return found
