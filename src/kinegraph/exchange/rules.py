"""What stands between a file and the table: entries, and what is wrong with a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from kinegraph.formats.records import Location, Skipped

MAX_FAULTS = 20


class Duplicates(StrEnum):
    """What becomes of a new row that looks like another of its scope or file."""

    SKIP = "skip"
    KEEP = "keep"


class ExchangeError(Exception):
    """An import or export that cannot be done; the message says why, one line for each fault."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row cannot be imported."""

    location: Location
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.location}, field {self.field}: {self.message}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a file, ready for the table: what it sets, and how it finds the row that it was imported to before."""

    location: Location
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
        return len(self.entries) + len({fault.location.row for fault in self.faults}) + len(self.skipped)


def faults_told(faults: list[Fault], heading: str) -> str:
    """A heading and one line for each fault; of many the first, and how many more."""
    more = len(faults) - MAX_FAULTS
    lines = [heading, *map(str, faults[:MAX_FAULTS]), *([f"and {more:,} more faults"] if more > 0 else [])]
    return "\n".join(lines)


class Verdict(StrEnum):
    """What an entry is, seen from what is stored."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    EDITED = "edited"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Choices:
    """What the caller decides."""

    overwrite: bool = False
    duplicates: Duplicates = Duplicates.SKIP
    skip_rejected: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """A row of the scope that an entry may be about."""

    id: UUID
    import_key: str | None
    seed_hash: str | None
    content: Mapping[str, Any]
    images: Sequence[Mapping[str, Any]] = ()
    """Its instructions that have a picture, with its key and type."""


@dataclass(frozen=True, slots=True)
class ExistingRows:
    """The stored rows that an import is compared with."""

    is_canonical: bool
    stored: Sequence[Stored] = ()
    named: Sequence[Any] = ()
    """Name, slug and `is_own` of every row that the scope sees."""
    slugs: Mapping[str, UUID] = field(default_factory=dict)
    """Who has the slugs that are unique, deleted rows too."""
    terms: frozenset[tuple[str, str]] = frozenset()
    """The terms that the scope may use, by taxonomy and slug."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one entry."""

    entry: Entry
    verdict: Verdict
    writes: bool
    stored: Stored | None = None
    like: str | None = None
    """What it looks like, in words."""
    keeps_key: bool = False
    """Whether its row has a key, or its key is another row's, so that none is set."""


@dataclass(slots=True)
class Plan:
    """An import, decided."""

    rows: int
    decisions: list[Decision]
    faults: list[Fault]
    skipped: list[Skipped]

    def of(self, *verdicts: Verdict) -> list[Decision]:
        """The decisions of these verdicts."""
        return [decision for decision in self.decisions if decision.verdict in verdicts]

    @property
    def written(self) -> list[Decision]:
        """What is to be stored."""
        return [decision for decision in self.decisions if decision.writes]
