"""The mutations by which platform admins review proposed aliases."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry import UNSET

from kinegraph.enrichment import rules, store_proposals, store_reviews
from kinegraph.enrichment.graph import AliasProposal
from kinegraph.enrichment.rules import AliasDecision, ProposalRow
from kinegraph.enrichment.rules_answers import alias_fault, without_points
from kinegraph.exercise.rules_columns import COLUMNS
from kinegraph.identity.rules import Viewer
from kinegraph.identity.rules_access import require_platform_admin
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.errors import Conflict, InvalidInput, NotFound, Path
from kinegraph.kit.graph import mutation
from kinegraph.kit.sessions import WriteSession
from kinegraph.kit.user_errors import payload

described_enum(
    rules.AliasDecision,
    "A reviewer's decision about a proposed alias.",
    ACCEPT="It becomes an alias of its exercise, the last one, unless it is one.",
    REJECT="It does not become an alias, and is taken back where it was applied. It is not proposed again.",
)

ADMINS_ONLY = "Only platform admins review proposed aliases."


@strawberry.input(description="A proposed alias, and the decision about it.")
class ReviewAliasProposalInput:
    id: strawberry.ID = strawberry.field(description="The proposal's id.")
    decision: AliasDecision = strawberry.field(description="What becomes of it.")
    text: str | None = strawberry.field(
        default=UNSET,
        description="The alias as it is to be where it is accepted with a change: at most 255 characters, at least two "
        "of them letters (Hebrew, Russian or Latin ones), the others such as names have.",
    )


@strawberry.input(description="Proposed aliases that are all accepted, or all rejected.")
class ReviewAliasProposalsInput:
    ids: list[strawberry.ID] = strawberry.field(description="The proposals' ids, at most 100, each once.")
    decision: AliasDecision = strawberry.field(description="What becomes of them.")


@payload("The proposed alias that was reviewed.")
class AliasProposalPayload:
    alias_proposal: AliasProposal | None = strawberry.field(
        default=None, description="The proposal as it is stored now; its `exercise` has the aliases."
    )


@payload("The proposed aliases that were reviewed.")
class AliasProposalsPayload:
    alias_proposals: list[AliasProposal] = strawberry.field(
        default_factory=list,
        description="The proposals as they are stored now, in the order of the ids.",
        metadata={"assumed_size": 20},
    )


@strawberry.type
class Mutation:
    @mutation("Accept or reject a proposed alias, once (platform admins).")
    async def review_alias_proposal(
        self,
        info: Info,
        input: Annotated[ReviewAliasProposalInput, strawberry.argument(description="The proposal and the decision.")],
    ) -> AliasProposalPayload:
        checks, text = Checks(), None
        key = checks.key(input.id, ("input", "id"))
        if input.text not in (None, UNSET):
            text = _text(checks, input.text or "", ("input", "text"))
            if input.decision is AliasDecision.REJECT:
                checks.refuse("Must be absent where the proposal is rejected.", "input", "text")
        (row,) = await _review(info, checks, [key], input.decision, [("input", "id")], text)
        return AliasProposalPayload(alias_proposal=row)

    @mutation("Accept or reject up to 100 proposed aliases, all or none (platform admins).")
    async def review_alias_proposals(
        self,
        info: Info,
        input: Annotated[ReviewAliasProposalsInput, strawberry.argument(description="The proposals and the decision.")],
    ) -> AliasProposalsPayload:
        checks, at = Checks(), ("input", "ids")
        keys = checks.all(input.ids if checks.few(input.ids, at, rules.MAX_REVIEWS) else (), at, checks.key)
        for index, key in enumerate(keys):
            if key in keys[:index]:
                checks.refuse("Is in the list already.", *at, index)
        paths = [(*at, str(index)) for index in range(len(keys))]
        rows = await _review(info, checks, keys, input.decision, paths)
        return AliasProposalsPayload(alias_proposals=rows)


def _text(checks: Checks, value: str, path: Path) -> str:
    """A reviewer's text, which obeys the rules of the language model's texts but for its language and length."""
    text = checks.text(without_points(value), path, COLUMNS["aliases"].max_length, lines=False)
    cleaned = " ".join(text.split())
    with checks.layer():
        if fault := alias_fault(cleaned):
            raise InvalidInput(fault, *path)
    return cleaned


async def _review(
    info: Info,
    checks: Checks,
    ids: Sequence[UUID],
    decision: AliasDecision,
    paths: Sequence[Path],
    text: str | None = None,
) -> list[AliasProposal]:
    """Decide about proposals, all or none, and change the aliases of their exercises. Raises Refused, and Forbidden.

    `paths` are those of the ids. `checks` has the faults of the input.
    """
    session: WriteSession[Viewer] = await info.context.write_session()
    require_platform_admin(session.viewer, ADMINS_ONLY)
    rows, aliases = await _locked(session, ids)
    for row, path in zip(rows, paths, strict=True):
        with checks.layer():
            aliases |= _reviewed(row, aliases, decision, text, path)
    checks.done()
    state = rules.DECIDED[decision]
    decisions = [{"id": str(row.id), "state": state, "text": text or row.text} for row in rows if row]
    await store_reviews.decide(session, session.viewer.user.id, decisions)
    await store_proposals.set_aliases(session, aliases)  # after `decide`: a trigger clears `applied_at` of lost ones
    return await store_reviews.by_ids(session, ids)  # type: ignore[return-value]  # GraphQL reads rows by field name


async def _locked(
    session: WriteSession, ids: Sequence[UUID]
) -> tuple[list[ProposalRow | None], dict[UUID, Sequence[str]]]:
    """Lock exercises, then their proposals, as a job does it. Returns the proposals, and the exercises' aliases."""
    found = await store_reviews.by_ids(session, ids)
    exercises = await store_proposals.lock_exercises(session, [row.exercise_id for row in found if row])
    return await store_reviews.lock(session, ids), {id: row.aliases for id, row in exercises.items()}


def _reviewed(
    row: ProposalRow | None,
    aliases: Mapping[UUID, Sequence[str]],
    decision: AliasDecision,
    text: str | None,
    path: Path,
) -> dict[UUID, Sequence[str]]:
    """The aliases of a proposal's exercise after the decision, by its id. Raises NotFound and Conflict."""
    if row is None:
        raise NotFound("There is no such proposal.", *path)
    if row.exercise_id not in aliases:
        raise Conflict("The exercise was deleted: its proposals are not reviewed any more.", *path)
    if row.state != rules.AliasState.PROPOSED:
        raise rules.AlreadyReviewed(f"It was {row.state} already; load it again to see by whom.", *path)
    return {row.exercise_id: rules.reviewed_aliases(aliases[row.exercise_id], row, decision, text, path)}
