"""Files of canonical exercises in the object storage: the keys that may be read, and their sizes."""

import re

SEEDS = "seeds/"
"""The prefix of the keys that may be read: no other object of the storage can be named."""

MAX_KEY_LENGTH = 200
MAX_OBJECT_BYTES = 16 * 1024 * 1024
"""Maximum size of an object: some 8,000 exercises like those that ship with Kinegraph."""

KEY_FAULT = (
    f'Must be the key of a JSON file under {SEEDS}, such as "{SEEDS}exercises.json": letters, digits, dots, '
    f"hyphens and underscores, at most {MAX_KEY_LENGTH} characters."
)

_KEY = re.compile(SEEDS + r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*\.json")


def is_seed_key(key: str) -> bool:
    """True if this is the key of an object that may be read for seeding. No name in it begins with a dot."""
    return len(key) <= MAX_KEY_LENGTH and _KEY.fullmatch(key) is not None


def size_fault(size: int) -> str | None:
    """Why an object of this size is not read; None if it may be."""
    if size == 0:
        return "is empty."
    if size > MAX_OBJECT_BYTES:
        most = f"{MAX_OBJECT_BYTES // 2**20} MB"
        return f"has {size:,} bytes; at most {most} are read. Divide it into several files, and seed each."
    return None
