"""The CSV format: one exercise per line, under a header with the names of the API's fields.

The names are spelled as in the API, in words or with underscores (`primaryMuscles`, `Primary muscles`). Entries of a
list are separated as its column says (`Column.split` below, set by `exchange/rules_entries.py`), instructions by line
breaks or `|`. A contraindication is `condition: severity` or `condition: severity: description`; the condition may have
colons. An empty cell clears the field; where the field must have a value, the field is left as it is, but an empty name
is refused. Row 1 is the first line below the header. Spreadsheets write a line `sep=;` above it, and empty columns
beside it; they leave out empty cells at the end of a row.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any  # a cell's value, as in JSON

from kinegraph.formats.records import File, FileError, Location, Raw, Rows, quoted, text_of


class Cell(StrEnum):
    """The type of a column's cells."""

    TEXT = "text"
    LIST = "list"
    FLAG = "flag"
    WHOLE = "whole"
    INSTRUCTIONS = "instructions"
    CONTRAINDICATIONS = "contraindications"


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a file may have."""

    name: str
    """The field, spelled as in the API's input."""
    cell: Cell = Cell.TEXT
    is_required: bool = False
    """True if the field must not be empty: an empty cell leaves it as it is, and one of `name` is refused."""
    split: Callable[[str], list[str]] = lambda cell: [cell]
    """Splits a cell into the entries of a list, or into contraindications."""
    severities: frozenset[str] = frozenset()
    """The severities of contraindications, in lower case."""
    may_be_whole: bool = False
    """True if a cell may also be one entry, although it can be split."""


FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
SEPARATOR_LINE = re.compile(r'\s*"?sep=([^\r\n]*)(?:\r\n|\r|\n|$)', re.IGNORECASE)
"""A first line that says how cells are separated."""
SEPARATOR = re.compile(r'([^"\w ])"?[,;\t ]*')
"""The rest of that line."""
WHOLE = re.compile(r"([+-]?\d{1,9})(?:[.,](\d*))?")
POINTS = str.maketrans("\uff0e\uff0c\u066b\u060c\uff0b\uff0d\u2212", ".,.,+--")
"""Decimal points and signs of other scripts."""
INSTRUCTION_ENDS = re.compile(r"[\n\r|]+")
MAX_CELL_LENGTH = 1_000_000
KEY = Column("key")
"""The column of the import key, by which a later import finds the row again."""


def read(file: File, columns: Sequence[Column]) -> Rows:
    """The rows of a CSV file; `columns` are those that it may have. Raises FileError."""
    lines = [*_lines(file)]
    if not lines:
        raise FileError(f"{file.name} is empty.")
    named = [*_named_columns(file, lines)]
    header = _header(file, [lines[0][index] for index in named], columns)
    return Rows([_row(number, _cells(cells, named), header) for number, cells in enumerate(lines[1:], 1)])


def _named_columns(file: File, lines: Sequence[Sequence[str]]) -> Iterator[int]:
    """The positions of the columns that have a heading; the others must be empty. Raises FileError."""
    for index, heading in enumerate(lines[0]):
        if heading.strip():
            yield index
            continue
        for row, cells in enumerate(lines[1:], 1):
            if cell := "".join(cells[index : index + 1]).strip():
                fault = f"column {index + 1} has no heading, but {quoted(cell)} in row {row}"
                raise FileError(f"{file.name}, header: {fault}.")


def _cells(cells: list[str], named: Sequence[int]) -> list[str]:
    """The cells of a row under headings, and those to the right of all headings, if one of these is not empty.

    Cells that are missing at the end of the row are empty.
    """
    beyond = cells[named[-1] + 1 :] if named else []
    while beyond and not beyond[-1].strip():
        beyond.pop()
    return [cells[index] if index < len(cells) else "" for index in named] + beyond


def _lines(file: File) -> Iterator[list[str]]:
    """The lines that are not empty. The separator is a comma, a semicolon or a tab: the first that the header has.

    A line above the header may name any other character.
    """
    text = text_of(file)
    if stated := SEPARATOR_LINE.match(text):
        text, separator = text[stated.end() :], _stated_separator(file, stated[1])
    else:
        first = text.lstrip().splitlines()[0]
        separator = next((each for each in ",;\t" if each in first), ",")
    csv.field_size_limit(MAX_CELL_LENGTH)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield cells
    except csv.Error as error:
        raise FileError(f"{file.name} is not CSV: line {reader.line_num}: {error}.") from None


def _stated_separator(file: File, stated: str) -> str:
    """The character that the line `sep=` above the header names. Raises FileError."""
    if found := SEPARATOR.fullmatch(stated):
        return found[1]
    line = quoted(f"sep={stated}".strip())
    raise FileError(f"{file.name}, first line: {line} must name one character that separates cells, such as sep=;.")


def _header(file: File, cells: Sequence[str], columns: Sequence[Column]) -> list[Column]:
    """The column that each cell of the header names. Raises FileError."""
    headings = {**{column.name.lower(): column for column in columns}, "key": KEY, "importkey": KEY}
    found = [headings.get("".join(re.findall(r"[a-z]", cell.lower()))) for cell in cells]
    if not any(column and column.name == "name" for column in found):
        stated = SEPARATOR_LINE.match(text_of(file))
        line = "its first line must name the columns, one of them `name`."
        if stated and len(cells) == 1:
            separator = quoted(stated[1][0])
            line = f"the line below sep= must name the columns, one of them `name`, separated by {separator}."
        raise FileError(f"{file.name} has no header: {line}")
    header: list[Column] = []
    for cell, column in zip(cells, found, strict=True):
        if column is None or found.count(column) > 1:
            names = ", ".join(["key", *(each.name for each in columns)])
            fault = "stands twice" if column else f"is no field; there are {names}"
            raise FileError(f"{file.name}, header: the column {quoted(cell)} {fault}.")
        header.append(column)
    return header


def _row(number: int, cells: list[str], header: list[Column]) -> Raw:
    texts = {column.name: (column, cell.strip()) for column, cell in zip(header, cells, strict=False)}
    _, name = texts.get("name", (None, ""))
    _, key = texts.pop(KEY.name, (None, ""))
    raw = Raw(Location(number, name), key=key, key_field="name", is_key_of_name=not key)
    if len(cells) != len(header):
        raw.refuse(f"Has {len(cells)} cells, where the header has {len(header)}.")
        return raw
    raw.key_field = "key" if key else "name"
    raw.fields = {
        field: _value(column, cell)
        for field, (column, cell) in texts.items()
        if cell or not column.is_required or field == "name"
    }
    raw.whole_cells = {field: cell for field, (column, cell) in texts.items() if cell and column.may_be_whole}
    return raw


def _value(column: Column, cell: str) -> Any:
    """A cell's value as it would be in JSON; None for an empty cell, but in a column that must have a text."""
    kind = column.cell
    if not cell:
        return "" if column.is_required else None
    if kind is Cell.LIST:
        return column.split(cell)
    if kind is Cell.INSTRUCTIONS:
        return [{"type": "step", "body": text.strip()} for text in INSTRUCTION_ENDS.split(cell) if text.strip()]
    if kind is Cell.CONTRAINDICATIONS:
        return [_contraindication(text, column.severities) for text in column.split(cell)]
    if kind is Cell.FLAG:
        return FLAGS.get(cell.lower(), cell)
    return _whole(cell) if kind is Cell.WHOLE else cell


def _whole(cell: str) -> int | str:
    """A whole number, with zeros behind a point or comma or without; three of them could be thousands."""
    found = WHOLE.fullmatch(cell.translate(POINTS))
    zeros = (found and found[2]) or ""
    return int(found[1]) if found and len(zeros) != 3 and not any(map(unicodedata.digit, zeros)) else cell


def _contraindication(text: str, severities: frozenset[str]) -> dict[str, Any]:
    """A contraindication: the condition ends before the first severity, or else at the first colon."""
    form = rf"(.*?)[:\uff1a]\s*({'|'.join(severities)})\s*(?:[:\uff1a](.*))?"
    if found := re.fullmatch(form, text, re.IGNORECASE | re.DOTALL):
        condition, severity, description = found.groups(default="")
    else:
        condition, severity, description, *_ = *text.split(":", 2), "", ""
    return {
        "condition": condition.strip(),
        "severity": severity.strip(),
        "description": description.strip() or None,
    }
