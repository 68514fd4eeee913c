"""Writing many exercises at once: a constant number of statements for a batch of any size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # values to write, by column
from uuid import UUID

import asyncpg

from kinegraph.canonical.store import SEEDED
from kinegraph.exchange import store_details
from kinegraph.exchange.rules import Decision, ExchangeError, Stored
from kinegraph.exchange.rules_fields import DEFAULTS, TERMS
from kinegraph.exchange.store import Scope
from kinegraph.exercise.rules_columns import EXCHANGED
from kinegraph.exercise.rules_details import condition_key
from kinegraph.exercise.store_details import CONTRAINDICATION, INSTRUCTION, replace_all
from kinegraph.formats.hashes import digest, is_digest
from kinegraph.kit.sessions import WriteSession, typed
from kinegraph.override import store_writing
from kinegraph.override.rules import OverrideDecision
from kinegraph.taxonomy.rules_references import NewTerm
from kinegraph.taxonomy.store_terms import insert_terms
from kinegraph.video.rules import NO_VIDEO, video_columns

WRITTEN: Mapping[str, str] = {**SEEDED, "status": "text", "import_key": "text"}
"""The columns that are written, with the SQL types by which their JSON is read."""


@dataclass(slots=True)
class Record:
    """A row to write, with its child rows; None for a child table that does not change."""

    columns: dict[str, Any]
    id: UUID | None
    instructions: Sequence[Mapping[str, Any]] | None
    contraindications: Sequence[Mapping[str, Any]] | None
    terms: Sequence[Mapping[str, Any]] | None
    fatigue: Sequence[Mapping[str, Any]] | None


def record_of(decision: Decision) -> Record:
    """The row of a decision: the values of the entry, else the stored values, or the defaults of a new row."""
    stored = decision.stored
    before = stored.content if stored else DEFAULTS
    after = {**before, **decision.entry.content}
    derived = video_columns(decision.entry.content, before["video_url"])
    video = {**(stored.video if stored else NO_VIDEO), **derived}
    after |= {name: value for name, value in derived.items() if name in after}
    hashed = stored.seed_hash if stored and _is_of_seeding(stored.seed_hash) else digest(decision.entry.content)
    key = stored.import_key if stored and decision.is_key_unchanged else decision.entry.key
    changes = {name: after[name] != before[name] for name in after}
    return Record(
        {**video, **{name: after[name] for name in EXCHANGED}, "import_key": key, "seed_hash": hashed},
        stored.id if stored else None,
        _numbered(_with_images(after["instructions"], stored)) if changes["instructions"] else None,
        _numbered(_keyed(after["contraindications"])) if changes["contraindications"] else None,
        [{"kind": kind, "slug": slug} for name, kind in TERMS.items() for slug in after[name]]
        if any(changes[name] for name in TERMS)
        else None,
        [{"fatigue_score": after["fatigue_score"]}] if changes["fatigue_score"] else None,
    )


def _is_of_seeding(hashed: str | None) -> bool:
    return hashed is not None and not is_digest(hashed)


def _numbered(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**entry, "sort_order": index} for index, entry in enumerate(entries)]


def _keyed(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**entry, "condition_key": condition_key(entry["condition"])} for entry in entries]


def _with_images(entries: Sequence[Mapping[str, Any]], stored: Stored | None) -> list[dict[str, Any]]:
    """The instructions, each with the picture of the equal instruction of the stored row."""
    left = [*(stored.images if stored else ())]
    found = []
    for entry in entries:
        same = next((image for image in left if (image["type"], image["body"]) == (entry["type"], entry["body"])), None)
        if same:
            left.remove(same)
        found.append({**entry, **{name: same[name] if same else None for name in ("image_key", "image_mime")}})
    return found


async def write_terms(session: WriteSession, scope: Scope, terms: Sequence[NewTerm]) -> None:
    """Store a file's terms that the scope lacks. Raises ExchangeError."""
    try:
        await insert_terms(session, scope, terms)
    except asyncpg.UniqueViolationError:
        message = "Somebody stored a term of the same name meanwhile; nothing was imported. Try again."
        raise ExchangeError(message) from None


async def write_overrides(session: WriteSession, scope: Scope, decisions: Sequence[OverrideDecision]) -> None:
    """Store a file's overrides. Raises ExchangeError."""
    try:
        await store_writing.write(session, scope, decisions)
    except asyncpg.UniqueViolationError:
        message = "Somebody overrode one of these exercises meanwhile; nothing was imported. Try again."
        raise ExchangeError(message) from None


async def write(session: WriteSession, scope: Scope, records: Sequence[Record]) -> None:
    """Insert new rows and update existing ones, with their child rows. Raises ExchangeError."""
    try:
        await _update(session, [each for each in records if each.id])
        await _insert(session, scope, [each for each in records if not each.id])
    except asyncpg.UniqueViolationError:
        message = "Somebody stored an exercise with the same slug or key meanwhile; nothing was imported. Try again."
        raise ExchangeError(message) from None
    instructions = {each.id: each.instructions for each in records if each.instructions is not None}
    await replace_all(session, scope, "exercise_instructions", INSTRUCTION, instructions)
    contraindications = {each.id: each.contraindications for each in records if each.contraindications is not None}
    await replace_all(session, scope, "exercise_contraindications", CONTRAINDICATION, contraindications)
    await store_details.tag_all(session, scope, {each.id: each.terms for each in records if each.terms is not None})
    scores = {each.id: each.fatigue for each in records if each.fatigue is not None}
    await store_details.set_fatigue_scores(session, scope, scores)


async def _insert(session: WriteSession, scope: Scope, records: Sequence[Record]) -> None:
    """Insert rows, and set the ids of the records."""
    columns = ", ".join(WRITTEN)
    rows = await session.fetch(
        f"""
        INSERT INTO exercises (organization_id, {columns})
        SELECT $1, {columns}
        FROM jsonb_to_recordset($2) AS sent ({typed(WRITTEN)})
        RETURNING id, import_key
        """,
        scope,
        [each.columns for each in records],
    )
    ids = {row.import_key: row.id for row in rows}
    for each in records:
        each.id = ids[each.columns["import_key"]]


async def _update(session: WriteSession, records: Sequence[Record]) -> None:
    await session.run(
        f"""
        UPDATE exercises SET ({", ".join(WRITTEN)}, updated_at) = ROW ({_of("sent", WRITTEN)}, now())
        FROM jsonb_to_recordset($1) AS sent (id uuid, {typed(WRITTEN)})
        WHERE exercises.id = sent.id
        """,
        [{"id": each.id, **each.columns} for each in records],
    )


def _of(table: str, columns: Mapping[str, str]) -> str:
    return ", ".join(f"{table}.{name}" for name in columns)
