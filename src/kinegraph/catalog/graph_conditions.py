"""The vocabulary of conditions, as the API shows it, and the check of the names in filters."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

import strawberry

from kinegraph.catalog import rules_names, store
from kinegraph.catalog.rules import Filter
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_member
from kinegraph.kit.checks import require_key
from kinegraph.kit.context import Info
from kinegraph.kit.errors import Path
from kinegraph.kit.graph import field
from kinegraph.taxonomy.rules_conditions import vocabulary


@strawberry.type(description="A condition that may speak against exercises.")
class ContraindicationCondition:
    key: str = strawberry.field(description="Its name, as `safeFor` takes it, e.g. knee_pain.")
    parent_key: str | None = strawberry.field(
        description="The condition that includes it: what speaks against that one speaks against this one."
    )
    synonyms: list[str] = strawberry.field(description="Other names in several languages, which `safeFor` takes too.")
    is_own: bool = strawberry.field(
        description="Whether it is of no vocabulary: only exercises of the organization, or canonical ones, name it."
    )


async def resolved(
    info: Info, wanted: Filter, organization_id: UUID | None, sees_drafts: bool, path: Path = ("filter", "safeFor")
) -> Filter:
    """The filter with stored spellings of its conditions (`rules_names.resolved`).

    Raises Refused for conditions, muscles and equipment that are in no vocabulary and on no exercise.
    """
    if wanted.unlisted:
        used = await info.context.load(store.used_names, (organization_id, sees_drafts), names=wanted.unlisted)
        rules_names.require_used(wanted.unlisted, used)
        wanted = replace(wanted, unlisted=())
    if not wanted.safe_for:
        return wanted
    rows = await info.context.load(store.conditions_of, (organization_id, sees_drafts))
    return rules_names.resolved(wanted, rows, path)


@strawberry.type
class Query:
    @field(
        "The vocabulary of conditions, related ones together, and after it those in no vocabulary: of canonical "
        "exercises, and of an organization's own that the caller sees.",
        assumed_size=100,
    )
    async def contraindication_conditions(
        self,
        info: Info,
        organization_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Whose own conditions are listed too; null: none.")
        ] = None,
    ) -> list[ContraindicationCondition]:
        key = None if organization_id is None else require_key(organization_id, "organizationId")
        viewer: Viewer = await info.context.viewer()
        if key is not None:
            require_member(viewer, key, "organizationId")
        whose = key if key is not None and viewer.sees_library(key) else None
        sees_drafts = viewer.coaches(whose) if whose is not None else viewer.is_platform_admin
        rows = await info.context.load(store.conditions_of, (whose, sees_drafts))
        listed = [
            ContraindicationCondition(key=each.key, parent_key=each.parent, synonyms=list(each.synonyms), is_own=False)
            for each in vocabulary().values()
        ]
        own = rules_names.own_conditions(rows)
        return listed + [ContraindicationCondition(key=e, parent_key=None, synonyms=[], is_own=True) for e in own]
