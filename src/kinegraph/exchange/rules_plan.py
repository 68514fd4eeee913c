"""The plan of an import: the decision about each entry, made before anything is written.

An entry is *unchanged* if its row has the same content, *changed* if the row still has the content that was last
imported (or the content at the time of the export) and the entry differs, *edited* if somebody has changed the row
since, and *new* if there is no row. A new entry with the name of another one of its scope or file is a *duplicate*. One
whose name is only alike is reported, and is new.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any  # values of an entry's fields
from uuid import UUID

from kinegraph.exchange.rules import (
    Choices,
    Decision,
    Duplicates,
    Entry,
    ExchangeError,
    ExistingRows,
    Fault,
    NameRow,
    Parsed,
    Plan,
    Stored,
    Verdict,
    format_faults,
)
from kinegraph.exchange.rules_fields import DEFAULTS, TERMS, digest, is_digest, is_unchanged
from kinegraph.exercise.rules import require_move
from kinegraph.exercise.rules_columns import EXCHANGED, api_name
from kinegraph.exercise.rules_details import condition_key
from kinegraph.formats.records import Location
from kinegraph.kit.errors import InvalidInput
from kinegraph.kit.text import identity_of, likenesses
from kinegraph.video.rules import NO_VIDEO, locked_columns, video_columns


def planned(parsed: Parsed, existing: ExistingRows, choices: Choices) -> Plan:
    """Decide about every entry; entries that cannot be stored become faults."""
    rows = _Rows(existing)
    matched, twice = _matched(parsed.entries, rows)
    duplicates = DuplicateFinder(existing.named, [entry for entry, stored in matched if stored])
    decisions = [_decided(entry, stored, rows, duplicates, choices) for entry, stored in matched]
    against = [fault for decision in decisions if decision.writes for fault in _against(decision, existing)]
    against += _slugs_twice(decisions) if existing.is_canonical else []
    refused = {fault.location.row for fault in against}
    decided = [decision for decision in decisions if decision.entry.location.row not in refused]
    faults = sorted([*parsed.faults, *twice, *against], key=lambda fault: fault.location.row)
    return Plan(parsed.rows, decided, faults, parsed.skipped)


def _matched(entries: Sequence[Entry], rows: "_Rows") -> tuple[list[tuple[Entry, Stored | None]], list[Fault]]:
    """Each entry with its stored row. An entry whose row belongs to an earlier entry is a fault."""
    matched: list[tuple[Entry, Stored | None]] = []
    faults = []
    locations: dict[UUID, Location] = {}
    for entry in entries:
        stored = rows.of(entry)
        first = locations.setdefault(stored.id, entry.location) if stored else entry.location
        if first is entry.location:
            matched.append((entry, stored))
        else:
            faults.append(Fault(entry.location, "id", f"It is about the same exercise as row {first.row}."))
    return matched, faults


class DuplicateFinder:
    """The names of the scope, the file and the canonical library."""

    def __init__(self, named: Sequence[NameRow], entries: Sequence[Entry]) -> None:
        self.own: dict[tuple[bool, str], str] = {}
        self.canonical: dict[tuple[bool, str], str] = {}
        for row in named:
            names, kind = (self.own, "stored") if row.is_own else (self.canonical, "canonical")
            for form in _forms(row.name, row.slug):
                names.setdefault(form, f'the {kind} "{row.name}"')
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Add an entry, which later ones are compared with."""
        for form in _forms(entry.name, entry.content.get("slug")):
            self.own.setdefault(form, str(entry.location))

    def like(self, entry: Entry) -> tuple[str | None, bool]:
        """Description of the exercise that an entry resembles most, and whether its scope or file has the very name."""
        forms = [*_forms(entry.name, entry.content.get("slug"))]
        found = next((names[form] for names in (self.own, self.canonical) for form in forms if form in names), None)
        return found, forms[0] in self.own


def _forms(name: str, slug: str | None) -> Iterator[tuple[bool, str]]:
    """What names are compared by: first the whole, True, then what only makes them alike, False."""
    yield True, identity_of(name)
    for text in filter(None, (name, slug)):
        yield from ((False, likeness) for likeness in likenesses(text))


class _Rows:
    """Finds the stored row of an entry: by its id, by its key, or by its slug if only one row has it.

    Slugs are unique among canonical rows alone. An organization's row is found by one only if it has the entry's name.
    """

    def __init__(self, existing: ExistingRows) -> None:
        self.is_canonical = existing.is_canonical
        self.by_id = {row.id: row for row in existing.stored}
        self.by_key = {row.import_key: row for row in existing.stored if row.import_key}
        self.by_slug: dict[str, list[Stored]] = {}
        for row in existing.stored:
            self.by_slug.setdefault(row.content["slug"], []).append(row)

    def of(self, entry: Entry) -> Stored | None:
        found = self.by_id.get(entry.id) if entry.id else None
        found = found or self.by_key.get(entry.key)
        same = [row for row in self.by_slug.get(entry.slug, []) if self._is_meant(row, entry)] if entry.slug else []
        return found or (same[0] if len(same) == 1 else None)

    def _is_meant(self, row: Stored, entry: Entry) -> bool:
        return self.is_canonical or identity_of(row.content["name"]) == identity_of(entry.name)


def _decided(
    entry: Entry, stored: Stored | None, rows: _Rows, duplicates: DuplicateFinder, choices: Choices
) -> Decision:
    if stored is None:
        like, is_equal = duplicates.like(entry)
        imports = not is_equal or choices.duplicates is Duplicates.KEEP
        if imports:
            duplicates.add(entry)
        return Decision(entry, Verdict.DUPLICATE if is_equal else Verdict.NEW, imports, like=like, is_equal=is_equal)
    is_key_unchanged = stored.import_key is not None or entry.key in rows.by_key
    protected = [name for name in locked_columns(entry.content) if entry.content[name] != stored.content[name]]
    if is_video_unchanged := stored.is_video_locked and bool(protected):
        entry = replace(entry, content={name: entry.content[name] for name in entry.content.keys() - {*protected}})
    verdict = _verdict(entry, stored)
    writes = verdict is Verdict.CHANGED or (verdict is Verdict.EDITED and choices.overwrite)
    return Decision(
        entry, verdict, writes, stored, is_video_unchanged=is_video_unchanged, is_key_unchanged=is_key_unchanged
    )


def _verdict(entry: Entry, stored: Stored) -> Verdict:
    if all(stored.content[name] == value for name, value in entry.content.items()):
        return Verdict.UNCHANGED
    is_unedited = is_unchanged(stored.content, stored.seed_hash) or is_unchanged(stored.content, entry.base)
    return Verdict.CHANGED if is_unedited else Verdict.EDITED


def _against(decision: Decision, existing: ExistingRows) -> Iterator[Fault]:
    """The faults of an entry that follow from the stored rows."""
    entry, stored = decision.entry, decision.stored
    for name, kind in TERMS.items():
        for slug in entry.content.get(name, ()):
            if (kind, slug) not in existing.terms:
                yield Fault(entry.location, api_name(name), f"There is no term {slug!r}; create it first.")
    holder = existing.slugs.get(entry.content.get("slug") or "")
    if existing.is_canonical and holder is not None and (stored is None or stored.id != holder):
        yield Fault(entry.location, "slug", "Another canonical exercise, perhaps a deleted one, has this slug.")
    if stored and "status" in entry.content:
        try:
            require_move(stored.content["status"], entry.content["status"])
        except InvalidInput as refusal:
            yield Fault(entry.location, "status", refusal.message)


def _slugs_twice(decisions: Sequence[Decision]) -> Iterator[Fault]:
    """The faults of canonical entries whose slug an earlier entry has."""
    seen: dict[str, Location] = {}
    for entry in (decision.entry for decision in decisions if decision.writes):
        slug = entry.content.get("slug")
        if slug and seen.setdefault(slug, entry.location) is not entry.location:
            yield Fault(entry.location, "slug", f"The same stands in row {seen[slug].row:,}.")


def require_importable(plan: Plan, choices: Choices) -> None:
    """Raise ExchangeError if rows are rejected, unless the option says that they are left out."""
    if plan.faults and not choices.skip_rejected:
        rejected = len({fault.location.row for fault in plan.faults})
        heading = f"{rejected:,} of {plan.rows:,} rows are rejected, and nothing was imported (see --skip-rejected):"
        raise ExchangeError(format_faults(plan.faults, heading))


@dataclass(slots=True)
class Record:
    """A row to write, with its child rows; None for a child table that does not change."""

    columns: dict[str, Any]
    id: UUID | None
    instructions: Sequence[Mapping[str, Any]] | None
    contraindications: Sequence[Mapping[str, Any]] | None
    terms: Sequence[Mapping[str, Any]] | None
    fatigue: Sequence[Mapping[str, Any]] | None


def record_of(decision: Decision) -> Record:
    """The row of a decision: the values of the entry, else the stored values, or the defaults of a new row."""
    stored = decision.stored
    before = stored.content if stored else DEFAULTS
    after = {**before, **decision.entry.content}
    video = {**(stored.video if stored else NO_VIDEO), **video_columns(decision.entry.content, before["video_url"])}
    after |= {name: video.pop(name) for name in after.keys() & video}
    hashed = stored.seed_hash if stored and _is_of_seeding(stored.seed_hash) else digest(decision.entry.content)
    key = stored.import_key if stored and decision.is_key_unchanged else decision.entry.key
    changes = {name: after[name] != before[name] for name in after}
    return Record(
        {**{name: after[name] for name in EXCHANGED}, **video, "import_key": key, "seed_hash": hashed},
        stored.id if stored else None,
        _numbered(_with_images(after["instructions"], stored)) if changes["instructions"] else None,
        _numbered(_keyed(after["contraindications"])) if changes["contraindications"] else None,
        [{"kind": kind, "slug": slug} for name, kind in TERMS.items() for slug in after[name]]
        if any(changes[name] for name in TERMS)
        else None,
        [{"fatigue_score": after["fatigue_score"]}] if changes["fatigue_score"] else None,
    )


def _is_of_seeding(hashed: str | None) -> bool:
    return hashed is not None and not is_digest(hashed)


def _numbered(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**entry, "sort_order": index} for index, entry in enumerate(entries)]


def _keyed(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**entry, "condition_key": condition_key(entry["condition"])} for entry in entries]


def _with_images(entries: Sequence[Mapping[str, Any]], stored: Stored | None) -> list[dict[str, Any]]:
    """The instructions, each with the picture of the equal instruction of the stored row."""
    left = [*(stored.images if stored else ())]
    found = []
    for entry in entries:
        same = next((image for image in left if (image["type"], image["body"]) == (entry["type"], entry["body"])), None)
        if same:
            left.remove(same)
        found.append({**entry, **{name: same[name] if same else None for name in ("image_key", "image_mime")}})
    return found
