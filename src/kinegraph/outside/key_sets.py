"""Published keys (JSON Web Key Sets, RFC 7517) in a file or at a URL; PyJWT reads them, aiohttp fetches them."""

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Protocol

import jwt

from kinegraph.outside.errors import ServiceError

log = logging.getLogger("kinegraph.tokens")

FRESH_SECONDS = 300
"""Age of a fetched set from which it is fetched again before it is used."""
USABLE_SECONDS = 3600
"""Age up to which a set is used where it cannot be fetched again."""
COOLDOWN_SECONDS = 30
"""Time after a fetch in which a token that names an unknown key does not cause another one."""
RETRY_SECONDS = 5
"""Time after a failed fetch in which a set that is usable is not fetched again."""
FETCH_SECONDS = 5
"""Maximum duration of a fetch, and so of the wait for a key."""
LOOK_SECONDS = 1
"""Time between two looks at whether a file has changed."""
MAX_BYTES = 1_000_000
"""Maximum size of a key set."""

FAULTS = (ValueError, LookupError, AttributeError, TypeError, RecursionError, jwt.PyJWTError)
"""The errors of a malformed key set."""

Keys = Mapping[str, jwt.PyJWK]
"""The keys for signatures, by their names (`kid`)."""


class TokenError(Exception):
    """A token that is not valid. The message says why, for the log; it repeats nothing of the token."""


class KeySet(Protocol):
    """The keys that tokens may be signed with."""

    async def key(self, name: str) -> jwt.PyJWK:
        """The key of this name. Raises TokenError where there is none, and ServiceError where no key can be had."""

    async def close(self) -> None:
        """End what runs in the background."""


class KeyFile:
    """The keys of a file, which is read again when it has changed; while it cannot be read, the last keys are used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._state = self._look()
        try:
            self._keys = _parse(path.read_bytes())
        except (OSError, *FAULTS) as error:
            raise ServiceError(f"KINEGRAPH_JWT_JWKS={path} is not a readable JWKS file: {error}.") from None
        self._next_look = time.monotonic() + LOOK_SECONDS

    async def key(self, name: str) -> jwt.PyJWK:
        """The key of this name. Raises TokenError where there is none."""
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + LOOK_SECONDS
            self._read_changed()
        return _named(self._keys, name)

    async def close(self) -> None:
        """Nothing runs in the background."""

    def _read_changed(self) -> None:
        state = self._look()
        if state == self._state or state is None:
            return
        try:
            self._keys, self._state = _parse(self._path.read_bytes()), state
        except (OSError, *FAULTS) as error:
            log.warning("the changed file of keys cannot be used", extra={"reason": type(error).__name__})

    def _look(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino


class KeyUrl:
    """The keys that a URL publishes. They are fetched when one is first needed, and again as the constants above say.

    There is one fetch at a time, for which all requests that need it wait together. Where it fails, the last set is
    used until it is USABLE_SECONDS old.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._aiohttp = import_module("aiohttp")  # takes 0.2 s; key sets in files do not need it
        self._keys: Keys = {}
        self._fetched = -float("inf")
        self._failed = -float("inf")
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, name: str) -> jwt.PyJWK:
        """The key of this name. Raises TokenError where there is none, and ServiceError where no key can be had."""
        now = time.monotonic()
        age = now - self._fetched
        if age >= FRESH_SECONDS or (name not in self._keys and age >= COOLDOWN_SECONDS):
            if age >= USABLE_SECONDS:
                await asyncio.shield(self._fetch())
            elif now - self._failed >= RETRY_SECONDS:
                with suppress(ServiceError):  # it is logged
                    await asyncio.shield(self._fetch())
        return _named(self._keys, name)

    async def close(self) -> None:
        """End the fetch that runs."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    def _fetch(self) -> asyncio.Task[None]:
        """The fetch that runs, or else a new one."""
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._replace())
        return self._fetching

    async def _replace(self) -> None:
        try:
            async with asyncio.timeout(FETCH_SECONDS), self._aiohttp.ClientSession() as client:
                async with client.get(self._url) as response:
                    response.raise_for_status()
                    body = await response.content.read(MAX_BYTES + 1)
                    while len(body) <= MAX_BYTES and (more := await response.content.read(MAX_BYTES)):
                        body += more
                if len(body) > MAX_BYTES:
                    raise ValueError(f"it has more than {MAX_BYTES:,} bytes")
                self._keys = _parse(body)
                self._fetched = time.monotonic()
        except (OSError, self._aiohttp.ClientError, *FAULTS) as error:  # TimeoutError is an OSError
            self._failed = time.monotonic()
            log.warning("the keys of tokens could not be fetched", extra={"reason": type(error).__name__})
            raise ServiceError(f"The keys of KINEGRAPH_JWT_JWKS cannot be had: {error!r}.") from None


def open_key_set(location: str) -> KeySet:
    """The key set in a file, or at an http(s) URL. Raises ServiceError for a file that is none."""
    if location.startswith(("http://", "https://")):
        return KeyUrl(location)
    return KeyFile(Path(location).absolute())


def _parse(text: bytes) -> Keys:
    """The keys for signatures, and those without a stated use. Raises one of FAULTS, also where there are none."""
    keys = jwt.PyJWKSet.from_json(text.decode()).keys
    named = {key.key_id: key for key in keys if key.public_key_use in ("sig", None) and key.key_id}
    if not named:
        raise ValueError("it has no key for signatures that has a `kid`")
    return named


def _named(keys: Keys, name: str) -> jwt.PyJWK:
    if name not in keys:
        raise TokenError("it names no key that is known")
    return keys[name]
