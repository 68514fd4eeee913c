"""Cursors of events: a position, which is of one user and one subscription."""

import base64
import binascii
import hashlib
from uuid import UUID

MAX_CURSOR_LENGTH = 200
"""Characters of a cursor; they have about 50."""
MAX_POSITION = 2**63 - 1


def encode_cursor(position: int, user_id: UUID, scope: str = "") -> str:
    """The cursor of a position for one user in one subscription (`scope`); without a scope, in all of theirs.

    It is not signed, since it opens nothing: every event is authorized when it is delivered. It names its user and
    subscription (by a hash) so that one which was mixed up is refused, and does not skip events silently.
    """
    text = f"{position}.{_owner(user_id, scope)}"
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str, user_id: UUID, scope: str) -> int | None:
    """The position of a cursor; None for one of another user or subscription, and for what is no cursor."""
    if len(cursor) > MAX_CURSOR_LENGTH:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        position, _, owner = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii").partition(".")
    except (UnicodeError, binascii.Error):
        return None
    if owner not in (_owner(user_id, scope), _owner(user_id, "")) or not position.isdigit() or len(position) > 19:
        return None
    return min(int(position), MAX_POSITION)


def _owner(user_id: UUID, scope: str) -> str:
    return hashlib.blake2b(f"{user_id} {scope}".encode(), digest_size=12).hexdigest()
