"""What stands between a file and the table: entries, and what is wrong with a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_FAULTS = 20


class Format(StrEnum):
    """The formats of files that are imported."""

    FREE_EXERCISE_DB = "free-exercise-db"
    WGER = "wger"
    KINEGRAPH_JSON = "kinegraph-json"
    CSV = "csv"


class Duplicates(StrEnum):
    """What becomes of a new row that looks like another of its scope or file."""

    SKIP = "skip"
    KEEP = "keep"


class ExchangeError(Exception):
    """An import or export that cannot be done; the message says why, one line for each fault."""


@dataclass(frozen=True, slots=True)
class File:
    """A file's content, with the files that its format finds beside it."""

    name: str
    content: bytes
    beside: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands: the row, from 1, and the name or id that it gives itself."""

    row: int
    name: str = ""

    def __str__(self) -> str:
        shown = " ".join("".join(c if c.isprintable() else " " for c in self.name).split())
        return f'row {self.row} ("{shown[:60]}")' if shown else f"row {self.row}"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row cannot be imported."""

    place: Place
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}, field {self.field}: {self.message}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that its format says nothing about that could be imported."""

    place: Place
    reason: str

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a file, ready for the table: what it sets, and how it finds the row that it was imported to before."""

    place: Place
    key: str
    content: Mapping[str, Any]
    id: UUID | None = None
    slug: str | None = None
    """Finds a row that was never imported, where the format says so."""
    base: str | None = None
    """The hash of what the row said when it was exported."""

    @property
    def name(self) -> str:
        """The exercise's name."""
        return str(self.content["name"])


@dataclass(slots=True)
class Parsed:
    """A file, read."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return len(self.entries) + len({fault.place.row for fault in self.faults}) + len(self.skipped)


def faults_told(faults: list[Fault], heading: str) -> str:
    """A heading and one line for each fault; of many the first, and how many more."""
    more = len(faults) - MAX_FAULTS
    lines = [heading, *map(str, faults[:MAX_FAULTS]), *([f"and {more:,} more faults"] if more > 0 else [])]
    return "\n".join(lines)
