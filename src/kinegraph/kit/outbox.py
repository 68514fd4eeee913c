"""The outbox: facts, recorded in the transaction of their change, that become jobs after its commit.

A fact is a frozen dataclass of a room's rules, such as `AttachmentAdded`. The worker's table `WHEN` says which jobs run
for it; facts that are not in the table stay here, and are deleted after 90 days. Events, of which subscribers are told,
are something else (room `events`).
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Protocol  # Any: a fact is any dataclass
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, String, Table, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB

from kinegraph.kit.database import UNVERSIONED, metadata
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
    info=UNVERSIONED,
)


class RecordedFact(Protocol):
    """A fact of the outbox: its class's name, and its values by field."""

    id: UUID
    fact: str
    payload: dict[str, Any]


async def act_as_worker(session: ReadSession) -> None:
    """Give a transaction the rights of the worker, which acts for no user: to change facts, jobs and uploads."""
    await session.fetch("SELECT set_config('kinegraph.worker', 'on', true)")


async def record(session: WriteSession, facts: Sequence[Any]) -> None:
    """Record facts by one statement, if there are any. They are committed with the transaction, or not at all."""
    if not facts:
        return
    await session.run(
        "INSERT INTO outbox (fact, payload) SELECT * FROM unnest($1::text[], $2::jsonb[])",
        [type(fact).__name__ for fact in facts],
        [asdict(fact) for fact in facts],
    )


async def take(session: WriteSession, names: Sequence[str], limit: int = 200) -> list[RecordedFact]:
    """Mark the oldest unhandled facts of these names as handled. Returns them; no other transaction gets them."""
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
        limit,
    )


async def purge(session: WriteSession) -> int:
    """Delete facts that were handled a week ago, or not within ninety days. Returns how many."""
    return await session.run(
        """
        DELETE FROM outbox
        WHERE handled_at < now() - interval '7 days'
           OR handled_at IS NULL AND recorded_at < now() - interval '90 days'
        """
    )
