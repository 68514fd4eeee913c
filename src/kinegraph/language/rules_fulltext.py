"""Full-text queries of words of a search text, for `to_tsquery` (migration 0027 makes the vectors that they match)."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from kinegraph.language.rules_text import hebrew_stems

BEGINNING = ":*"
"""The suffix of a word that is sought as the beginning of words."""


@lru_cache(2_000)
def lexeme(word: str, weights: str) -> str:
    """The full-text query of a word, in any of its Hebrew forms."""
    if word.endswith(BEGINNING):
        return word + weights
    forms = dict.fromkeys((word, *hebrew_stems(word)))
    suffix = f":{weights}" if weights else ""
    return f"({' | '.join(form + suffix for form in forms)})" if len(forms) > 1 else word + suffix


def conjunction(words: tuple[str, ...], weights: str = "") -> str:
    """The full-text query of all words, or of neighbours that are written as one word."""
    return joined(" & ", words, weights)


def phrase(words: tuple[str, ...], weights: str = "") -> str:
    """The full-text query of the words one after the other, or of two that are written as one word."""
    return joined(" <-> ", words, weights)


@lru_cache(4_000)
def joined(operator: str, words: tuple[str, ...], weights: str) -> str:
    """The full-text query of words with an operator between them, or of two that are written as one word."""
    whole = operator.join(lexeme(word, weights) for word in words)
    if len(words) == 2:
        return f"(({whole}) | {lexeme(''.join(words), weights)})"
    return f"({whole})"


class Alternative(NamedTuple):
    """Texts of equal weight, any of which a row may have for a slot: in its name, in an alias, or elsewhere."""

    slot: int
    share: float
    weight: float
    texts: tuple[tuple[str, ...], ...]
    """The words of each text."""
    in_name: str
    """The full-text query of a text's words in a name, in any order; elsewhere they are a phrase."""

    @property
    def in_alias(self) -> str:
        """The full-text query of a text as a phrase in an alias, for vectors that have names as well."""
        return " | ".join(phrase(words, "B") for words in self.texts)


def alternative(slot: int, share: float, weight: float, texts: Sequence[tuple[str, ...]]) -> Alternative:
    """The alternative of these texts."""
    return Alternative(slot, share, weight, tuple(texts), " | ".join(map(conjunction, texts)))


def of_slots(count: int, alternatives: Sequence[Alternative]) -> Iterator[tuple[str, ...]]:
    """The full-text queries of each of the first slots, any of which its rows have.

    Texts that have all words of a shorter one add no row.
    """
    texts: list[set[tuple[str, ...]]] = [set() for _ in range(count)]
    for each in alternatives:
        if each.slot < count:
            texts[each.slot].update(each.texts)
    for of_slot in texts:
        least: dict[frozenset[str], tuple[str, ...]] = {}
        for words in sorted(of_slot, key=lambda words: (len(words), words)):
            letters = frozenset(words)
            if not any(map(letters.issuperset, least)):
                least[letters] = words
        yield tuple(map(conjunction, least.values()))


def all_of(queries: Iterable[str]) -> str:
    """The full-text query of the rows that all of these find."""
    return " & ".join(f"({query})" for query in queries)
