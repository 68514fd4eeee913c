"""The overrides of a file: values, the canonical exercise of each, and the decision about it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol  # Any: values of fields
from uuid import UUID

from kinegraph.exercise.rules_columns import OVERRIDABLE, api_name
from kinegraph.exercise.rules_terms import ExerciseStatus
from kinegraph.formats.hashes import fields_of, is_unchanged
from kinegraph.formats.records import Fault, Location, Skipped, quoted
from kinegraph.kit.text import identity_of

OVERRIDABLE_FIELDS: Mapping[str, str] = {api_name(name): name for name in OVERRIDABLE}
"""The fields that an override in a file may set, by their names there, which are the keys of the stored override."""


class OverrideVerdict(StrEnum):
    """The relation of a file's override to the stored one."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class OverrideEntry:
    """An override of a canonical exercise."""

    location: Location
    id: UUID | None
    slug: str | None
    name: str
    fields: Mapping[str, Any]
    """The overriding values by their key in a stored override; None goes back to the canonical value."""
    base: str | None
    """The hash of the stored override at the time of its export."""


class CanonicalName(Protocol):
    """A row that may be a canonical exercise, by which the exercise of an override is sought."""

    id: UUID
    name: str
    slug: str | None


class TargetRow(Protocol):
    """A canonical exercise, with the override that the scope has of it."""

    id: UUID
    slug: str | None
    name: str
    status: str
    overrides: dict[str, Any] | None
    changes: dict[str, Any] | None

    def __getitem__(self, column: str, /) -> Any:
        """The stored value of an overridable column."""


@dataclass(frozen=True, slots=True)
class OverrideDecision:
    """The decision about one override."""

    entry: OverrideEntry
    verdict: OverrideVerdict
    writes: bool
    target: TargetRow
    fields: Mapping[str, Any] = field(default_factory=dict)
    """The values that differ from what the scope overrides now."""
    removed: Sequence[str] = ()
    """The fields that go back to the canonical value."""

    @property
    def names(self) -> tuple[str, str]:
        """The name that the scope sees now, and the one that the file sets."""
        before = stored_fields(self.target).get("name", self.target.name)
        return before, self.target.name if "name" in self.removed else self.fields.get("name", before)

    @property
    def renames(self) -> bool:
        """True if the file sets another name than the one that the scope sees now."""
        before, after = self.names
        return before != after


def stored_fields(target: TargetRow) -> dict[str, Any]:
    """The values that a scope overrides; stored keys that may not be overridden, or are null, do not count."""
    found = {key: value for key, value in (target.overrides or {}).items() if value is not None}
    return {key: found[key] for key in OVERRIDABLE_FIELDS if key in found}


def target_ids(entries: Sequence[OverrideEntry], named: Sequence[CanonicalName]) -> list[UUID]:
    """The ids of the exercises that these overrides may be about."""
    names, slugs = {identity_of(entry.name) for entry in entries}, {entry.slug for entry in entries if entry.slug}
    found = {row.id for row in named if row.slug in slugs or identity_of(row.name) in names} if entries else set()
    return [*{entry.id for entry in entries if entry.id} | found]


def decided(
    entries: Sequence[OverrideEntry], targets: Sequence[TargetRow], *, is_canonical: bool, overwrite: bool
) -> Iterator[OverrideDecision | Fault | Skipped]:
    """The decision about each override, or why there is none."""
    found = _Targets(targets)
    rows: dict[UUID, Location] = {}
    for entry in entries:
        if is_canonical:
            yield Skipped(entry.location, "skipped, as the canonical library overrides nothing")
            continue
        target = found.of(entry)
        if isinstance(target, str):
            yield Fault(entry.location, "name", target)
        elif (first := rows.setdefault(target.id, entry.location)) is not entry.location:
            yield Fault(entry.location, "name", f"It overrides the same exercise as row {first.row:,}.")
        else:
            decision = _decide(entry, target, overwrite)
            is_discontinued = decision.writes and target.status != ExerciseStatus.PUBLISHED
            yield (
                Skipped(entry.location, f"skipped, as the exercise is {target.status}") if is_discontinued else decision
            )


class _Targets:
    """Finds the canonical exercise of an override: by its id, or else by its name, of several by its slug."""

    def __init__(self, rows: Sequence[TargetRow]) -> None:
        self.by_id = {row.id: row for row in rows}
        self.by_slug = {row.slug: row for row in rows if row.slug}
        self.by_name: dict[str, dict[UUID, TargetRow]] = {}
        for row in rows:
            self.by_name.setdefault(identity_of(row.name), {})[row.id] = row

    def of(self, entry: OverrideEntry) -> TargetRow | str:
        """The exercise, or the fault of an override that does not say which one it means."""
        same = self.by_name.get(identity_of(entry.name), {})
        if row := self.by_id.get(entry.id) if entry.id else None:
            if not same or row.id in same:
                return row
            return f"The id is that of {quoted(row.name)}, and {quoted(entry.name)} is another canonical exercise."
        if (row := self.by_slug.get(entry.slug or "")) and row.id not in same:
            return f"The slug is that of {quoted(row.name)}, not of {quoted(entry.name)}: give the name that is meant."
        if row or len(same) == 1:
            return row or next(iter(same.values()))
        return (
            f"There are {len(same)} canonical exercises of this name; give the id or slug of one."
            if same
            else "There is no such canonical exercise."
        )


def _decide(entry: OverrideEntry, target: TargetRow, overwrite: bool) -> OverrideDecision:
    """The decision about an override. A value that is equal to the canonical one is none, and removes a stored one."""
    stored = stored_fields(target)
    differing = {key: value for key, value in entry.fields.items() if stored.get(key) != value}
    canonical = {key: target[OVERRIDABLE_FIELDS[key]] for key in differing}
    fields = {key: value for key, value in differing.items() if value is not None and value != canonical[key]}
    removed = [key for key in differing if key not in fields and key in stored]
    if not fields and not removed:
        verdict = OverrideVerdict.UNCHANGED
    elif not stored:
        verdict = OverrideVerdict.NEW
    else:
        is_exported = is_unchanged(stored, entry.base)
        exported = fields_of(entry.base) if is_exported and entry.base else []
        edited = [key for key in (*fields, *removed) if key in stored and not _is_imported(target, key)]
        verdict = OverrideVerdict.EDITED if {*edited} - {*exported} else OverrideVerdict.CHANGED
    writes = verdict in (OverrideVerdict.NEW, OverrideVerdict.CHANGED)
    writes = writes or (verdict is OverrideVerdict.EDITED and overwrite)
    return OverrideDecision(entry, verdict, writes, target, fields, removed)


def _is_imported(target: TargetRow, key: str) -> bool:
    """True if an import set this value, and nobody since."""
    change = (target.changes or {}).get(key)
    return change is not None and change.get("by") is None
