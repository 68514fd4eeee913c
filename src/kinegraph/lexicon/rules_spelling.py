"""Segments of queries, and misspelled words, unfinished ones and wrong keyboard layouts, read by the vocabulary."""

import re
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from kinegraph.language.rules_fulltext import BEGINNING
from kinegraph.language.rules_index import TextIndex
from kinegraph.language.rules_text import language_of, search_text, stem, without_prefix
from kinegraph.lexicon.rules_lexicon import Concept, lexicon, meanings

MIN_BEGINNING = 3
"""Length of the shortest last word that is understood as the beginning of a word; beside others, one letter less."""
MIN_CORRECTED = 4
"""Length of the shortest word that is corrected: shorter ones are abbreviations."""
MIN_TWO_FAULTS = 7
"""Length of the shortest word in which two letters may be wrong."""
MIN_LAYOUT = 5
"""Length of the shortest word by which a text with unknown words is read on another layout of the keyboard."""
MAX_CORRECTIONS = 3
MAX_BEGUN = 300
"""Maximum number of words with one beginning that are compared by how usual they are."""
MAX_COMPARED = 100
"""Maximum number of words that one is compared with, letter by letter."""

ENGLISH = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбю"
HEBREW = "/'קראטוןםפ[]שדגכעיחלךף,זסבהנמצתץ"

LAYOUTS = (
    str.maketrans(ENGLISH, RUSSIAN),
    str.maketrans(ENGLISH, HEBREW),
    str.maketrans(RUSSIAN, ENGLISH),
    str.maketrans(HEBREW, ENGLISH),
)
"""From the letters that came out to those that were meant, for each wrong layout of the keyboard."""

TRANSLITERATION: Mapping[str, str] = {
    "shch": "щ", "zh": "ж", "kh": "х", "ts": "ц", "ch": "ч", "sh": "ш", "yu": "ю", "ya": "я", "yo": "е", "ye": "е",
    **dict(zip("abvgdezijklmnoprstufhcyqwx", "абвгдезийклмнопрстуфхцыквх", strict=True)),
}  # fmt: skip
"""Russian letters by the Latin ones that they are usually written with."""
_LATIN = re.compile("|".join(TRANSLITERATION))


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the query: its words, and the concepts that they mean, with their weights."""

    words: tuple[str, ...]
    concepts: tuple[tuple[Concept, float], ...] = ()
    corrected: tuple[str, ...] = ()
    """Words that the single word of the segment may be misspelled for, or begin."""
    is_unfinished: bool = False
    """True if the last word is the beginning of words that the lexicon has."""

    @property
    def sought(self) -> tuple[str, ...]:
        """The words that rows may have, of which an unfinished one is a beginning."""
        return (*self.words[:-1], self.words[-1] + BEGINNING) if self.is_unfinished else self.words

    @property
    def is_condition(self) -> bool:
        """True if it names a condition, for which exercises are used."""
        return any(concept.exercises for concept, _ in self.concepts)

    @property
    def is_generic(self) -> bool:
        """True if it says nothing about which exercise is meant."""
        return bool(self.concepts) and all(concept.generic for concept, _ in self.concepts)


@cache
def vocabulary() -> Mapping[str, int]:
    """The words of the lexicon in the form of search, with the number of terms that have them."""
    found: Counter[str] = Counter()
    for concept in lexicon().values():
        for terms in concept.terms.values():
            for term in terms:
                found.update(term.words)
                if len(term.words) > 1:
                    found["".join(term.words)] += 1
    return found


@cache
def _words() -> tuple[str, ...]:
    """The words of the vocabulary in their order, by their numbers in the indexes."""
    return tuple(sorted(vocabulary()))


@cache
def _stems() -> TextIndex:
    return TextIndex((stem(word), 0) for word in _words())


def is_word(word: str) -> bool:
    """True if the lexicon has the word, or a form of it."""
    return any(each in vocabulary() or stem(each) in _stems() for each in (word, without_prefix(word)))


def completions(word: str, least: int) -> list[str]:
    """Words of the vocabulary that begin with an unfinished one, the most usual first.

    An empty list for a word that the lexicon has, and for one of fewer than `least` letters.
    """
    if len(word) < least or not word.isalpha() or is_word(word):
        return []
    first = bisect_left(_words(), word)
    begun = [each for each in _words()[first : first + MAX_BEGUN] if each.startswith(word)]
    ranked = sorted(begun, key=lambda each: (-vocabulary()[each], len(each), each))
    found: dict[str, str] = {}
    for each in ranked:
        found.setdefault(stem(each), each)
    return [*found.values()][:MAX_CORRECTIONS]


@cache
def _without_one_letter() -> TextIndex:
    """The numbers of the words by each form that lacks one letter, and by themselves."""
    return TextIndex(
        (form, number)
        for number, word in enumerate(_words())
        if len(word) >= MIN_CORRECTED - 1
        for form in _shortened(word)
    )


def _shortened(word: str) -> set[str]:
    return {word, *(word[:index] + word[index + 1 :] for index in range(len(word)))}


@cache
def _by_language() -> "Mapping[tuple[str, int], tuple[array[int], array[int]]]":
    """The numbers of the words and their pairs of letters, by language and length."""
    found: defaultdict[tuple[str, int], tuple[array[int], array[int]]] = defaultdict(lambda: (array("I"), array("Q")))
    for number, word in enumerate(_words()):
        numbers, pairs = found[language_of(word), len(word)]
        numbers.append(number)
        pairs.append(_pairs(word))
    return found


def _pairs(word: str) -> int:
    """The pairs of letters of a word and its ends, as bits of a number: few pairs have the same bit."""
    bits = 0
    for one, other in zip(f" {word}", f"{word} ", strict=True):
        bits |= 1 << (ord(one) * 31 + ord(other)) % 64
    return bits


def corrections(word: str) -> list[str]:
    """The words of the vocabulary that a misspelled one may be meant for, nearest first; none for a short one."""
    if len(word) < MIN_CORRECTED or not word.isalpha():
        return []
    near = {number for form in _shortened(word) for number in _without_one_letter().numbers(form)}
    ranked = sorted(_rank(word, _words()[number]) for number in near)
    if (not ranked or ranked[0][0] > 1) and len(word) >= MIN_TWO_FAULTS:
        ranked = sorted([*ranked, *(_rank(word, each) for each in islice(_farther(word), MAX_COMPARED))])
    allowed = 2 if len(word) >= MIN_TWO_FAULTS else 1
    return [each for faults, *_, each in ranked if ranked[0][0] == faults <= allowed][:MAX_CORRECTIONS]


def _farther(word: str) -> Iterator[str]:
    """The words that two wrong letters may make of this one: two wrong letters change at most five pairs of letters."""
    pairs, language = _pairs(word), language_of(word)
    least = max(2, pairs.bit_count() - 5)
    for length in range(len(word) - 2, len(word) + 3):
        numbers, others = _by_language().get((language, length), ((), ()))
        for number, other in zip(numbers, others, strict=True):
            if (pairs & other).bit_count() >= least:
                yield _words()[number]


def _rank(word: str, other: str) -> tuple[int, bool, int, str]:
    return distance(word, other), word[0] != other[0], -vocabulary()[other], other


def distance(one: str, other: str) -> int:
    """The letters to insert, delete, replace or swap with their neighbour to make one word of the other.

    A column of the table of distances is two numbers, whose bits say where it grows and where it shrinks from one
    letter to the next (Hyyrö, A bit-vector algorithm for computing Levenshtein and Damerau edit distances, 2003).
    """
    places: dict[str, int] = {}
    for index, letter in enumerate(one):
        places[letter] = places.get(letter, 0) | 1 << index
    every = (1 << len(one)) - 1
    last = every ^ every >> 1
    found, grows, shrinks, diagonal, before = len(one), every, 0, 0, 0
    for letter in other:
        equal = places.get(letter, 0)
        swapped = (~diagonal & equal) << 1 & before
        diagonal = ((equal & grows) + grows ^ grows | equal | shrinks | swapped) & every
        more = shrinks | every & ~(diagonal | grows)
        less = diagonal & grows
        found += bool(more & last) - bool(less & last)
        more, less = more << 1 | 1, less << 1
        grows, shrinks, before = (less | ~(diagonal | more)) & every, more & diagonal & every, equal
    return found if one else len(other)


MIN_IN_PAIR, MIN_OF_PAIR = 3, 7
"""Letters of each of two English words, and of both, that are corrected together: shorter ones (`tc one`) are names."""


def with_pairs(words: Sequence[str]) -> list[str]:
    """The words, of which two neighbours are corrected together where a phrase is meant (`жым лежа`)."""
    found, index = [*words], 0
    while index < len(found) - 1:
        pair = found[index : index + 2]
        is_long = min(map(len, pair)) >= MIN_IN_PAIR and len("".join(pair)) >= MIN_OF_PAIR
        is_long = is_long or language_of(pair[0]) != "en"
        if is_long and not meanings(pair) and not all(map(is_word, pair)):
            near = [each for each in corrections("".join(pair)) if meanings([each])]
            found[index : index + 2] = near[:1] or pair
        index += 1
    return found


def completions_beside(words: Sequence[str]) -> tuple[str, ...]:
    """The words that the last one begins; none where one wrong letter in it and the word before makes a phrase."""
    begun = tuple(completions(words[-1], MIN_BEGINNING if len(words) == 1 else MIN_BEGINNING - 1)) if words else ()
    pair = "".join(words[-2:]) if begun and len(words) > 1 else ""
    is_phrase = any(distance(pair, near) == 1 for near in corrections(pair) if meanings([near]))
    return () if is_phrase else begun


def in_other_layout(written: str) -> str | None:
    """The text as typed on another layout of the keyboard, where it makes more sense there; else None.

    Words that the lexicon lacks are read so too, beside a longer word that it has, if it has a third of the letters.
    """
    typed = search_text(written).split()
    typed_letters = _letters_found(typed)
    if 2 * typed_letters >= len("".join(typed)):
        return None
    lower = written.lower()
    texts = [(meant, search_text(meant).split()) for meant in (*map(lower.translate, LAYOUTS), _in_cyrillic(lower))]
    for meant, words in texts:
        if words and len(max(words, key=len)) > 2 and all(map(is_word, words)):
            return meant
    meant, words = max(texts[:-1], key=lambda text: _letters_found(text[1]))
    has_long = any(len(word) >= MIN_LAYOUT and is_word(word) for word in words if word not in typed)
    return (
        meant
        if has_long and _letters_found(words) > typed_letters and 3 * _letters_found(words) >= len("".join(words))
        else None
    )


def _letters_found(words: Iterable[str]) -> int:
    """The number of letters of the words that the lexicon has, except single letters."""
    return sum(len(word) for word in words if len(word) > 1 and is_word(word))


def _in_cyrillic(written: str) -> str:
    """A Russian text that was written in Latin letters (`zhim lezha`)."""
    return _LATIN.sub(lambda found: TRANSLITERATION[found.group()], written)
