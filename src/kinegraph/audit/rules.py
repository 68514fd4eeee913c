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


WITH_CONDITIONS = ("Patient", "SafetyFinding")
"""The types of rows that show a patient's conditions."""


class AuditAction(StrEnum):
    """The kind of an access to a patient's data."""

    READ = "read"
    CHANGE = "change"


class AuditActorKind(StrEnum):
    """The present relation to the organization of the actor of an entry."""

    MEMBER = "member"
    FORMER_MEMBER = "former_member"
    ERASED = "erased"
    OPERATOR = "operator"


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
    """An entry with its actor: no user for an operator, and for somebody who was erased."""

    id: UUID
    organization_id: UUID
    position: int
    created_at: datetime
    action: AuditAction
    types: list[str]
    actor_kind: AuditActorKind
    actor_pseudonym: UUID | None
    actor_id: UUID | None
    actor_name: str | None
    actor_email: str | None
    hash: str


class PseudonymRow(Protocol):
    """The pseudonym of a user, with the salt that it was derived with; None where the user has none."""

    user_id: UUID
    salt: bytes | None
    pseudonym: UUID | None


def seen(session: ReadSession[Viewer], type_name: str, rows: Iterable[Any], patient: str = "patient_id") -> None:
    """Name the patients of rows that a batch function answers; rows of the viewer's own are left out.

    `patient` is the column of the patient. The rows have the column `organization_id`, too.
    """
    own = session.viewer.user.id
    found = [(row.organization_id, getattr(row, patient)) for row in rows if row is not None]
    session.subjects.update((*key, type_name) for key in found if key[1] != own)
    session.shows_conditions |= type_name in WITH_CONDITIONS and any(key[1] == own for key in found)


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


def pseudonym_of(user_id: UUID, salt: bytes) -> UUID:
    """The pseudonym that follows from a user's id and a salt, as the database's trigger derives it."""
    return UUID(bytes=hashlib.sha256(user_id.bytes + salt).digest()[:16])


def kind_of(pseudonym: UUID | None, user_id: UUID | None, *, is_member: bool) -> AuditActorKind:
    """The kind of an entry's actor: `user_id` is the user whom the pseudonym leads to, None for nobody."""
    if pseudonym is None:
        return AuditActorKind.OPERATOR
    if user_id is None:
        return AuditActorKind.ERASED
    return AuditActorKind.MEMBER if is_member else AuditActorKind.FORMER_MEMBER


def breaks_of(entries: Iterable[EntryRow], previous: bytes, position: int) -> list[int]:
    """The positions at which a chain is broken, behind an entry with this hash and position.

    That is each entry whose position does not follow the one before it, or whose hash is not that of its content.
    """
    found = []
    for entry in entries:
        if entry.position != position + 1 or hash_of(previous, entry) != entry.hash:
            found.append(entry.position)
        previous, position = entry.hash, entry.position
    return found
