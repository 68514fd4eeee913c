"""When two names are probably one exercise's."""

import re
import unicodedata
from collections.abc import Iterator

DASH = "\u2014"
_DASH = re.compile(r"(?<=\w)\s+[-\u2013\u2014]\s+(?=\w)")
_APOSTROPHES = re.compile("['\u2019\u02bc]")


def likenesses(name: str, slug: str | None = None) -> Iterator[str]:
    """What a name and a slug are found by: two exercises that share one of these look alike.

    Upper case, hyphens, apostrophes and the s of a plural make no difference, nor does the order of the words
    (`Squat, Front`); nor whether words are written apart (`Pull up`, `Pullups`), where their order is the same.
    Every word counts, so that `Incline Push-Up` is not a `Push-Up`, and so does a dash between spaces, which sets a
    variant apart.
    """
    for text in (name, slug):
        if text:
            words = _words(text)
            yield " ".join(sorted(words)) or text.casefold()
            yield "".join(words) or text.casefold()


def _words(text: str) -> list[str]:
    folded = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text).casefold())
    apart = _DASH.sub(DASH, folded)
    spaced = "".join(c if c == DASH or unicodedata.category(c)[0] in "LMN" else " " for c in apart)
    return [_singular(word) for word in spaced.replace(DASH, f" {DASH} ").split()]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith("ss") else word
