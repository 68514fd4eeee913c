"""Texts: their stored form, the form in which two are compared, and slugs.

Two names are the same if `identity_of` says so. A slug is made for addresses: many names may have the same one, so that
it never decides whether two things are equal (docs/domain.md, Exercises).
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from itertools import count


def normalized(text: str) -> str:
    """A text in the form in which it is stored and sought (Unicode NFC): equal characters have equal bytes."""
    return unicodedata.normalize("NFC", text)


def identity_of(name: str) -> str:
    """The form in which names are compared: NFC, without case, each white space one space. Nothing else is dropped."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).split())


COMMAS = ",\u060c\u3001\uff0c\ufe50\ufe51\uff64"
"""The comma, and those of the Arabic and CJK scripts."""
SEMICOLONS = ";\u061b\uff1b\ufe54"
"""The semicolon, and those of the Arabic and CJK scripts."""
LINE_ENDS = "\n\r\u2028\u2029"


def split_terms(text: str, ends: str = COMMAS + SEMICOLONS + LINE_ENDS) -> list[str]:
    """The terms of a text that are separated by commas, semicolons or line breaks, or by other characters (`ends`)."""
    return [term for part in re.split(f"[{re.escape(ends)}]", text) if (term := part.strip())]


MAX_SLUG_LENGTH = 100


def slug_of(name: str) -> str:
    """A name as lower-case words with hyphens between them; letters of any script stay, accents are removed."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name).lower() if not unicodedata.combining(c))
    return "-".join(re.findall(r"[^\W_]+", plain))[:MAX_SLUG_LENGTH].strip("-")


def distinct_slug(slug: str, taken: Collection[str]) -> str:
    """The slug, or the first of `slug-2`, `slug-3` … that is not taken."""
    if slug not in taken:
        return slug
    suffixes = (f"-{number}" for number in count(2))
    made = (slug[: MAX_SLUG_LENGTH - len(suffix)].rstrip("-") + suffix for suffix in suffixes)
    return next(each for each in made if each not in taken)


_DASH = "\u2014"
_SPACED_DASH = re.compile(r"(?<=\w)\s+[-\u2013\u2014]\s+(?=\w)")
_SIGNS = "<>\u2264\u2265\u2190\u2191\u2192\u2193"
"""Less and greater, and arrows: symbols that tell two names apart, as words do."""
_APOSTROPHES = re.compile("['\u2019\u02bc]")


def likenesses(name: str) -> Iterator[str]:
    """The forms of a name by which another may be meant for the same: two names that share one are alike.

    Upper case, symbols, hyphens, apostrophes and the s of a plural make no difference, nor do spaces between words
    (`Pull up`, `Pullups`), nor a comma that turns a name around (`Squat, Front`). Every word counts, and so does the
    order (`Low to High`); so do a dash between spaces, which marks a variant, and the signs of `<90°` and `Leg ↑`.
    """
    before, comma, after = name.partition(",")
    for text in (name, *([f"{after} {before}"] if comma and "," not in after else [])):
        words = _words(text)
        yield " ".join(words) or text.casefold()
        yield "".join(words) or text.casefold()


def _words(text: str) -> list[str]:
    folded = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text).casefold())
    apart = _SPACED_DASH.sub(_DASH, folded)
    spaced = (c if unicodedata.category(c)[0] in "LMN" else f" {c} " if c in _DASH + _SIGNS else " " for c in apart)
    return [_singular(word) for word in "".join(spaced).split()]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith("ss") else word
