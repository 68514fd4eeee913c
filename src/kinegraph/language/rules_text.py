"""The analysis of texts for search: the twin of the SQL function `kinegraph_search_text` (migration 0027), and stems.

The form of a text has lower-case words with one space between them. Accents, points, quotation marks, geresh and
gershayim are dropped, yo is ye, Hebrew final letters are as elsewhere, and punctuation separates words.
"""

import re
import unicodedata
from enum import StrEnum

MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\x01-\x08\x0e-\x1f\x7f-\x9f\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u2069\ufeff]"
)
ZEROS = (0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0,
         0x0F20, 0x1040, 0x17E0, 0x1810)  # fmt: skip
LETTERS = str.maketrans({
    "ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th",
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **{chr(kana): chr(kana - 0x60) for kana in range(0x30A1, 0x30F7)},
    **{chr(zero + value): str(value) for zero in ZEROS for value in range(10)},
    **dict(zip("ךםןףץ", "כמנפצ", strict=True)),
    **dict.fromkeys("'\"`´׳״\u02bc\u02b9\u2018\u2019\u201a\u201c\u201d\u201e«»\u2032\u2033"),
})  # fmt: skip
SEPARATORS = re.compile(
    r"[\x01-\x20!-/:-@\[-`{-~\x7f-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\xd7\xf7\u055a-\u055f\u0589\u058a\u05be\u05c0\u05c3"
    r"\u05c6\u060c\u061b\u061f\u2000-\u206f\u20a0-\u20bf\u2190-\u2bff\u3000-\u3004\u3008-\u3020\ufe10-\ufe19\ufe30-\ufe6f"
    "\U0001f000-\U0001faff]+"
)


def search_text(written: str) -> str:
    """The form in which a text is searched."""
    text = written
    if not (written.isascii() and written.isprintable()):  # else nothing of this changes it
        text = unicodedata.normalize("NFKD", written).replace("и\u0306", "й").replace("И\u0306", "й")
        text = MARKS.sub("", text)
    return SEPARATORS.sub(" ", text.casefold().translate(LETTERS)).strip(" ")


HEBREW = re.compile("[א-ת]")
CYRILLIC = re.compile("[\u0400-\u04ff]")
_HEBREW_PREFIX = re.compile("^[הובלמשכ](?=[א-ת]{3})")
_HEBREW_ENDING = re.compile("(?<=[א-ת]{3})(ימ|ות|ה|ת|י)$")
_RUSSIAN_ENDING = re.compile(
    "(?<=[а-я]{3})(иями|ями|ами|ого|его|ому|ему|ыми|ими|иях|ией|иям|ах|ях|ов|ев|ей|ой|ый|ий|ая|яя|ое|ее|ые|ие|ую|юю|"
    "ом|ем|ам|ям|ью|ия|ии|ию|а|я|о|е|ы|и|у|ю|ь|й)$"
)
_ENGLISH_ENDING = re.compile("(?<=[a-z]{2}[^s])s$")
_ENGLISH_E = re.compile("(?<=[a-z](?:ss|sh|ch))e$")


def language_of(word: str) -> str:
    """The language of a word of a search text, by its letters: `he`, `ru` or `en`."""
    if word.isascii():
        return "en"
    return "he" if HEBREW.search(word) else "ru" if CYRILLIC.search(word) else "en"


def stem(word: str) -> str:
    """A word of a search text without its usual endings, for looking it up in the lexicon."""
    language = language_of(word)
    if language == "he":
        return _HEBREW_ENDING.sub("", word)
    if language == "ru":
        return _RUSSIAN_ENDING.sub("", word)
    return _ENGLISH_E.sub("", _ENGLISH_ENDING.sub("", word)) if word.endswith(("e", "s")) else word


def without_prefix(word: str) -> str:
    """A Hebrew word without one prefix, where three letters stay; other words as they are."""
    return word if word.isascii() else _HEBREW_PREFIX.sub("", word)


def hebrew_stems(word: str) -> tuple[str, ...]:
    """The forms of a Hebrew word that are indexed beside it (`kinegraph_hebrew_stems`); empty for other words."""
    if word.isascii() or not HEBREW.match(word):
        return ()
    bare, ended = without_prefix(word), _HEBREW_ENDING.sub("", word)
    return (ended, bare) if bare == word != ended else tuple(dict.fromkeys((ended, stem(bare), bare)))


class Part(StrEnum):
    """A part of the analysis that can be left out, to measure its effect (docs/search-quality.md)."""

    LAYOUT = "LAYOUT"
    """Reading a text that makes sense only on another layout of the keyboard."""
    SPELLING = "SPELLING"
    """Correcting misspelled words: those that the lexicon lacks and that are near one of its words."""
    LEXICON = "LEXICON"
    """Terms of the concepts that the query names, in all languages."""
    COMPONENTS = "COMPONENTS"
    """Single words of a phrase, and the concepts that its concept consists of, beside the phrase itself."""
    WHOLE_NAMES = "WHOLE_NAMES"
    """More weight for a row whose whole name or alias is the query or a term of its concept."""


EVERY_PART = frozenset(Part)

STOP_WORDS = frozenset(
    search_text(
        "a an the of for with on in at to from and or my is are how do i by without using after against who has have "
        "на с со в во для и или к от из за без по у как мне под над через при после против "
        "של על עם את ב ל ו או כדי איך בלי ללא נגד אחרי"
    ).split()
)
"""Words that are left out of queries that have others, unless a phrase of the lexicon has them."""
