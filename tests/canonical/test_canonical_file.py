"""The format of canonical exercise files: accepted values, and faults by row and field."""

from typing import Any  # inputs and answers are JSON

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinegraph.canonical.rules import MAX_FAULTS, LibraryError, contraindications_by_training, entries_of
from kinegraph.canonical.store import SEEDED
from kinegraph.exercise.rules_columns import REGISTRY

GOOD: dict[str, Any] = {
    "slug": "zercher-squat",
    "name": "Zercher Squat",
    "description": "The bar in the elbows.",
    "category": "strength",
    "kind": "strength_compound",
    "primaryMuscles": ["quadriceps"],
    "equipment": [],
    "difficulty": 3,
}
FULL: dict[str, Any] = {
    **GOOD,
    "athleteNotes": "Brace.",
    "movementPattern": "squat",
    "planeOfMotion": "sagittal",
    "mechanics": "free_weight",
    "forceVector": "vertical",
    "isUnilateral": False,
    "secondaryMuscles": ["core"],
    "optionalEquipment": ["towel"],
    "aliases": ["זרצ'ר", "Приседания Зерчера"],
    "discipline": ["strongman"],
    "cues": ["Elbows up"],
    "commonFaults": ["Rounding"],
    "scalingOptions": ["Goblet"],
    "videoUrl": "https://videos.example/1",
    "thumbnailUrl": "https://videos.example/1.jpg",
    "source": "kinegraph",
    "sourceUrl": "https://kinegraph.example",
    "licenseAttribution": "CC BY",
}


def faults(*rows: Any) -> list[str]:
    """The messages for a file of these rows."""
    with pytest.raises(LibraryError) as caught:
        entries_of("test.json", orjson.dumps(rows))
    return str(caught.value).split("\n")


def without(*names: str) -> dict[str, Any]:
    """A good row that lacks fields."""
    return {name: value for name, value in GOOD.items() if name not in names}


def test_a_row_becomes_the_columns_that_seeding_sets() -> None:
    (entry,) = entries_of("test.json", orjson.dumps([FULL]))
    details = {"instructions", "contraindications", "terms", "fatigue_score"}
    assert {column.name for column in REGISTRY if column.api_name in FULL} | details <= entry.keys()
    assert entry.keys() <= {*SEEDED, *details}
    assert (entry["athlete_notes"], entry["is_unilateral"], entry["video_url"]) == (
        "Brace.",
        False,
        "https://videos.example/1",
    )


def test_a_list_that_is_not_given_is_empty() -> None:
    (entry,) = entries_of("test.json", orjson.dumps([GOOD]))
    lists = ("secondary_muscles", "optional_equipment", "aliases", "discipline", "cues", "common_faults",
             "scaling_options")  # fmt: skip
    assert [entry[name] for name in lists] == [[]] * len(lists)
    assert entry["is_unilateral"] is False


def test_a_file_without_rows_is_accepted() -> None:
    assert entries_of("test.json", b"[]") == []


@pytest.mark.parametrize("field", GOOD)
def test_a_missing_required_field_is_reported_with_row_name_and_field(field: str) -> None:
    name = "" if field == "name" else " (Zercher Squat)"
    reported = faults({**GOOD, "slug": "other"}, without(field))
    assert reported == [f"test.json: row 2{name}, field {field}: '{field}' is a required property"]


BAD: list[tuple[str, Any]] = [
    *((name, "") for name in ("slug", "name", "description", "athleteNotes", "source", "licenseAttribution")),
    *((name, None) for name in FULL),
    *((name, 7) for name in FULL if name != "difficulty"),
    *((name, " padded ") for name in ("name", "description", "athleteNotes", "licenseAttribution")),
    *((name, "nonsense") for name in ("category", "kind", "movementPattern", "planeOfMotion", "mechanics")),
    *((name, "STRENGTH") for name in ("category", "kind", "forceVector")),
    *((name, "javascript:x") for name in ("videoUrl", "thumbnailUrl", "sourceUrl")),
    ("slug", "Back-Squat"),
    ("slug", "back_squat"),
    ("slug", "x" * 256),
    ("name", "x" * 256),
    ("description", "x" * 10_001),
    ("primaryMuscles", []),
    ("difficulty", 0),
    ("difficulty", 6),
    ("difficulty", True),
    ("difficulty", "3"),
    ("difficulty", 3.5),
    ("isUnilateral", "yes"),
]


@pytest.mark.parametrize(("field", "value"), BAD)
def test_a_bad_value_is_reported_with_row_and_field(field: str, value: Any) -> None:
    for reported in faults({**GOOD, "slug": "other"}, {**FULL, field: value}):
        assert reported.startswith("test.json: row 2")
        assert f", field {field}: " in reported


def test_a_name_of_two_lines_is_reported_in_one_line() -> None:
    (reported,) = faults({**GOOD, "name": "two\nlines"})
    assert "field name: " in reported


TERMS = ("equipment", "primaryMuscles", "discipline")
TEXTS = ("aliases", "cues", "commonFaults", "scalingOptions")
IN_LISTS: list[tuple[str, Any]] = [
    *((name, ["ok", bad]) for name in TEXTS for bad in ("", " x", 7)),
    *((name, ["ok", bad]) for name in TERMS for bad in ("Bar", "a b", "", "x_")),
]


@pytest.mark.parametrize(("field", "value"), IN_LISTS)
def test_a_bad_entry_of_a_list_is_reported_with_its_index(field: str, value: list[Any]) -> None:
    for reported in faults({**GOOD, field: value}):
        assert reported.startswith(f"test.json: row 1 (Zercher Squat), field {field}.1: ")


def test_a_duplicate_entry_of_a_list_is_reported() -> None:
    (reported,) = faults({**GOOD, "cues": ["Up", "Up"]})
    assert reported.startswith("test.json: row 1 (Zercher Squat), field cues: ")


@pytest.mark.parametrize("field", ["organizationId", "id", "embedding", "videoStatus", "athlete_notes", "sets", "it's"])
def test_an_unknown_field_is_reported_by_its_name(field: str) -> None:
    (reported,) = faults({**GOOD, field: "x"})
    assert reported.startswith("test.json: row 1 (Zercher Squat), field ")
    assert field in reported


def test_a_duplicate_slug_is_reported_with_both_rows() -> None:
    (reported,) = faults(GOOD, {**GOOD, "slug": "other"}, GOOD)
    assert reported == "test.json: row 3, field slug: 'zercher-squat' stands in row 1 too"


def test_rows_without_a_slug_are_not_reported_as_duplicates() -> None:
    assert [line.rpartition(": ")[2] for line in faults(without("slug"), without("slug"))] == [
        "'slug' is a required property"
    ] * 2


@pytest.mark.parametrize("content", [b"", b"[", b"nonsense", b'[{"slug": "\xff"}]', b'["\\ud800"]', b"NaN"])
def test_malformed_json_is_reported_with_the_files_name(content: bytes) -> None:
    with pytest.raises(LibraryError, match=r"^test\.json is not JSON: "):
        entries_of("test.json", content)


@pytest.mark.parametrize("content", [b"{}", b"null", b"7", b'"text"', b'{"exercises": []}'])
def test_a_file_that_is_no_list_is_reported(content: bytes) -> None:
    with pytest.raises(LibraryError, match=r"^test\.json: the file: .* is not of type 'array'$"):
        entries_of("test.json", content)


@pytest.mark.parametrize("row", [None, 7, "squat", ["squat"]])
def test_a_row_that_is_no_object_is_reported(row: Any) -> None:
    (reported,) = faults({**GOOD}, row)
    assert reported.startswith("test.json: row 2, field (the row): ")


LONG = {"class": "isolation", "stressors": [{"of": number} for number in range(201)]}


def test_a_long_list_in_training_is_refused_before_its_elements_are_compared() -> None:
    """A list of more than 200 elements in the training of a row is refused by its length alone, in both readers."""
    message = "it has 201 elements, which is too long"
    named = "row 1 (Zercher Squat), field training.stressors"
    assert faults({**GOOD, "training": LONG}) == [f"test.json: {named}: {message}"]
    assert contraindications_by_training({**GOOD, "training": LONG}) == ([], [f"stressors: {message}"])


def test_of_many_faults_those_of_the_first_rows_are_reported() -> None:
    reported = faults(*({**GOOD, "slug": f"row-{n}", "difficulty": 9} for n in range(1, 31)))
    assert len(reported) == MAX_FAULTS == 20
    assert [line.split(" ")[2] for line in reported] == [str(row) for row in range(1, 21)]


def test_a_huge_value_does_not_make_a_huge_message() -> None:
    (reported,) = faults({**GOOD, "difficulty": "x" * 100_000})
    assert len(reported) < 400


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "zercher-squat\n"),
        ("name", "Zercher Squat\n"),
        ("description", "The bar.\n"),
        ("videoUrl", "https://videos.example/1\n"),
        ("equipment", ["barbell\n"]),
        ("cues", ["Up\n"]),
    ],
)
def test_a_newline_at_the_end_of_a_value_is_reported(field: str, value: Any) -> None:
    (reported,) = faults({**GOOD, field: value})
    assert f", field {field}" in reported


@pytest.mark.parametrize("field", ["name", "description", "athleteNotes", "source", "videoUrl", "cues", "aliases"])
@pytest.mark.parametrize("character", ["\0", "\x07"])
def test_a_control_character_which_the_database_or_the_api_refuses_is_reported(field: str, character: str) -> None:
    value: Any = f"https://a{character}b"
    (reported,) = faults({**GOOD, field: [value] if field in ("cues", "aliases") else value})
    assert f", field {field}" in reported


def test_whole_numbers_with_a_decimal_point_become_integers() -> None:
    (entry,) = entries_of("test.json", orjson.dumps([{**GOOD, "difficulty": 3.0, "fatigueScore": 4.0}]))
    assert orjson.dumps([entry["difficulty"], entry["fatigue_score"]]) == b"[3,4]"


@settings(max_examples=40, deadline=None)
@given(st.permutations(list(FULL)))
def test_the_order_of_a_rows_keys_does_not_change_its_hash(order: list[str]) -> None:
    (entry,) = entries_of("test.json", orjson.dumps([{name: FULL[name] for name in order}]))
    (usual,) = entries_of("test.json", orjson.dumps([FULL]))
    assert entry["seed_hash"] == usual["seed_hash"]


OTHER_VALUES: dict[str, Any] = {
    **{name: f"{value}x" for name, value in FULL.items() if isinstance(value, str)},
    **{name: [*value, "more"] for name, value in FULL.items() if isinstance(value, list)},
    "category": "other",
    "kind": "test",
    "movementPattern": "hinge",
    "planeOfMotion": "frontal",
    "mechanics": "band",
    "forceVector": "lateral",
    "isUnilateral": True,
    "difficulty": 4,
}


@pytest.mark.parametrize("field", FULL)
def test_a_change_of_any_field_changes_the_hash(field: str) -> None:
    (before,) = entries_of("test.json", orjson.dumps([FULL]))
    (after,) = entries_of("test.json", orjson.dumps([{**FULL, field: OTHER_VALUES[field]}]))
    assert after["seed_hash"] != before["seed_hash"]


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab \n'-", max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*FULL, "x"]), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(json_values, st.lists(st.dictionaries(st.sampled_from(list(FULL)), json_values), max_size=3)))
def test_any_json_is_either_accepted_or_reported_as_a_fault(rows: Any) -> None:
    content = orjson.dumps(rows)
    reported = ""
    try:
        entries_of("test.json", content)
    except LibraryError as error:
        reported = str(error)
    assert reported == "" or reported.startswith("test.json: ")


@pytest.mark.parametrize(
    "key", ["primaryMuscles", "kind", "difficulty", "movementPattern", "forceVector", "mechanics", "equipment"]
)
@pytest.mark.parametrize("value", [None, 7, 1.5, "x", True, [], [7], ["x"], {"a": 1}], ids=str)
def test_conditions_follow_from_the_training_of_a_row_whose_other_values_are_missing_or_wrong(
    key: str, value: Any
) -> None:
    training = {"class": "isolation", "stressors": ["open_chain_knee_extension", "external_load"]}
    found, faults = contraindications_by_training({"name": "Row", "training": training, key: value})
    assert faults == [] and "acl_reconstruction" in {each["condition"] for each in found}
