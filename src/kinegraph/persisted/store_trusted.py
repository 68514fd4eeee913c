"""Importing, listing and removing trusted documents; reading all documents to check them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from kinegraph.kit.sessions import ReadSession, WriteSession
from kinegraph.persisted.rules import LIFETIME
from kinegraph.persisted.rules_manifests import TrustedDocument
from kinegraph.persisted.store import StoredText, delete_unowned, put_texts


class Listed(Protocol):
    """A trusted document as it is listed."""

    id: str
    hash: str
    name: str
    created_at: datetime


class Stored(Protocol):
    """A stored text, the ids under which it is trusted, and whether it was used or sent within LIFETIME."""

    hash: str
    text: bytes
    ids: list[str]
    registrations: int
    is_in_use: bool


class Imported(NamedTuple):
    """The ids that an import stored, and those that have another text already: then nothing was stored."""

    new: list[str]
    conflicts: list[str]


async def put_trusted(session: WriteSession, documents: Sequence[TrustedDocument]) -> Imported:
    """Store documents under their ids. What is stored already stays, but for the name of its tool."""
    await session.fetch("SELECT pg_advisory_xact_lock(hashtextextended('trusted documents', 0))")
    ids, hashes = [each.id for each in documents], [each.hash for each in documents]
    rows = await session.fetch("SELECT id, hash FROM trusted_documents WHERE id = ANY ($1)", ids)
    stored = {row.id: row.hash for row in rows}
    conflicts = [each.id for each in documents if stored.get(each.id, each.hash) != each.hash]
    if conflicts:
        return Imported([], conflicts)
    texts = {each.hash: each.text.encode() for each in documents}
    await put_texts(session, [*texts], [*texts.values()])
    await session.run(
        """
        INSERT INTO trusted_documents AS stored (id, hash, name, tool)
        SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
        ON CONFLICT (id) DO UPDATE SET tool = excluded.tool WHERE stored.tool IS DISTINCT FROM excluded.tool
        """,
        ids,
        hashes,
        [each.name for each in documents],
        [each.tool for each in documents],
    )
    return Imported([id for id in ids if id not in stored], [])


async def trusted_after(session: ReadSession, id: str, limit: int) -> list[Listed]:
    """The trusted documents whose ids follow this one, in the order of their ids."""
    rows: list[Listed] = await session.fetch(
        "SELECT id, hash, name, created_at FROM trusted_documents WHERE id > $1 ORDER BY id LIMIT $2", id, limit
    )
    return rows


async def tools(session: ReadSession, limit: int) -> list[StoredText]:
    """The documents that are tools, by the tools' names; of several under one name, the newest.

    The newest by `created_at`, which importing again does not renew.
    """
    rows: list[StoredText] = await session.fetch(
        """
        SELECT DISTINCT ON (t.tool) t.tool, d.hash, d.text
        FROM trusted_documents t
        JOIN persisted_documents d ON d.hash = t.hash
        WHERE t.tool IS NOT NULL
        ORDER BY t.tool, t.created_at DESC, t.id
        LIMIT $1
        """,
        limit,
    )
    return rows


async def remove_trusted(session: WriteSession, ids: Sequence[str]) -> list[str]:
    """Remove trusted documents, and their texts where nobody has registered them. Returns the ids that exist not."""
    rows = await session.fetch("DELETE FROM trusted_documents WHERE id = ANY ($1) RETURNING id, hash", ids)
    await delete_unowned(session, [row.hash for row in rows])
    removed = {row.id for row in rows}
    return [id for id in ids if id not in removed]


async def documents_after(session: ReadSession, hash: str, limit: int) -> list[Stored]:
    """The stored texts, trusted and registered ones, whose hashes follow this one, in the order of their hashes."""
    rows: list[Stored] = await session.fetch(
        """
        SELECT d.hash, d.text, d.last_used_at > now() - $3::interval AS is_in_use,
               ARRAY(SELECT t.id FROM trusted_documents t WHERE t.hash = d.hash ORDER BY t.id) AS ids,
               (SELECT count(*) FROM document_registrations r WHERE r.hash = d.hash) AS registrations
        FROM persisted_documents d
        WHERE d.hash > $1
        ORDER BY d.hash
        LIMIT $2
        """,
        hash,
        limit,
        LIFETIME,
    )
    return rows
