"""Rows as a format reads them, spelled as the API's input, and the entries that they become."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kinegraph.exchange.rules import Entry, Fault, Parsed, Place
from kinegraph.exchange.rules_fields import content_of
from kinegraph.kit.checks import Checks

MAX_KEY_LENGTH = 255


@dataclass(slots=True)
class Raw:
    """A row of a file, and what its format has against it."""

    place: Place
    fields: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    key_field: str = "id"
    """The field of the file that the key is made of."""
    id: UUID | None = None
    finds_by_slug: bool = False
    base: str | None = None
    checks: Checks = field(default_factory=Checks)


def parsed(rows: Iterable[Raw]) -> Parsed:
    """The entries of the rows that can be imported, and what is wrong with the others."""
    found = Parsed()
    places: dict[str, int] = {}
    for row in rows:
        content = content_of(row.fields, row.checks) if row.fields or not row.checks.refusals else {}
        key = row.checks.text(row.key, (row.key_field,), MAX_KEY_LENGTH, lines=False) if row.key else ""
        if key and places.setdefault(key, row.place.row) != row.place.row:
            row.checks.refuse(f"The same stands in row {places[key]:,}.", row.key_field)
        elif not key and not row.checks.refusals:
            row.checks.refuse("Must be given: it tells the row from others.", row.key_field)
        found.faults += _faults(row)
        if not row.checks.refusals:
            slug = content.get("slug") if row.finds_by_slug else None
            found.entries.append(Entry(row.place, key, content, row.id, slug, row.base))
    return found


def _faults(row: Raw) -> list[Fault]:
    return [Fault(row.place, ".".join(each.path) or "(the row)", each.message) for each in row.checks.refusals]
