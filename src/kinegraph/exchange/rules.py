"""The values of an import: entries, faults, choices, decisions and the plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol  # Any: values of an entry's fields
from uuid import UUID

from kinegraph.formats.records import Fault, Location, Skipped
from kinegraph.override.rules import OverrideDecision, OverrideEntry, TargetRow
from kinegraph.taxonomy.rules_references import NewTerm, TermNameRow

MAX_FAULTS = 20
"""Maximum number of faults in one message."""


class Duplicates(StrEnum):
    """The treatment of a new row that has the name of another one of its scope or file."""

    SKIP = "skip"
    KEEP = "keep"


class ExchangeError(Exception):
    """An import or export that is not possible. The message says why, with one line for each fault."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A checked row of a file: the values that it sets, and the keys that find the row of an earlier import."""

    location: Location
    key: str
    content: Mapping[str, Any]
    id: UUID | None = None
    slug: str | None = None
    """Finds a row that was never imported, in formats that permit it."""
    base: str | None = None
    """The hash of the row's content at the time of its export."""
    whole_cells: Mapping[str, str] = field(default_factory=dict)
    """The texts of term lists before they were split, by field."""

    @property
    def name(self) -> str:
        """The exercise's name."""
        return str(self.content["name"])


@dataclass(frozen=True, slots=True)
class TermEntry:
    """A taxonomy term of a file."""

    location: Location
    kind: str
    columns: Mapping[str, Any]
    """Name, identity, slug (None where the file has none), and the area of a body region."""
    parent: str | None
    """The slug of the category above."""


@dataclass(slots=True)
class Parsed:
    """The entries, faults and skipped rows of a file."""

    prefers_names: bool = False
    """True if a reference to a term is meant as its name, rather than as its slug, where it could be both."""
    entries: list[Entry] = field(default_factory=list)
    terms: list[TermEntry] = field(default_factory=list)
    overrides: list[OverrideEntry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    exercises: int = 0
    """Number of the file's rows about exercises."""
    rows: int = 0
    """Number of the file's rows, terms and overrides included."""


def format_faults(faults: list[Fault], heading: str) -> str:
    """A heading and one line for each fault; at most MAX_FAULTS, and the number of the others."""
    more = len(faults) - MAX_FAULTS
    lines = [heading, *map(str, faults[:MAX_FAULTS]), *([f"and {more:,} more faults"] if more > 0 else [])]
    return "\n".join(lines)


class Verdict(StrEnum):
    """The relation of an entry to the stored rows."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    EDITED = "edited"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of an import."""

    overwrite: bool = False
    duplicates: Duplicates = Duplicates.SKIP
    skip_rejected: bool = False
    dry_run: bool = False


class StoredRow(Protocol):
    """An exercise with its child rows as JSON, beside the columns that files may set (rules_columns.EXCHANGED)."""

    id: UUID
    name: str
    import_key: str | None
    seed_hash: str | None
    video_provider: str | None
    video_status: str | None
    video_duration_seconds: int | None
    video_locked_by_user_id: UUID | None
    instructions: list[dict[str, Any]]
    contraindications: list[dict[str, Any]]
    fatigue_score: int | None
    terms: list[tuple[str, str]]
    """The taxonomy and the slug of each tag."""


class NameRow(Protocol):
    """The names by which duplicates of an exercise are detected."""

    id: UUID
    name: str
    slug: str | None
    is_own: bool
    """True for a row of the scope, False for a canonical row beside it."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A row of the scope that an entry may belong to."""

    id: UUID
    import_key: str | None
    seed_hash: str | None
    content: Mapping[str, Any]
    video: Mapping[str, Any] = field(default_factory=dict)
    """The columns of its video that follow from its address."""
    is_video_locked: bool = False
    images: Sequence[Mapping[str, Any]] = ()
    """Its instructions with a picture: type, body, and the picture's key and type."""


@dataclass(frozen=True, slots=True)
class ExistingRows:
    """The stored rows that an import is compared with."""

    is_canonical: bool
    stored: Sequence[Stored] = ()
    named: Sequence[NameRow] = ()
    """The names of every row that the scope sees."""
    slugs: Mapping[str, UUID] = field(default_factory=dict)
    """The ids of canonical rows by slug, deleted ones included."""
    terms: Sequence[TermNameRow] = ()
    """The terms that the scope may use."""
    targets: Sequence[TargetRow] = ()
    """The canonical exercises that the file's overrides may be about."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision about one entry."""

    entry: Entry
    verdict: Verdict
    writes: bool
    stored: Stored | None = None
    like: str | None = None
    """Description of the exercise or row that it resembles."""
    is_equal: bool = False
    """True if it has the name of that one; else it is only alike."""
    is_video_unchanged: bool = False
    """True if the stored video is locked, and the file has another."""
    is_key_unchanged: bool = False
    """True if its stored row has an import key, or another row has the entry's key, so that none is set."""


@dataclass(slots=True)
class Plan:
    """The decisions about all entries of an import."""

    rows: int
    exercises: int
    """Number of the file's rows about exercises."""
    decisions: list[Decision]
    faults: list[Fault]
    skipped: list[Skipped]
    existing_terms: int = 0
    """Number of the file's terms that the scope has already."""
    new_terms: list[NewTerm] = field(default_factory=list)
    overrides: list[OverrideDecision] = field(default_factory=list)

    def of(self, *verdicts: Verdict) -> list[Decision]:
        """The decisions of these verdicts."""
        return [decision for decision in self.decisions if decision.verdict in verdicts]

    @property
    def written(self) -> list[Decision]:
        """The decisions whose entries are written."""
        return [decision for decision in self.decisions if decision.writes]

    @property
    def renamed(self) -> list[Decision]:
        """The decisions whose entry has another name than its stored row."""
        return [each for each in self.decisions if each.stored and each.entry.name != each.stored.content["name"]]

    @property
    def alike(self) -> list[Decision]:
        """The decisions whose entry brings the name of another exercise, or one that is alike."""
        return [decision for decision in self.decisions if decision.like]

    @property
    def locked(self) -> list[Decision]:
        """The decisions whose stored row has a locked video, where the file has another."""
        return [decision for decision in self.decisions if decision.is_video_unchanged]
