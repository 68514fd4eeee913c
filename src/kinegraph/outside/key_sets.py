"""Published keys (JSON Web Key Sets, RFC 7517) in a file or at a URL, by PyJWT."""

from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any, Protocol  # Any: a token's header is JSON

import jwt

from kinegraph.outside.errors import ServiceError

FAULTS = (
    OSError,
    HTTPException,
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
    RecursionError,
    jwt.PyJWTError,
)
"""The errors of reading a malformed key set."""


class TokenError(Exception):
    """A token that is not valid; the message says why, for its sender."""


class KeySet(Protocol):
    """The keys that tokens may be signed with."""

    def get_signing_keys(self) -> list[jwt.PyJWK]:
        """All keys for signatures."""

    def get_signing_key(self, kid: str) -> jwt.PyJWK:
        """The key of this name. Raises PyJWKClientError where there is none."""


class KeyFile:
    """The keys of a file, as it was when the process started."""

    def __init__(self, path: Path) -> None:
        try:
            self._keys = jwt.PyJWKSet.from_json(path.read_text()).keys
        except FAULTS as error:
            raise ServiceError(f"KINEGRAPH_JWT_JWKS={path} is not a readable JWKS file: {error}.") from None

    def get_signing_keys(self) -> list[jwt.PyJWK]:
        """The keys for signatures, and those without a stated use."""
        return [key for key in self._keys if key.public_key_use in ("sig", None)]

    def get_signing_key(self, kid: str) -> jwt.PyJWK:
        """The key of this name. Raises PyJWKClientError where there is none."""
        for key in self.get_signing_keys():
            if key.key_id == kid:
                return key
        raise jwt.PyJWKClientError(f"there is no key {kid!r}")


def open_key_set(location: str) -> KeySet:
    """The key set in a file, or at an http(s) URL.

    PyJWT fetches a URL when a key is first needed, and caches the set for five minutes; for a key that is not in it, it
    is fetched again, at most every 30 seconds.
    """
    if location.startswith(("http://", "https://")):
        return jwt.PyJWKClient(location, lifespan=300, timeout=5, cooldown_duration=30)
    return KeyFile(Path(location).absolute())


def published_key(keys: KeySet, header: Mapping[str, Any]) -> jwt.PyJWK:
    """The key that a token's header names. Raises TokenError, and ServiceError where the key set cannot be read."""
    try:
        keys.get_signing_keys()
    except FAULTS as error:
        raise ServiceError(f"The keys of KINEGRAPH_JWT_JWKS cannot be had: {error}.") from None
    try:
        return keys.get_signing_key(str(header.get("kid")))
    except FAULTS:
        raise TokenError("The token names no key that is known here.") from None
