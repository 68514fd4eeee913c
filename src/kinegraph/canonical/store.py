"""Seeding: canonical exercises and the global taxonomies, upserted by slug."""

from collections.abc import Mapping, Sequence
from typing import Any  # JSON of the files
from uuid import UUID

from kinegraph.authoring.rules_columns import PROFILE, SAFETY
from kinegraph.exercise.rules_columns import COLUMNS, EXCHANGED, Column
from kinegraph.exercise.store_details import CONTRAINDICATION, INSTRUCTION, replace_all
from kinegraph.kit.sessions import ReadSession, WriteSession, typed
from kinegraph.kit.text import identity_of
from kinegraph.taxonomy.rules import TaxonomyKind, named
from kinegraph.taxonomy.store import TABLES, TERMS
from kinegraph.video.rules import NO_VIDEO


def recordset_type(column: Column) -> str:
    """The SQL type by which a column is read from JSON; a text that is too long is refused when it is stored."""
    return "text" if column.sql_type.startswith("varchar") else column.sql_type


LOCK = "exchange None"
"""The advisory lock of imports into the canonical library (`exchange.store.lock`)."""

SEEDED: Mapping[str, str] = {
    **{name: recordset_type(COLUMNS[name]) for name in EXCHANGED if name != "status"},
    "video_provider": "text",
    "video_status": "text",
    "seed_hash": "text",
}
"""The columns that seeding sets, with the SQL types by which their JSON is read."""


def _seeded(name: str) -> str:
    """The value that seeding sets in a column of an existing row; a locked video does not change.

    What follows from a video's address changes with it alone. Aliases of the row that come from proposals stay
    (docs/domain.md, Enrichment).
    """
    if name == "aliases":
        return "kinegraph_seeded_aliases(exercises.id, exercises.aliases, excluded.aliases)"
    if name not in ("video_url", "thumbnail_url", *NO_VIDEO):
        return f"excluded.{name}"
    stays = "exercises.video_locked_by_user_id IS NOT NULL"
    if name in NO_VIDEO:
        stays += " OR exercises.video_url IS NOT DISTINCT FROM excluded.video_url"
    return f"CASE WHEN {stays} THEN exercises.{name} ELSE excluded.{name} END"


async def act_as_curator(session: ReadSession) -> None:
    """Permit a transaction that acts for no user to write canonical rows."""
    await session.fetch("SELECT set_config('kinegraph.platform_admin', 'on', true)")


async def lock(session: WriteSession) -> None:
    """Wait until nobody else seeds or imports canonical rows, and keep others from it until the transaction ends."""
    await session.fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", LOCK)


async def try_lock(session: WriteSession) -> bool:
    """The same without waiting. Returns False where others seed or import."""
    locked: bool = await session.fetch_value("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))", LOCK)
    return locked


async def seed(
    session: WriteSession, entries: Sequence[Mapping[str, Any]], seed_object: str | None = None
) -> tuple[int, int]:
    """Upsert canonical rows by slug, with their child rows. Returns the numbers of new and of changed rows.

    A row is written only if its entry's hash differs from that of the entry that it was last seeded from. `seed_object`
    is the key of the entries' file; without one they are of the shipped library, and change no row of another file.
    """
    names = ", ".join(SEEDED)
    rows = await session.fetch(
        f"""
        INSERT INTO exercises ({names}, seed_object)
        SELECT {names}, $2
        FROM jsonb_to_recordset($1) AS entry ({typed(SEEDED)})
        ON CONFLICT (slug) WHERE slug IS NOT NULL AND organization_id IS NULL
        DO UPDATE SET ({names}, seed_object, updated_at)
            = ROW ({", ".join(_seeded(name) for name in SEEDED)}, excluded.seed_object, now())
        WHERE exercises.seed_hash IS DISTINCT FROM excluded.seed_hash
          AND (excluded.seed_object IS NOT NULL OR exercises.seed_object IS NULL)
        RETURNING exercises.id, exercises.slug, old.id IS NULL AS is_new
        """,
        entries,
        seed_object,
    )
    by_slug = {entry["slug"]: entry for entry in entries}
    for table, columns in DETAILS.items():
        details = {row.id: _details(by_slug[row.slug], table) for row in rows}
        await replace_all(session, None, table, columns, details)
    new = sum(row.is_new for row in rows)
    return new, len(rows) - new


DETAILS: Mapping[str, Mapping[str, str]] = {
    "exercise_instructions": {name: INSTRUCTION[name] for name in ("type", "body", "sort_order")},
    "exercise_contraindications": CONTRAINDICATION,
    "exercise_tags": {"kind": "text", "term_id": "uuid"},
    "exercise_programming_profiles": PROFILE,
    "exercise_safety_constraints": SAFETY,
}
"""The child tables that an entry has rows of, and their columns."""

NAMED = {
    "exercise_instructions": "instructions",
    "exercise_contraindications": "contraindications",
    "exercise_tags": "terms",
}
"""The keys of an entry with the rows of a child table."""

EMPTY: Mapping[str, Any] = {"text[]": [], "jsonb": {}}
WITHOUT_CLASS: Mapping[str, Any] = {name: EMPTY.get(kind) for name, kind in PROFILE.items()}
"""The profile of an entry without a class."""


def _details(entry: Mapping[str, Any], table: str) -> Sequence[Mapping[str, Any]]:
    """An entry's rows of one child table."""
    if table == "exercise_programming_profiles":
        score = entry["fatigue_score"]
        found = entry.get("profile") or (score is not None and {**WITHOUT_CLASS, "fatigue_score": score})
        return [found] if found else []
    if table == "exercise_safety_constraints":
        return [entry["safety"]] if "safety" in entry else []
    rows: Sequence[Mapping[str, Any]] = entry[NAMED[table]]
    return rows


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
