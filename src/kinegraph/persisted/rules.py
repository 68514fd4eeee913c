"""Identifiers of documents: which a request names, their syntax, and what is refused (docs/clients.md).

The syntax is that of GraphQL over HTTP, appendix "Persisted Documents", and of automatic persisted queries as Apollo
and urql send them.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any  # Any: JSON that a client sent

from kinegraph.persisted.rules_documents import ID_FORM, MAX_ID_LENGTH, Identifier, malformed, malformed_hash

MAX_DOCUMENTS = 1_000
"""Registered documents of one caller, at most."""
MAX_BYTES = 4 * 2**20
"""Bytes of their texts, at most. The largest text that is executed has 400,000."""
LIFETIME = timedelta(days=30)
"""Registered documents that nobody uses or registers for so long are deleted."""
HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
ID = re.compile(r"(?:x-[A-Za-z0-9._~-]+:)?[A-Za-z0-9._~-]+", re.ASCII)


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
        raise malformed("Send `documentId` or `extensions.persistedQuery`, not both.")
    return _document_id(document_id)


def _automatic(sent: Any) -> Identifier:
    """The identifier of an automatic persisted query. One that is no hash may be an id of Apollo's manifest."""
    if not isinstance(sent, dict):
        raise malformed("`extensions.persistedQuery` must be an object with `version` and `sha256Hash`.")
    version, key = sent.get("version"), sent.get("sha256Hash")
    if type(version) is not int or version != 1:
        # By this code Apollo Client sends texts instead.
        raise malformed(
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
    raise malformed(f"`documentId` must be {ID_FORM}.")


def _is_id(text: str) -> bool:
    return len(text) <= MAX_ID_LENGTH and ID.fullmatch(text) is not None
