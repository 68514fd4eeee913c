"""Full-text queries of words of a search text, for `to_tsquery` (migration 0027 makes the vectors that they match)."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

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


Words: TypeAlias = tuple[str, ...]
"""The words of a text in the form of search."""

_PARSED: dict[Words, str] = {}


def store_parsed(texts: Mapping[Words, str]) -> None:
    """Store the queries of texts as PostgreSQL writes parsed ones: with stems, each between quotation marks.

    They are the terms of the lexicon and their single words, so that there are not many. A query whose texts are all
    among them need not be analysed by PostgreSQL again.
    """
    _PARSED.update(texts)
    _store_needed(texts)


def is_parsed(words: Words) -> bool:
    """True if the query of a text is stored as PostgreSQL parsed it."""
    return words in _PARSED


def any_of(texts: Sequence[Words]) -> str:
    """The full-text query of the rows that have one of these texts: parsed, if all are among the parsed ones.

    Parsed texts with the same stems are one.
    """
    parsed = [_PARSED.get(words, "") for words in texts]
    return " | ".join(dict.fromkeys(parsed) if all(parsed) else map(conjunction, texts))


def all_of(slots: Sequence[Sequence[Words]]) -> str:
    """The full-text query of the rows that have one of the texts of each slot: parsed, or not, as a whole."""
    queries = [*map(any_of, slots)]
    if not all("'" in query for query in queries):
        queries = [" | ".join(map(conjunction, texts)) for texts in slots]
    return " & ".join(f"({query})" for query in queries)


# ------------------------------------------------------------------------------------------------ needed words

WORD = re.compile(r"[^\s()|&:*]+(?::\*)?")
"""A word of a full-text query that PostgreSQL has not parsed; with a suffix, the beginning of words."""


class Needed(NamedTuple):
    """Words, any of which the rows have: stems as vectors have them, words without stems, and beginnings of words."""

    stems: str
    """A line for each."""
    words: str
    beginnings: str


_STEMS: dict[Words, str] = {}
"""The stems that rows with a text need, a line for each; of the texts that PostgreSQL parsed."""
_FREQUENCIES: Counter[str] = Counter()
"""The number of parsed texts that have a word: of a text's words the one that fewest have is needed."""


def stems_of(parsed: str) -> list[str]:
    """The stems of a parsed query, in their order. One that has a quotation mark is not known here."""
    return parsed.split("'")[1::2]


def _store_needed(texts: Mapping[Words, str]) -> None:
    """Store the stems that rows with these texts need; the queries of their single words are among the parsed ones."""
    _FREQUENCIES.update(word for words in texts for word in words)
    single = {words[0]: stems_of(parsed) for words, parsed in texts.items() if len(words) == 1}
    _STEMS.update((words, "\n".join(_least(words, stems_of(parsed), single))) for words, parsed in texts.items())


def _least(words: Words, stems: list[str], single: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """The stems of the rarest word, and of two words written as one; all stems where the words' own are not known."""
    each = [single.get(word, ()) for word in words]
    of_words = [stem for of in each for stem in of]
    if len(words) == 1 or not all(each) or stems[: len(of_words)] != of_words:
        return stems
    rarest = min(range(len(words)), key=lambda place: _FREQUENCIES[words[place]])
    return [*each[rarest], *stems[len(of_words) :]]


def needed(slots: Sequence[Sequence[Words]]) -> Needed:
    """The words of which each row has one that has a text of each slot: those of the slot with the rarest words."""
    texts = min(slots, key=_frequency)
    unparsed = [word for words in texts if words not in _STEMS for word in WORD.findall(conjunction(words))]
    return Needed(
        "\n".join([_STEMS[words] for words in texts if words in _STEMS]),
        " ".join([word for word in unparsed if not word.endswith(BEGINNING)]),
        " ".join([word.removesuffix(BEGINNING) for word in unparsed if word.endswith(BEGINNING)]),
    )


def _frequency(texts: Sequence[Words]) -> int:
    """About how many rows have one of the texts."""
    return sum([min([_FREQUENCIES[word] for word in words]) for words in texts])


# ------------------------------------------------------------------------------------------------ alternatives


class Alternative(NamedTuple):
    """Texts of equal weight, any of which a row may have for a slot: in its name, in an alias, or elsewhere."""

    slot: int
    share: float
    weight: float
    texts: tuple[Words, ...]
    """The words of each text: in a name they stand in any order, elsewhere they are a phrase."""

    @property
    def in_name(self) -> str:
        """The full-text query of a text's words in a name."""
        return " | ".join(map(conjunction, self.texts))

    @property
    def in_alias(self) -> str:
        """The full-text query of a text as a phrase in an alias, for vectors that have names as well."""
        return " | ".join(phrase(words, "B") for words in self.texts)


def of_slots(count: int, alternatives: Sequence[Alternative]) -> Iterator[tuple[Words, ...]]:
    """The texts of each of the first slots, any of which its rows have.

    Texts that have all words of a shorter one add no row.
    """
    texts: list[set[Words]] = [set() for _ in range(count)]
    for each in alternatives:
        if each.slot < count:
            texts[each.slot].update(each.texts)
    for of_slot in texts:
        least: dict[frozenset[str], Words] = {}
        for words in sorted(of_slot, key=lambda words: (len(words), words)):
            letters = frozenset(words)
            if not any(map(letters.issuperset, least)):
                least[letters] = words
        yield tuple(least.values())
