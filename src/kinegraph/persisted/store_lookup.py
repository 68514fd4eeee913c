"""Finding the text that a request names: in the memory of the process, in Redis, in PostgreSQL; and registering texts.

Two kinds of entries in the cache of requests:

- ("hash", hash): the text. Complete, and never wrong: the hash is that of the text. Bounded by the cache.
- ("trusted", id or hash): the text and hash of a trusted document, for TRUSTED_SECONDS; so long a removed one may still
  be executed. Bounded by the cache.

Documents that the product itself brings, `shipped`, are trusted, and are not stored.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Collection, Mapping
from sys import getsizeof
from typing import Protocol

import asyncpg

from kinegraph.identity.rules import Viewer
from kinegraph.identity.store import UserAuthentication
from kinegraph.kit.cache import Cache
from kinegraph.kit.database import Database
from kinegraph.kit.errors import Unauthenticated
from kinegraph.kit.pool import PoolExhausted
from kinegraph.kit.sessions import Authenticate
from kinegraph.persisted import store
from kinegraph.persisted.rules import hash_of
from kinegraph.persisted.rules_documents import Identifier, NamedText, malformed_hash, mismatch, not_found, not_trusted
from kinegraph.persisted.rules_usage import Headers, Usage

log = logging.getLogger("kinegraph.persisted")

TRUSTED_SECONDS = 60
REGISTERED_SECONDS = 60
"""A caller who registers a text again within this time causes no statement."""
RECENT_BYTES = 256 * 1024
"""Memory for the registrations of that time."""

FAILED = (OSError, TimeoutError, PoolExhausted, asyncpg.PostgresError, asyncpg.InterfaceError, Unauthenticated)
"""The errors of a registration that the request survives: its execution says what is wrong."""


class Texts(Protocol):
    """A cache of texts by hash that all processes share. It may be away: then there are none."""

    async def get(self, key: str) -> bytes | None:
        """The text of a hash, or None."""

    async def put(self, key: str, text: bytes) -> None:
        """Store a text."""

    async def remove(self, keys: Collection[str]) -> None:
        """Remove texts."""


class PersistedDocuments:
    """The documents that requests name; with `trusted_only`, those that requests may execute."""

    def __init__(self, database: Database, texts: Texts, *, trusted_only: bool = False) -> None:
        self.trusted_only = trusted_only
        self.usage = Usage()
        self.counts: Counter[str] = Counter()
        """Counts of texts found in each place (`process`, `redis`, `postgres`), missed, and registered.

        Missed are counted by hash; with `trusted_only`, by id too.
        """
        self.shipped: Mapping[str, str] = {}
        """Texts by their hashes."""
        self._database = database
        self._cache = database.request_cache
        self._texts = texts
        self._recent = Cache(RECENT_BYTES)

    async def find_text(self, sent: NamedText, authenticate: Authenticate[Viewer] | None, headers: Headers) -> None:
        """Set the text to execute, and whether it is to be registered. Raises DocumentRefused."""
        identifier, named = sent.identifier, headers if authenticate is not None else ()
        if self.trusted_only:
            sent.query = await self._find_trusted(identifier, sent.query, authenticate, named)
        elif identifier is not None and sent.query:
            await self._require_match(identifier, sent.query, named)
            sent.registers = identifier.is_automatic and authenticate is not None
        elif identifier is not None:
            key = hash = identifier.key
            text: str | None = self._cache.get(("hash", key)) if identifier.is_hash else None
            if text is not None:
                self.counts["process"] += 1
            elif identifier.is_hash:
                text = await self._text_elsewhere(key)
            else:
                hash, text = await self._trusted(key)
            if text is None:
                raise not_found(identifier)
            self.usage.count(hash, named)
            sent.query = text

    async def _require_match(self, identifier: Identifier, text: str, headers: Headers) -> None:
        """Raise DocumentRefused where an identifier is that of another text."""
        hash = hash_of(text)
        if identifier.is_hash:
            if identifier.key != hash:
                raise mismatch(identifier)
        elif identifier.is_automatic:
            raise malformed_hash()
        elif (await self._trusted(identifier.key))[0] != hash:
            raise mismatch(identifier)
        self.usage.count(hash, headers)

    async def _find_trusted(
        self, identifier: Identifier | None, text: str, authenticate: Authenticate[Viewer] | None, headers: Headers
    ) -> str:
        """The text of a trusted document; any other is executed for platform admins alone, who debug."""
        if text and identifier is not None and identifier.is_hash and hash_of(text) != identifier.key:
            raise mismatch(identifier)
        hash, found = await self._trusted(identifier.key if identifier is not None else hash_of(text))
        if found is not None and text and found != text and identifier is not None:
            raise mismatch(identifier)
        if found is not None:
            self.usage.count(hash, headers)
            return found
        if text and authenticate is not None and await self._is_platform_admin(authenticate):
            return text
        self.counts["missed"] += 1
        raise not_trusted()

    async def _is_platform_admin(self, authenticate: Authenticate[Viewer]) -> bool:
        async with self._database.read(authenticate) as session:
            return session.viewer.is_platform_admin

    async def _text_elsewhere(self, hash: str) -> str | None:
        """The text of a hash that the process does not have, from Redis or PostgreSQL."""
        place, found = "redis", await self._texts.get(hash)
        text = _decoded(found)
        if text is None or hash_of(text) != hash:
            place, found = "postgres", await store.text_by_hash(self._database, hash)
            text = _decoded(found)
            if found is None or text is None:
                self.counts["missed"] += 1
                return None
            await self._texts.put(hash, found)
        self.counts[place] += 1
        self._cache.put(("hash", hash), None, text, getsizeof(text))
        return text

    async def _trusted(self, key: str) -> tuple[str, str | None]:
        """The hash and the text of a trusted document, by its id or hash; an empty hash and None for others."""
        if (shipped := self.shipped.get(key)) is not None:
            return key, shipped
        now = asyncio.get_running_loop().time()
        cached: tuple[float, str, str] | None = self._cache.get(("trusted", key))
        if cached is not None and now < cached[0]:
            self.counts["process"] += 1
            return cached[1], cached[2]
        row = await store.trusted_text(self._database, key)
        if row is None:
            return "", None
        self.counts["postgres"] += 1
        text = row.text.decode()
        self._cache.put(("trusted", key), None, (now + TRUSTED_SECONDS, row.hash, text), getsizeof(text))
        return row.hash, text

    async def register(self, text: str, authenticate: Authenticate[Viewer] | None) -> None:
        """Register a valid text for the caller, who uses its hash from now on.

        It is not cached here, but where its hash is used: a flood of registrations leaves other entries alone.
        """
        assert isinstance(authenticate, UserAuthentication)
        now = asyncio.get_running_loop().time()
        hash, data = hash_of(text), text.encode()
        key = ("registered", authenticate.user, hash)
        if now < (self._recent.get(key) or 0):
            return
        try:
            async with self._database.write(authenticate) as session:
                deleted = await store.register(session, hash, data)
        except FAILED as error:
            log.warning("a document could not be registered", extra={"reason": type(error).__name__})
            return
        self._recent.put(key, None, now + REGISTERED_SECONDS, 0)
        self.counts["registered"] += 1
        await self._texts.put(hash, data)
        await self._texts.remove(deleted)


def _decoded(text: bytes | None) -> str | None:
    """A text in UTF-8; None where there is none, or it is something else."""
    if text is None:
        return None
    try:
        return text.decode()
    except UnicodeDecodeError:
        return None
