"""Addresses of this API that it signs itself, and that end.

A signed address is `<base>/<path>?…&expires=…&signature=…`. The signature is an HMAC-SHA256 of its subject (the path,
or a file's method and key) and of all other parameters, so that none can be altered, taken elsewhere or left out.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode


class AddressRefused(Exception):
    """An address that was not signed here, was altered, or has ended; the message says which."""


def signature(secret: bytes, subject: Sequence[str], query: Mapping[str, str]) -> str:
    """The signature of an address with this subject and these other parameters."""
    message = json.dumps([*subject, sorted(query.items())])
    return hmac.new(secret, message.encode(), hashlib.sha256).hexdigest()


def verified(secret: bytes, subject: Sequence[str], query: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The parameters of a signed address. Raises AddressRefused."""
    values = dict(query)
    sent = values.pop("signature", "")
    expected = signature(secret, subject, values)
    if len(values) + 1 != len(query) or not hmac.compare_digest(sent.encode(), expected.encode()):
        raise AddressRefused("This address was not signed by this server, or was altered.")
    if int(values["expires"]) <= time.time():
        raise AddressRefused("This address has expired; ask the API for a new one.")
    return values


class SignedAddresses:
    """Signs addresses below `base`, for so many seconds."""

    def __init__(self, base: str, secret: bytes, seconds: int) -> None:
        self._base = base.rstrip("/")
        self._secret = secret
        self._seconds = seconds

    def sign(self, path: str, values: Mapping[str, str]) -> tuple[str, datetime]:
        """An address with these parameters and the time when it was signed (`issued`), and when it ends."""
        now = datetime.now(UTC).replace(microsecond=0)
        ends = now + timedelta(seconds=self._seconds)
        query = {**values, "issued": str(int(now.timestamp())), "expires": str(int(ends.timestamp()))}
        signed = {**query, "signature": signature(self._secret, (path,), query)}
        return f"{self._base}/{path}?{urlencode(signed)}", ends

    def verified(self, path: str, query: Sequence[tuple[str, str]]) -> dict[str, str]:
        """The parameters of a signed address. Raises AddressRefused."""
        return verified(self._secret, (path,), query)

    def seconds_left(self, values: Mapping[str, str]) -> int:
        """The seconds until a verified address ends."""
        return max(0, int(values["expires"]) - int(time.time()))
