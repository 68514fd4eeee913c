"""The argument `ifUpdatedAt` of mutations that edit, and their answer where the state has changed since it was read.

`updatedAt` is the version of what it stands on: it grows with each change (migration 0016). An edit that sends the one
that it was made for is refused where another is stored now. The mutation compares under the lock that its writes need,
so that of two edits of one version only the first is stored (docs/domain.md, Versions).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any  # the values of a payload, by field

import strawberry

from kinegraph.identity.graph import User
from kinegraph.identity.rules import User as Person
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store_people import EditorRow
from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Conflict, Path

IF_UPDATED_AT = (
    "The `updatedAt` that was read, to its last digit. If another one is stored by now, nothing is written: the "
    "payload has a CONFLICT, who made the change, and what is stored; a deletion is such a change."
)
CHANGED = "make the edit again on what this payload has, and send its updatedAt."
DELETED = "take it out of what you show; if it is still needed, make it anew."
IfUpdatedAt = Annotated[datetime | None, strawberry.argument(description=IF_UPDATED_AT)]


@strawberry.type(description="The change that came between reading something and editing it with ifUpdatedAt.")
class EditConflict:
    updated_by: User | None = strawberry.field(description="Who made it; null where that is not known.")
    updated_at: datetime = strawberry.field(description="When it was made: the version that is stored now.")


def conflict_field() -> Any:
    """Declare the field `conflict` of a payload."""
    return strawberry.field(
        default=None,
        description="Set where ifUpdatedAt is not the stored version: who made the change or the deletion, and when.",
    )


def check_offset(if_updated_at: datetime | None, checks: Checks, *path: str) -> None:
    """Check that a version has an offset from UTC. A fault is recorded in `checks`."""
    if if_updated_at is not None and if_updated_at.tzinfo is None:
        checks.refuse("Must have an offset from UTC: send `updatedAt` as it was read.", *path)


class StaleEdit(Conflict):
    """An edit of another version than the stored one. `payload` has `conflict`, and what is stored now."""

    def __init__(self, conflict: EditConflict, message: str, path: Path, stored: Mapping[str, Any]) -> None:
        super().__init__(message, *path)
        self.payload = {**stored, "conflict": conflict}


def is_stale(if_updated_at: datetime | None, versions: Sequence[datetime]) -> bool:
    """True if an edit was made for a version that is not stored any more. One without an offset is no version."""
    return if_updated_at is not None and if_updated_at.tzinfo is not None and if_updated_at not in versions


def stale_edit(
    viewer: Viewer,
    editor: EditorRow | Person | None,
    version: datetime,
    *path: str,
    is_deleted: bool = False,
    **stored: Any,
) -> StaleEdit:
    """The refusal of a stale edit. `version` is the stored one, `stored` what the payload shows, by field.

    With `is_deleted` it is that of a deleted row, whose last change was the deletion. To be raised in `checks.layer()`,
    so that the faults of the input are reported beside it.
    """
    verb, advice = ("changed", CHANGED) if not is_deleted else ("deleted", DELETED)
    who, name = None, f"It was {verb}"
    if isinstance(editor, Person):
        who = editor
    elif editor is not None and editor.editor_id is not None:
        who = Person(editor.editor_id, editor.editor_name, editor.editor_email, editor.organization_id)
    if who is not None:
        name = f"You {verb} it" if who.id == viewer.user.id else f"{who.name} {verb} it"
    message = f"{name} on {version:%Y-%m-%d at %H:%M:%S} UTC, after it was read. Nothing was stored: {advice}"
    conflict: Any = EditConflict(updated_by=who, updated_at=version)  # type: ignore[arg-type]  # read by field name
    return StaleEdit(conflict, message, path, stored)
