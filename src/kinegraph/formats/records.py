"""Files and the rows that formats read from them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson

MAX_FILE_BYTES = 50 * 1024 * 1024


class Format(StrEnum):
    """The formats of files that are imported."""

    FREE_EXERCISE_DB = "free-exercise-db"
    WGER = "wger"
    KINEGRAPH_JSON = "kinegraph-json"
    CSV = "csv"


class FileError(Exception):
    """A file that its format cannot read at all; the message says why."""


@dataclass(frozen=True, slots=True)
class File:
    """A file's content, with the files that its format finds beside it."""

    name: str
    content: bytes
    beside: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Location:
    """Where in a file something stands: the row, from 1, and the name or id that it gives itself."""

    row: int
    name: str = ""

    def __str__(self) -> str:
        shown = " ".join("".join(c if c.isprintable() else " " for c in self.name).split())
        return f'row {self.row} ("{shown[:60]}")' if shown else f"row {self.row}"


@dataclass(slots=True)
class Raw:
    """A row of a file, and its faults as far as the format tells them."""

    location: Location
    fields: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    key_field: str = "id"
    """The field of the file that the key is made of."""
    is_key_of_name: bool = False
    """Whether the key is to be made from the row's name, since the file gives none."""
    id: str | None = None
    """The id of the stored row, where the file was exported."""
    finds_by_slug: bool = False
    base: str | None = None
    """The hash of the stored content that the row was exported with."""
    faults: list[tuple[str, tuple[str | int, ...]]] = field(default_factory=list)
    """What is wrong with the row: messages, and paths into it."""

    def refuse(self, message: str, *path: str | int) -> None:
        """Note a fault."""
        self.faults.append((message, path))


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that its format says nothing about that could be imported."""

    location: Location
    reason: str

    def __str__(self) -> str:
        return f"{self.location}: {self.reason}"


@dataclass(slots=True)
class Rows:
    """A file, read: its rows, and those that its format leaves out."""

    rows: list[Raw] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def text_of(file: File) -> str:
    """A file as text. Raises FileError."""
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = f"byte {error.start + 1:,} does not belong there"
        raise FileError(f"{file.name} is not text in UTF-8: {where}. Save it as UTF-8.") from None
    if not text.strip():
        raise FileError(f"{file.name} is empty.")
    return text


def json_list(file: File) -> list[Any]:
    """A file that is one JSON list. Raises FileError."""
    try:
        rows = orjson.loads(text_of(file))
    except orjson.JSONDecodeError as error:
        raise FileError(f"{file.name} is not JSON: {error}.") from None
    if not isinstance(rows, list):
        raise FileError(f"{file.name} must be a JSON list of exercises.")
    return rows


def objects(rows: Sequence[Any]) -> Iterator[tuple[Raw, Mapping[str, Any]]]:
    """Each row of a JSON list that is an object, with the raw row to fill; the others refuse themselves."""
    for number, row in enumerate(rows, 1):
        is_object = isinstance(row, dict)
        named = (row.get("name"), row.get("id")) if is_object else ()
        raw = Raw(Location(number, next((text for text in named if isinstance(text, str)), "")))
        if not is_object:
            raw.refuse("Must be an object.")
        yield raw, row if is_object else {}


def one_line(text: str) -> str:
    """A text of a file's as a message shows it."""
    shown = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
