"""The exercises of the shipped library: required values, languages, bounds and counts."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any  # inputs and answers are JSON

import orjson
import pytest

from kinegraph.canonical.rules import LibraryError, entries_of, library_of
from kinegraph.canonical.rules_files import shipped_files
from kinegraph.exercise.rules import checked
from kinegraph.exercise.rules_columns import EXCHANGED, api_name
from kinegraph.kit.checks import Checks
from tests.cases import about
from tests.shipped import Entry, entries

HEBREW, RUSSIAN = re.compile("[\u05d0-\u05ea]{2}"), re.compile("[\u0410-\u044f\u0451]{2}")
LATIN = re.compile("[A-Za-z]")
NAMED = ("Back Squat", "Bird Dog", "Wall Slide", "Clamshell", "Shoulder External Rotation", "Push-ups", "Bench Press",
         "Close-Grip Bench Press")  # fmt: skip


def names(entries: Iterable[Entry]) -> list[str]:
    """The slugs of entries, for the message of a failed test."""
    return sorted(entry["slug"] for entry in entries)


def test_the_library_has_at_least_450_exercises() -> None:
    assert len(entries()) >= 450


def test_slugs_are_unique_over_all_files() -> None:
    assert [slug for slug, count in Counter(entry["slug"] for entry in entries()).items() if count > 1] == []


def test_no_two_exercises_have_the_same_name() -> None:
    assert [name for name, count in Counter(entry["name"].lower() for entry in entries()).items() if count > 1] == []


@pytest.mark.parametrize("name", NAMED)
def test_the_library_has_the_exercises_that_the_domain_documents_name(name: str) -> None:
    assert name in {entry["name"] for entry in entries()}


@pytest.mark.parametrize(("language", "script"), [("Hebrew", HEBREW), ("Russian", RUSSIAN)])
def test_every_exercise_has_a_hebrew_and_a_russian_alias(language: str, script: re.Pattern[str]) -> None:
    assert names(e for e in entries() if not any(script.search(alias) for alias in e["aliases"])) == [], language


def test_back_squat_has_the_hebrew_name_of_the_golden_path() -> None:
    (back_squat,) = [entry for entry in entries() if entry["slug"] == "back-squat"]
    assert "סקוואט אחורי" in back_squat["aliases"]


def test_no_exercise_has_its_own_name_as_alias() -> None:
    assert names(e for e in entries() if e["name"].lower() in {alias.lower() for alias in e["aliases"]}) == []


def test_no_alias_differs_from_another_of_its_exercise_by_case_alone() -> None:
    assert names(e for e in entries() if len({a.lower() for a in e["aliases"]}) < len(e["aliases"])) == []


@pytest.mark.parametrize(
    "column",
    ["description", "athlete_notes", "movement_pattern", "primary_muscles", "cues", "common_faults",
     "scaling_options", "difficulty"],
)  # fmt: skip
def test_every_exercise_has_the_columns_that_a_coach_needs(column: str) -> None:
    assert names(entry for entry in entries() if not entry.get(column)) == []


@pytest.mark.parametrize("column", ["name", "description", "athlete_notes"])
def test_texts_for_coaches_and_athletes_are_english(column: str) -> None:
    foreign = (HEBREW, RUSSIAN)
    assert names(e for e in entries() if any(s.search(e[column]) for s in foreign) or not LATIN.search(e[column])) == []


@pytest.mark.parametrize("column", ["description", "athlete_notes"])
def test_no_text_is_copied_from_one_exercise_to_another(column: str) -> None:
    assert [text for text, count in Counter(entry[column] for entry in entries()).items() if count > 1] == []


@pytest.mark.parametrize(
    ("column", "wanted"),
    [
        ("category", {"strength", "cardio", "bodyweight", "flexibility", "plyometric"}),
        ("kind", {"strength_compound", "strength_isolation", "conditioning", "mobility", "skill"}),
        ("movement_pattern", {"squat", "hinge", "push", "pull", "carry", "locomotion", "gymnastics", "oly",
                              "conditioning", "mobility"}),
        ("difficulty", {1, 2, 3, 4, 5}),
    ],
)  # fmt: skip
def test_the_library_covers_every_field_of_training(column: str, wanted: set[Any]) -> None:
    assert wanted <= {entry.get(column) for entry in entries()}


def test_every_file_has_its_number_of_exercises() -> None:
    counts = {name: len(entries_of(name, content)) for name, content in shipped_files()}
    wanted = {"strength_lower", "strength_upper", "olympic", "gymnastics", "conditioning", "mobility", "physiotherapy"}
    assert wanted <= {name.removesuffix(".json") for name, count in counts.items() if count >= 25}


TRAINING = {"class": "isolation", "stressors": ["external_load"]}


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"training": {**TRAINING, "class": "no_such_class"}}, "field training.class: there is no class"),
        ({"training": TRAINING, "equipment": None}, "field equipment: None is not of type 'array'"),
        ({"difficulty": None}, "field difficulty: None is not of type 'integer'"),
    ],
)
def test_a_faulty_entry_is_reported_before_the_files_are_compared(changed: Mapping[str, Any], fault: str) -> None:
    """An entry of the library with a fault is refused by file, row and field, before its graph and substitutes."""
    first, *others = shipped_files()
    rows = orjson.loads(others[0][1])
    files = [first, (others[0][0], orjson.dumps([{**rows[0], **changed}, *rows[1:]]))]
    with pytest.raises(LibraryError) as caught:
        library_of(files, [{"from": rows[0]["slug"], "to": "nowhere", "type": "progression"}])
    assert str(caught.value).startswith(f"{others[0][0]}: row 1 (") and fault in str(caught.value)


def test_an_edge_without_an_end_is_reported_by_its_file() -> None:
    """An edge of the library whose end is in none of its files is a fault of progressions.json."""
    files = shipped_files()[:1]
    slug = orjson.loads(files[0][1])[0]["slug"]
    with pytest.raises(LibraryError) as caught:
        library_of(files, [{"from": slug, "to": "nowhere", "type": "progression"}])
    assert str(caught.value) == f"progressions.json: {slug} > nowhere (progression): there is no exercise nowhere"


@pytest.mark.parametrize("discipline", ["weightlifting", "gymnastics", "powerlifting", "crossfit", "physiotherapy"])
def test_each_discipline_of_the_issue_has_a_choice_of_exercises(discipline: str) -> None:
    assert sum(discipline in entry["discipline"] for entry in entries()) >= 10


def test_no_muscle_is_primary_and_secondary_at_once() -> None:
    assert names(entry for entry in entries() if set(entry["primary_muscles"]) & set(entry["secondary_muscles"])) == []


def test_no_equipment_is_required_and_optional_at_once() -> None:
    assert names(entry for entry in entries() if set(entry["equipment"]) & set(entry["optional_equipment"])) == []


def test_the_api_would_accept_every_value_of_the_library() -> None:
    for entry in entries():
        with about(entry["slug"]):
            values = {column: entry[column] for column in {*EXCHANGED} & entry.keys()}
            checks = Checks()
            cleaned = checked(values, ("input",), checks)
            checks.done()
            assert {api_name(c): v for c, v in cleaned.items()} == {api_name(c): v for c, v in values.items()}
