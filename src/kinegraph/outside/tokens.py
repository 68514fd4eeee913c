"""Bearer tokens (RFC 6750, 7519) by PyJWT: HS256 with a shared secret, RS256 and ES256 with a JWKS."""

import time
from collections.abc import Mapping, Sequence
from sys import getsizeof
from typing import Any, Protocol  # Any: claims are JSON

import jwt

from kinegraph.outside.errors import ServiceError
from kinegraph.outside.key_sets import TokenError, open_key_set

ALGORITHMS = ("HS256", "RS256", "ES256")
"""The algorithms of signatures that can be accepted: HS256 with a secret, the others with a key set."""
CACHED_SECONDS = 60
LEEWAY_SECONDS = 30
"""Difference that is tolerated between the clocks of this server and of the issuer, unless a setting says otherwise."""
TIMES = ("exp", "nbf", "iat")
LAST_SECOND = 253_402_300_799
"""The end of the year 9999, in seconds since 1970: a later time is an error, such as milliseconds."""


class TokenCache(Protocol):
    """A bounded cache of values by key and version."""

    def get(self, key: tuple[str, str], version: None = None) -> Any:
        """The value of a key, or None."""

    def put(self, key: tuple[str, str], version: None, value: Any, value_bytes: int) -> None:
        """Cache a value of this size."""


class Tokens:
    """Signs and checks tokens. `jwks` is a file or an http(s) URL of a JSON Web Key Set (RFC 7517).

    A token's algorithm must be one of `algorithms`: HS256, which needs the secret, RS256 or ES256, which need `jwks`.
    `leeway_seconds` is the tolerated difference between this server's clock and the issuer's.
    """

    def __init__(
        self,
        secret: str | None,
        jwks: str | None = None,
        audience: str | None = None,
        issuer: str | None = None,
        *,
        algorithms: Sequence[str] = ALGORITHMS,
        leeway_seconds: int = LEEWAY_SECONDS,
    ) -> None:
        if not secret and not jwks:
            raise ServiceError("No way to check tokens: set KINEGRAPH_JWT_SECRET or KINEGRAPH_JWT_JWKS.")
        self._secret = secret
        self._audience = audience
        self._issuer = issuer
        self._algorithms = frozenset(algorithms)
        self.leeway_seconds = leeway_seconds
        self._keys = open_key_set(jwks) if jwks else None
        self.cache: TokenCache | None = None
        """The cache for claims of valid tokens; None for none.

        The key is the token's text, complete since the secret does not change. An entry is used for CACHED_SECONDS, or
        until the token expires. It is bounded by the cache that it is in. Only tokens of the secret are cached.
        """

    def sign(self, claims: Mapping[str, Any], lifetime_seconds: int) -> str:
        """A token with these claims, signed with the shared secret."""
        if not self._secret:
            raise ServiceError("Tokens are signed elsewhere here: KINEGRAPH_JWT_SECRET is not set.")
        now = int(time.time())
        times = {"iat": now, "exp": now + lifetime_seconds}
        bounds = {"aud": self._audience, "iss": self._issuer}
        return jwt.encode(
            {**claims, **times, **{k: v for k, v in bounds.items() if v}}, self._secret, algorithm="HS256"
        )

    async def close(self) -> None:
        """End what runs in the background."""
        if self._keys is not None:
            await self._keys.close()

    async def check(self, token: str) -> Mapping[str, Any]:
        """The claims of a valid token. Raises TokenError, or ServiceError where the key set cannot be read.

        The claims of a token that the shared secret signed are cached.
        """
        cached = self.cache.get(("token", token)) if self.cache is not None else None
        if cached is not None and time.time() < cached[0]:
            cached_claims: Mapping[str, Any] = cached[1]
            return cached_claims
        algorithm, claims = await self._decode(token)
        for name in TIMES:
            if not _is_time(claims.get(name, 0)):
                raise TokenError(f"its {name} is no time in seconds since 1970")
        if algorithm == "HS256" and self.cache is not None:
            until = min(time.time() + CACHED_SECONDS, float(claims["exp"]))
            self.cache.put(("token", token), None, (until, claims), _size(claims))
        return claims

    async def _decode(self, token: str) -> tuple[str, Mapping[str, Any]]:
        """The algorithm and the claims of a token. Raises TokenError, ServiceError."""
        try:
            header = jwt.get_unverified_header(token)
            algorithm = header.get("alg")
            key = await self._key_for(header, algorithm)
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[str(algorithm)],
                audience=self._audience,
                issuer=self._issuer,
                leeway=self.leeway_seconds,
                options={"require": ["exp"], "verify_aud": self._audience is not None},
            )
        except (TokenError, ServiceError):
            raise
        except Exception as error:  # PyJWT raises errors of other classes, too, for malformed tokens
            raise TokenError(type(error).__name__) from None  # the message may repeat the token
        return str(algorithm), claims

    async def _key_for(self, header: Mapping[str, Any], algorithm: Any) -> Any:
        """The key for a token. The token's header must name an algorithm for which this server has a key."""
        is_allowed = isinstance(algorithm, str) and algorithm in self._algorithms
        if is_allowed and algorithm == "HS256" and self._secret:
            return self._secret
        if is_allowed and algorithm != "HS256" and self._keys is not None:
            return (await self._keys.key(str(header.get("kid")))).key
        raise TokenError("its algorithm is not accepted")


def _size(value: Any) -> int:
    """The memory of a JSON value, in bytes."""
    below = (*value, *value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()
    return getsizeof(value) + sum(map(_size, below))


def _is_time(value: Any) -> bool:
    """True if a claim is a NumericDate (RFC 7519): a number, of a year up to 9999."""
    return type(value) in (int, float) and -LAST_SECOND <= value <= LAST_SECOND


__all__ = ["TokenError", "Tokens"]
