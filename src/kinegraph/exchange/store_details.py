"""Writing tags and fatigue scores of many exercises at once."""

from collections.abc import Mapping, Sequence
from typing import Any  # values to write, by column
from uuid import UUID

from kinegraph.exchange.store import Scope
from kinegraph.kit.sessions import WriteSession
from kinegraph.taxonomy.store import TERMS

Details = Mapping[UUID | None, Sequence[Mapping[str, Any]]]
"""The rows of one child table, by exercise id."""


def _sent(details: Details) -> list[dict[str, Any]]:
    """The rows as a list, each with its exercise's id."""
    return [{"exercise_id": id, **detail} for id, entries in details.items() for detail in entries]


async def tag_all(session: WriteSession, scope: Scope, details: Details) -> None:
    """Tag exercises with the terms of these slugs, the organization's own before global ones, and no others."""
    if details:
        await session.run(
            f"""
            DELETE FROM exercise_tags tag
            USING ({TERMS}) AS term
            WHERE tag.exercise_id = ANY ($1) AND term.id = tag.term_id AND term.kind = tag.kind
              AND NOT EXISTS (SELECT FROM jsonb_to_recordset($2) AS sent (exercise_id uuid, kind text, slug text)
                              WHERE sent.exercise_id = tag.exercise_id
                                AND sent.kind = tag.kind AND sent.slug = term.slug)
            """,
            [*details],
            _sent(details),
        )
        await session.run(
            f"""
            INSERT INTO exercise_tags (organization_id, exercise_id, kind, term_id, term_organization_id)
            SELECT DISTINCT ON (sent.exercise_id, sent.kind, sent.slug)
                   $1::uuid, sent.exercise_id, sent.kind, term.id, term.organization_id
            FROM jsonb_to_recordset($2) AS sent (exercise_id uuid, kind text, slug text)
            JOIN ({TERMS}) AS term
                ON term.kind = sent.kind AND term.slug = sent.slug
                   AND (term.organization_id IS NULL OR term.organization_id = $1)
            WHERE NOT EXISTS (SELECT FROM exercise_tags tag
                              JOIN ({TERMS}) AS tagged ON tagged.id = tag.term_id AND tagged.kind = tag.kind
                              WHERE tag.exercise_id = sent.exercise_id
                                AND tag.kind = sent.kind AND tagged.slug = sent.slug)
            ORDER BY sent.exercise_id, sent.kind, sent.slug, term.organization_id NULLS LAST
            """,
            scope,
            _sent(details),
        )


async def set_fatigue_scores(session: WriteSession, scope: Scope, details: Details) -> None:
    """Set the fatigue scores of exercises; the other columns of their programming profiles do not change."""
    if details:
        await session.run(
            """
            INSERT INTO exercise_programming_profiles (organization_id, exercise_id, fatigue_score)
            SELECT $1, exercise_id, fatigue_score
            FROM jsonb_to_recordset($2) AS sent (exercise_id uuid, fatigue_score integer)
            ON CONFLICT (exercise_id) DO UPDATE SET (fatigue_score, updated_at) = ROW (excluded.fatigue_score, now())
            """,
            scope,
            _sent(details),
        )
