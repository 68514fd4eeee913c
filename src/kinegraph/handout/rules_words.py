"""The words of handouts in English, Hebrew and Russian: plurals, amounts, dates, and the direction of texts."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any  # the values of a JSON file

from kinegraph.handout.rules import Text
from kinegraph.patient.rules import Language
from kinegraph.plan.rules import Prescription

_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNDRAWN = re.compile(
    "[^\n\u0020-\u007e\u00a0-\u036f\u0374-\u0377\u037a-\u037f\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce"
    "\u0400-\u045f\u0490-\u04c4\u05b0-\u05c3\u05d0-\u05ea\u05f0-\u05f4"
    "\u060c\u061b\u061f\u0621-\u063a\u0640-\u0655\u0660-\u066d\u1e00-\u1e9b\u1e9e-\u1ef9\u2010-\u2037\u2039-\u203f"
    "\u2044\u20a0-\u20b5\u20b8-\u20ba\u20bd\u2100-\u2103\u2109\u2116\u2122\u2126\u2153-\u215e\u2190-\u21ff"
    "\u2212\u221a\u221e\u2248\u2260\u2264\u2265\u2460-\u2473\u25a0-\u25ff\u2605\u2606\u2610-\u2612\u2713\u2714"
    "\ufb1d\ufb29-\ufb36\ufb38-\ufb3c\ufb3e\ufb40\ufb41\ufb43\ufb44\ufb46-\ufb4e]+"
)
"""Characters that the built-in fonts of the PDF lack in one of two weights (a test renders each of the others)."""

_SCRIPTS = {"HEBREW": Language.HE, "CYRILLIC": Language.RU}
_RANGE = re.compile(r"\d[\d.,:]*[ \u00a0]?[-\u2012-\u2015][ \u00a0]?\d[\d.,:]*")
"""A range of numbers, with any dash."""
_LONG = re.compile(r"\S{18,}")
"""A run of characters in which a line may have to be broken."""


@cache
def words_of(language: Language) -> Mapping[str, Any]:
    """The texts of a language, which are a file of the package."""
    content: Mapping[str, Any] = json.loads((files("kinegraph.handout") / "words" / f"{language}.json").read_text())
    return content


def language_of(text: str) -> Language:
    """The language of a text by its first letter; English where it is neither Hebrew nor Cyrillic."""
    letter = next((each for each in text if unicodedata.category(each).startswith("L")), "a")
    return _SCRIPTS.get(unicodedata.name(letter, "").partition(" ")[0], Language.EN)


def direction_of(text: str) -> str:
    """The direction of a text, by its first character that has one."""
    strong = next((kind for each in text if (kind := unicodedata.bidirectional(each)) in ("L", "R", "AL")), "L")
    return "ltr" if strong == "L" else "rtl"


def text_of(text: str) -> Text:
    """A text with its language and direction, without characters that would turn the text around it."""
    cleaned = unicodedata.normalize("NFC", _BIDI.sub("", text)).strip()
    return Text(with_ranges(cleaned), language_of(cleaned).value, direction_of(cleaned))


def with_ranges(text: str) -> str:
    """A text whose ranges of numbers are isolated where it runs from right to left, so that none is turned round."""
    return text if direction_of(text) == "ltr" else _RANGE.sub("\u2066\\g<0>\u2069", text)


def paragraphs_of(text: str | None) -> list[Text]:
    """The lines of a text, each with its own language and direction; without blank ones."""
    return [text_of(line) for line in (text or "").splitlines() if line.strip()]


def optional_text(text: str | None) -> Text | None:
    """A text that may be absent or blank."""
    return text_of(text) if text and text.strip() else None


def is_drawn(sign: str) -> bool:
    """True for a character that the built-in fonts of the PDF have."""
    return _UNDRAWN.match(sign) is None


def drawable(text: str) -> str:
    """A text as the fonts of the PDF can draw it, in which long words may be broken.

    Symbols that they lack, such as emoji, are left out; other scripts leave a question mark for each word.
    """
    drawn = _UNDRAWN.sub(_replacement, unicodedata.normalize("NFC", text))
    return with_ranges(_LONG.sub(lambda found: "\u200b".join(_chunks(found[0])), drawn))


def _replacement(found: re.Match[str]) -> str:
    """A question mark for characters that are not drawn, if there is a letter among them."""
    return "?" if any(unicodedata.category(each)[0] == "L" for each in found[0]) else ""


def _chunks(word: str) -> Iterable[str]:
    """A long word in chunks of at most ten characters; combining marks stay with their letters."""
    return re.findall(r"(?:.[\u0300-\u036f\u05b0-\u05c3]*){1,10}", word)


def plural(forms: Mapping[str, str], number: int, language: Language) -> str:
    """A number with its noun, in the form that the language has for it (Unicode CLDR, cardinals), on one line."""
    return forms[_form(number, language)].format(number=number).replace(" ", "\u00a0")


def _form(number: int, language: Language) -> str:
    if language is not Language.RU:
        return "one" if number == 1 else "other"
    last, teens = number % 10, 11 <= number % 100 <= 14
    return "one" if last == 1 and not teens else "few" if 2 <= last <= 4 and not teens else "many"


def date_of(day: date, language: Language) -> str:
    """A day in words, such as 3 March 2026."""
    words = words_of(language)
    written: str = words["date"].format(day=day.day, month=words["months"][day.month - 1], year=day.year)
    return written


def time_of(seconds: int, language: Language, suffix: str = "") -> str:
    """A time in minutes and seconds. `suffix` "_each" is for the form after "sets of"."""
    words, minutes = words_of(language), seconds // 60
    if seconds < 120 and seconds % 60:
        minutes = 0
    shown = [plural(words[f"minutes{suffix}"], minutes, language)] if minutes else []
    if rest := seconds - minutes * 60:
        shown.append(plural(words[f"seconds{suffix}"], rest, language))
    return " ".join(shown)


def amounts_of(row: Prescription, language: Language) -> str:
    """The prescribed amount of an exercise in words."""
    words = words_of(language)
    shown = [*_sets(row, language)]
    if row.per_side:
        shown[0] += f" {words['per_side']}"
    if row.hold_seconds:
        shown.append(words["hold"].format(time=time_of(row.hold_seconds, language)))
    if row.rest_seconds and row.sets:
        shown.append(words["rest"].format(time=time_of(row.rest_seconds, language)))
    elif row.rest_seconds == 0 and row.sets:
        shown.append(words["no_rest"])
    return ", ".join(shown)


def _sets(row: Prescription, language: Language) -> list[str]:
    """Sets, repetitions and time."""
    words, time = words_of(language), row.duration_seconds
    reps = f"repetitions{'_each' if row.sets else ''}"
    each = plural(words[reps], row.reps, language) if row.reps else None
    if row.sets is None:
        return [text for text in (each, time and time_of(time, language)) if text]
    sets = plural(words["sets"], row.sets, language)
    if each is None and time is None:
        return [sets]
    first = words["sets_of"].format(sets=sets, each=each or time_of(time or 0, language, "_each"))
    return [first, words["set_time"].format(time=time_of(time, language))] if each and time else [first]
