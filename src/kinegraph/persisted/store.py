"""Reading texts by hash or id, registering and deleting them."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.cache import Cache
from kinegraph.kit.database import Database
from kinegraph.kit.sessions import CachedAuthentication, CachedViewer, ReadSession, WriteSession
from kinegraph.persisted.rules import LIFETIME, MAX_BYTES, MAX_DOCUMENTS

PURGED_AT_ONCE = 1_000


class StoredText(Protocol):
    """A text with its hash."""

    hash: str
    text: bytes


class NamedDocument(CachedAuthentication[None]):
    """Shows a read session the one document that it names, for no viewer: by a statement that is sent with BEGIN.

    The key is quoted in the statement: it must have the syntax of a hash or an id (`rules`).
    """

    def __init__(self, key: str) -> None:
        self._statement = f"SET LOCAL kinegraph.document = '{key}'"

    async def __call__(self, session: ReadSession) -> None:
        """Show the document to a session that has begun."""
        await session.fetch(self._statement)

    def store(self, cache: Cache, viewer: None) -> None:
        """Nothing is cached."""

    def cached(self, cache: Cache) -> CachedViewer[None]:
        """The statement, for no viewer."""
        return CachedViewer(self._statement, None)

    def invalidate(self, cache: Cache, viewer: None) -> None:
        """Nothing is cached."""


async def act_as_process(session: ReadSession) -> None:
    """Show a session all documents: for the process itself and the command line, which act for no user."""
    await session.fetch("SELECT set_config('kinegraph.documents', 'on', true)")


async def text_by_hash(database: Database, hash: str) -> bytes | None:
    """The text with this hash, or None."""
    async with database.read(NamedDocument(hash)) as session:
        text: bytes | None = await session.fetch_value("SELECT text FROM persisted_documents WHERE hash = $1", hash)
    return text


async def trusted_text(database: Database, key: str) -> StoredText | None:
    """The trusted document with this id or hash, or None."""
    async with database.read(NamedDocument(key)) as session:
        return await session.fetch_row(
            """
            SELECT d.hash, d.text
            FROM trusted_documents t
            JOIN persisted_documents d ON d.hash = t.hash
            WHERE t.id = $1 OR t.hash = $1
            LIMIT 1
            """,
            key,
        )


async def register(session: WriteSession[Viewer], hash: str, text: bytes) -> list[str]:
    """Register a text for the session's viewer. Returns the hashes of texts that this deleted.

    Beyond their bound, the viewer's least recently used registrations are deleted, in favour of this one.
    """
    user_id = session.viewer.user.id
    await act_as_process(session)
    await session.fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"documents {user_id}")
    await put_texts(session, [hash], [text])
    await session.run(
        "INSERT INTO document_registrations (user_id, hash) VALUES ($1, $2) ON CONFLICT DO NOTHING", user_id, hash
    )
    evicted = await _evict(session, user_id, hash)
    return await delete_unowned(session, evicted) if evicted else []


async def put_texts(session: WriteSession, hashes: Sequence[str], texts: Sequence[bytes]) -> None:
    """Store texts, or note that they were sent again. Their rows stay locked: nobody deletes them meanwhile."""
    await session.run(
        """
        INSERT INTO persisted_documents AS stored (hash, text)
        SELECT hash, text FROM unnest($1::text[], $2::bytea[]) AS sent (hash, text)
        ORDER BY hash
        ON CONFLICT (hash) DO UPDATE SET last_used_at = greatest(stored.last_used_at, now())
        """,
        hashes,
        texts,
    )


async def _evict(session: WriteSession, user_id: UUID, newest: str) -> list[str]:
    """Delete a user's least recently used registrations beyond their bound. Returns their hashes."""
    rows = await session.fetch(
        """
        WITH theirs AS (
            SELECT r.hash, row_number() OVER latest AS documents, sum(length(d.text)) OVER latest AS bytes
            FROM document_registrations r
            JOIN persisted_documents d ON d.hash = r.hash
            WHERE r.user_id = $1
            WINDOW latest AS (ORDER BY r.hash = $2 DESC, d.last_used_at DESC, r.hash ROWS UNBOUNDED PRECEDING)
        )
        DELETE FROM document_registrations r USING theirs
        WHERE r.user_id = $1 AND r.hash = theirs.hash AND (theirs.documents > $3 OR theirs.bytes > $4)
        RETURNING r.hash
        """,
        user_id,
        newest,
        MAX_DOCUMENTS,
        MAX_BYTES,
    )
    return [row.hash for row in rows]


async def delete_unowned(session: WriteSession, hashes: Sequence[str]) -> list[str]:
    """Delete those of the texts that are neither registered nor trusted any longer. Returns their hashes.

    The rows are locked by a statement before: the second one sees what was committed until then. Rows that others have
    locked are being registered or imported.
    """
    locked = await session.fetch(
        "SELECT hash FROM persisted_documents WHERE hash = ANY ($1) FOR UPDATE SKIP LOCKED", hashes
    )
    rows = await session.fetch(
        """
        DELETE FROM persisted_documents d
        WHERE hash = ANY ($1)
          AND NOT EXISTS (SELECT FROM document_registrations r WHERE r.hash = d.hash)
          AND NOT EXISTS (SELECT FROM trusted_documents t WHERE t.hash = d.hash)
        RETURNING hash
        """,
        [row.hash for row in locked],
    )
    return [row.hash for row in rows]


async def purge(session: WriteSession) -> int:
    """Delete registered texts that nobody has used or registered for a month, some at once. Returns how many.

    Copies in Redis expire sooner.
    """
    await act_as_process(session)
    rows = await session.fetch(
        """
        SELECT hash FROM persisted_documents d
        WHERE last_used_at < now() - $1::interval
          AND NOT EXISTS (SELECT FROM trusted_documents t WHERE t.hash = d.hash)
        LIMIT $2
        FOR UPDATE SKIP LOCKED
        """,
        LIFETIME,
        PURGED_AT_ONCE,
    )
    hashes = [row.hash for row in rows]
    return await session.run(
        """
        DELETE FROM persisted_documents d
        WHERE hash = ANY ($1) AND NOT EXISTS (SELECT FROM trusted_documents t WHERE t.hash = d.hash)
        """,
        hashes,
    )
