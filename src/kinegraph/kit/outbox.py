"""The outbox: facts, recorded in the transaction of their change, that become jobs after it.

A fact is a frozen dataclass of a room's rules, such as `WorkoutChanged(workout_id)`. Who listens to it is said
in one place, the worker's table; a fact that nobody listens to yet waits here.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Column, DateTime, Index, String, Table, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB

from kinegraph.kit.database import metadata
from kinegraph.kit.rows import Row
from kinegraph.kit.sessions import ReadSession, WriteSession

outbox = Table(
    "outbox",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=func.uuidv7()),
    Column("fact", String(100), nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("handled_at", DateTime(timezone=True)),
    Index("outbox_waiting_idx", "fact", "id", postgresql_where=text("handled_at IS NULL")),
    Index("outbox_handled_idx", "handled_at", postgresql_where=text("handled_at IS NOT NULL")),
)


async def authenticate_worker(session: ReadSession) -> None:
    """Let a transaction of the worker's, which acts for nobody, move facts, jobs and uploads on."""
    await session.fetch("SELECT set_config('kinegraph.worker', 'on', true)")


async def record(session: WriteSession, facts: Sequence[Any]) -> None:
    """Record facts, in one statement; they take effect with the transaction, or not at all."""
    await session.run(
        "INSERT INTO outbox (fact, payload) SELECT * FROM unnest($1::text[], $2::jsonb[])",
        [type(fact).__name__ for fact in facts],
        [asdict(fact) for fact in facts],
    )


async def take(session: WriteSession, names: Sequence[str], most: int = 200) -> list[Row]:
    """The oldest facts of these names that nobody handled, which this transaction handles. Nobody else gets them."""
    return await session.fetch(
        """
        UPDATE outbox
        SET handled_at = now()
        WHERE id = ANY (ARRAY (SELECT id
                               FROM outbox
                               WHERE handled_at IS NULL AND fact = ANY ($1)
                               ORDER BY id
                               LIMIT $2
                               FOR UPDATE SKIP LOCKED))
        RETURNING id, fact, payload
        """,
        names,
        most,
    )


async def purge(session: WriteSession) -> int:
    """Drop facts that were handled a week ago, and those that nobody wanted for ninety days. Returns how many."""
    return await session.run(
        """
        DELETE FROM outbox
        WHERE handled_at < now() - interval '7 days'
           OR handled_at IS NULL AND recorded_at < now() - interval '90 days'
        """
    )
