"""Seeding the global taxonomies, by slug."""

from collections.abc import Mapping, Sequence
from typing import Any  # JSON of the files
from uuid import UUID

from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.kit.text import identity_of
from kinegraph.taxonomy.rules import TaxonomyKind, named
from kinegraph.taxonomy.store import TABLES, TERMS


async def seed_taxonomies(session: WriteSession, lists: Mapping[TaxonomyKind, Sequence[Mapping[str, Any]]]) -> None:
    """Insert the global terms that do not exist yet; existing terms do not change."""
    for kind, entries in lists.items():
        sent = [
            {**entry, **named(entry["name"]), "body_area": entry.get("bodyArea"), "sort_order": index}
            for index, entry in enumerate(entries)
        ]
        area = ", body_area" if kind is TaxonomyKind.BODY_REGION else ""
        await session.run(
            f"""
            INSERT INTO {TABLES[kind]} (slug, name, identity, sort_order{area})
            SELECT slug, name, identity, sort_order{area}
            FROM jsonb_to_recordset($1)
                AS sent (slug text, name text, identity text, sort_order integer, body_area text)
            ON CONFLICT DO NOTHING
            """,
            sent,
        )
        if kind is TaxonomyKind.CATEGORY:
            await session.run(
                """
                UPDATE exercise_categories SET parent_id = above.id
                FROM jsonb_to_recordset($1) AS sent (slug text, parent text)
                JOIN exercise_categories above ON above.slug = sent.parent AND above.organization_id IS NULL
                WHERE exercise_categories.slug = sent.slug AND exercise_categories.organization_id IS NULL
                  AND exercise_categories.parent_id IS NULL
                """,
                sent,
            )


async def global_terms(
    session: ReadSession, lists: Mapping[TaxonomyKind, Sequence[Mapping[str, Any]]]
) -> dict[tuple[str, str], UUID]:
    """The ids of the global terms by kind and slug. A term of these lists may be stored under another slug."""
    rows = await session.fetch(f"SELECT kind, slug, name, id FROM ({TERMS}) AS term WHERE organization_id IS NULL")
    named_so = {(row.kind, identity_of(row.name)): row.id for row in rows}
    shipped = {(str(kind), entry["slug"]): identity_of(entry["name"]) for kind in lists for entry in lists[kind]}
    found = {key: named_so[key[0], name] for key, name in shipped.items() if (key[0], name) in named_so}
    return {**found, **{(row.kind, row.slug): row.id for row in rows}}
