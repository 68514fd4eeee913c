"""The plan of an import: the decision about each entry, made before anything is written.

An entry is *unchanged* if its row has the same content, *changed* if the row still has the content that was last
imported (or the content at the time of the export) and the entry differs, *edited* if somebody has changed the row
since, and *new* if there is no row. A new entry with the name of another one of its scope or file is a *duplicate*. One
whose name is only alike is reported, and is new.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from kinegraph.exchange.rules import (
    Choices,
    Decision,
    Duplicates,
    Entry,
    ExchangeError,
    ExistingRows,
    NameRow,
    Parsed,
    Plan,
    Stored,
    TermEntry,
    Verdict,
    format_faults,
)
from kinegraph.exchange.rules_fields import DEFAULTS, TERMS
from kinegraph.exercise.rules import require_move
from kinegraph.exercise.rules_columns import api_name
from kinegraph.formats.hashes import fields_of, is_unchanged
from kinegraph.formats.records import Fault, Location, Skipped, one_line, quoted
from kinegraph.kit.errors import InvalidInput
from kinegraph.kit.text import identity_of, likenesses
from kinegraph.override.rules import OverrideDecision
from kinegraph.override.rules import decided as decided_overrides
from kinegraph.taxonomy.rules_references import NewTerm, TermIndex
from kinegraph.video.rules import locked_columns, require_video


def planned(parsed: Parsed, existing: ExistingRows, choices: Choices) -> Plan:
    """Decide about every entry; entries that cannot be stored become faults."""
    index = TermIndex(existing.terms, prefers_names=parsed.prefers_names)
    new_terms, orphans = _new_terms(parsed.terms, index)
    rows = _Rows(existing)
    matched, twice = _matched([_with_slugs(entry, index) for entry in parsed.entries], rows)
    found = {entry.location: _of_stored(entry, stored, rows, choices) for entry, stored in matched if stored}
    duplicates = DuplicateFinder(existing.named, [*found.values()])
    decisions = [
        _with_likeness(decision, duplicates)
        if (decision := found.get(entry.location))
        else _of_new(entry, duplicates, choices)
        for entry, _ in matched
    ]
    against = [fault for decision in decisions if decision.writes for fault in _against(decision, existing, index)]
    against += _slugs_twice(decisions) if existing.is_canonical else []
    refused = {fault.location.row for fault in against}
    decided = [decision for decision in decisions if decision.entry.location.row not in refused]
    beside = [*_overrides(parsed, existing, choices)]
    faults = [*parsed.faults, *orphans, *twice, *against, *(each for each in beside if isinstance(each, Fault))]
    skipped = [*parsed.skipped, *(each for each in beside if isinstance(each, Skipped))]
    overrides = [each for each in beside if isinstance(each, OverrideDecision)]
    existing_terms = len(parsed.terms) - len(new_terms) - len(orphans)
    faults.sort(key=lambda fault: fault.location.row)
    return Plan(parsed.rows, parsed.exercises, decided, faults, skipped, existing_terms, new_terms, overrides)


def _overrides(
    parsed: Parsed, existing: ExistingRows, choices: Choices
) -> Iterator[OverrideDecision | Fault | Skipped]:
    """The decisions about the file's overrides; those that cannot be stored become faults, or are skipped."""
    return decided_overrides(
        parsed.overrides, existing.targets, is_canonical=existing.is_canonical, overwrite=choices.overwrite
    )


def _new_terms(entries: Sequence[TermEntry], index: TermIndex) -> tuple[list[NewTerm], list[Fault]]:
    """The terms that the scope lacks, and the faults of those whose parent does not exist, or lies below them."""
    added = [(entry, slug) for entry in entries if (slug := index.add(entry.kind, entry.columns)) is not None]
    terms = []
    faults = []
    parents = {slug: index.slug_of(entry.kind, entry.parent) for entry, slug in added if entry.parent}
    for entry, slug in added:
        above, seen = parents.get(slug), {slug}
        while above is not None and above not in seen:
            seen.add(above)
            above = parents.get(above)
        if above is not None or (entry.parent and parents[slug] is None):
            missing = f"There is no category {quoted(entry.parent or '')} above it."
            faults.append(Fault(entry.location, "parent", missing))
        else:
            terms.append(NewTerm(entry.kind, {**entry.columns, "slug": slug}, parents.get(slug)))
    return terms, faults


def _with_slugs(entry: Entry, index: TermIndex) -> Entry:
    """The entry with the scope's slugs for the terms that it names; the text of a term that does not exist stays."""
    meant = {name: _slugs(entry, name, kind, index) for name, kind in TERMS.items() if name in entry.content}
    return replace(entry, content={**entry.content, **meant})


def _slugs(entry: Entry, name: str, kind: str, index: TermIndex) -> list[str]:
    """The slugs of an entry's terms of one kind; a cell that is one term's name, commas included, means this one."""
    if (whole := entry.whole_cells.get(name)) and (slug := index.slug_of(kind, whole)) is not None:
        return [slug]
    return sorted({index.slug_of(kind, text) or text for text in entry.content[name]})


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
    """The names that the scope will have after the import, and those of the canonical library.

    Rows that the file renames have their new names. `matched` are the decisions about stored rows.
    """

    def __init__(self, named: Sequence[NameRow], matched: Sequence[Decision]) -> None:
        self.own: _Names = {}
        self.canonical: _Names = {}
        renamed = {each.stored.id for each in matched if each.stored and _is_renamed(each)}
        for row in named:
            if not row.is_own or row.id not in renamed:
                names, kind = (self.own, "stored") if row.is_own else (self.canonical, "canonical")
                _add(names, _forms(row.name, row.slug), row.id, f'the {kind} "{one_line(row.name)}"')
        for decision in matched:
            self.add(decision.entry, decision.stored)

    def add(self, entry: Entry, stored: Stored | None = None) -> None:
        """Add an entry, which others are compared with."""
        forms = _forms(entry.name, entry.content.get("slug"))
        _add(self.own, forms, stored.id if stored else entry.location, str(entry.location))

    def like(self, entry: Entry, stored: Stored | None = None) -> tuple[str | None, bool]:
        """Description of the exercise that an entry resembles most, and whether its scope or file has the very name.

        The entry's own stored row is left out.
        """
        forms = [*_forms(entry.name, entry.content.get("slug"))]
        own = stored.id if stored else None
        found = [
            (text, names is self.own and form == forms[0])
            for names in (self.own, self.canonical)
            for form in forms
            for holder, text in names.get(form, {}).items()
            if holder != own
        ]
        return found[0] if found else (None, False)


_Names = dict[tuple[bool, str], dict[UUID | Location, str]]
"""The rows that have a form of a name, each by its id or location, with its description."""


def _add(names: _Names, forms: Iterable[tuple[bool, str]], holder: UUID | Location, text: str) -> None:
    """Add a row to the first two of each form: one of them is not the row that is compared."""
    for form in forms:
        holders = names.setdefault(form, {})
        if len(holders) < 2:
            holders.setdefault(holder, text)


def _is_renamed(decision: Decision) -> bool:
    """True if an existing row gets a name that is not equal to its present one."""
    stored, entry = decision.stored, decision.entry
    return decision.writes and stored is not None and identity_of(stored.content["name"]) != identity_of(entry.name)


def _forms(name: str, slug: str | None) -> Iterator[tuple[bool, str]]:
    """The forms of a name that are compared with others': its identity (True), then its likenesses (False)."""
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


def _of_new(entry: Entry, duplicates: DuplicateFinder, choices: Choices) -> Decision:
    """The decision about an entry without a stored row."""
    like, is_equal = duplicates.like(entry)
    imports = not is_equal or choices.duplicates is Duplicates.KEEP
    if imports:
        duplicates.add(entry)
    return Decision(entry, Verdict.DUPLICATE if is_equal else Verdict.NEW, imports, like=like, is_equal=is_equal)


def _with_likeness(decision: Decision, duplicates: DuplicateFinder) -> Decision:
    """The decision about a stored row, with the exercise that it resembles under its new name."""
    if not _is_renamed(decision):
        return decision
    like, is_equal = duplicates.like(decision.entry, decision.stored)
    return replace(decision, like=like, is_equal=is_equal)


def _of_stored(entry: Entry, stored: Stored, rows: _Rows, choices: Choices) -> Decision:
    """The decision about an entry that has a stored row."""
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
    differing = [name for name, value in entry.content.items() if stored.content[name] != value]
    if not differing:
        return Verdict.UNCHANGED
    same = [hashed for hashed in (stored.seed_hash, entry.base) if hashed and is_unchanged(stored.content, hashed)]
    imported = {name for hashed in same for name in fields_of(hashed)}
    # A field that no file had so far has its default, unless somebody set it.
    is_unedited = all(name in imported or stored.content[name] == DEFAULTS[name] for name in differing)
    return Verdict.CHANGED if same and is_unedited else Verdict.EDITED


def _against(decision: Decision, existing: ExistingRows, index: TermIndex) -> Iterator[Fault]:
    """The faults of an entry that follow from the stored rows."""
    entry, stored = decision.entry, decision.stored
    for name, kind in TERMS.items():
        for text in entry.content.get(name, ()):
            if index.slug_of(kind, text) is None:
                yield Fault(entry.location, api_name(name), f"There is no term {quoted(text)}; create it first.")
    holder = existing.slugs.get(entry.content.get("slug") or "")
    if existing.is_canonical and holder is not None and (stored is None or stored.id != holder):
        yield Fault(entry.location, "slug", "Another canonical exercise, perhaps a deleted one, has this slug.")
    try:
        require_video(entry.content, stored.content["video_url"] if stored else None, ())
    except InvalidInput as refusal:
        yield Fault(entry.location, "videoDurationSeconds", refusal.message)
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
