"""The plan of an import: the decision about each entry, made before anything is written.

An entry is *unchanged* if its row has the same content, *changed* if the row still has the content that was last
imported (or the content at the time of the export) and the entry differs, *edited* if somebody has changed the row
since, and *new* if there is no row. A new entry that resembles another one of its scope or file is a *duplicate*.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    Parsed,
    Plan,
    Stored,
    Verdict,
    format_faults,
)
from kinegraph.exchange.rules_duplicates import DuplicateFinder
from kinegraph.exchange.rules_fields import DEFAULTS, TERMS, digest, is_digest, is_unchanged
from kinegraph.exercise.rules import require_move
from kinegraph.exercise.rules_columns import EXCHANGED, api_name
from kinegraph.exercise.rules_details import condition_key
from kinegraph.formats.records import Location
from kinegraph.kit.errors import InvalidInput


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


class _Rows:
    """Finds the stored row of an entry: by its id, by its key, or by its slug if only one row has it."""

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
    is_key_unchanged = stored.import_key is not None or entry.key in rows.by_key
    verdict = _verdict(entry, stored)
    writes = verdict is Verdict.CHANGED or (verdict is Verdict.EDITED and choices.overwrite)
    return Decision(entry, verdict, writes, stored, is_key_unchanged=is_key_unchanged)


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


def report(plan: Plan, choices: Choices) -> Iterator[str]:
    """The lines of a report: the counts, and a line for each row that is not simply imported."""
    new = [each for each in plan.written if each.stored is None]
    like = [each for each in plan.decisions if each.like]
    edited = plan.of(Verdict.EDITED)
    counts = {
        "new": len(new),
        "changed": len(plan.of(Verdict.CHANGED)),
        "unchanged": len(plan.of(Verdict.UNCHANGED)),
        "edited": len(edited),
        "probable duplicates": len(like),
        "rejected": len({fault.location.row for fault in plan.faults}),
        **({"skipped": len(plan.skipped)} if plan.skipped else {}),
    }
    remarks = {"probable duplicates": f", {sum(each.writes for each in like)} of them among the new" if like else ""}
    yield f"{plan.rows:,} exercises"
    yield from (f"  {name:<20}{count:>7,}{remarks.get(name, '')}" for name, count in counts.items())
    yield from map(_edited, edited)
    yield from map(_like, like)
    yield from map(str, plan.skipped)
    if plan.faults:
        yield from format_faults(plan.faults, "Rejected:").splitlines()
    if choices.dry_run:
        yield "Nothing was written (--dry-run)."


def _edited(decision: Decision) -> str:
    imported = decision.stored is not None and decision.stored.import_key is not None
    why = "was edited since it was imported" if imported else "says something else than the stored row, never imported"
    outcome = "overwritten" if decision.writes else "left as it is (--overwrite replaces it)"
    return f"{decision.entry.location} {why}: {outcome}"


def _like(decision: Decision) -> str:
    outcome = "imported all the same" if decision.writes else "not imported (--duplicates keep imports it)"
    return f"{decision.entry.location} looks like {decision.like}: {outcome}"


def require_importable(plan: Plan, choices: Choices) -> None:
    """Raise ExchangeError if rows are rejected, unless the option says that they are left out."""
    if plan.faults and not choices.skip_rejected:
        rejected = len({fault.location.row for fault in plan.faults})
        heading = f"{rejected:,} of {plan.rows:,} rows are rejected, and nothing was imported (see --skip-rejected):"
        raise ExchangeError(format_faults(plan.faults, heading))


def summary(plan: Plan) -> str:
    """The line that says how many rows were imported."""
    new = sum(each.stored is None for each in plan.written)
    return f"Imported: {new:,} new, {len(plan.written) - new:,} brought up to date."


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
    hashed = stored.seed_hash if stored and _is_of_seeding(stored.seed_hash) else digest(decision.entry.content)
    key = stored.import_key if stored and decision.is_key_unchanged else decision.entry.key
    changes = {name: after[name] != before[name] for name in after}
    return Record(
        {**{name: after[name] for name in EXCHANGED}, "import_key": key, "seed_hash": hashed},
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
