"""CSV as people have it: what spreadsheets and importers write, in several countries and scripts."""

from typing import Any  # contents of entries

import pytest

from kinegraph.formats.records import FileError, Format
from tests.exchange.files import parse


def content(file: str | bytes) -> dict[str, Any]:
    """The content of the only row of a file."""
    found = parse(Format.CSV, file)
    assert found.faults == []
    (entry,) = found.entries
    return dict(entry.content)


@pytest.mark.parametrize(
    "file",
    [
        "sep=;\r\nname;difficulty\r\nPlank;3\r\n",
        "\ufeffsep=;\nname;difficulty\nPlank;3\n",
        '"sep=;"\nname;difficulty\nPlank;3\n',
        "SEP=|\nname|difficulty\nPlank|3",
        "sep=\t\nname\tdifficulty\nPlank\t3\n",
        "sep=,,\nname,difficulty\nPlank,3\n",
        "sep=;\rname;difficulty\rPlank;3\r",
    ],
)
def test_a_first_line_may_say_how_cells_are_separated(file: str) -> None:
    assert content(file) == {"name": "Plank", "difficulty": 3}


@pytest.mark.parametrize(
    "file", ["name,difficulty,\nPlank,3,\n", "name,difficulty\nPlank,3,,\n", ",name,,difficulty\n,Plank, ,3\n"]
)
def test_columns_that_are_empty_are_no_columns(file: str) -> None:
    assert content(file) == {"name": "Plank", "difficulty": 3}


def test_a_column_without_a_heading_that_is_not_empty_is_refused_by_its_position() -> None:
    with pytest.raises(FileError, match=r"exercises, header: column 2 has no heading, but 'x' in row 2\."):
        parse(Format.CSV, "name,\nPlank,\nPush,x\n")
    assert [str(fault) for fault in parse(Format.CSV, "name\nPlank,x\n").faults] == [
        'row 1 ("Plank"), field (the row): Has 2 cells, where the header has 1.'
    ]


@pytest.mark.parametrize("cell", ["3", "3.0", "3,0", "3.00", " 3 ", "+3", "٣", "３"])
def test_a_whole_number_may_have_a_point_or_a_comma(cell: str) -> None:
    assert content(f'name,difficulty\nPlank,"{cell}"\n')["difficulty"] == 3


@pytest.mark.parametrize("cell", ["3.5", "3,5", "3,000", "3..0", "three", "½"])
def test_what_is_no_whole_number_is_refused(cell: str) -> None:
    found = parse(Format.CSV, f'name,difficulty\nPlank,"{cell}"\n')
    assert [str(fault) for fault in found.faults] == ['row 1 ("Plank"), field difficulty: Must be a whole number.']


@pytest.mark.parametrize(
    ("column", "cell", "entries"),
    [
        ("primaryMuscles", "chest, triceps", ["chest", "triceps"]),
        ("equipment", "barbell;rack, bench|mat", ["barbell", "rack", "bench", "mat"]),
        ("aliases", "סקוואט, Присед", ["סקוואט", "Присед"]),
        ("aliases", "Row, Seated; Seated row", ["Row, Seated", "Seated row"]),
        ("aliases", "Row, Seated;", ["Row, Seated"]),
        ("cues", "Chest up, eyes ahead", ["Chest up, eyes ahead"]),
    ],
)
def test_a_list_is_separated_by_commas_where_the_api_separates_a_text_so(
    column: str, cell: str, entries: list[str]
) -> None:
    (found,) = [value for name, value in content(f'name,{column}\nPlank,"{cell}"\n').items() if name != "name"]
    assert found == entries
