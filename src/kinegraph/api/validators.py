"""Validators of answers to GET: their ETags, and which of them are still valid without being made again.

The tag is a weak one, of the answer's bytes, since the same answer may be sent in several encodings (RFC 9110, 8.8.1).

A client that sends a tag is answered 304 where the answer would have this tag. Where an answer was made for a request
with a tag, an entry with its own tag is cached; as long as the entry is valid, the answer need not be made again.

- Key: the user, the document's text, the variables, the operation's name and the executor. That is complete: the rest
  that an answer depends on are rows (versions), the viewer (versions), and what is excluded below.
- Version: those that the viewer was read from, which are compared in the message that begins the transaction. Where a
  table was read that they do not guard, also those of the kind `everything` of the viewer's organizations and of the
  canonical rows (migration 0025), which one statement reads in the same snapshot. Row-level security shows rows of
  these organizations and canonical ones alone.
- Excluded is what has no version: answers of statements that read another table (COVERED) or whose result may change by
  itself (VOLATILE), and those with addresses of the object storage, which end; answers with errors; and those of a
  session that read data of other persons (`ReadSession.subjects`), which is recorded (audit).
- Bound: the request cache's, at BYTES_PER_VERSION.

So an entry of an earlier answer is never valid, whichever process wrote the change. The token, its revocation and the
viewer's memberships are checked first, as for every answer.

Tests: tests/api/test_unchanged_answers.py (changes, races, random writes), test_unchanged_tables.py (what is read, by
PostgreSQL's own plans, against the triggers).
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from uuid import UUID

import orjson

from kinegraph.api.context import RequestContext
from kinegraph.api.requests import Parameters
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store import UserAuthentication, versions_of_everything
from kinegraph.kit.cache import Cache, Key
from kinegraph.kit.database import load_tables
from kinegraph.kit.sessions import ReadSession

DATA = b'{"data":'
"""The beginning of an answer without errors."""

BY_VIEWER = frozenset(("exercises", "exercise_org_overrides", "organizations", "versions"))
"""The tables that the versions of a viewer guard."""


def _tables(versions: str | None) -> frozenset[str]:
    """The tables with these versions: `none`, `derived`, or None for those that say nothing, which have some."""
    return frozenset(name for name, table in load_tables().tables.items() if table.info.get("versions") == versions)


COVERED = _tables(None)
"""The tables that versions guard."""

UNVERSIONED = _tables("none") | {"alembic_version"}
"""The tables whose changes give nothing another version."""

DERIVED = _tables("derived")
"""The tables of documents (texts that searches find), which triggers write in the transactions that change exercises
and overrides: the versions of a viewer guard them, too."""

OURS = frozenset(("kinegraph_folded", "kinegraph_search_key", "kinegraph_search_text", "kinegraph_sort_key"))
"""The functions of the database that depend on their arguments alone."""

VOLATILE = re.compile(
    r"\b(?:now|random|\w*random_uuid|uuidv\d|\w+_timestamp|timeofday|nextval|current_setting|set_config)\s*\("
    r"|\bembedding\b|\b(?:current|local)_?(?:date|time|timestamp)\b|'now'|\bpg_\w+|\bTABLESAMPLE\b",
    re.IGNORECASE,
)
"""SQL whose result depends on the time, on random numbers, on settings of the connection, or on vectors, whose rows get
no other version by them."""

BYTES_PER_VERSION = 75
"""Memory of an entry for each version, the tag included. Measured."""


def tag_of(body: bytes) -> bytes:
    """The tag of an answer, in its quotes."""
    return b'"%s"' % base64.urlsafe_b64encode(hashlib.sha256(body).digest()[:18])


def matches(sent: Iterable[bytes], tag: bytes) -> bool:
    """True if the values of If-None-Match name the tag; `*` names every one."""
    return any(each.strip().removeprefix(b"W/") in (tag, b"*") for value in sent for each in value.split(b","))


class Revalidation:
    """One request with tags: finds out whether the client's answer is still valid, and caches the tag of a new one."""

    def __init__(self, cache: Cache, key: Key, sent: Sequence[bytes]) -> None:
        self.tag = b""
        """The tag of the answer that is still valid."""
        self._cache = cache
        self._key = key
        self._sent = sent

    async def is_current(self, context: RequestContext) -> bool:
        """True if the answer that the client has is valid in the context's session, which this opens for an entry.

        Otherwise the context's statements are observed. Raises Unauthenticated.
        """
        context.is_observed = True
        entry: tuple[bytes, bool] | None = self._cache.peek(self._key)
        if entry is None or not matches(self._sent, entry[0]):
            return False
        version = await self._version(await context.open(), reads_more=entry[1])
        if version is None or self._cache.get(self._key, version) is None:
            return False
        self.tag = entry[0]
        return True

    async def store(self, context: RequestContext, data: orjson.Fragment | None) -> bool:
        """Cache the tag of an answer without errors, if nothing but what has a version decided it. Returns True.

        An answer with notes is not cached: what they tell, such as a service that was away, has no version.
        """
        session = context.opened
        if data is None or context.notes or session is None or session.observed is None or context.has_used_storage:
            return True
        if session.subjects:
            return True
        tables = [tables_of(statement) for statement in session.observed]
        if None not in tables:
            reads_more = any(each is not None and not each <= BY_VIEWER | DERIVED for each in tables)
            version = await self._version(session, reads_more=reads_more)
            if version is not None:
                entry = tag_of(orjson.dumps({"data": data})), reads_more
                self._cache.put(self._key, version, entry, BYTES_PER_VERSION * sum(map(len, version)))
        return True

    async def _version(self, session: ReadSession[Viewer], *, reads_more: bool) -> tuple[tuple[UUID, ...], ...] | None:
        """The versions of what an answer was read from, in the session's snapshot; None where one is missing."""
        viewer = session.viewer
        if None in viewer.state or len(viewer.state) != len(viewer.by_organization) + 2:
            return None
        if not reads_more:
            return (viewer.state,)  # type: ignore[return-value]  # none is None
        more = await versions_of_everything(session)
        return (viewer.state, more) if len(more) == len(viewer.by_organization) + 1 else None  # type: ignore[return-value]  # as above


def revalidation_of(
    cache: Cache, authentication: UserAuthentication, parameters: Parameters, sent: Sequence[bytes]
) -> Revalidation | None:
    """The revalidation of a request with these values of If-None-Match; None where its variables nest too deeply."""
    decides = parameters.query, parameters.variables or None, parameters.operation_name, parameters.breadth_first
    try:
        digest = hashlib.sha256(orjson.dumps(decides, option=orjson.OPT_SORT_KEYS)).digest()
    except orjson.JSONEncodeError:
        return None
    return Revalidation(cache, ("validator", authentication.user, digest), sent)


@lru_cache(maxsize=2_000)
def tables_of(statement: str) -> frozenset[str] | None:
    """The tables that a statement names; None where its answer may depend on what has no version."""
    words = set(re.findall(r"\w+", statement.lower()))
    tables = words & (COVERED | UNVERSIONED | DERIVED)
    functions = {word for word in words if word.startswith("kinegraph_")}
    if not tables or not tables <= COVERED | DERIVED or not functions <= OURS or VOLATILE.search(statement):
        return None
    return frozenset(tables)
