"""The file format of canonical exercises: checking a file, and what its entries become in the table."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema
import orjson

from kinegraph.exercise.rules import LISTS

LIBRARY = files("kinegraph.exercise") / "canonical"
MOST_FAULTS = 20


class LibraryError(Exception):
    """A file that is not a list of canonical exercises; one line for each fault, naming row and field."""


def shipped_files() -> list[tuple[str, bytes]]:
    """The files of the shipped library, by name."""
    names = sorted(f.name for f in LIBRARY.iterdir() if f.name.endswith(".json") and f.name != "schema.json")
    return [(name, (LIBRARY / name).read_bytes()) for name in names]


def entries_of(name: str, content: bytes) -> list[dict[str, Any]]:
    """The file's exercises as columns, with the hash that seeding compares. Raises LibraryError."""
    try:
        rows = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise LibraryError(f"{name} is not JSON: {error}.") from None
    faults = [*_faults(rows)]
    if faults:
        raise LibraryError("\n".join(f"{name}: {fault}" for fault in faults[:MOST_FAULTS]))
    return [_as_columns(row) for row in rows]


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(orjson.loads((LIBRARY / "schema.json").read_bytes()))


def _faults(rows: Any) -> Iterator[str]:
    """Every fault, in the order of the rows: what the JSON Schema says, then slugs that stand twice."""
    for error in sorted(_validator().iter_errors(rows), key=lambda error: [str(step) for step in error.absolute_path]):
        yield _told(rows, error)
    if isinstance(rows, list):
        slugs = [row.get("slug") for row in rows if isinstance(row, dict)]
        yield from (
            f"row {place + 1}, field slug: {slug!r} stands in row {slugs.index(slug) + 1} too"
            for place, slug in enumerate(slugs)
            if slugs.index(slug) != place
        )


def _told(rows: Any, error: jsonschema.ValidationError) -> str:
    """One fault of the JSON Schema in words: row, its name, field, message."""
    if not error.absolute_path:
        return f"the file: {_short(error.message)}"
    row, *field = error.absolute_path
    entry = rows[row]
    name = f" ({entry['name']})" if isinstance(entry, dict) and isinstance(entry.get("name"), str) else ""
    where = ".".join(str(step) for step in field) or _field_in(error)
    return f"row {int(row) + 1}{name[:80]}, field {where or '(the row)'}: {_short(error.message)}"


def _field_in(error: jsonschema.ValidationError) -> str:
    """The field that a row lacks or has too much, which the schema's path does not name."""
    quoted = re.findall(r"'([^']*)'", error.message)
    return quoted[-1] if error.validator == "additionalProperties" and quoted else quoted[0] if quoted else ""


def _short(message: str) -> str:
    return message if len(message) <= 200 else f"{message[:120]} … {message[-60:]}"


def _as_columns(row: Mapping[str, Any]) -> dict[str, Any]:
    """An entry's values by column; a list that is not given is empty."""
    given = {re.sub(r"[A-Z]", lambda letter: "_" + letter.group().lower(), key): value for key, value in row.items()}
    columns = {**{name: [] for name in LISTS}, "is_unilateral": False, **given}
    digest = hashlib.sha256(orjson.dumps(columns, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return {**columns, "seed_hash": digest}
