"""Who was seen by whom, and the hash chain of an organization's entries."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol  # Any: rows of every room
from uuid import UUID

from kinegraph.identity.rules import Viewer
from kinegraph.kit.sessions import ReadSession

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class AuditAction(StrEnum):
    """The kind of an access to a patient's data."""

    READ = "read"
    CHANGE = "change"


class EntryRow(Protocol):
    """An entry. `actor` and `subject` are pseudonyms of users; nobody is the actor of what an operator did."""

    id: UUID
    organization_id: UUID
    position: int
    created_at: datetime
    actor: UUID | None
    subject: UUID
    action: str
    types: Sequence[str]
    request: UUID
    hash: bytes


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """An entry with its actor: None for an operator, and for somebody who was erased."""

    id: UUID
    organization_id: UUID
    position: int
    created_at: datetime
    action: AuditAction
    types: list[str]
    actor_id: UUID | None
    hash: str


def seen(session: ReadSession[Viewer], type_name: str, rows: Iterable[Any], patient: str = "patient_id") -> None:
    """Name the patients of rows that a batch function answers; rows of the viewer's own are left out.

    `patient` is the column of the patient. The rows have the column `organization_id`, too.
    """
    own = session.viewer.user.id
    found = ((row.organization_id, getattr(row, patient)) for row in rows if row is not None)
    session.subjects.update((*key, type_name) for key in found if key[1] != own)


def text_of(entry: EntryRow) -> str:
    """The text of an entry that its hash is of, as the database's function kinegraph_audit_text makes it."""
    microseconds = (entry.created_at - EPOCH) // timedelta(microseconds=1)
    actor = "" if entry.actor is None else entry.actor
    types = ",".join(entry.types)
    fields = (entry.organization_id, entry.position, microseconds, actor, entry.subject, entry.action, types)
    return "|".join(map(str, (*fields, entry.request)))


def hash_of(previous: bytes, entry: EntryRow) -> bytes:
    """The hash of an entry behind the one with the hash `previous`, which is empty for the first one."""
    return hashlib.sha256(previous + text_of(entry).encode()).digest()


def break_of(entries: Iterable[EntryRow], previous: bytes, position: int) -> int | None:
    """The first position at which a chain is broken, behind an entry with this hash and position; None for none."""
    for entry in entries:
        position += 1
        if entry.position != position or hash_of(previous, entry) != entry.hash:
            return position
        previous = entry.hash
    return None
