"""Proposed aliases: storing them, and making them aliases of their exercises."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from kinegraph.enrichment.rules import ProposalRow
from kinegraph.enrichment.rules_answers import Proposed
from kinegraph.kit.sessions import ReadSession, WriteSession

COLUMNS = """id, exercise_id, language, text, proposed_text, state, shared_with_id, model, job_id, applied_at,
reviewed_by_user_id, reviewed_at, created_at"""


class NamesRow(Protocol):
    """The names of an exercise."""

    id: UUID
    name: str
    aliases: list[str]


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


async def names_elsewhere(session: ReadSession, proposals: Sequence[Proposed]) -> dict[int, UUID]:
    """The canonical exercise that has a proposed text as its name or alias, or has it proposed, beside its own one.

    By the proposal's index; the first one by id. `whole_tsv` has names and aliases in the form that is compared.
    """
    rows = await session.fetch(
        """
        WITH sent AS MATERIALIZED (
            SELECT position, exercise_id, kinegraph_alias_identity(text) AS identity
            FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS sent (exercise_id, text, position)
        )
        SELECT DISTINCT ON (found.position) found.position::integer - 1 AS index, found.id
        FROM (SELECT sent.position, c.exercise_id AS id
              FROM canonical_search c CROSS JOIN unnest(tsvector_to_array(c.whole_tsv)) AS identity
              JOIN sent USING (identity)
              WHERE c.exercise_id <> sent.exercise_id
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
                            AND kinegraph_alias_identity(sent.text) IN (p.identity, p.proposed_identity))
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
