"""New ids: UUIDv7 (RFC 9562), which sort by the time when they were made and so keep indexes compact; and slugs."""

import re
import unicodedata
from uuid import UUID

from uuid_utils.compat import uuid7


def new_key() -> UUID:
    """An id that nothing else has."""
    return uuid7()


MAX_SLUG_LENGTH = 100


def slug_of(name: str) -> str:
    """A name in lower-case words joined by hyphens; letters of any script stay, accents go."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name).lower() if not unicodedata.combining(c))
    return "-".join(re.findall(r"[^\W_]+", plain))[:MAX_SLUG_LENGTH].strip("-")
