"""Modes of a search, classes of queries with the weights of the lists, and where what is found comes from."""

from collections.abc import Mapping
from enum import StrEnum

from kinegraph.lexicon.rules_query import SearchQuery


class SearchMode(StrEnum):
    """The lists that a search fuses."""

    HYBRID = "HYBRID"
    LEXICAL = "LEXICAL"
    SEMANTIC = "SEMANTIC"


class QueryClass(StrEnum):
    """The class of a query, by its words, which decides the weights of the lists."""

    MISSPELLED = "misspelled"
    """A segment means no concept of the lexicon, or was corrected."""
    TOPIC = "topic"
    """All of it are muscles, parts of the body, and terms of training such as goals."""
    NAME = "name"
    """Any other: it names exercises, movements, equipment or conditions."""


TOPIC_SUBJECTS = frozenset(("muscles", "body_parts", "training"))
"""The subjects of the lexicon's concepts that alone make a query a TOPIC."""
APPENDED = 0.005
"""A weight of vectors that moves no row of the full-text list: it adds less than ranks 49 and 50 of it differ."""
TRIGRAM_WEIGHTS: Mapping[QueryClass, float] = {QueryClass.MISSPELLED: 0.8, QueryClass.TOPIC: 0, QueryClass.NAME: 0}
SEMANTIC_WEIGHTS: Mapping[QueryClass, float] = {
    QueryClass.MISSPELLED: APPENDED,
    QueryClass.TOPIC: APPENDED,
    QueryClass.NAME: APPENDED,
}
"""The weights of the lists of trigrams and of vectors beside full text (1).

Chosen by judged queries (docs/search-quality.md).
"""


def class_of(query: SearchQuery) -> QueryClass:
    """The class of an analysed query."""
    if query.is_misspelled:
        return QueryClass.MISSPELLED
    subjects = {segment.concepts[0][0].subject if segment.concepts else None for segment in query.segments}
    return QueryClass.TOPIC if subjects <= TOPIC_SUBJECTS else QueryClass.NAME


class SearchSource(StrEnum):
    """Where a found exercise comes from."""

    CANONICAL = "CANONICAL"
    ORG = "ORG"
    CUSTOMIZED = "CUSTOMIZED"
