"""Files and the rows that formats read from them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any  # the JSON of files

import orjson

MAX_FILE_BYTES = 50 * 1024 * 1024


class Format(StrEnum):
    """A format of files that can be imported."""

    FREE_EXERCISE_DB = "free-exercise-db"
    WGER = "wger"
    KINEGRAPH_JSON = "kinegraph-json"
    CSV = "csv"


class FileError(Exception):
    """A file that its format cannot read at all; the message says why."""


@dataclass(frozen=True, slots=True)
class File:
    """A file's content, with the other files that its format consists of, by name."""

    name: str
    content: bytes
    beside: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Location:
    """The location of a row in a file: its number, from 1, and the row's own name or id."""

    row: int
    name: str = ""

    def __str__(self) -> str:
        shown = " ".join(text for text in re.split(r"[\s\x00]+", self.name, flags=re.ASCII) if text)
        return f'row {self.row} ("{one_line(shown[:60])}")' if shown else f"row {self.row}"


@dataclass(slots=True)
class Raw:
    """A row of a file, and the faults that its reader found."""

    location: Location
    fields: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    key_field: str = "id"
    """The field of the file that the key is made of."""
    is_key_of_name: bool = False
    """True if the key is to be made from the row's name, since the file has no key."""
    id: str | None = None
    """The id of the stored row, where the file was exported."""
    finds_by_slug: bool = False
    """True if the row may also be found by its slug."""
    base: str | None = None
    """The hash of the stored values at the time of the export."""
    whole_cells: Mapping[str, str] = field(default_factory=dict)
    """The cells that may also be one entry each, by the field whose list they were split into."""
    faults: list[tuple[str, tuple[str | int, ...]]] = field(default_factory=list)
    """Each fault's message and its path within the row."""

    def refuse(self, message: str, *path: str | int) -> None:
        """Record a fault."""
        self.faults.append((message, path))


@dataclass(frozen=True, slots=True)
class Fault:
    """A reason why a row cannot be imported."""

    location: Location
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.location}, field {self.field}: {self.message}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that has nothing to import, and why."""

    location: Location
    reason: str

    def __str__(self) -> str:
        return f"{self.location}: {self.reason}"


@dataclass(slots=True)
class Rows:
    """The rows of a file, and those that its reader left out."""

    rows: list[Raw] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    terms: list[Raw] = field(default_factory=list)
    """The taxonomy terms that the file has beside exercises."""
    overrides: list[Raw] = field(default_factory=list)
    """The overrides of canonical exercises that it has."""


def text_of(file: File) -> str:
    """A file as text. Raises FileError."""
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fault = f"byte {error.start + 1:,} does not belong there"
        raise FileError(f"{file.name} is not text in UTF-8: {fault}. Save it as UTF-8.") from None
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
    """Each row of a JSON list, with the `Raw` to fill; a row that is no object is a fault, and empty."""
    for number, row in enumerate(rows, 1):
        is_object = isinstance(row, dict)
        names = (row.get("name"), row.get("id")) if is_object else ()
        raw = Raw(Location(number, next((text for text in names if isinstance(text, str)), "")))
        if not is_object:
            raw.refuse("Must be an object.")
        yield raw, row if is_object else {}


HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that damage a terminal's output: control characters, line ends, changes of direction, lone surrogates."""


def one_line(text: str) -> str:
    """A text as it is shown in a message: one line of at most 60 characters, with U+FFFD in place of HARMFUL ones."""
    shown = HARMFUL.sub("\ufffd", text)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def quoted(text: str) -> str:
    """A text in quotation marks, as it is shown in a message."""
    return f"'{one_line(text)}'"
