"""Idempotency keys: their syntax, which requests are the same, and which answers are stored."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol  # Any: variables are JSON

import orjson
from zstandard import ZstdCompressor, ZstdDecompressor

from kinegraph.identity.rules import Viewer

LIFETIME = timedelta(hours=24)
MAX_KEY_LENGTH = 255
MAX_KEYS = 10_000
"""Maximum number of stored keys of a user; the worker deletes those older than LIFETIME."""
MAX_ANSWER_BYTES = 128 * 1024
"""The size of a stored answer, compressed, at most."""

_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_BARE = re.compile(r"[!#-+\--:<-\[\]-~]+")


class KeyRefused(Exception):
    """A request that cannot be executed with its key; answered with this status, code and message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class AnsweredBefore(Exception):
    """The request was executed before; `answer` is the JSON text of its data."""

    def __init__(self, answer: bytes) -> None:
        super().__init__("answered before")
        self.answer = answer


class ExecutedRequest(Protocol):
    """A request that was executed with a key; `answer` is None where it is not stored."""

    request_hash: bytes
    answer: bytes | None


def parsed_key(values: Sequence[str]) -> str | None:
    """The key in the values of the header, a quoted string or a bare one; None without the header. Raises KeyRefused.

    The quoted form is that of draft-ietf-httpapi-idempotency-key-header; both forms of a text are the same key.
    """
    if not values:
        return None
    text = values[0].strip()
    quoted = _QUOTED.fullmatch(text)
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text
    if len(values) > 1 or not (quoted or _BARE.fullmatch(text)) or not 1 <= len(key) <= MAX_KEY_LENGTH:
        message = (
            f"The header Idempotency-Key takes one string of 1 to {MAX_KEY_LENGTH} ASCII characters, such as a UUID, "
            "in double quotes or without; without, it has no spaces, quotes, commas, semicolons and backslashes."
        )
        raise KeyRefused(400, "BAD_REQUEST", message)
    return key


def request_hash(query: str, variables: Mapping[str, Any] | None, operation_name: str | None) -> bytes:
    """A hash of everything in a request's body that decides what it does."""
    body = orjson.dumps([query, variables or {}, operation_name], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(body).digest()


def rights_of(viewer: Viewer) -> bytes:
    """A hash of the viewer's memberships: an answer is sent again only while they are as they were."""
    roles = sorted((str(id), membership.role.value) for id, membership in viewer.by_organization.items())
    return hashlib.sha256(orjson.dumps(roles)).digest()


def stored_form(answer: bytes, viewer: Viewer) -> bytes | None:
    """An answer as it is stored, compressed, behind the viewer's rights; None where it is too large."""
    compressed = ZstdCompressor().compress(answer)
    return rights_of(viewer) + compressed if len(compressed) <= MAX_ANSWER_BYTES else None


def answer_of(executed: ExecutedRequest, sent_hash: bytes, viewer: Viewer) -> bytes:
    """The stored answer to a request that is sent again. Raises KeyRefused."""
    if executed.request_hash != sent_hash:
        message = "This Idempotency-Key was used with another request; send each request with a key of its own."
        raise KeyRefused(422, "IDEMPOTENCY_KEY_REUSED", message)
    rights = rights_of(viewer)
    if executed.answer is None or not executed.answer.startswith(rights):
        message = (
            "This request was answered before, and is not executed again. Its answer is not there any more: it was "
            "large or showed a patient, or your rights have changed, or somebody was erased. Query what is stored now."
        )
        raise KeyRefused(409, "IDEMPOTENT_ANSWER_NOT_STORED", message)
    return ZstdDecompressor().decompress(executed.answer[len(rights) :])
