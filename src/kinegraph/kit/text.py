"""Texts: their stored form, the form in which two are compared, and slugs.

Two names are the same if `identity_of` says so. A slug is made for addresses: many names may have the same one, so that
it never decides whether two things are equal (docs/domain.md, Names).
"""

import re
import unicodedata


def normalized(text: str) -> str:
    """A text in the form in which it is stored and sought (Unicode NFC): equal characters have equal bytes."""
    return unicodedata.normalize("NFC", text)


def identity_of(name: str) -> str:
    """The form in which names are compared: NFC, without case, each white space one space. Nothing else is dropped."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).split())


MAX_SLUG_LENGTH = 100


def slug_of(name: str) -> str:
    """A name as lower-case words with hyphens between them; letters of any script stay, accents are removed."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name).lower() if not unicodedata.combining(c))
    return "-".join(re.findall(r"[^\W_]+", plain))[:MAX_SLUG_LENGTH].strip("-")
