"""Documents of requests: how they are identified, and the refusals of identifiers (docs/clients.md)."""

from typing import NamedTuple, Protocol

MAX_ID_LENGTH = 255
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


def malformed_hash() -> DocumentRefused:
    """The refusal of a hash that is no SHA-256."""
    return malformed(f"`extensions.persistedQuery.sha256Hash` must be {HASH_FORM}.")


def malformed(message: str, code: str = "BAD_REQUEST") -> DocumentRefused:
    """The refusal of identifiers that no request may have."""
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
