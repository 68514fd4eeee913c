"""The tools that there are: the shipped ones, and the imported documents that have a description.

They are read from the database after TRUSTED_SECONDS, when somebody asks for them. Each text is parsed once, in a
thread. There are up to MAX_TOOLS imported ones, whose texts have a bound (`api.documents.tool_of`).
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from time import monotonic

from kinegraph.agents.tools import Tool, tool
from kinegraph.api.documents import DocumentError
from kinegraph.kit.database import CANNOT_CONNECT, Database
from kinegraph.kit.pool import PoolExhausted
from kinegraph.persisted import store_trusted
from kinegraph.persisted.store import StoredText, act_as_process
from kinegraph.persisted.store_lookup import TRUSTED_SECONDS

log = logging.getLogger("kinegraph.agents")

MAX_TOOLS = 100
"""Maximum number of imported tools. Of more, the first ones in the order of their names are offered."""
RETRY_SECONDS = 5
"""Seconds until the tools are read again after they could not be read. Until then callers get those that were read
last, without waiting for the database."""


class Catalog:
    """The tools by their names. `tools` has those that were read last."""

    def __init__(self, database: Database, shipped: Sequence[Tool]) -> None:
        self.tools: Mapping[str, Tool] = {each.name: each for each in shipped}
        self._shipped = self.tools
        self._database = database
        self._by_hash: dict[str, Tool | None] = {}
        self._fresh_until = 0.0
        self._reading = asyncio.Lock()

    async def current(self) -> Mapping[str, Tool]:
        """The tools, read again where they are old. Where the database is away, those that were read last."""
        async with self._reading:
            now = monotonic()
            if now >= self._fresh_until:
                try:
                    await self._read()
                    self._fresh_until = now + TRUSTED_SECONDS
                except (*CANNOT_CONNECT, PoolExhausted) as error:
                    self._fresh_until = now + RETRY_SECONDS
                    log.warning("tools could not be read, will try again", extra={"reason": type(error).__name__})
        return self.tools

    async def _read(self) -> None:
        async with self._database.read(act_as_process) as session:
            rows = await store_trusted.tools(session, MAX_TOOLS + 1)
        if len(rows) > MAX_TOOLS:
            log.warning("there are too many tools: some are not offered", extra={"max": MAX_TOOLS})
        found = rows[:MAX_TOOLS]
        if new := [row for row in found if row.hash not in self._by_hash]:
            self._by_hash.update(await asyncio.to_thread(_parsed, new))
        self._by_hash = {row.hash: self._by_hash[row.hash] for row in found}
        imported = (each for each in self._by_hash.values() if each is not None)
        self.tools = {**self._shipped, **{each.name: each for each in imported}}


def _parsed(rows: Sequence[StoredText]) -> dict[str, Tool | None]:
    """The tools by the hashes of their texts; None for a text that this version's schema does not allow."""
    parsed: dict[str, Tool | None] = {}
    for row in rows:
        try:
            parsed[row.hash] = tool(row.text.decode())
        except DocumentError:
            log.warning(
                "a tool is not valid and is not offered: see `kinegraph documents check`", extra={"hash": row.hash}
            )
            parsed[row.hash] = None
    return parsed
