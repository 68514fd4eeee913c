"""Proposed aliases: storing them, reading them, and making them aliases of their exercises."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol  # Any: rows to write, as JSON
from uuid import UUID

from kinegraph.enrichment.rules import ProposalRow
from kinegraph.enrichment.rules_answers import Proposed
from kinegraph.kit.batches import narrow, narrowed
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.rows import in_key_order
from kinegraph.kit.sessions import Arguments, ReadSession, WriteSession

COLUMNS = """id, exercise_id, language, text, proposed_text, state, shared_with_id, model, job_id, applied_at,
reviewed_by_user_id, reviewed_at, created_at"""

IS_SHOWN = "EXISTS (SELECT FROM exercises e WHERE e.id = exercise_id AND e.deleted_at IS NULL)"
"""SQL condition: the proposal's exercise was not deleted."""


class NamesRow(Protocol):
    """The names of an exercise."""

    id: UUID
    name: str
    aliases: list[str]


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
    count: int = await session.fetch_value(statement, *arguments.values)
    return [count for _ in keys]


TYPES = {"state": "alias_state", "language": "alias_language", "exercise_id": "uuid"}
"""The columns by which the queue is filtered, and their types."""


def _conditions(filters: Sequence[tuple[str, Any]], arguments: Arguments) -> list[str]:
    return [f"{column} = {arguments.bind(value, TYPES[column])}" for column, value in filters]


async def lock_exercises(session: WriteSession, ids: Sequence[UUID]) -> dict[UUID, NamesRow]:
    """Lock canonical exercises until the transaction ends, and return their names; without deleted ones."""
    rows: list[NamesRow] = await session.fetch(
        """
        SELECT id, name, aliases
        FROM exercises
        WHERE id = ANY ($1) AND organization_id IS NULL AND deleted_at IS NULL
        ORDER BY id
        FOR UPDATE
        """,
        ids,
    )
    return {row.id: row for row in rows}


async def lock(session: WriteSession, ids: Sequence[UUID]) -> list[ProposalRow | None]:
    """Lock proposals until the transaction ends, and return them, in key order."""
    rows: list[ProposalRow] = await session.fetch(
        f"SELECT {COLUMNS} FROM alias_proposals WHERE id = ANY ($1) ORDER BY id FOR UPDATE", ids
    )
    return in_key_order(rows, ids)


async def names_elsewhere(session: ReadSession, proposals: Sequence[Proposed]) -> dict[int, UUID]:
    """The canonical exercise that has a proposed text as its name or alias, or has it proposed, beside its own one.

    By the proposal's index; the first one by id.
    """
    rows = await session.fetch(
        """
        WITH sent AS MATERIALIZED (
            SELECT position, exercise_id, kinegraph_folded(text) AS identity, kinegraph_sort_key(text) AS name_key
            FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS sent (exercise_id, text, position)
        )
        SELECT DISTINCT ON (found.position) found.position::integer - 1 AS index, found.id
        FROM (SELECT sent.position, e.id
              FROM exercises e CROSS JOIN unnest(e.aliases_keys) AS identity
              JOIN sent USING (identity)
              WHERE e.organization_id IS NULL AND e.deleted_at IS NULL AND e.id <> sent.exercise_id
              UNION ALL
              SELECT sent.position, e.id
              FROM sent JOIN exercises e USING (name_key)
              WHERE e.organization_id IS NULL AND e.deleted_at IS NULL AND e.id <> sent.exercise_id
              UNION ALL
              SELECT sent.position, p.exercise_id
              FROM sent JOIN alias_proposals p USING (identity)
              WHERE p.state <> 'rejected' AND p.exercise_id <> sent.exercise_id) AS found
        ORDER BY found.position, found.id
        """,
        [each.exercise_id for each in proposals],
        [each.text for each in proposals],
    )
    return {row.index: row.id for row in rows}


async def insert(
    session: WriteSession, job_id: UUID, model: str, proposals: Sequence[Proposed], shared: Mapping[int, UUID]
) -> list[ProposalRow]:
    """Store proposals, but for those that their exercise had before, whatever became of them. Returns the new ones.

    `shared` has the other exercise with the name, by the proposal's index.
    """
    return await session.fetch(
        f"""
        INSERT INTO alias_proposals (exercise_id, language, text, proposed_text, shared_with_id, model, job_id)
        SELECT sent.exercise_id, sent.language::alias_language, sent.text, sent.text, sent.shared_with_id, $5, $6
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) WITH ORDINALITY
            AS sent (exercise_id, language, text, shared_with_id, position)
        WHERE NOT EXISTS (SELECT FROM alias_proposals p
                          WHERE p.exercise_id = sent.exercise_id
                            AND kinegraph_folded(sent.text) IN (p.identity, p.proposed_identity))
        ORDER BY sent.position
        ON CONFLICT (exercise_id, proposed_identity) DO NOTHING
        RETURNING {COLUMNS}
        """,
        [each.exercise_id for each in proposals],
        [each.language for each in proposals],
        [each.text for each in proposals],
        [shared.get(index) for index in range(len(proposals))],
        model,
        job_id,
    )


async def set_aliases(session: WriteSession, aliases: Mapping[UUID, Sequence[str]]) -> None:
    """Set the aliases of exercises, by id."""
    await session.run(
        """
        UPDATE exercises e
        SET aliases = written.aliases, updated_at = now()
        FROM jsonb_to_recordset($1) AS written (id uuid, aliases text[])
        WHERE e.id = written.id AND e.aliases IS DISTINCT FROM written.aliases
        """,
        [{"id": str(id), "aliases": [*texts]} for id, texts in aliases.items()],
    )


async def mark_applied(session: WriteSession, ids: Sequence[UUID]) -> None:
    """Store that proposals were made aliases without a review."""
    await session.run("UPDATE alias_proposals SET applied_at = now() WHERE id = ANY ($1)", ids)
