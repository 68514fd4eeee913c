"""The format of canonical files agrees with the registry of columns: bounds, lengths, lines and terms."""

from collections.abc import Iterator
from typing import Any  # values of any column

import orjson
import pytest

from kinegraph.canonical.rules import LibraryError, entries_of
from kinegraph.canonical.rules_files import file_schema
from kinegraph.exercise.rules import checked
from kinegraph.exercise.rules_columns import MAX_ENTRIES, REGISTRY, Column, Kind
from kinegraph.exercise.rules_details import MAX_BODY_LENGTH, MAX_CONDITION_LENGTH, MAX_CONTRAINDICATIONS
from kinegraph.kit.checks import Checks
from kinegraph.taxonomy.rules import MAX_NAME_LENGTH, MAX_TERMS
from tests.canonical.test_canonical_file import GOOD

PROPERTIES: dict[str, Any] = file_schema()["$defs"]["exercise"]["properties"]
COLUMNS = [column for column in REGISTRY if column.api_name in PROPERTIES]
NOT_IN_FILES = {"status", "video_duration_seconds"}
"""The columns that no file sets."""
MAX_URL_LENGTH = 2_048
BREAKS = ("\n", "\r", "\u2028", "\u2029")


def limits(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule of the format with those that it refers to; the smallest of several maximums."""
    found: dict[str, Any] = {}
    referred = [file_schema()["$defs"][rule["$ref"].rpartition("/")[2]]] if "$ref" in rule else []
    for part in (*map(limits, referred), *map(limits, rule.get("allOf", [])), rule):
        smallest = {key: min(part[key], found.get(key, part[key])) for key in part if key.startswith("max")}
        found |= {**part, **smallest}
    return found


def is_in_format(column: Column, value: Any) -> bool:
    """True if a file may set the column to the value."""
    try:
        entries_of("test.json", orjson.dumps([{**GOOD, column.api_name: value}]))
    except LibraryError:
        return False
    return True


def is_valid(column: Column, value: Any) -> bool:
    """True if the API's checks accept a value, and leave it as it is."""
    checks = Checks()
    return checked({column.name: value}, (), checks) == {column.name: value} and not checks.refusals


def texts(max_length: int) -> Iterator[str]:
    yield from ("a", "", " ", " a", "a ", "a\n", "a\0b", "a" * max_length, "a" * (max_length + 1))
    yield from (f"a{line_break}b" for line_break in BREAKS)


def values(column: Column) -> Iterator[Any]:
    """Values within the column's limits, at them, and beyond them."""
    match column.kind:
        case Kind.TEXT:
            yield from texts(column.max_length)
        case Kind.LIST:
            yield from ([text] for text in texts(column.max_length))
            yield from ([f"a{number}" for number in range(count)] for count in (1, MAX_ENTRIES, MAX_ENTRIES + 1))
        case Kind.NUMBER:
            yield from (number for bound in column.bounds for number in (bound - 1, bound, bound + 1))
        case Kind.URL:
            address = "https://a.example/"
            yield from (address.ljust(length, "a") for length in (0, MAX_URL_LENGTH, MAX_URL_LENGTH + 1))
            yield from (text for text in texts(10))


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_the_api_accepts_every_value_that_a_file_may_set(column: Column) -> None:
    wrong = [value for value in values(column) if is_in_format(column, value) and not is_valid(column, value)]
    assert wrong == []


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_the_format_states_the_limits_of_each_column(column: Column) -> None:
    rule = limits(PROPERTIES[column.api_name])
    match column.kind:
        case Kind.TEXT if "enum" in rule:
            assert max(map(len, rule["enum"])) <= column.max_length
        case Kind.TEXT:
            assert rule["maxLength"] == column.max_length
            if column.is_multiline:
                assert [text for each in BREAKS if not is_in_format(column, text := f"a{each}b")] == []
        case Kind.LIST:
            assert (rule["maxItems"], limits(rule["items"])["maxLength"]) == (MAX_ENTRIES, column.max_length)
        case Kind.TERM:
            assert column.terms is not None and {*rule["enum"]} == {*column.terms}
        case Kind.NUMBER:
            assert (rule["type"], rule["minimum"], rule["maximum"]) == ("integer", *column.bounds)
        case Kind.FLAG:
            assert rule == {"type": "boolean"}
        case Kind.URL:
            assert rule["maxLength"] == MAX_URL_LENGTH


def test_a_file_may_set_every_column_but_those_of_the_api_alone() -> None:
    assert {column.name for column in REGISTRY} - {column.name for column in COLUMNS} == NOT_IN_FILES


def test_the_format_states_the_limits_of_details_and_terms() -> None:
    instructions, contraindications = PROPERTIES["instructions"], PROPERTIES["contraindications"]
    condition = contraindications["items"]["properties"]
    assert limits(instructions["items"]["properties"]["body"])["maxLength"] == MAX_BODY_LENGTH
    assert limits(condition["description"])["maxLength"] == MAX_BODY_LENGTH
    assert limits(condition["condition"])["maxLength"] == MAX_CONDITION_LENGTH
    assert contraindications["maxItems"] == MAX_CONTRAINDICATIONS
    slugs = limits(PROPERTIES["categories"])
    assert (slugs["maxItems"], slugs["items"]["maxLength"]) == (MAX_TERMS, MAX_NAME_LENGTH)
