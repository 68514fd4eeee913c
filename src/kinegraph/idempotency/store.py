"""Reading and writing idempotency keys, and taking one as a write session begins."""

from dataclasses import dataclass

from kinegraph.idempotency.rules import (
    LIFETIME,
    MAX_KEYS,
    AnsweredBefore,
    ExecutedRequest,
    KeyRefused,
    answer_of,
    stored_form,
)
from kinegraph.identity.rules import Viewer
from kinegraph.kit.cache import Cache
from kinegraph.kit.sessions import Authenticate, CachedAuthentication, CachedViewer, ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request with an idempotency key, and the hash of its body."""

    key: str
    hash: bytes


class KeyedAuthentication(CachedAuthentication[Viewer]):
    """Sets the viewer as `inner` does, and then, in a session that writes, takes the request's key.

    Raises AnsweredBefore where the request was executed before, and KeyRefused.
    """

    def __init__(self, inner: Authenticate[Viewer], request: KeyedRequest) -> None:
        self._inner = inner
        self._request = request

    async def __call__(self, session: ReadSession) -> Viewer:
        """Read the viewer, set them, and take the key."""
        viewer = await self._inner(session)
        if isinstance(session, WriteSession):
            await _take(session, viewer, self._request)
        return viewer

    def store(self, cache: Cache, viewer: Viewer) -> None:
        """Cache the viewer as `inner` does."""
        if isinstance(self._inner, CachedAuthentication):
            self._inner.store(cache, viewer)

    def cached(self, cache: Cache) -> CachedViewer[Viewer] | None:
        """The viewer that `inner` has cached."""
        return self._inner.cached(cache) if isinstance(self._inner, CachedAuthentication) else None

    def invalidate(self, cache: Cache, viewer: Viewer) -> None:
        """Invalidate what `inner` has cached."""
        if isinstance(self._inner, CachedAuthentication):
            self._inner.invalidate(cache, viewer)


async def raise_if_executed(session: ReadSession[Viewer], request: KeyedRequest) -> None:
    """Raise AnsweredBefore, or KeyRefused, where the viewer's request has been executed, before anything else is done.

    Without this a mutation would first look for an upload that its first execution has used.
    """
    executed = await _executed(session, session.viewer, request.key)
    if executed is not None:
        raise AnsweredBefore(answer_of(executed, request.hash, session.viewer))


async def _take(session: WriteSession, viewer: Viewer, request: KeyedRequest) -> None:
    """Store the key without an answer. Waits while another transaction holds it, until that one ends."""
    taken = await session.fetch(
        """
        INSERT INTO idempotency_keys AS existing (user_id, key, request_hash)
        SELECT $1, $2, $3
        WHERE (SELECT count(*) FROM (SELECT FROM idempotency_keys WHERE user_id = $1 LIMIT $4) AS theirs) < $4
        ON CONFLICT (user_id, key) DO UPDATE
        SET (request_hash, answer, created_at) = ROW (excluded.request_hash, NULL, now())
        WHERE existing.created_at <= now() - $5::interval
        RETURNING key
        """,
        viewer.user.id,
        request.key,
        request.hash,
        MAX_KEYS,
        LIFETIME,
    )
    if taken:
        return
    executed = await _executed(session, viewer, request.key)
    if executed is None:
        message = (
            f"{MAX_KEYS:,} idempotency keys of yours are stored, each for 24 hours; "
            "wait, or send the mutation without one."
        )
        raise KeyRefused(429, "TOO_MANY_IDEMPOTENCY_KEYS", message)
    raise AnsweredBefore(answer_of(executed, request.hash, viewer))


async def _executed(session: ReadSession, viewer: Viewer, key: str) -> ExecutedRequest | None:
    return await session.fetch_row(
        """
        SELECT request_hash, answer
        FROM idempotency_keys
        WHERE user_id = $1 AND key = $2 AND created_at > now() - $3::interval
        """,
        viewer.user.id,
        key,
        LIFETIME,
    )


async def set_answer(session: WriteSession[Viewer], key: str, answer: bytes) -> None:
    """Store the answer to the request whose key this transaction has taken.

    None is stored of one that is too large, or that shows patients to others, or conditions: it would be readable when
    the consent or the patient is gone, and be read without an entry in the audit trail.
    """
    is_health = session.subjects or session.shows_conditions
    await session.run(
        "UPDATE idempotency_keys SET answer = $3 WHERE user_id = $1 AND key = $2",
        session.viewer.user.id,
        key,
        None if is_health else stored_form(answer, session.viewer),
    )


async def purge(session: WriteSession) -> int:
    """Delete the keys whose time has passed. Returns how many."""
    return await session.run("DELETE FROM idempotency_keys WHERE created_at <= now() - $1::interval", LIFETIME)
