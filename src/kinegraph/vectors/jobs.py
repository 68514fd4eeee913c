"""Finding the vectors of queries: in the memory of the process, in PostgreSQL, and by the embedding service.

Entries in the memory: ("vector", hash): the vector, packed. Complete, and never wrong: the hash is that of the model
and the text, from which the vector follows. Bounded in bytes.

A query that several requests have at the same time is looked up once: they wait for one lookup, which belongs to the
process and goes on where the request that began it ends. A request waits for WAIT_SECONDS at most, and holds no
connection while it does.
"""

import asyncio
import logging
import time
from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from kinegraph.kit.cache import Cache
from kinegraph.kit.database import CANNOT_CONNECT, Database
from kinegraph.kit.logs import reason_of
from kinegraph.kit.pool import PoolExhausted
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.voyage import MODEL, Voyage
from kinegraph.vectors import store
from kinegraph.vectors.rules import (
    ANONYMOUS,
    MAX_NEW,
    NEW_COST,
    SIGNED_IN,
    Absence,
    Allowance,
    Found,
    Vector,
    hash_of,
    sent_text,
)

log = logging.getLogger("kinegraph.vectors")

WAIT_SECONDS = 1.5
CACHE_BYTES = 4 * 2**20
"""Memory of cached vectors: some 900 of them."""
MAX_LOOKUPS = 50
"""Maximum number of lookups at the same time, those included that store what they found."""

SERVICES = (OSError, ServiceError, PoolExhausted)
"""Failures whose messages are logged: they hold nothing of a query."""
FAILED = (*CANNOT_CONNECT, *SERVICES)
Charge = Callable[[int], None]


class QueryVectors:
    """The vectors of the queries of a process; none without a service."""

    def __init__(self, database: Database, service: Voyage | None) -> None:
        self.counts: Counter[str] = Counter()
        """Counts of vectors found in each place (`process`, `postgres`, `service`), and of texts without one."""
        self._database = database
        self._service = service
        self._cache = Cache(CACHE_BYTES)
        self._lookups: dict[str, asyncio.Future[Found]] = {}
        """The lookups under way, by the hashes that they look up."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._allowances = {
            True: Allowance(SIGNED_IN, time.monotonic),
            False: Allowance(ANONYMOUS, time.monotonic),
        }

    async def find(self, texts: Sequence[str], charge: Charge, *, is_signed_in: bool) -> Found:
        """The vectors of texts in the form of `rules.text_of`; what is asked of the service is charged.

        Waits for WAIT_SECONDS at most, and raises nothing.
        """
        if self._service is None:
            return dict.fromkeys(texts, Absence.NO_EMBEDDINGS)
        by_hash = {hash_of(MODEL, text): text for text in texts}
        found: Found = {hash: vector for hash in by_hash if (vector := self._cached(hash)) is not None}
        self.counts["process"] += len(found)
        missing = {hash: text for hash, text in by_hash.items() if hash not in found}
        if missing:
            found = {**found, **await self._wait(missing, charge, is_signed_in=is_signed_in)}
        return {text: found.get(hash, Absence.EMBEDDINGS_UNAVAILABLE) for hash, text in by_hash.items()}

    def begin(self) -> None:
        """Load what the service needs beside the start of the process: the first search need not wait for it."""
        if self._service is not None:
            task = asyncio.create_task(self._service.load())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Wait until what was found is stored, for WAIT_SECONDS at most, and end all lookups."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=WAIT_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _cached(self, hash: str) -> Vector | None:
        packed: array[float] | None = self._cache.get(("vector", hash))
        return None if packed is None else tuple(packed)

    async def _wait(self, missing: Mapping[str, str], charge: Charge, *, is_signed_in: bool) -> Found:
        """The vectors of the texts by hash, from lookups of this request and those that others began."""
        new = {hash: text for hash, text in missing.items() if hash not in self._lookups}
        if new and len(self._tasks) < MAX_LOOKUPS:
            self._begin(new, charge, self._allowances[is_signed_in])
        lookups = {lookup for hash in missing if (lookup := self._lookups.get(hash)) is not None}
        if not lookups:
            return {}
        done, _ = await asyncio.wait(lookups, timeout=WAIT_SECONDS)
        return {hash: vector for lookup in done for hash, vector in lookup.result().items()}

    def _begin(self, texts: Mapping[str, str], charge: Charge, allowance: Allowance) -> None:
        lookup: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        self._lookups.update(dict.fromkeys(texts, lookup))
        task = asyncio.create_task(self._look_up(texts, charge, allowance, lookup))
        self._tasks.add(task)
        task.add_done_callback(partial(self._end, texts, lookup))

    def _end(self, texts: Mapping[str, str], lookup: "asyncio.Future[Found]", task: "asyncio.Task[None]") -> None:
        """A lookup has ended: its requests continue, and the next one begins another."""
        self._tasks.discard(task)
        self._answer(texts, lookup, {})
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a lookup of vectors failed", exc_info=error)

    def _answer(self, texts: Mapping[str, str], lookup: "asyncio.Future[Found]", found: Found) -> None:
        if not lookup.done():
            lookup.set_result(found)
            for hash in texts:
                del self._lookups[hash]

    async def _look_up(
        self, texts: Mapping[str, str], charge: Charge, allowance: Allowance, lookup: "asyncio.Future[Found]"
    ) -> None:
        """Look texts up, let their requests continue, and then store what is new, or note that it was used."""
        found: dict[str, Vector | Absence] = {}
        used: dict[str, Vector] = {}
        deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
        try:
            async with asyncio.timeout_at(deadline):
                await self._find_stored(texts, found, used)
            await self._find_new(texts, found, used, charge, allowance, deadline)
        except FAILED as error:
            log.warning("searches have no vectors", extra={"reason": reason_of(error, *SERVICES)})
        self.counts["none"] += len(texts) - sum(isinstance(each, tuple) for each in found.values())
        self._answer(texts, lookup, found)
        if used:
            try:
                await store.put(self._database, used)
            except FAILED as error:
                log.warning("vectors could not be stored", extra={"reason": reason_of(error, *SERVICES)})

    async def _find_stored(
        self, texts: Mapping[str, str], found: dict[str, Vector | Absence], used: dict[str, Vector]
    ) -> None:
        """Add the stored vectors to `found`, and to `used` those whose use is to be noted."""
        for row in await store.stored(self._database, [*texts]):
            found[row.hash] = vector = self._put("postgres", row.hash, row.vector)
            if row.is_unused:
                used[row.hash] = vector

    async def _find_new(
        self,
        texts: Mapping[str, str],
        found: dict[str, Vector | Absence],
        used: dict[str, Vector],
        charge: Charge,
        allowance: Allowance,
        deadline: float,
    ) -> None:
        """Ask the service for the vectors that are not found, by one call until the deadline. Raises ServiceError.

        The service ends the call itself, so that its circuit breaker counts a silence as a failure.
        """
        service, missing = self._service, [hash for hash in texts if hash not in found]
        allowed = allowance.take(missing[:MAX_NEW])
        found |= dict.fromkeys(missing[len(allowed) :], Absence.EMBEDDINGS_LIMITED)
        if allowed and service is not None:
            charge(NEW_COST * len(allowed))
            left = deadline - asyncio.get_running_loop().time()
            sent = [sent_text(texts[hash]) for hash in allowed]
            made = await service.embed_queries(sent, WAIT_SECONDS, max(0.0, left))
            for hash, vector in zip(allowed, made, strict=True):
                found[hash] = used[hash] = self._put("service", hash, vector)

    def _put(self, place: str, hash: str, vector: Sequence[float]) -> Vector:
        self.counts[place] += 1
        packed = array("f", vector)
        self._cache.put(("vector", hash), None, packed, packed.itemsize * len(packed))
        return tuple(packed)
