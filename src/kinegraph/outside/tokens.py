"""Bearer tokens (RFC 6750, 7519) by PyJWT: HS256 with a shared secret, RS256 and ES256 with a JWKS."""

import asyncio
import time
from collections.abc import Mapping
from sys import getsizeof
from typing import Any, Protocol

import jwt

from kinegraph.outside.errors import ServiceError
from kinegraph.outside.key_sets import TokenError, open_key_set, published_key

CACHED_SECONDS = 60
LEEWAY_SECONDS = 30
TIMES = ("exp", "nbf", "iat")
LAST_SECOND = 253_402_300_799
"""The end of the year 9999: a time after it is a mistake, such as milliseconds."""


class TokenCache(Protocol):
    """A bounded cache of values by key and version."""

    def get(self, key: tuple[str, str], version: None = None) -> Any:
        """The value of a key, or None."""

    def put(self, key: tuple[str, str], version: None, value: Any, value_bytes: int) -> None:
        """Hold a value that takes so many bytes."""


class Tokens:
    """Signs and checks tokens. `jwks` is a file or an http(s) URL of a JSON Web Key Set (RFC 7517)."""

    def __init__(
        self, secret: str | None, jwks: str | None = None, audience: str | None = None, issuer: str | None = None
    ) -> None:
        if not secret and not jwks:
            raise ServiceError("No way to check tokens: set KINEGRAPH_JWT_SECRET or KINEGRAPH_JWT_JWKS.")
        self._secret = secret
        self._audience = audience
        self._issuer = issuer
        self._keys = open_key_set(jwks) if jwks else None
        self.cache: TokenCache | None = None
        """Where claims of tokens that hold are cached, by the token's text; None for nowhere."""

    def sign(self, claims: Mapping[str, Any], lifetime_seconds: int) -> str:
        """A token for these claims, by the shared secret."""
        if not self._secret:
            raise ServiceError("Tokens are signed elsewhere here: KINEGRAPH_JWT_SECRET is not set.")
        now = int(time.time())
        times = {"iat": now, "exp": now + lifetime_seconds}
        bounds = {"aud": self._audience, "iss": self._issuer}
        return jwt.encode(
            {**claims, **times, **{k: v for k, v in bounds.items() if v}}, self._secret, algorithm="HS256"
        )

    async def check(self, token: str) -> Mapping[str, Any]:
        """The claims of a token that holds. Raises TokenError, or ServiceError where the keys cannot be had.

        One that our own secret signed is looked at again after a minute: it cannot become worse but by its time.
        """
        cached = self.cache.get(("token", token)) if self.cache is not None else None
        if cached is not None and time.time() < cached[0]:
            found: Mapping[str, Any] = cached[1]
            return found
        algorithm, claims = await self._decode(token)
        for name in TIMES:
            if not _is_time(claims.get(name, 0)):
                raise TokenError(f"The token's `{name}` is no time: it must be seconds since 1970.")
        if algorithm == "HS256" and self.cache is not None:
            until = min(time.time() + CACHED_SECONDS, float(claims["exp"]))
            self.cache.put(("token", token), None, (until, claims), _size(claims))
        return claims

    async def _decode(self, token: str) -> tuple[str, Mapping[str, Any]]:
        """The algorithm and the claims of a token that holds."""
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
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp"], "verify_aud": self._audience is not None},
            )
        except jwt.ExpiredSignatureError:
            raise TokenError("The token has expired; sign in again.") from None
        except (TokenError, ServiceError):
            raise
        except jwt.PyJWTError as error:
            is_number = type(error.__cause__) is ValueError  # Python's message about an integer of too many digits
            reason = str(error).partition(":")[0] if is_number else _shown(error)
            raise TokenError(f"The token does not hold: {reason}.") from None
        except Exception as error:  # whatever else decoding raises, it is over what the token holds
            raise TokenError(f"The token does not hold: {type(error).__name__}.") from None
        return str(algorithm), claims

    async def _key_for(self, header: Mapping[str, Any], algorithm: Any) -> Any:
        """The key that a token must be signed with. An algorithm is never taken on the token's word alone."""
        if algorithm == "HS256" and self._secret:
            return self._secret
        if algorithm in ("RS256", "ES256") and self._keys is not None:
            found: jwt.PyJWK = await asyncio.to_thread(published_key, self._keys, header)
            return found.key
        raise TokenError(f"Tokens signed with {_shown(algorithm)!r} are not taken here.")


def _shown(value: object) -> str:
    """A value that a token holds as it is repeated in a message: short, and nothing that UTF-8 cannot write."""
    return str(value)[:200].encode(errors="replace").decode()


def _size(value: Any) -> int:
    """The bytes that a value of JSON takes in memory."""
    below = (*value, *value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()
    return getsizeof(value) + sum(map(_size, below))


def _is_time(value: Any) -> bool:
    """Whether a claim is a NumericDate (RFC 7519): a number, in a year that there is."""
    return type(value) in (int, float) and -LAST_SECOND <= value <= LAST_SECOND


__all__ = ["TokenError", "Tokens"]
