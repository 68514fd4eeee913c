"""Writing many exercises at once: a constant number of statements for a batch of any size."""

from collections.abc import Mapping, Sequence

import asyncpg

from kinegraph.canonical.store import SEEDED
from kinegraph.exchange import store_details
from kinegraph.exchange.rules import ExchangeError
from kinegraph.exchange.store import Scope
from kinegraph.exchange.store_records import Record
from kinegraph.exercise.store_details import CONTRAINDICATION, INSTRUCTION, replace_all
from kinegraph.kit.sessions import WriteSession, typed
from kinegraph.override import store_writing
from kinegraph.override.rules import OverrideDecision
from kinegraph.taxonomy.rules_references import NewTerm
from kinegraph.taxonomy.store_terms import insert_terms

WRITTEN: Mapping[str, str] = {**SEEDED, "status": "text", "import_key": "text"}
"""The columns that are written, with the SQL types by which their JSON is read."""


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
