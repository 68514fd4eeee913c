"""The plan of an import: what becomes of each entry, decided before anything is written.

An entry is *unchanged* where its row says the same already, *changed* where the row still says what was last imported
(or what it said when the file was exported) and the entry something else, *edited* where somebody wrote to the row
since, and *new* where there is no row. A new one that looks like another of its scope or its file is a *duplicate*.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from kinegraph.exchange.rules import Duplicates, Entry, Fault, Parsed, Place
from kinegraph.exchange.rules_content import TERMS, still_says
from kinegraph.exchange.rules_decisions import Choices, Decision, ExistingRows, Plan, Stored, Verdict
from kinegraph.exchange.rules_duplicates import DuplicateFinder
from kinegraph.exercise.rules import api_name, require_move
from kinegraph.kit.errors import InvalidInput


def planned(parsed: Parsed, existing: ExistingRows, choices: Choices) -> Plan:
    """Decide about every entry; those that cannot be stored are among the faults instead."""
    rows = _Rows(existing)
    matched, twice = _matched(parsed.entries, rows)
    duplicates = DuplicateFinder(existing.named, [entry for entry, stored in matched if stored])
    decisions = [_decided(entry, stored, rows, duplicates, choices) for entry, stored in matched]
    against = [fault for decision in decisions if decision.writes for fault in _against(decision, existing)]
    against += _slugs_twice(decisions) if existing.is_canonical else []
    refused = {fault.place.row for fault in against}
    decided = [decision for decision in decisions if decision.entry.place.row not in refused]
    faults = sorted([*parsed.faults, *twice, *against], key=lambda fault: fault.place.row)
    return Plan(parsed.rows, decided, faults, parsed.skipped)


def _matched(entries: Sequence[Entry], rows: "_Rows") -> tuple[list[tuple[Entry, Stored | None]], list[Fault]]:
    """Each entry with its row; those whose row another entry is about already are faults."""
    matched: list[tuple[Entry, Stored | None]] = []
    faults = []
    places: dict[UUID, Place] = {}
    for entry in entries:
        stored = rows.of(entry)
        first = places.setdefault(stored.id, entry.place) if stored else entry.place
        if first is entry.place:
            matched.append((entry, stored))
        else:
            faults.append(Fault(entry.place, "id", f"It is about the same exercise as row {first.row}."))
    return matched, faults


class _Rows:
    """Finds the row that an entry is about: by its id, its key, or its slug where one row alone has it."""

    def __init__(self, existing: ExistingRows) -> None:
        self.by_id = {row.id: row for row in existing.stored}
        self.by_key = {row.import_key: row for row in existing.stored if row.import_key}
        self.by_slug: dict[str, list[Stored]] = {}
        for row in existing.stored:
            self.by_slug.setdefault(row.content["slug"], []).append(row)

    def of(self, entry: Entry) -> Stored | None:
        found = self.by_id.get(entry.id) if entry.id else None
        found = found or self.by_key.get(entry.key)
        same = self.by_slug.get(entry.slug, []) if entry.slug else []
        return found or (same[0] if len(same) == 1 else None)


def _decided(
    entry: Entry, stored: Stored | None, rows: _Rows, duplicates: DuplicateFinder, choices: Choices
) -> Decision:
    if stored is None:
        own, canonical = duplicates.like(entry)
        imports = own is None or choices.duplicates is Duplicates.KEEP
        if imports:
            duplicates.add(entry)
        verdict = Verdict.NEW if own is None else Verdict.DUPLICATE
        return Decision(entry, verdict, imports, like=own or canonical)
    keeps_key = stored.import_key is not None or entry.key in rows.by_key
    verdict = _verdict(entry, stored)
    writes = verdict is Verdict.CHANGED or (verdict is Verdict.EDITED and choices.overwrite)
    return Decision(entry, verdict, writes, stored, keeps_key=keeps_key)


def _verdict(entry: Entry, stored: Stored) -> Verdict:
    if all(stored.content[name] == value for name, value in entry.content.items()):
        return Verdict.UNCHANGED
    is_as_left = still_says(stored.content, stored.seed_hash) or still_says(stored.content, entry.base)
    return Verdict.CHANGED if is_as_left else Verdict.EDITED


def _against(decision: Decision, existing: ExistingRows) -> Iterator[Fault]:
    """What the stored rows have against writing an entry."""
    entry, stored = decision.entry, decision.stored
    for name, kind in TERMS.items():
        for slug in entry.content.get(name, ()):
            if (kind, slug) not in existing.terms:
                yield Fault(entry.place, api_name(name), f"There is no term {slug!r}; create it first.")
    holder = existing.slugs.get(entry.content.get("slug") or "")
    if existing.is_canonical and holder is not None and (stored is None or stored.id != holder):
        yield Fault(entry.place, "slug", "Another canonical exercise, perhaps a deleted one, has this slug.")
    if stored and "status" in entry.content:
        try:
            require_move(stored.content["status"], entry.content["status"])
        except InvalidInput as refusal:
            yield Fault(entry.place, "status", refusal.message)


def _slugs_twice(decisions: Sequence[Decision]) -> Iterator[Fault]:
    """Canonical slugs are unique."""
    seen: dict[str, Place] = {}
    for entry in (decision.entry for decision in decisions if decision.writes):
        slug = entry.content.get("slug")
        if slug and seen.setdefault(slug, entry.place) is not entry.place:
            yield Fault(entry.place, "slug", f"The same stands in row {seen[slug].row:,}.")
