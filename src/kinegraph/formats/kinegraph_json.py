"""Our own format: canonical files (a JSON array) and files of `kinegraph export` (JSON Lines).

A row is an exercise, or a taxonomy term (`{"taxonomyTerm": {…}}`), or an override (`{"override": {…}}`).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any  # the format's JSON
from uuid import UUID

import orjson

from kinegraph.formats.records import File, FileError, Location, Raw, Rows, json_list, objects, text_of

TERM, OVERRIDE = "taxonomyTerm", "override"
"""A row that is a term or an override has only this key."""


def read(file: File) -> Rows:
    """The exercises, terms and overrides of a file in our format. Raises FileError."""
    found = [*objects(_rows(file))]
    keys = Counter(key for _, row in found for key in (row.get("importKey"), row.get("slug")) if isinstance(key, str))
    rows = Rows()
    for raw, row in found:
        if row.keys() in ({TERM}, {OVERRIDE}):
            (rows.terms if TERM in row else rows.overrides).append(_inner(raw.location.row, *row.values()))
        else:
            rows.rows.append(_filled(raw, dict(row), keys) if row else raw)
    return rows


def _inner(number: int, value: Any) -> Raw:
    """A row about something else than an exercise."""
    ((raw, fields),) = objects([value])
    return replace(raw, location=Location(number, raw.location.name), fields=fields)


def _rows(file: File) -> list[Any]:
    """The rows of a list, or of lines."""
    text = text_of(file).strip()
    return json_list(file) if text.startswith("[") else [_line(file, *line) for line in _lines(text)]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    yield from enumerate((line for line in text.split("\n") if line.strip()), 1)


def _line(file: File, number: int, line: str) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise FileError(f"{file.name} is not JSON Lines: row {number}: {error.msg}.") from None


def _filled(raw: Raw, row: dict[str, Any], keys: Mapping[str, int]) -> Raw:
    """Move what identifies the row from `row` to the fields of `raw`; the rest are the row's fields."""
    id, key, base = (_taken(row, name, raw) for name in ("id", "importKey", "contentHash"))
    raw.id = id or None
    slug = row.get("slug") if isinstance(row.get("slug"), str) else None
    raw.key = key or (slug if slug and (keys[slug] == 1 or not id) else f"kinegraph:{id}" if id else "")
    raw.key_field = "importKey" if key else "slug" if raw.key == slug or not id else "id"
    return replace(raw, fields=row, finds_by_slug=True, base=base)


def _taken(row: dict[str, Any], name: str, raw: Raw) -> str | None:
    value = row.pop(name, None)
    if value is None or isinstance(value, str):
        return value
    raw.refuse("Must be a text.", name)
    return None


def line(id: UUID, import_key: str | None, content_hash: str, fields: Mapping[str, Any]) -> bytes:
    """A stored row as a line of an export, with the hash of its content for the comparison in a later import."""
    head = {"id": str(id), "importKey": import_key, "contentHash": content_hash}
    return orjson.dumps({**head, **fields}, option=orjson.OPT_APPEND_NEWLINE)


def term_line(kind: str, slug: str, name: str, parent: str | None, body_area: str | None) -> bytes:
    """A taxonomy term as a line of an export; `parent` is the slug of the category above."""
    fields = {"kind": kind, "slug": slug, "name": name, "parent": parent, "bodyArea": body_area}
    return orjson.dumps({TERM: fields}, option=orjson.OPT_APPEND_NEWLINE)


def override_line(id: UUID, slug: str | None, name: str, content_hash: str, fields: Mapping[str, Any]) -> bytes:
    """An override as a line of an export: id, slug and name of the canonical exercise, and the overriding values."""
    head = {"id": str(id), "slug": slug, "name": name, "contentHash": content_hash}
    return orjson.dumps({OVERRIDE: {**head, "fields": fields}}, option=orjson.OPT_APPEND_NEWLINE)
