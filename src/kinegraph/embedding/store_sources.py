"""Reading the texts that are embedded, by id or page by page, in a session that sees the rows."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any  # rows of several tables
from uuid import UUID

from kinegraph.embedding.rules import Kind, Source
from kinegraph.embedding.rules_texts import Section, exercise_text, workout_text
from kinegraph.kit.sessions import ReadSession
from kinegraph.library.rules import merge
from kinegraph.library.store_columns import EFFECTIVE
from kinegraph.vectors.rules import hash_of

Reader = Callable[[ReadSession, str, Sequence[UUID]], Awaitable[list[Source]]]
"""Reads the sources of rows by their ids, for a model. Rows that are deleted, or not seen, are left out."""

TEXT_COLUMNS = ("name", "aliases", "category", "movement_pattern", "discipline", "primary_muscles",
                "secondary_muscles", "equipment", "description", "cues")  # fmt: skip
E_TEXTS = ", ".join(f"e.{column}" for column in TEXT_COLUMNS)
PAGE = 200
"""The number of rows of a page."""
SCOPE = "($1::uuid[] IS NULL AND organization_id IS NULL OR organization_id = ANY ($1))"
PAGES: Mapping[str, str] = {
    Kind.EXERCISE: f"SELECT id FROM exercises WHERE {SCOPE} AND deleted_at IS NULL",
    Kind.OVERRIDE: f"SELECT id FROM exercise_org_overrides WHERE {SCOPE}",
    Kind.WORKOUT: f"SELECT id FROM workouts WHERE {SCOPE} AND deleted_at IS NULL AND NOT is_snapshot",
}


async def page(
    session: ReadSession, kind: str, organization_ids: Sequence[UUID] | None, after: UUID | None
) -> list[UUID]:
    """The ids of the next rows after `after` of these organizations, at most PAGE; of canonical rows without any."""
    rows = await session.fetch(
        f"{PAGES[kind]} AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT {PAGE}", organization_ids, after
    )
    return [row.id for row in rows]


async def exercises(session: ReadSession, model: str, ids: Sequence[UUID]) -> list[Source]:
    """Canonical exercises, and those of organizations."""
    rows: list[Any] = await session.fetch(
        f"""
        SELECT e.id, e.organization_id, e.embedding_hash, {E_TEXTS}
        FROM exercises e
        WHERE e.id = ANY ($1) AND e.deleted_at IS NULL
        """,
        ids,
    )
    return [_source(model, row, exercise_text(row), row.id) for row in rows]


def _source(model: str, row: Any, text: str, exercise_id: UUID | None = None) -> Source:
    return Source(row.id, row.organization_id, row.embedding_hash, hash_of(model, text), text or None, exercise_id)


async def overrides(session: ReadSession, model: str, ids: Sequence[UUID]) -> list[Source]:
    """Overrides, by the effective exercise; without a text to embed where it is that of the canonical one."""
    rows: list[Any] = await session.fetch(
        f"""
        SELECT o.id, o.organization_id AS view_id, o.embedding_hash, o.overrides, e.id AS exercise_id,
               e.organization_id, {E_TEXTS}
        FROM exercise_org_overrides o
        JOIN exercises e
            ON e.id = o.exercise_id AND e.deleted_at IS NULL
        WHERE o.id = ANY ($1)
        """,
        ids,
    )
    sources = []
    for row in rows:
        text = exercise_text(merge(row, row.overrides, row.view_id))
        sent = text if text != exercise_text(row) else None
        sources.append(Source(row.id, row.view_id, row.embedding_hash, hash_of(model, text), sent, row.exercise_id))
    return sources


async def workouts(session: ReadSession, model: str, ids: Sequence[UUID]) -> list[Source]:
    """Workouts, with their sections and the names of their exercises."""
    rows: list[Any] = await session.fetch(
        """
        SELECT id, organization_id, embedding_hash, title, description
        FROM workouts
        WHERE id = ANY ($1) AND deleted_at IS NULL AND NOT is_snapshot
        """,
        ids,
    )
    sections = await _sections(session, [row.id for row in rows])
    return [_source(model, row, workout_text(row.title, row.description, sections[row.id])) for row in rows]


async def _sections(session: ReadSession, workout_ids: Sequence[UUID]) -> Mapping[UUID, list[Section]]:
    """The sections of workouts in their order, by workout."""
    rows: list[Any] = await session.fetch(
        f"""
        SELECT s.workout_id, s.title, s.type, s.description,
               array_agg({EFFECTIVE["name"]} ORDER BY m.sort_order, m.id) FILTER (WHERE e.id IS NOT NULL) AS names
        FROM workout_sections s
        LEFT JOIN workout_movements m
            ON m.section_id = s.id AND m.deleted_at IS NULL
        LEFT JOIN exercises e
            ON e.id = m.exercise_id
        LEFT JOIN exercise_org_overrides o
            ON o.exercise_id = e.id AND o.organization_id = s.organization_id AND e.organization_id IS NULL
        WHERE s.workout_id = ANY ($1) AND s.deleted_at IS NULL
        GROUP BY s.id
        ORDER BY s.workout_id, s.sort_order, s.id
        """,
        workout_ids,
    )
    by_workout: dict[UUID, list[Section]] = defaultdict(list)
    for row in rows:
        by_workout[row.workout_id].append(row)
    return by_workout


READERS: Mapping[str, Reader] = {Kind.EXERCISE: exercises, Kind.OVERRIDE: overrides, Kind.WORKOUT: workouts}
