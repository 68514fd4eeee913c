"""Reading a file: its rows as entries of exercises, terms and overrides, with the faults of those that are not."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any  # values of a file: JSON of any type
from uuid import UUID

from kinegraph.exchange.rules import Entry, Parsed, TermEntry
from kinegraph.exchange.rules_fields import (
    BY_API_NAME,
    FIELDS,
    FLAGS,
    NUMBERS,
    TERMS,
    as_term,
    content_of,
    is_a,
    is_choice,
)
from kinegraph.exercise.rules_columns import CASELESS, COLUMNS, LISTS, api_name
from kinegraph.exercise.rules_details import ContraindicationSeverity
from kinegraph.formats.csv import Cell
from kinegraph.formats.csv import Column as CsvColumn
from kinegraph.formats.readers import read
from kinegraph.formats.records import Fault, File, Format, Raw, Rows, one_line
from kinegraph.kit.checks import Checks, character_fault, parse_key
from kinegraph.kit.text import COMMAS, LINE_ENDS, SEMICOLONS, identity_of, split_terms
from kinegraph.override.rules import OVERRIDABLE_FIELDS, OverrideEntry
from kinegraph.taxonomy.rules import TaxonomyKind, checked_term

MAX_KEY_LENGTH = 255
CELLS: Mapping[str, Cell] = {
    **dict.fromkeys((*LISTS, *TERMS), Cell.LIST),
    **dict.fromkeys(FLAGS, Cell.FLAG),
    **dict.fromkeys(NUMBERS, Cell.WHOLE),
    "instructions": Cell.INSTRUCTIONS,
    "contraindications": Cell.CONTRAINDICATIONS,
}
"""The type of the cells of each CSV column; the others are texts."""

SENTENCE_ENDS = f"{SEMICOLONS}{LINE_ENDS}|\uff5c"
"""The characters that separate sentences in a cell; names are separated by commas, too."""


def _sentences(cell: str) -> list[str]:
    return split_terms(cell, SENTENCE_ENDS)


def _names(cell: str) -> list[str]:
    return split_terms(cell, COMMAS + SENTENCE_ENDS)


def _titles(cell: str) -> list[str]:
    """The titles in a cell, which may have commas where another character separates them."""
    return _sentences(cell) if any(end in cell for end in SENTENCE_ENDS) else _names(cell)


def _csv_column(name: str) -> CsvColumn:
    """The CSV column of a field."""
    split = _sentences
    if name in TERMS or name == "aliases":
        split = _titles
    elif name in CASELESS:
        split = _names
    return CsvColumn(
        api_name(name),
        CELLS.get(name, Cell.TEXT),
        is_required=name in COLUMNS and COLUMNS[name].is_required,
        split=split,
        severities=frozenset(ContraindicationSeverity),
        may_be_whole=name in TERMS,
    )


CSV_COLUMNS = [*map(_csv_column, FIELDS)]
"""The columns that a CSV file may have."""


def read_file(format: Format, file: File) -> Parsed:
    """Read a file, and return its entries and faults. Raises FileError for a file that is not of this format."""
    return parsed(read(format, file, CSV_COLUMNS), format)


def parsed(rows: Rows, format: Format) -> Parsed:
    """The entries of the rows that can be imported, and the faults of the others."""
    exercises = len(rows.rows) + len(rows.skipped)
    found = Parsed(
        prefers_names=format is Format.CSV,
        skipped=[*rows.skipped],
        exercises=exercises,
        rows=exercises + len(rows.terms) + len(rows.overrides),
    )
    keys = _Keys()
    for row in rows.rows:
        with _checking(row, found) as checks:
            entry = _entry(row, format, keys, checks)
        if not checks.refusals:
            found.entries.append(entry)
    for row in rows.terms:
        with _checking(row, found) as checks:
            term = None if row.faults else _term(row, checks)
        if term and not checks.refusals:
            found.terms.append(term)
    for row in rows.overrides:
        with _checking(row, found) as checks:
            override = None if row.faults else _override(row, checks)
        if override and not checks.refusals:
            found.overrides.append(override)
    return found


@contextmanager
def _checking(row: Raw, found: Parsed) -> Iterator[Checks]:
    """The checks of a row, with the faults of its reader; all its faults are recorded in `found`."""
    checks = Checks()
    for message, path in row.faults:
        checks.refuse(message, *path)
    yield checks
    found.faults += _faults(row, checks)


@dataclass(slots=True)
class _Keys:
    """The keys of the rows that were read."""

    rows: dict[str, int] = field(default_factory=dict)
    """The number of the row that has each key."""
    equal_names: Counter[str] = field(default_factory=Counter)
    """Number of rows whose key is made of this name."""


def _entry(row: Raw, format: Format, keys: "_Keys", checks: Checks) -> Entry:
    id = _checked_id(row.id, checks)
    if "name" not in row.fields and (row.fields or not checks.refusals):
        checks.refuse("Must be given.", "name")
    content = content_of(row.fields, checks)
    number = keys.equal_names[name := identity_of(row.location.name)] + 1
    key = _key(row, format, number)
    key = checks.text(key, (row.key_field,), MAX_KEY_LENGTH, lines=False) if key else ""
    if key and (first := keys.rows.get(key)):
        checks.refuse(f"The same stands in row {first:,}.", row.key_field)
    elif not key and not checks.refusals:
        checks.refuse("Must be given: it tells the row from others.", row.key_field)
    if not row.is_key_of_name or not checks.refusals:
        keys.rows.setdefault(key, row.location.row)
        keys.equal_names[name] += row.is_key_of_name
    slug = content.get("slug") if row.finds_by_slug else None
    whole_cells = {BY_API_NAME[name]: cell for name, cell in row.whole_cells.items()}
    return Entry(row.location, key, content, id, slug, row.base, whole_cells)


TERM_TEXTS = ("kind", "name", "slug", "parent", "bodyArea")
"""The fields of a term in a file; of `parent`, the slug."""


def _term(row: Raw, checks: Checks) -> TermEntry | None:
    texts = _texts(row.fields, TERM_TEXTS, ("kind", "name"), checks)
    if checks.refusals or not is_choice(texts["kind"], TaxonomyKind, ("kind",), checks):
        return None
    kind = as_term(texts["kind"])
    values = {"kind": kind, "name": texts["name"], "slug": texts.get("slug"), "body_area": texts.get("bodyArea")}
    columns = checked_term(values, (), checks)
    parent = texts.get("parent")
    if parent is not None and kind != TaxonomyKind.CATEGORY:
        checks.refuse("Only categories nest.", "parent")
    return None if checks.refusals else TermEntry(row.location, kind, columns, parent)


OVERRIDE_TEXTS = ("id", "slug", "name", "contentHash")
"""The texts of an override in a file: id, slug and name of its exercise, and the hash of the override when exported."""


def _override(row: Raw, checks: Checks) -> OverrideEntry:
    """The override of a row. A null field goes back to the canonical value."""
    sent = dict(row.fields)
    fields = sent.pop("fields", None)
    texts = _texts(sent, OVERRIDE_TEXTS, ("name",), checks, others=("fields",))
    values: dict[str, Any] = {}
    if is_a(fields, dict, ("fields",), checks):
        reset = [key for key, value in fields.items() if value is None and key in OVERRIDABLE_FIELDS]
        given = {key: value for key, value in fields.items() if key not in reset}
        values = {api_name(name): value for name, value in content_of(given, checks, OVERRIDABLE_FIELDS).items()}
        values |= dict.fromkeys(reset)
    id = _checked_id(texts.get("id"), checks)
    return OverrideEntry(row.location, id, texts.get("slug"), texts.get("name", ""), values, texts.get("contentHash"))


def _texts(
    fields: Mapping[str, Any], names: Sequence[str], required: Sequence[str], checks: Checks, others: Sequence[str] = ()
) -> dict[str, str]:
    """The texts of a row, without nulls. `others` are the fields that the row may have beside them."""
    for name in fields.keys() - {*names}:
        checks.refuse(f"There is no such field; there are {', '.join((*names, *others))}.", one_line(name))
    for name in required:
        if fields.get(name) is None:
            checks.refuse("Must be given.", name)
    sent = {name: value for name in names if (value := fields.get(name)) is not None}
    found = {name: value for name, value in sent.items() if is_a(value, str, (name,), checks)}
    for name, value in found.items():
        if fault := character_fault(value):
            checks.refuse(fault, name)
    return found


def _checked_id(text: str | None, checks: Checks) -> UUID | None:
    """The id of the stored row that a row was exported from."""
    id = parse_key(text) if text else None
    if text and id is None:
        checks.refuse("Must be an id that Kinegraph gave out (a UUID).", "id")
    return id


def _key(row: Raw, format: Format, number: int = 1) -> str:
    """The key that finds the stored row when a later file is imported; of a name, its identity, or a hash of it.

    `number` counts the rows of a file that have the same name.
    """
    name = row.location.name
    if not row.is_key_of_name or not name:
        return row.key
    form = format if number == 1 else f"{format}#{number}"
    key = f"{form}:{(identity := identity_of(name))}"
    is_long = len(key) > MAX_KEY_LENGTH
    return f"{form}:sha256:{hashlib.sha256(identity.encode()).hexdigest()}" if is_long else key


def _faults(row: Raw, checks: Checks) -> list[Fault]:
    return [Fault(row.location, ".".join(map(str, each.path)) or "(the row)", each.message) for each in checks.refusals]
