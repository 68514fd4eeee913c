"""The filter `q` of lists: the conditions on names and aliases of exercises (docs/domain.md, Exercises)."""

import hashlib
from dataclasses import dataclass

from kinegraph.language.rules_fulltext import conjunction
from kinegraph.language.rules_text import search_text
from kinegraph.lexicon.rules_query import SearchQuery, analysed

MIN_PREFIX = 3
"""Length of the shortest last word that is sought as the beginning of words beside other terms of the query, which is
also that of the shortest word that has a trigram."""
MAX_PATTERNS = 3
"""Maximum number of words by which the index of parts of words is used, the longest ones."""


@dataclass(frozen=True, slots=True)
class SoughtNames:
    """The names and aliases that a text finds: by its meaning (`query`), or by parts of their words (`words`)."""

    analysis: SearchQuery
    query: str
    """The full-text query of the rows that have every segment in name or aliases."""
    words: tuple[str, ...]
    """Parts of the words of a name, or of one alias. A text without letters and digits has none, and finds nothing."""

    @property
    def longest(self) -> list[str]:
        """The words, longest first. They have no wildcard of LIKE."""
        return sorted(self.words, key=len, reverse=True)

    @property
    def digest(self) -> str:
        """The hash of this text and of the terms that it means today: cursors by relevance are valid for it alone."""
        return hashlib.sha256(repr((self.analysis.alternatives, self.analysis.exact)).encode()).hexdigest()[:12]


def sought_names(q: str) -> SoughtNames:
    """The conditions of the filter's text on names and aliases."""
    words = tuple(dict.fromkeys(search_text(q).split()))
    analysis = analysed(q)
    return SoughtNames(analysis, _query(analysis) if words else "", words)


def _query(analysis: SearchQuery) -> str:
    """The full-text query of names and aliases, where the last word may be unfinished."""
    *before, last = (" | ".join(map(conjunction, texts)) for texts in analysis.texts)
    words = analysis.segments[-1].words
    if len(words[-1]) >= MIN_PREFIX and analysis.text.endswith(words[-1]):
        whole = [conjunction(words[:-1])] if words[:-1] else []
        last = f"{last} | ({' & '.join([*whole, f'{words[-1]}:*'])})"
    return " & ".join(f"({query})" for query in (*before, last))
