"""CSV: a header with the names of the API's fields, lists within a cell, one exercise a line.

The names are spelled as in the API, in words or with underscores (`primaryMuscles`, `Primary muscles`). Entries of a
list are separated by `;` or `|`, instructions by line breaks or `|`; a contraindication is `knee pain: warning`, with
a third part that describes it where there is more to say. An empty cell sets a field to nothing, or leaves one that
must say something as it is. Row 1 is the first below the header.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

from kinegraph.exchange.rules import ExchangeError, File, Parsed, Place
from kinegraph.exchange.rules_content import FIELDS, TERMS
from kinegraph.exchange.rules_json import text_of
from kinegraph.exchange.rules_rows import Raw, parsed
from kinegraph.exchange.rules_shapes import one_line
from kinegraph.exercise.rules import LISTS, NEVER_NULL, api_name
from kinegraph.exercise.rules_taxonomy import slug_of
from kinegraph.kit.checks import Checks

HEADINGS = {**{name.replace("_", ""): name for name in FIELDS}, "key": "key", "importkey": "key"}
"""A heading's letters, and the field that it names."""

FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
LIST_ENDS = re.compile(r"[;|]")
STEP_ENDS = re.compile(r"[\n\r|]+")
MAX_CELL_LENGTH = 1_000_000


def read(file: File) -> Parsed:
    """The exercises of a CSV file. Raises ExchangeError."""
    lines = [*_lines(file)]
    if not lines:
        raise ExchangeError(f"{file.name} is empty.")
    header = _header(file, lines[0])
    return parsed(_row(number, cells, header) for number, cells in enumerate(lines[1:], 1))


def _lines(file: File) -> Iterator[list[str]]:
    """The lines that say something. A header without commas may have semicolons or tabs in their place."""
    text = text_of(file)
    first = text.lstrip().splitlines()[0]
    separator = next((each for each in ",;\t" if each in first), ",")
    csv.field_size_limit(MAX_CELL_LENGTH)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield cells
    except csv.Error as error:
        raise ExchangeError(f"{file.name} is not CSV: line {reader.line_num}: {error}.") from None


def _header(file: File, cells: Sequence[str]) -> list[str]:
    """The fields of the columns. Raises ExchangeError."""
    found = [HEADINGS.get("".join(re.findall(r"[a-z]", cell.lower())), "") for cell in cells]
    if "name" not in found:
        raise ExchangeError(f"{file.name} has no header: its first line must name the columns, one of them `name`.")
    for cell, name in zip(cells, found, strict=True):
        if not name or found.count(name) > 1:
            known = ", ".join(["key", *map(api_name, FIELDS)])
            why = "stands twice" if name else f"is no field; there are {known}"
            raise ExchangeError(f"{file.name}, header: the column {one_line(cell)!r} {why}.")
    return found


def _row(number: int, cells: list[str], header: list[str]) -> Raw:
    named = dict(zip(header, cells, strict=False))
    name = named.get("name", "").strip()
    key = named.pop("key", "").strip()
    raw = Raw(Place(number, name), key=key or (f"csv:{slug_of(name) or name}" if name else ""), key_field="name")
    if len(cells) != len(header):
        raw.checks.refuse(f"Has {len(cells)} cells, where the header has {len(header)}.")
        return raw
    raw.key_field = "key" if key else "name"
    raw.fields = {
        api_name(field): _value(field, cell.strip(), raw.checks)
        for field, cell in named.items()
        if cell.strip() or (field not in NEVER_NULL or field == "name")
    }
    return raw


def _value(field: str, cell: str, checks: Checks) -> Any:
    """A cell as JSON would say it; None where it is empty."""
    if not cell:
        return None
    if field in LISTS or field in TERMS:
        return _split(LIST_ENDS, cell)
    if field == "instructions":
        return [{"type": "step", "body": body} for body in _split(STEP_ENDS, cell)]
    if field == "contraindications":
        return [_contraindication(text) for text in _split(LIST_ENDS, cell)]
    if field == "is_unilateral":
        return FLAGS.get(cell.lower(), cell)
    if field in ("difficulty", "fatigue_score"):
        return int(cell) if re.fullmatch(r"[+-]?[0-9]{1,9}", cell) else cell
    return cell


def _split(ends: "re.Pattern[str]", cell: str) -> list[str]:
    return [text.strip() for text in ends.split(cell) if text.strip()]


def _contraindication(text: str) -> dict[str, Any]:
    condition, severity, description, *_ = [*(part.strip() for part in text.split(":", 2)), "", ""]
    return {"condition": condition, "severity": severity, "description": description or None}
