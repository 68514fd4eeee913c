"""The documents of a manifest: their ids, and what is wrong with them."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from kinegraph.persisted.rules import ID, hash_of
from kinegraph.persisted.rules_documents import HASH_FORM, ID_FORM, MAX_ID_LENGTH

DIGESTS = {32: ("MD5", hashlib.md5), 40: ("SHA-1", hashlib.sha1), 64: ("SHA-256", hashlib.sha256)}
"""Ids of so many hexadecimal digits are these hashes of their texts: Relay's, graphql-codegen's, and everybody's."""


class Entry(Protocol):
    """An entry of a manifest; without an id, the text's hash is it."""

    @property
    def location(self) -> str:
        """Names it in messages."""

    @property
    def id(self) -> str | None:
        """Its id."""

    @property
    def text(self) -> str:
        """Its document."""


@dataclass(frozen=True, slots=True)
class TrustedDocument:
    """A document to be trusted under an id; `name` is that of its operations, `tool` that of the tool it is, if any."""

    location: str
    id: str
    hash: str
    text: str
    name: str = ""
    tool: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with an entry."""

    location: str
    message: str

    def __str__(self) -> str:
        return f"{self.location}: {self.message}"


def documents_of(entries: Iterable[Entry]) -> tuple[list[TrustedDocument], list[Fault]]:
    """The documents of a manifest, each id once, and the faults of ids."""
    documents: dict[str, TrustedDocument] = {}
    faults = []
    for entry in entries:
        hash = hash_of(entry.text)
        id = hash if entry.id is None else _bare(entry.id)
        message = _fault(id, entry.text)
        if (before := documents.get(id)) is not None and before.hash != hash:
            message = f"its id is that of {before.location} too, which has another text."
        if message is not None:
            faults.append(Fault(entry.location, message))
        else:
            documents.setdefault(id, TrustedDocument(entry.location, id, hash, entry.text))
    return [*documents.values()], faults


def _bare(id: str) -> str:
    """An id without the prefix of hashes, which requests may send or leave out."""
    return id.removeprefix("sha256:") if re.fullmatch(r"sha256:[0-9a-fA-F]{64}", id, re.ASCII) else id


def _fault(id: str, text: str) -> str | None:
    if len(id) > MAX_ID_LENGTH or not ID.fullmatch(id):
        return f"its id must be {ID_FORM}."
    if not re.fullmatch(r"[0-9a-fA-F]+", id, re.ASCII) or len(id) not in DIGESTS:
        return None
    name, digest = DIGESTS[len(id)]
    right = digest(text.encode(), usedforsecurity=False).hexdigest()
    if id == right:
        return None
    if id.lower() == right:
        return f"its id must be {HASH_FORM if len(id) == 64 else 'in lower case'}."
    return f"its id is no {name} of its text, which would be {right}. Generate the manifest anew."
