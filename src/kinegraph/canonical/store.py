"""Seeding: canonical exercises, upserted by slug."""

from collections.abc import Mapping, Sequence
from typing import Any  # JSON of the files

from kinegraph.canonical.store_details import DETAILS, details_of
from kinegraph.exercise.rules_columns import COLUMNS, EXCHANGED, Column
from kinegraph.exercise.store_details import replace_all
from kinegraph.kit.sessions import ReadSession, WriteSession, typed
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
        details = {row.id: details_of(by_slug[row.slug], table) for row in rows}
        await replace_all(session, None, table, columns, details)
    new = sum(row.is_new for row in rows)
    return new, len(rows) - new
