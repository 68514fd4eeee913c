"""Duplicate detection: finding another exercise of the scope or the file that an entry resembles."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from kinegraph.exchange.rules import Entry, NameRow

DASH = "\u2014"
_DASH = re.compile(r"(?<=\w)\s+[-\u2013\u2014]\s+(?=\w)")
_APOSTROPHES = re.compile("['\u2019\u02bc]")


def likenesses(name: str, slug: str | None = None) -> Iterator[str]:
    """The comparison keys of a name and a slug: two exercises that share one are probable duplicates.

    Upper case, hyphens, apostrophes and the s of a plural make no difference, nor does the order of the words
    (`Squat, Front`); nor spaces between words (`Pull up`, `Pullups`), if their order is the same. Every word counts, so
    that `Incline Push-Up` is not a `Push-Up`, and so does a dash between spaces, which marks a variant.
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


class DuplicateFinder:
    """The names of the scope, the file and the canonical library, by comparison key."""

    def __init__(self, named: Sequence[NameRow], entries: Sequence[Entry]) -> None:
        self.own: dict[str, str] = {}
        self.canonical: dict[str, str] = {}
        for row in named:
            names, kind = (self.own, "stored") if row.is_own else (self.canonical, "canonical")
            for likeness in likenesses(row.name, row.slug):
                names.setdefault(likeness, f'the {kind} "{row.name}"')
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Add an entry, which later ones are compared with."""
        for likeness in likenesses(entry.name, entry.content.get("slug")):
            self.own.setdefault(likeness, str(entry.location))

    def like(self, entry: Entry) -> tuple[str | None, str | None]:
        """Descriptions of what an entry resembles: in its scope or file, and in the canonical library."""
        sought = [*likenesses(entry.name, entry.content.get("slug"))]
        own, canonical = (
            next((found[each] for each in sought if each in found), None) for found in (self.own, self.canonical)
        )
        return own, canonical
