"""Checks of comments: their text, and the files that an edit adds and removes (docs/domain.md, Comments)."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import InvalidInput, NotFound, Path, Refusal, Refused
from kinegraph.media.rules import MAX_ATTACHMENTS
from kinegraph.workout.rules import MAX_COMMENT_LENGTH

MAX_REMOVED = 10
"""The attachments that one edit removes, at most: all that a comment can have."""


def checked_body(body: str, path: Path, checks: Checks) -> str:
    """A comment's text. Faults are recorded in `checks`."""
    return checks.text(body, path, MAX_COMMENT_LENGTH)


def checked_removals(attachment_ids: Sequence[str], path: Path, checks: Checks) -> list[UUID]:
    """The ids of the attachments that an edit removes, as they were sent. Faults are recorded."""
    if len(attachment_ids) > MAX_REMOVED:
        checks.refuse(f"Must be at most {MAX_REMOVED} attachments; these are {len(attachment_ids)}.", *path)
    return checks.all(attachment_ids[:MAX_REMOVED], path, checks.key)


def require_attached(existing: Sequence[UUID], removed: Sequence[UUID], added: int, remove: Path, add: Path) -> None:
    """Check that what an edit removes is there, and that not too many attachments are there afterwards.

    Raises Refused.
    """
    refusals: list[Refusal] = [
        NotFound("The comment has no such attachment.", *remove, index)
        for index, key in enumerate(removed)
        if key not in existing
    ]
    left = len([id for id in existing if id not in removed]) + added
    if left > MAX_ATTACHMENTS:
        refusals.append(InvalidInput(f"A comment has at most {MAX_ATTACHMENTS} files; these would be {left}.", *add))
    if refusals:
        raise Refused(refusals)
