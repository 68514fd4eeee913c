"""New ids, UUIDv7 (RFC 9562), which sort by the time when they were made, so that indexes stay compact; and slugs."""

import re
import unicodedata
from uuid import UUID

from uuid_utils.compat import uuid7


def new_key() -> UUID:
    """A new, unique id."""
    return uuid7()


MAX_SLUG_LENGTH = 100


def slug_of(name: str) -> str:
    """A name as lower-case words with hyphens between them; letters of any script stay, accents are removed."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name).lower() if not unicodedata.combining(c))
    return "-".join(re.findall(r"[^\W_]+", plain))[:MAX_SLUG_LENGTH].strip("-")
