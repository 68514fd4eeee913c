"""The stored vectors of queries: read and written in short sessions of the process, which acts for no user."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from kinegraph.kit.database import Database
from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.vectors.rules import MAX_STORED, Vector

LIFETIME_DAYS = 90
"""Days after its last use when a vector is deleted."""
DELETED_AT_ONCE = 1_000


async def act_as_vector_store(session: ReadSession) -> None:
    """Let a session read and write the vectors, which row-level security hides from every user."""
    await session.fetch("SELECT set_config('kinegraph.query_embeddings', 'on', true)")


class StoredVector(Protocol):
    """A stored vector, and whether its use was not noted for a day."""

    hash: str
    vector: Sequence[float]
    is_unused: bool


async def stored(database: Database, hashes: Sequence[str]) -> list[StoredVector]:
    """The stored vectors of these hashes."""
    async with database.read(act_as_vector_store) as session:
        return await session.fetch(
            """
            SELECT hash, embedding::real[] AS vector, used_at < now() - interval '1 day' AS is_unused
            FROM query_embeddings
            WHERE hash = ANY ($1)
            """,
            hashes,
        )


async def put(database: Database, vectors: Mapping[str, Vector]) -> None:
    """Store vectors by their hashes; of those that are stored, note the use."""
    hashes = sorted(vectors)
    async with database.write(act_as_vector_store) as session:
        await session.run(
            """
            INSERT INTO query_embeddings (hash, embedding)
            SELECT hash, embedding::vector FROM unnest($1::text[], $2::text[]) AS sent (hash, embedding)
            ON CONFLICT (hash) DO UPDATE SET used_at = now()
            """,
            hashes,
            [str([*vectors[hash]]) for hash in hashes],
        )


async def purge(session: WriteSession) -> int:
    """Delete vectors that were not used for long, and those beyond the bound, of which at most DELETED_AT_ONCE.

    Returns how many.
    """
    await act_as_vector_store(session)
    return await session.run(
        """
        DELETE FROM query_embeddings
        WHERE hash IN (SELECT hash FROM query_embeddings ORDER BY used_at DESC, hash OFFSET $1 LIMIT $2)
           OR used_at < now() - $3 * interval '1 day'
        """,
        MAX_STORED,
        DELETED_AT_ONCE,
        LIFETIME_DAYS,
    )
