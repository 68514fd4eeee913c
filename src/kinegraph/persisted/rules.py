"""Identifiers of documents: which a request names, their syntax, and what is refused (docs/clients.md).

The syntax is that of GraphQL over HTTP, appendix "Persisted Documents", and of automatic persisted queries as Apollo
and urql send them.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any, NamedTuple, Protocol  # Any: JSON that a client sent

MAX_DOCUMENTS = 1_000
"""Registered documents of one caller, at most."""
MAX_BYTES = 4 * 2**20
"""Bytes of their texts, at most. The largest text that is executed has 400,000."""
LIFETIME = timedelta(days=30)
"""Registered documents that nobody uses or registers for so long are deleted."""
MAX_ID_LENGTH = 255

HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
ID = re.compile(r"(?:x-[A-Za-z0-9._~-]+:)?[A-Za-z0-9._~-]+", re.ASCII)

HASH_FORM = "a SHA-256 in 64 lower-case hexadecimal digits"
ID_FORM = (
    f"`sha256:` and {HASH_FORM}, or an id of 1 to {MAX_ID_LENGTH} of the characters A-Z a-z 0-9 - . _ ~, "
    "such as manifests have"
)
NOT_TRUSTED = (
    "This server executes trusted documents only, and this is none: send the `documentId` of one. "
    "Its operator adds documents to them."
)


class DocumentRefused(Exception):
    """A request whose document is not known, or not allowed; answered with this status, code and message.

    `legacy_status` is that for clients who accept plain JSON alone.
    """

    def __init__(self, code: str, message: str, status: int = 400, legacy_status: int = 200) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.legacy_status = legacy_status


class Identifier(NamedTuple):
    """The identifier of a document in a request: a hash of the text, or an id of a trusted document."""

    key: str
    """The hash, or the id."""
    is_hash: bool
    is_automatic: bool = False
    """True for an automatic persisted query, whose text may be registered."""


class NamedText(Protocol):
    """A request's document: its text, which is empty until it is found, its identifier, or both."""

    query: str
    identifier: Identifier | None
    registers: bool
    """True if the text is to be registered, once it has turned out to be valid."""


def hash_of(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def identifier_of(body: Mapping[str, Any]) -> Identifier | None:
    """The identifier in a request's parameters; None where they have none. Raises DocumentRefused."""
    extensions = body.get("extensions")
    automatic = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    document_id = body.get("documentId")
    if document_id is None:
        return None if automatic is None else _automatic(automatic)
    if automatic is not None:
        raise _malformed("Send `documentId` or `extensions.persistedQuery`, not both.")
    return _document_id(document_id)


def _automatic(sent: Any) -> Identifier:
    """The identifier of an automatic persisted query. One that is no hash may be an id of Apollo's manifest."""
    if not isinstance(sent, dict):
        raise _malformed("`extensions.persistedQuery` must be an object with `version` and `sha256Hash`.")
    version, key = sent.get("version"), sent.get("sha256Hash")
    if type(version) is not int or version != 1:
        # By this code Apollo Client sends texts instead.
        raise _malformed(
            "Persisted queries are taken in version 1 of their protocol: send `version: 1`, or the text alone.",
            "PERSISTED_QUERY_NOT_SUPPORTED",
        )
    if not isinstance(key, str) or (identifier := _automatic_identifier(key)) is None:
        raise malformed_hash()
    return identifier


@lru_cache(1_000)
def _automatic_identifier(key: str) -> Identifier | None:
    """The identifier of a hash; None where it has the syntax of none."""
    return Identifier(key, HASH.fullmatch(key) is not None, is_automatic=True) if _is_id(key) else None


def _document_id(sent: Any) -> Identifier:
    if isinstance(sent, str):
        prefix, colon, hash = sent.partition(":")
        if prefix == "sha256" and colon and HASH.fullmatch(hash):
            return Identifier(hash, is_hash=True)
        if _is_id(sent):
            return Identifier(sent, HASH.fullmatch(sent) is not None)
    raise _malformed(f"`documentId` must be {ID_FORM}.")


def _is_id(text: str) -> bool:
    return len(text) <= MAX_ID_LENGTH and ID.fullmatch(text) is not None


def malformed_hash() -> DocumentRefused:
    """The refusal of a hash that is no SHA-256."""
    return _malformed(f"`extensions.persistedQuery.sha256Hash` must be {HASH_FORM}.")


def _malformed(message: str, code: str = "BAD_REQUEST") -> DocumentRefused:
    return DocumentRefused(code, message, legacy_status=400)


def not_found(identifier: Identifier) -> DocumentRefused:
    """The refusal of a document that is not stored.

    Apollo Client and urql know this very message and code, and send the text after it. The status is 200, as from
    Apollo's server: Apollo's clients for iOS and Kotlin read no errors in a response of another one.
    """
    if not identifier.is_automatic:
        message = "No document has this `documentId`: send the text in `query`, or have the operator import it."
        return DocumentRefused("PERSISTED_DOCUMENT_NOT_FOUND", message, 404)
    if not identifier.is_hash:
        return malformed_hash()
    return DocumentRefused("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound", 200)


def mismatch(identifier: Identifier) -> DocumentRefused:
    """The refusal of a text whose identifier is another's."""
    if identifier.is_automatic:
        message = "`sha256Hash` is not the SHA-256 of `query` in UTF-8: send the hash of this very text."
        return DocumentRefused("PERSISTED_QUERY_HASH_MISMATCH", message)
    message = "`documentId` does not name the document in `query`: send one of the two."
    return DocumentRefused("DOCUMENT_ID_MISMATCH", message)


def not_trusted() -> DocumentRefused:
    """The refusal of a document that is not trusted, where the server executes only those."""
    return DocumentRefused("DOCUMENT_NOT_TRUSTED", NOT_TRUSTED)
