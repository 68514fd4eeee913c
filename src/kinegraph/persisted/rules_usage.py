"""Counting how often documents are used, by the name and version that clients give themselves."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

MAX_GATHERED = 10_000
"""Counts in memory, by document and client. Once there are so many, uses by further clients are added up as OTHERS, by
document; once there are twice as many, they are not counted."""
MAX_CLIENTS = 100
"""Clients of one document that are stored, at most; the least recently used are added to OTHERS."""
MAX_LENGTH = 100
"""Length of a client's name, and of its version, in characters; the rest is cut off."""
OTHERS = "(others)"

NAME, VERSION = b"graphql-client-name", b"graphql-client-version"
APOLLO_NAME, APOLLO_VERSION = b"apollographql-client-name", b"apollographql-client-version"
HEADERS = frozenset({NAME, VERSION, APOLLO_NAME, APOLLO_VERSION})

Headers = Iterable[tuple[bytes, bytes]]
"""The headers of a request as ASGI has them: names in lower case."""


@dataclass(frozen=True, slots=True)
class Use:
    """The number of uses of a document by one client."""

    hash: str
    name: str
    version: str
    uses: int


@dataclass(slots=True)
class Usage:
    """The counts that are not written yet."""

    counts: dict[tuple[str, bytes, bytes], int] = field(default_factory=dict)
    """By the document's hash, and the client's name and version as they were sent."""

    def count(self, hash: str, headers: Headers) -> None:
        """Count one use; without headers, one of a client without a name."""
        name = version = apollo_name = apollo_version = b""
        for header, value in headers:
            if header in HEADERS:
                if header == NAME:
                    name = value[: 4 * MAX_LENGTH]
                elif header == VERSION:
                    version = value[: 4 * MAX_LENGTH]
                elif header == APOLLO_NAME:
                    apollo_name = value[: 4 * MAX_LENGTH]
                else:
                    apollo_version = value[: 4 * MAX_LENGTH]
        key = (hash, name or apollo_name, version or apollo_version)
        if (before := self.counts.get(key)) is not None:
            self.counts[key] = before + 1
            return
        if len(self.counts) >= MAX_GATHERED:
            key = (hash, OTHERS.encode(), b"")
            if len(self.counts) >= 2 * MAX_GATHERED:
                return
        self.counts[key] = self.counts.get(key, 0) + 1

    def take(self) -> list[Use]:
        """The counts, sorted, which are forgotten here."""
        counts, self.counts = self.counts, {}
        sums: dict[tuple[str, str, str], int] = {}
        for (hash, name, version), uses in counts.items():
            key = (hash, _shown(name), _shown(version))
            sums[key] = sums.get(key, 0) + uses
        return [Use(*key, uses) for key, uses in sorted(sums.items())]

    def put_back(self, uses: Iterable[Use]) -> None:
        """Add counts that could not be written."""
        for use in uses:
            key = (use.hash, use.name.encode(), use.version.encode())
            if key in self.counts or len(self.counts) < MAX_GATHERED:
                self.counts[key] = self.counts.get(key, 0) + use.uses


def _shown(sent: bytes) -> str:
    """A client's name or version as it is stored: printable, and not too long."""
    text = sent.decode("utf-8", "replace")
    printable = "".join(c if c.isprintable() else " " for c in text)
    return re.sub(r"\s+", " ", printable).strip()[:MAX_LENGTH]
