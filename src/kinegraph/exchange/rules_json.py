"""Our own format: the canonical files (a JSON array), and what `kinegraph export` writes (JSON, one row a line)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from kinegraph.exchange.rules import ExchangeError, File, Parsed, Place
from kinegraph.exchange.rules_content import FIELDS, digest
from kinegraph.exchange.rules_rows import Raw, parsed
from kinegraph.exercise.rules import api_name
from kinegraph.kit.checks import Checks, parse_key


def text_of(file: File) -> str:
    """A file as text. Raises ExchangeError."""
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = f"byte {error.start + 1:,} does not belong there"
        raise ExchangeError(f"{file.name} is not text in UTF-8: {where}. Save it as UTF-8.") from None
    if not text.strip():
        raise ExchangeError(f"{file.name} is empty.")
    return text


def json_list(file: File) -> list[Any]:
    """A file that is one JSON list. Raises ExchangeError."""
    try:
        rows = orjson.loads(text_of(file))
    except orjson.JSONDecodeError as error:
        raise ExchangeError(f"{file.name} is not JSON: {error}.") from None
    if not isinstance(rows, list):
        raise ExchangeError(f"{file.name} must be a JSON list of exercises.")
    return rows


def objects(rows: Sequence[Any]) -> Iterator[tuple[Raw, Mapping[str, Any]]]:
    """Each row of a JSON list that is an object, with the raw row to fill; the others refuse themselves."""
    for number, row in enumerate(rows, 1):
        is_object = isinstance(row, dict)
        named = (row.get("name"), row.get("id")) if is_object else ()
        raw = Raw(Place(number, next((text for text in named if isinstance(text, str)), "")))
        if not is_object:
            raw.checks.refuse("Must be an object.")
        yield raw, row if is_object else {}


def read(file: File) -> Parsed:
    """The exercises of a file of ours. Raises ExchangeError."""
    found = [*objects(_rows(file))]
    keys = Counter(key for _, row in found for key in (row.get("importKey"), row.get("slug")) if isinstance(key, str))
    for raw, row in found:
        if row:
            _fill(raw, dict(row), keys)
    return parsed(raw for raw, _ in found)


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
        raise ExchangeError(f"{file.name} is not JSON Lines: row {number}: {error.msg}.") from None


def _fill(raw: Raw, row: dict[str, Any], keys: Mapping[str, int]) -> None:
    """Take what finds the row out of it; the rest is its content."""
    id, key, base = (_taken(row, name, raw.checks) for name in ("id", "importKey", "contentHash"))
    raw.id = parse_key(id) if id else None
    if id and raw.id is None:
        raw.checks.refuse("Must be an id that Kinegraph gave out (a UUID).", "id")
    slug = row.get("slug") if isinstance(row.get("slug"), str) else None
    raw.key = key or (slug if slug and (keys[slug] == 1 or not id) else f"kinegraph:{id}" if id else "")
    raw.key_field = "importKey" if key else "slug" if raw.key == slug or not id else "id"
    raw.fields, raw.finds_by_slug, raw.base = row, True, base


def _taken(row: dict[str, Any], name: str, checks: Checks) -> str | None:
    value = row.pop(name, None)
    if value is None or isinstance(value, str):
        return value
    checks.refuse("Must be a text.", name)
    return None


def exported(id: UUID, import_key: str | None, content: Mapping[str, Any]) -> bytes:
    """A stored row as a line of an export; with the hash of what it says, by which a later import knows it again."""
    fields = {api_name(name): content[name] for name in FIELDS}
    head = {"id": str(id), "importKey": import_key, "contentHash": digest(content)}
    return orjson.dumps({**head, **fields}, option=orjson.OPT_APPEND_NEWLINE)
