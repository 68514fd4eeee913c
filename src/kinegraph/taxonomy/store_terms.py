"""Reading a scope's own terms for a file, and storing those of a file."""

from collections.abc import Sequence
from typing import Any  # columns to write
from uuid import UUID

from kinegraph.kit.rows import Row
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.taxonomy.rules import TaxonomyKind
from kinegraph.taxonomy.rules_references import NewTerm, TermNameRow
from kinegraph.taxonomy.store import TABLES, TERMS


async def term_names(session: ReadSession, organization_id: UUID | None) -> list[TermNameRow]:
    """The names of the terms that a scope may use: global ones, and an organization's own."""
    return await session.fetch(
        f"""
        SELECT kind, name, slug, organization_id IS NOT DISTINCT FROM $1 AS is_own
        FROM ({TERMS}) AS term
        WHERE organization_id IS NULL OR organization_id = $1
        """,
        organization_id,
    )


async def own_terms(session: ReadSession, organization_id: UUID | None) -> list[Row]:
    """The terms of a scope, with the slug of the category above, in a stable order."""
    return await session.fetch(
        f"""
        SELECT term.kind, term.name, term.slug, term.body_area, above.slug AS parent
        FROM ({TERMS}) AS term
        LEFT JOIN exercise_categories above ON above.id = term.parent_id
        WHERE term.organization_id IS NOT DISTINCT FROM $1
        ORDER BY term.kind, term.sort_order, term.slug
        """,
        organization_id,
    )


async def insert_terms(session: WriteSession, organization_id: UUID | None, terms: Sequence[NewTerm]) -> None:
    """Store terms, and then the categories above them, which may be among them: at most four statements."""
    for kind, table in TABLES.items():
        columns: list[dict[str, Any]] = [{**term.columns} for term in terms if term.kind == kind]
        area = ", body_area" if kind is TaxonomyKind.BODY_REGION else ""
        if columns:
            await session.run(
                f"""
                INSERT INTO {table} (organization_id, name, identity, slug{area})
                SELECT $1, name, identity, slug{area}
                FROM jsonb_to_recordset($2) AS sent (name text, identity text, slug text, body_area text)
                """,
                organization_id,
                columns,
            )
    parents = [{"slug": term.columns["slug"], "parent": term.parent} for term in terms if term.parent]
    if parents:
        await session.run(
            """
            UPDATE exercise_categories below SET parent_id = above.id, parent_organization_id = above.organization_id
            FROM jsonb_to_recordset($2) AS sent (slug text, parent text)
            CROSS JOIN LATERAL (
                SELECT id, organization_id FROM exercise_categories
                WHERE slug = sent.parent AND (organization_id IS NULL OR organization_id = $1)
                ORDER BY organization_id NULLS LAST LIMIT 1) AS above
            WHERE below.slug = sent.slug AND below.organization_id IS NOT DISTINCT FROM $1
            """,
            organization_id,
            parents,
        )
