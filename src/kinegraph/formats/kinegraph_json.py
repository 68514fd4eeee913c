"""Our own format: canonical files (a JSON array) and files of `kinegraph export` (JSON Lines)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any  # the format's JSON
from uuid import UUID

import orjson

from kinegraph.formats.records import File, FileError, Raw, Rows, json_list, objects, text_of


def read(file: File) -> Rows:
    """The exercises of a file in our format. Raises FileError."""
    found = [*objects(_rows(file))]
    keys = Counter(key for _, row in found for key in (row.get("importKey"), row.get("slug")) if isinstance(key, str))
    for raw, row in found:
        if row:
            _fill(raw, dict(row), keys)
    return Rows([raw for raw, _ in found])


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


def _fill(raw: Raw, row: dict[str, Any], keys: Mapping[str, int]) -> None:
    """Move what identifies the row from `row` to the fields of `raw`; the rest are the row's fields."""
    id, key, base = (_taken(row, name, raw) for name in ("id", "importKey", "contentHash"))
    raw.id = id or None
    slug = row.get("slug") if isinstance(row.get("slug"), str) else None
    raw.key = key or (slug if slug and (keys[slug] == 1 or not id) else f"kinegraph:{id}" if id else "")
    raw.key_field = "importKey" if key else "slug" if raw.key == slug or not id else "id"
    raw.fields, raw.finds_by_slug, raw.base = row, True, base


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
