"""The review queue: reading and locking proposals, and storing what reviewers decided about them."""

from collections.abc import Sequence
from typing import Any  # values of filters, and rows to write, as JSON
from uuid import UUID

from kinegraph.enrichment.rules import AliasState, ProposalRow
from kinegraph.enrichment.store_proposals import COLUMNS
from kinegraph.kit.batches import narrow, narrowed
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import Arguments, ReadSession, WriteSession

IS_SHOWN = "EXISTS (SELECT FROM exercises e WHERE e.id = exercise_id AND e.deleted_at IS NULL)"
"""SQL condition: the proposal's exercise was not deleted."""

TYPES = {"language": "alias_language", "exercise_id": "uuid"}
"""The columns by which the queue is filtered, beside its state, and their types."""


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[ProposalRow | None]:
    """Proposals by id, in key order, as far as the viewer sees them."""
    rows: list[ProposalRow] = await session.fetch(f"SELECT {COLUMNS} FROM alias_proposals WHERE id = ANY ($1)", ids)
    return in_key_order(rows, ids)


@narrowed
async def pages(
    session: ReadSession,
    keys: Sequence[None],
    names: frozenset[str] | None = None,
    *,
    window: Window,
    filters: Sequence[tuple[str, Any]],
) -> list[Page]:
    """The page of the review queue, oldest first; `filters` has values by column. There is one key, None."""
    arguments = Arguments()
    conditions = [IS_SHOWN, *_conditions(filters, arguments)]
    conditions += window.between("created_at, id", ("timestamptz", "uuid"), arguments)
    direction = window.direction()
    rows: list[Any] = await session.fetch(
        f"""
        SELECT {narrow(COLUMNS, names, "id created_at")}
        FROM alias_proposals
        WHERE {" AND ".join(conditions)}
        ORDER BY created_at {direction}, id {direction}
        LIMIT {window.limit}
        """,
        *arguments.values,
    )
    return [Page.of(rows, window, "created_at", "id") for _ in keys]


async def counts(session: ReadSession, keys: Sequence[None], *, filters: Sequence[tuple[str, Any]]) -> list[int]:
    """The number of proposals in the queue."""
    arguments = Arguments()
    conditions = [IS_SHOWN, *_conditions(filters, arguments)]
    statement = f"SELECT count(*) FROM alias_proposals WHERE {' AND '.join(conditions)}"
    return [await session.fetch_value(statement, *arguments.values)] * len(keys)


def _conditions(filters: Sequence[tuple[str, Any]], arguments: Arguments) -> list[str]:
    """SQL conditions. The state is a literal, so that the queue's partial index is used in every plan."""
    return [
        f"state = '{AliasState(value)}'" if column == "state" else f"{column} = {arguments.bind(value, TYPES[column])}"
        for column, value in filters
    ]


async def lock(session: WriteSession, ids: Sequence[UUID]) -> list[ProposalRow | None]:
    """Lock proposals until the transaction ends, and return them, in key order."""
    rows: list[ProposalRow] = await session.fetch(
        f"SELECT {COLUMNS} FROM alias_proposals WHERE id = ANY ($1) ORDER BY id FOR UPDATE", ids
    )
    return in_key_order(rows, ids)


async def decide(session: WriteSession, reviewer_id: UUID, decisions: Sequence[dict[str, Any]]) -> None:
    """Store decisions: each has the proposal's id, its new state and its text. An accepted one is an alias now."""
    await session.run(
        """
        UPDATE alias_proposals p
        SET state = decided.state::alias_state, text = decided.text, reviewed_by_user_id = $1, reviewed_at = now(),
            applied_at = CASE WHEN decided.state = 'accepted' THEN coalesce(p.applied_at, now()) END
        FROM jsonb_to_recordset($2) AS decided (id uuid, state text, text text)
        WHERE p.id = decided.id
        """,
        reviewer_id,
        decisions,
    )
