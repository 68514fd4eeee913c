"""Misspelled words and wrong keyboard layouts, corrected by the vocabulary of the lexicon."""

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice

from kinegraph.language.rules_index import TextIndex
from kinegraph.language.rules_text import language_of, search_text, stem, without_prefix
from kinegraph.lexicon.rules_lexicon import lexicon

MIN_CORRECTED = 4
"""Length of the shortest word that is corrected: shorter ones are abbreviations."""
MIN_TWO_FAULTS = 7
"""Length of the shortest word in which two letters may be wrong."""
MAX_CORRECTIONS = 3
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


@cache
def vocabulary() -> Mapping[str, int]:
    """The words of the lexicon in the form of search, with the number of terms that have them."""
    found: Counter[str] = Counter()
    for concept in lexicon().values():
        for terms in concept.terms.values():
            for term in terms:
                words = search_text(term.text).split()
                found.update(words)
                if len(words) > 1:
                    found["".join(words)] += 1
    return found


@cache
def _words() -> tuple[str, ...]:
    """The words of the vocabulary by their numbers in the indexes."""
    return tuple(vocabulary())


@cache
def _stems() -> TextIndex:
    return TextIndex((stem(word), 0) for word in _words())


def is_word(word: str) -> bool:
    """True if the lexicon has the word, or a form of it."""
    return (
        word in vocabulary()
        or stem(word) in _stems()
        or without_prefix(word) in vocabulary()
        or stem(without_prefix(word)) in _stems()
    )


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
    """The words that two wrong letters may make of this one: these leave all pairs of letters but five."""
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
    """The letters to insert, delete, replace or swap with their neighbour to make one word of the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, target in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != target))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == target:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]


def in_other_layout(written: str) -> str | None:
    """What was meant, where a text makes sense only on another layout of the keyboard; None where it does not."""
    typed = search_text(written).split()
    if 2 * sum(len(word) for word in typed if is_word(word)) >= len("".join(typed)):
        return None
    lower = written.lower()
    for meant in (*map(lower.translate, LAYOUTS), _in_cyrillic(lower)):
        words = search_text(meant).split()
        if words and len(max(words, key=len)) > 2 and all(map(is_word, words)):
            return meant
    return None


def _in_cyrillic(written: str) -> str:
    """A Russian text that was written in Latin letters (`zhim lezha`)."""
    return _LATIN.sub(lambda found: TRANSLITERATION[found.group()], written)
