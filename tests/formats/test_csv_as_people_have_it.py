"""CSV as people have it: what spreadsheets and importers write, in several countries and scripts."""

from typing import Any  # contents of entries

import pytest

from kinegraph.formats.records import FileError, Format, Location, one_line
from kinegraph.kit.checks import Checks
from kinegraph.kit.text import COMMAS, LINE_ENDS, SEMICOLONS
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
        "sep=; \nname;difficulty\nPlank;3\n",
    ],
)
def test_a_first_line_may_say_how_cells_are_separated(file: str) -> None:
    assert content(file) == {"name": "Plank", "difficulty": 3}


@pytest.mark.parametrize("stated", ["sep=", "sep=ab", "sep=;x", "sep=a"])
def test_a_first_line_that_names_no_separator_is_refused_by_its_text(stated: str) -> None:
    with pytest.raises(FileError, match=f"exercises, first line: '{stated}' must name one character"):
        parse(Format.CSV, f"{stated}\nname;difficulty\nPlank;3\n")


def test_a_first_line_that_names_another_separator_than_the_header_has_is_named() -> None:
    with pytest.raises(FileError, match=r"the line below sep= must name the columns, .* separated by '\|'\."):
        parse(Format.CSV, "sep=|\nname;difficulty\nPlank;3\n")


def test_cells_that_are_missing_at_the_end_of_a_row_are_empty() -> None:
    assert content("name,difficulty,cues\nPlank\n") == {"name": "Plank", "difficulty": None, "cues": []}


def test_an_empty_name_is_refused_as_empty() -> None:
    faults = parse(Format.CSV, "name,difficulty\n,3\n").faults
    assert [str(fault) for fault in faults] == ["row 1, field name: Must not be empty."]


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


@pytest.mark.parametrize("cell", ["3", "3.0", "3,0", "3,00", "3.0000", "+3", "٣", "３", "３．０", "٣٫٠", "＋３"])
def test_a_whole_number_may_have_a_point_or_a_comma(cell: str) -> None:
    assert content(f'name,difficulty\nPlank,"{cell}"\n')["difficulty"] == 3


@pytest.mark.parametrize("cell", ["3.5", "3,5", "3,000", "3..0", "three", "½", "3.000001"])
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
        ("cues", "胸を張る；目線は前\nChest up", ["胸を張る", "目線は前", "Chest up"]),
        ("equipment", "胸、三頭筋，腹；背\nback\r\narms", ["胸", "三頭筋", "腹", "背", "back", "arms"]),
        ("primaryMuscles", "صدر، ظهر؛ ساق", ["صدر", "ظهر", "ساق"]),
        ("aliases", "صدر، ظهر", ["صدر", "ظهر"]),
        ("aliases", "Row, Seated\nSeated row", ["Row, Seated", "Seated row"]),
    ],
)
def test_a_list_is_separated_by_commas_where_the_api_separates_a_text_so(
    column: str, cell: str, entries: list[str]
) -> None:
    (found,) = [value for name, value in content(f'name,{column}\nPlank,"{cell}"\n').items() if name != "name"]
    assert found == entries


@pytest.mark.parametrize("separator", [*COMMAS, *SEMICOLONS, *LINE_ENDS])
def test_a_cell_of_equipment_is_split_as_the_api_splits_a_text(separator: str) -> None:
    cell = separator.join(["bar", "ラック", "מזרן"])
    checks = Checks()
    assert content(f'name,equipment\nPlank,"{cell}"\n')["equipment"] == checks.separated(cell, ("x",), 60, 50)


@pytest.mark.parametrize(
    ("cell", "condition", "severity", "description"),
    [
        ("Knee: <90:warning", "Knee: <90", "warning", None),
        ("Knee: <90: Warning: Not: deep", "Knee: <90", "warning", "Not: deep"),
        ("Asthma: absolute: Warning: never", "Asthma", "absolute", "Warning: never"),
        ("膝：restriction", "膝", "restriction", None),
    ],
)
def test_a_condition_may_have_colons(cell: str, condition: str, severity: str, description: str | None) -> None:
    (found,) = content(f'name,contraindications\nPlank,"{cell}"\n')["contraindications"]
    assert (found["condition"], found["severity"], found["description"]) == (condition, severity, description)


def test_a_report_shows_names_as_they_are_stored_but_for_what_would_damage_a_terminal() -> None:
    name = "می\u200cروم 👩\u200d👦 12\u00a0kg \u200eabc"
    assert str(Location(1, name)) == f'row 1 ("{name}")' and one_line(name) == name
    assert str(Location(1, "a\x1b[31m\nb\u202ec")) == 'row 1 ("a\ufffd[31m b\ufffdc")'
