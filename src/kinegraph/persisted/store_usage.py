"""Writing and reading how often documents are used, and by which clients."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.persisted.rules_usage import MAX_CLIENTS, OTHERS, Use


class ClientUsage(Protocol):
    """The uses of one document by one client."""

    hash: str
    client_name: str
    client_version: str
    uses: int
    last_used_at: datetime


async def add(session: WriteSession, uses: Sequence[Use]) -> None:
    """Add counts to the stored ones. Documents that are gone meanwhile are left out."""
    await session.run(
        """
        WITH counted AS (
            SELECT u.*
            FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS u (hash, name, version, uses)
            WHERE EXISTS (SELECT FROM persisted_documents d WHERE d.hash = u.hash)
        ), touched AS (
            UPDATE persisted_documents d SET last_used_at = now()
            WHERE hash IN (SELECT hash FROM persisted_documents WHERE hash IN (SELECT hash FROM counted)
                           ORDER BY hash FOR NO KEY UPDATE)
        )
        INSERT INTO document_usage AS stored (hash, client_name, client_version, uses, last_used_at)
        SELECT hash, name, version, uses, now() FROM counted
        ORDER BY hash, name, version
        ON CONFLICT (hash, client_name, client_version) DO UPDATE
        SET uses = stored.uses + excluded.uses, last_used_at = excluded.last_used_at
        """,
        [use.hash for use in uses],
        [use.name for use in uses],
        [use.version for use in uses],
        [use.uses for use in uses],
    )


async def merge_old_clients(session: WriteSession, hashes: Sequence[str]) -> int:
    """Add a document's least recently used clients beyond MAX_CLIENTS to its OTHERS. Returns how many there were."""
    return await session.run(
        """
        WITH ranked AS (
            SELECT hash, client_name, client_version, row_number() OVER latest AS clients
            FROM document_usage
            WHERE hash = ANY ($1) AND client_name <> $3
            WINDOW latest AS (PARTITION BY hash ORDER BY last_used_at DESC, uses DESC, client_name, client_version)
        ), merged AS (
            DELETE FROM document_usage u USING ranked r
            WHERE (u.hash, u.client_name, u.client_version) = (r.hash, r.client_name, r.client_version)
              AND r.clients > $2
            RETURNING u.hash, u.uses, u.last_used_at
        )
        INSERT INTO document_usage AS stored (hash, client_name, client_version, uses, last_used_at)
        SELECT hash, $3, '', sum(uses), max(last_used_at) FROM merged
        GROUP BY hash
        ORDER BY hash
        ON CONFLICT (hash, client_name, client_version) DO UPDATE
        SET uses = stored.uses + excluded.uses,
            last_used_at = greatest(stored.last_used_at, excluded.last_used_at)
        """,
        hashes,
        MAX_CLIENTS,
        OTHERS,
    )


async def usage_of(session: ReadSession, hashes: Sequence[str]) -> list[list[ClientUsage]]:
    """The usage of each document by clients, the most recent first."""
    rows: list[ClientUsage] = await session.fetch(
        """
        SELECT hash, client_name, client_version, uses, last_used_at
        FROM document_usage
        WHERE hash = ANY ($1)
        ORDER BY last_used_at DESC, uses DESC, client_name, client_version
        """,
        hashes,
    )
    by_hash: dict[str, list[ClientUsage]] = {hash: [] for hash in hashes}
    for row in rows:
        by_hash[row.hash].append(row)
    return [by_hash[hash] for hash in hashes]
