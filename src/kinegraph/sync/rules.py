"""Cursors of the change feed, and which page follows one (docs/sync.md)."""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any, Protocol  # Any: values of a cursor, before they are checked
from uuid import UUID

import orjson

from kinegraph.kit.checks import Checks, parse_key
from kinegraph.patient.rules import patient_id

MAX_CHANGES, DEFAULT_CHANGES = 500, 100
MAX_CURSOR_LENGTH = 100_000
"""Maximum number of characters of a cursor: up to 20 for each transaction that runs when it is made."""

EXERCISE, PATIENT = "EffectiveExercise", "Patient"
TYPES = ("AssignmentResult", EXERCISE, "Enrollment", "ExerciseLog", PATIENT, "PlanVersion", "WorkoutAssignment")
"""The types of the objects that apps show."""
NOTHING = "3:3:"
"""The snapshot that has no transaction: 3 is the number of a server's first one."""
START = ("", UUID(int=0), UUID(int=0))
FORM = "changes 1"
SNAPSHOT = re.compile(r"([0-9]{1,19}):([0-9]{1,19}):([0-9]{1,19}(?:,[0-9]{1,19})*)?")

OTHER_CURSOR = "Must be a cursor that `changes` gave to this user, unchanged; without one, send null to sync anew."
OLD_CURSOR = (
    "This cursor is too old: removals after it are no longer stored. Delete what the app stores of the server, but for "
    "what it has still to send, and send null to sync anew."
)
OTHER_SERVER = (
    "This cursor is of a database that was restored or replaced since. Delete what the app stores of the server, but "
    "for what it has still to send, and send null to sync anew."
)

ObjectKey = tuple[str, UUID, UUID]
"""The key of an object in the order of a page: its type, its organization and its id."""


class ChangeKind(StrEnum):
    """The kind of a change of an object."""

    UPSERT = "upsert"
    TOMBSTONE = "tombstone"


class Now(Protocol):
    """The current snapshot, the mark of the server and the database, the time, and since when removals are stored."""

    snapshot: str
    server: str
    now: datetime
    stored_since: datetime | None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change of an object of a person."""

    type: str
    organization_id: UUID
    key: UUID
    is_removed: bool
    changed_at: datetime

    @property
    def object_id(self) -> str:
        """The id by which `node` finds the object."""
        if self.type == PATIENT:
            return patient_id(self.organization_id, self.key)
        return f"{self.organization_id}:{self.key}" if self.type == EXERCISE else str(self.key)

    @property
    def kind(self) -> ChangeKind:
        """Whether it was changed or removed."""
        return ChangeKind.TOMBSTONE if self.is_removed else ChangeKind.UPSERT


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where an app is: it has everything up to the snapshot `base`, and of `target` what lies up to `place`.

    Without `target` it has applied all pages of one snapshot. `base` is NOTHING where it began anew. `since` is when
    the snapshot was taken that the app has all removals up to.
    """

    server: str
    user_id: UUID
    since: datetime
    base: str = NOTHING
    target: str | None = None
    target_at: datetime | None = None
    place: ObjectKey = START

    def encoded(self) -> str:
        """As opaque text, URL-safe."""
        target_at = self.target_at and self.target_at.isoformat()
        app = FORM, self.server, self.user_id, self.since.isoformat()
        values = [*app, self.base, self.target, target_at, *self.place]
        return base64.urlsafe_b64encode(orjson.dumps(values, default=str)).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class ChangePage:
    """A page of changes, with the cursor that is to be stored when they have been applied."""

    changes: Sequence[ChangeRow]
    cursor: str
    has_next_page: bool


def checked_arguments(since: str | None, first: int | None, user_id: UUID) -> tuple[Cursor | None, int]:
    """The cursor and the size of the page. Raises Refused with all faults, by their arguments."""
    checks = Checks()
    if first is not None and not 1 <= first <= MAX_CHANGES:
        checks.refuse(f"Must be from 1 to {MAX_CHANGES}; go on with the page's `cursor`.", "first")
    cursor = None if since is None else decoded(since)
    if since is not None and (cursor is None or cursor.user_id != user_id):
        checks.refuse(OTHER_CURSOR, "since")
    checks.done()
    return cursor, DEFAULT_CHANGES if first is None else first


def check_state(cursor: Cursor | None, state: Now) -> None:
    """Raise Refused where changes after the cursor may no longer be known."""
    checks = Checks()
    if cursor is not None and cursor.server != state.server:
        checks.refuse(OTHER_SERVER, "since")
    elif cursor is not None and state.stored_since is not None and cursor.since < state.stored_since:
        checks.refuse(OLD_CURSOR, "since")
    checks.done()


def next_target(cursor: Cursor | None, state: Now, user_id: UUID) -> Cursor:
    """The cursor with a target: the one that it has, else the database as it is now."""
    if cursor is not None and cursor.target is not None:
        return cursor
    since, base = (state.now, NOTHING) if cursor is None else (cursor.since, cursor.base)
    return Cursor(state.server, user_id, since, base, state.snapshot, state.now)


def page_of(rows: Sequence[ChangeRow], size: int, at: Cursor, state: Now) -> ChangePage:
    """The page of rows that were read for a cursor with a target, one more than the page has."""
    shown = rows[:size]
    if len(rows) > size:
        last = shown[-1]
        place = last.type, last.organization_id, last.key
        further = Cursor(at.server, at.user_id, at.since, at.base, at.target, at.target_at, place)
        return ChangePage(shown, further.encoded(), has_next_page=True)
    reached = Cursor(at.server, at.user_id, at.target_at or state.now, at.target or state.snapshot)
    return ChangePage(shown, reached.encoded(), has_next_page=at.target != state.snapshot)


def decoded(text: str) -> Cursor | None:
    """The cursor in a text; None where it has none."""
    if len(text) > MAX_CURSOR_LENGTH:
        return None
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        values = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (UnicodeEncodeError, binascii.Error, orjson.JSONDecodeError):
        return None
    if not isinstance(values, list) or len(values) != 10 or values[0] != FORM:
        return None
    _, server, user, since, base, target, target_at, type_name, organization, object_id = values
    keys = [_key(value) for value in (user, organization, object_id)]
    moments = [_moment(since), _moment(since if target_at is None else target_at)]
    is_whole = (target is None) == (target_at is None) and isinstance(server, str) and type_name in ("", *TYPES)
    snapshots = (base, base if target is None else target)
    if not is_whole or None in keys or None in moments or not all(map(is_snapshot, snapshots)):
        return None
    ends = None if target is None else moments[1]
    return Cursor(server, keys[0], moments[0], base, target, ends, (type_name, keys[1], keys[2]))  # type: ignore[arg-type]  # None was excluded


def is_snapshot(value: Any) -> bool:
    """True for the text of a snapshot that PostgreSQL reads (pg_snapshot): xmin, xmax and the transactions between."""
    found = SNAPSHOT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return False
    least, most = int(found[1]), int(found[2])
    running = [int(number) for number in found[3].split(",")] if found[3] else []
    is_sorted = all(one < other for one, other in pairwise(running))
    return 0 < least <= most < 2**63 and is_sorted and all(least <= number < most for number in running)


def _key(value: Any) -> UUID | None:
    return parse_key(value) if isinstance(value, str) else None


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
