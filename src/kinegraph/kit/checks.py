"""Checks of an input: all its problems are collected, each with its path, and then refused together."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
from datetime import date
from urllib.parse import quote, urlsplit
from uuid import UUID

from kinegraph.kit.errors import InvalidInput, Path, Refusal, Refused
from kinegraph.kit.text import identity_of, normalized, split_terms

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_SCHEME = re.compile("https?://", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s/?#]+[^\s]*", re.IGNORECASE)


class Checks:
    """The problems of one input; `done` raises Refused if there are any.

    Each method takes a value and its path, records what is wrong with it, and returns the value cleaned. For a bad
    value it returns a meaningless one of the right type: call `done` before you write anything by it.
    """

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []

    def refuse(self, message: str, *path: str | int) -> None:
        """Record one problem."""
        self.refusals.append(InvalidInput(message, *path))

    def done(self) -> None:
        """Raise Refused with all recorded problems, if there are any."""
        if self.refusals:
            raise Refused(self.refusals)

    @contextmanager
    def layer(self) -> Iterator[None]:
        """A block whose refusal is recorded and ends the block alone, so that what follows is checked too.

        What the block refuses at a path that had a problem before it is dropped.
        """
        refused_paths = {refusal.path for refusal in self.refusals}
        before = len(self.refusals)
        try:
            yield
        except (Refusal, Refused) as error:
            self.refusals += error.refusals
        self.refusals[before:] = [each for each in self.refusals[before:] if each.path not in refused_paths]

    def text(
        self, value: str, path: Path, max_length: int, *, empty: bool = False, lines: bool = True, exact: bool = False
    ) -> str:
        """A trimmed text of at most `max_length` characters without control characters; on one line unless `lines`.

        It is normalized (NFC), except with `exact`: the bytes of an address decide where it leads. U+0000, which
        PostgreSQL takes in no statement, is refused and left out, so that what is checked next may look the text up.
        """
        cleaned = value.strip() if exact else normalized(value.strip()).strip()
        if "\0" in cleaned:
            self.refuse("Must not contain the control character U+0000.", *path)
        elif not lines and len(cleaned.splitlines()) > 1:
            self.refuse("Must be on one line.", *path)
        elif not empty and not any(map(_is_visible, cleaned)):
            self.refuse("Must not be empty.", *path)
        elif len(cleaned) > max_length:
            self.refuse(f"Must be at most {max_length:,} characters; this is {len(cleaned):,}.", *path)
        elif fault := character_fault(cleaned):
            self.refuse(fault, *path)
        return cleaned.replace("\0", "").strip()

    def few(self, values: Sized, path: Sequence[str | int], most: int) -> bool:
        """True if a list has at most `most` entries; a longer one is refused."""
        if len(values) > most:
            self.refuse(f"Must have at most {most} entries; this has {len(values)}.", *path)
        return len(values) <= most

    def texts(
        self,
        values: Sequence[str],
        path: Path,
        max_length: int,
        max_entries: int,
        same: Callable[[str], str] = normalized,
    ) -> list[str]:
        """A list of at most `max_entries` texts, in their order; of entries that are the `same`, the first."""
        if not self.few(values, path, max_entries):
            return []
        return without_duplicates((self.text(v, (*path, str(i)), max_length) for i, v in enumerate(values)), same)

    def separated(self, value: str, path: Path, max_length: int, max_entries: int) -> list[str]:
        """The entries of one text (`split_terms`), checked as a list, of which names that differ by case are one."""
        entries = split_terms(value)
        if not self.few(entries, path, max_entries):
            return []
        return without_duplicates((self.text(entry, path, max_length) for entry in entries), identity_of)

    def whole(self, value: int, path: Path, low: int, high: int) -> int:
        """A whole number within bounds, both included."""
        if not low <= value <= high:
            self.refuse(f"Must be from {low:,} to {high:,}; this is {value:,}.", *path)
        return value

    def number(self, value: float, path: Path, low: float, high: float) -> float:
        """A finite number within bounds, both included."""
        if not low <= value <= high:
            self.refuse(f"Must be from {low:g} to {high:g}; this is {value:g}.", *path)
        return value

    def url(self, value: str, path: Path) -> str:
        """An absolute http(s) URL of at most 2,048 characters."""
        before = len(self.refusals)
        cleaned = self.text(value, path, 2048, exact=True)
        if len(self.refusals) == before and (fault := _url_fault(cleaned)):
            self.refuse(fault, *path)
        return cleaned

    def key(self, value: str, path: Path) -> UUID:
        """An id, in the form that the API gives out."""
        parsed = parse_key(value)
        if parsed is None:
            self.refuse("Must be an id that this API gave out (a UUID).", *path)
        return parsed or UUID(int=0)

    def all(self, values: Iterable[str], path: Path, check: Callable[[str, Path], UUID]) -> list[UUID]:
        """The entries of a list, each checked by `check`."""
        return [check(value, (*path, str(index))) for index, value in enumerate(values)]


def _url_fault(text: str) -> str | None:
    """Why a text is no absolute http(s) URL; None if it is one."""
    if not _SCHEME.match(text):
        return "Must be a URL that starts with https:// or http://."
    if found := re.search(r"\s", text):
        shown = "a space" if found.group() == " " else f"the white space U+{ord(found.group()):04X}"
        return f"Must not contain {shown}: write it as {quote(found.group())}."
    try:
        found_host, port = urlsplit(text).hostname, urlsplit(text).port
    except ValueError as error:
        is_of_port = "port" in str(error).lower()
        return (
            "The port must be from 1 to 65,535." if is_of_port else "Must have a valid host after https:// or http://."
        )
    if not found_host or not _URL.fullmatch(text):
        return "Must have a host after https:// or http://."
    return "The port must be from 1 to 65,535." if port == 0 else None


def _is_visible(character: str) -> bool:
    """True if a character is visible: neither a space of any width nor a format character."""
    return unicodedata.category(character) not in ("Cc", "Cf", "Cn", "Co", "Zl", "Zp", "Zs")


def character_fault(text: str) -> str | None:
    """Why a text cannot be stored: a control character, or half of a surrogate pair; None if it can."""
    if found := _CONTROL.search(text):
        return f"Must not contain the control character U+{ord(found.group()):04X}."
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "Must not contain half of a surrogate pair."
    return None


def parse_key(value: str) -> UUID | None:
    """A UUID in its form with hyphens, or None. The other forms that `UUID` accepts are not accepted."""
    return UUID(value) if _KEY.fullmatch(value) else None


def require_key(value: str, *path: str | int) -> UUID:
    """The id in `value`. Raises InvalidInput at `path`."""
    parsed = parse_key(value)
    if parsed is None:
        raise InvalidInput("Must be an id that this API gave out (a UUID).", *path)
    return parsed


def without_duplicates(texts: Iterable[str], same: Callable[[str], str]) -> list[str]:
    """The texts in their order; of those that are the same by this function, the first."""
    first: dict[str, str] = {}
    for text in texts:
        first.setdefault(same(text), text)
    return [*first.values()]


def day_after(day: date, days: int) -> date:
    """The day so many days after another (before it, if negative), but within the calendar."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))
