"""The highlighted ranges of the name and aliases of a found exercise."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kinegraph.language.rules_highlights import begun, marked
from kinegraph.language.rules_text import STOP_WORDS, search_text
from kinegraph.lexicon.rules_query import SearchQuery, analysed

MAX_HIGHLIGHTED = 4
"""Maximum number of texts of an exercise with highlights: those with the most of them, the name before aliases."""


class HighlightField(StrEnum):
    """The field of an exercise whose text is highlighted."""

    NAME = "NAME"
    ALIAS = "ALIAS"


@dataclass(frozen=True, slots=True)
class Highlight:
    """A name or an alias, and the ranges in it."""

    field: HighlightField
    text: str
    ranges: list[dict[str, int]]


def highlights(q: str, name: str, aliases: Sequence[str]) -> list[Highlight]:
    """The texts of an exercise that have words of a query, or terms that it means; ranges of what stands there."""
    query = analysed(q)
    texts = [tuple(text) for text in _texts(query)]
    unfinished = [word for word in search_text(q).split()[-1:] if len(word) > 1]
    found = []
    for field, text in ((HighlightField.NAME, name), *((HighlightField.ALIAS, alias) for alias in aliases)):
        ranges = marked(text, texts) or begun(text, unfinished)
        if ranges:
            found.append(Highlight(field, text, [{"start": start, "length": length} for start, length in ranges]))
    found.sort(key=lambda each: (each.field is HighlightField.ALIAS, -sum(range["length"] for range in each.ranges)))
    return found[:MAX_HIGHLIGHTED]


def _texts(query: SearchQuery) -> Iterator[Sequence[str]]:
    """The words of the query, and the terms that rows may have for its segments."""
    for segment in query.segments:
        yield from ([word] for word in segment.words if word not in STOP_WORDS)
    for alternative in query.alternatives:
        if alternative.slot < len(query.segments):
            yield from alternative.texts
