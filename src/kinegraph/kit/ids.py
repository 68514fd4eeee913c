"""New ids: UUIDv7 (RFC 9562), which sort by the time when they were made and so keep indexes compact."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_key() -> UUID:
    """An id that nothing else has."""
    return uuid7()
