"""Full-text queries of words of a search text, for `to_tsquery` (migration 0027 makes the vectors that they match)."""

from collections.abc import Sequence
from functools import lru_cache

from kinegraph.language.rules_text import hebrew_stems


@lru_cache(2_000)
def _lexeme(word: str, weights: str) -> str:
    forms = dict.fromkeys((word, *hebrew_stems(word)))
    suffix = f":{weights}" if weights else ""
    return f"({' | '.join(form + suffix for form in forms)})" if len(forms) > 1 else word + suffix


def conjunction(words: Sequence[str], weights: str = "") -> str:
    """The full-text query of all words, or of neighbours that are written as one word."""
    return _query(" & ", words, weights)


def phrase(words: Sequence[str], weights: str = "") -> str:
    """The full-text query of the words one after the other, or of two that are written as one word."""
    return _query(" <-> ", words, weights)


def _query(operator: str, words: Sequence[str], weights: str) -> str:
    whole = operator.join(_lexeme(word, weights) for word in words)
    if len(words) == 2:
        return f"(({whole}) | {_lexeme(''.join(words), weights)})"
    return f"({whole})"
