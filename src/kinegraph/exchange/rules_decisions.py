"""What an import must know, what its caller decides, and what becomes of each entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from kinegraph.exchange.rules import Duplicates, Entry, Fault, Skipped


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
