"""What pages say of an exercise's columns is what their registry declares."""

import re

from kinegraph.exchange.rules_entries import CSV_COLUMNS
from kinegraph.exercise.rules_columns import COLUMNS, MAX_ENTRIES, REGISTRY, Column, Kind, api_name
from kinegraph.formats.csv import Cell
from kinegraph.plan.rules_content import CONTENT_COLUMNS, FORM
from tests.docs.markdown import ROOT, table, text_of
from tests.docs.test_lists import DOMAIN, names

EXCHANGE = ROOT / "docs" / "exchange.md"
PROVENANCE = {"source", "source_url", "license_attribution"}


def named_in(page_sentence: str) -> list[str]:
    """The code spans of the only match of a sentence in docs/domain.md."""
    (found,) = re.findall(page_sentence, text_of(DOMAIN), re.DOTALL)
    return names(found)


def limits(column: Column) -> list[str]:
    """What the line of a column must say of its values."""
    if column.terms:
        return [member.name for member in column.terms]
    if column.is_list:
        return [f"at most {MAX_ENTRIES} entries of at most {column.max_length:,}"]
    if column.kind is Kind.NUMBER:
        return ["{} to {}".format(*column.bounds)]
    return [f"at most {column.max_length:,}"] if column.max_length else []


def test_the_table_of_fields_has_each_column_that_the_api_shows_with_its_limits() -> None:
    """docs/domain.md, Exercises: every output column has one line, with its length, its bounds or its values."""
    lines = [(name, row) for row in table(DOMAIN, r"field \| rule \| content") for name in names(row[0])]
    assert sorted(name for name, _ in lines) == sorted(column.api_name for column in REGISTRY if column.output)
    texts = {name: " ".join(row) for name, row in lines}
    for column in REGISTRY:
        missing = [limit for limit in limits(column) if column.output and limit not in texts[column.api_name]]
        assert missing == [], column.name


def test_the_content_of_plan_versions_is_marked() -> None:
    """docs/domain.md, Exercises: the lines of the columns of which new hashes of contents are made say *yes*."""
    marked = [name for row in table(DOMAIN, r"field \| rule \| content") if row[-1] == "yes" for name in names(row[0])]
    assert sorted(marked) == sorted(api_name(name) for name in CONTENT_COLUMNS[FORM])


def test_what_is_not_overridable_is_listed() -> None:
    """docs/domain.md, Overrides, names each column that the API shows and no override changes, but provenance."""
    others = {name for name, column in COLUMNS.items() if column.output and not column.is_overridable} - PROVENANCE
    assert named_in(r"Not overridable are (.*?), the length") == [api_name(name) for name in COLUMNS if name in others]


def test_the_separators_of_lists_are_those_of_their_columns() -> None:
    """docs/exchange.md has each list that a CSV may have in the line of the separators by which it is split."""
    by_comma, by_comma_alone, by_semicolon = (names(row[0]) for row in table(EXCHANGE, r"column \| by"))
    parts = {
        each.name: (len(each.split("a,b;c")), len(each.split("a,b")))
        for each in CSV_COLUMNS
        if each.cell in (Cell.LIST, Cell.CONTRAINDICATIONS)
    }
    expected = {(3, 2): by_comma, (2, 2): by_comma_alone, (2, 1): by_semicolon}
    assert parts == {name: counts for counts, listed in expected.items() for name in listed}
