"""Each format's rows become exercises in our own terms."""

from typing import Any  # inputs and answers are JSON

import orjson
import pytest

from kinegraph.formats.html import plain_text
from kinegraph.formats.records import Format
from tests.exchange.files import free, parse


def content(format: Format, file: Any, **beside: bytes) -> dict[str, Any]:
    """The key and the fields of the only row of a file."""
    found = parse(format, file, beside)
    assert found.faults == []
    (entry,) = found.entries
    return {"key": entry.key, **entry.content}


def test_rows_of_free_exercise_db_become_our_terms() -> None:
    row = free("Alpha Pull", secondaryMuscles=["shoulders", "lower back"], instructions=["Sit.", "", "Tip: slowly."])
    assert content(Format.FREE_EXERCISE_DB, [row]) == {
        "key": "free-exercise-db:Alpha_Pull",
        "name": "Alpha Pull",
        "difficulty": 2,
        "category": "strength",
        "kind": "strength_compound",
        "movement_pattern": "pull",
        "mechanics": "free_weight",
        "primary_muscles": ["lats"],
        "secondary_muscles": ["anterior_deltoid", "lateral_deltoid", "posterior_deltoid", "erector_spinae"],
        "equipment": ["barbell"],
        "discipline": [],
        "instructions": [{"type": "step", "body": "Sit."}, {"type": "form_cue", "body": "Tip: slowly."}],
        "source": "free-exercise-db",
        "source_url": "https://github.com/yuhonas/free-exercise-db",
        "license_attribution": "free-exercise-db, Unlicense (public domain) as its repository asserts",
    }


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"equipment": "body only"}, {"equipment": [], "mechanics": "bodyweight", "category": "bodyweight"}),
        ({"equipment": None, "mechanic": None, "force": None}, {"equipment": [], "mechanics": None}),
        ({"equipment": "machine", "name": "Leg Press"}, {"equipment": ["leg_press_machine"], "mechanics": "machine"}),
        ({"equipment": "machine"}, {"equipment": ["machine"]}),
        ({"category": "stretching"}, {"kind": "mobility", "movement_pattern": "mobility", "category": "flexibility"}),
        ({"category": "olympic weightlifting"}, {"movement_pattern": "oly", "discipline": ["weightlifting"]}),
        ({"mechanic": "isolation"}, {"kind": "strength_isolation", "movement_pattern": None}),
        ({"level": "intermediate"}, {"difficulty": 3}),
        ({"level": "expert"}, {"difficulty": 4}),
    ],
)
def test_each_word_of_free_exercise_db_has_its_term(values: dict[str, Any], message: dict[str, Any]) -> None:
    found = content(Format.FREE_EXERCISE_DB, [free("Alpha", **values)])
    assert {name: found[name] for name in message} == message


@pytest.mark.parametrize("heading", ["primaryMuscles", "primary_muscles", "Primary muscles", " PRIMARY-MUSCLES "])
def test_csv_accepts_headings_in_any_spelling_and_lists_in_cells(heading: str) -> None:
    file = (
        f"\ufeffName,{heading},Is unilateral,instructions,category,Contraindications,difficulty\r\n"
        '"Pull, wide",lats; biceps|traps,yes,"Sit.\nPull.|Rest.",Sport specific,'
        "knee pain:warning;hip: absolute: No,\r\n"
        "\r\n"
    )
    assert content(Format.CSV, file) == {
        "key": "csv:pull, wide",
        "name": "Pull, wide",
        "primary_muscles": ["lats", "biceps", "traps"],
        "is_unilateral": True,
        "instructions": [{"type": "step", "body": body} for body in ("Sit.", "Pull.", "Rest.")],
        "category": "sport_specific",
        "contraindications": [
            {"condition": "knee pain", "severity": "warning", "description": None},
            {"condition": "hip", "severity": "absolute", "description": "No"},
        ],
        "difficulty": None,
    }


def test_csv_accepts_a_key_column_and_semicolons_between_columns() -> None:
    assert content(Format.CSV, "key;name;cues\n7;Pull;Up|Down\n") == {
        "key": "7", "name": "Pull", "cues": ["Up", "Down"],
    }  # fmt: skip


def wger_file() -> tuple[list[Any], dict[str, bytes]]:
    """An exercise with a Hebrew, a German and an English translation, and one without any."""

    def rows(model: str, *fields: dict[str, Any]) -> list[Any]:
        return [{"model": model, "pk": pk, "fields": each} for pk, each in enumerate(fields, 1)]

    licence = {"license": 1, "license_author": "Ann"}
    exercise = {**licence, "uuid": "u-1", "category": 1, "muscles": [1], "muscles_secondary": [], "equipment": [1]}
    translations = [
        {**licence, "name": "Klimmzug", "description": "", "language": 1, "exercise": 1},
        {**licence, "name": "מתח", "description": "", "language": 3, "exercise": 1},
        {"license": 2, "license_author": "Bob", "name": "Pull-up", "description": "<p>Hang &amp; pull.</p>",
         "language": 2, "exercise": 1},
    ]  # fmt: skip
    beside = {
        "translations": rows("exercises.translation", *translations)
        + rows("exercises.alias", {"translation": 3, "alias": "Chin"}, {"translation": 1, "alias": "Zug"}),
        "muscles": rows("exercises.muscle", {"name": "Latissimus dorsi"}),
        "equipment": rows("exercises.equipment", {"name": "Pull-up bar"}),
        "categories": rows("exercises.exercisecategory", {"name": "Back"}),
        "languages": rows("core.language", *({"short_name": name} for name in ("de", "en", "he"))),
        "licenses": rows("core.license", {"short_name": "CC0", "url": "https://cc0.example"}, {"short_name": "CC-BY"}),
    }
    base = rows("exercises.exercise", exercise, {**exercise, "uuid": "u-2"})
    return base, {name: orjson.dumps(each) for name, each in beside.items()}


def test_wger_rows_have_the_english_translation_hebrew_aliases_licence_and_authors() -> None:
    base, beside = wger_file()
    found = parse(Format.WGER, base, beside)
    assert (found.rows, found.faults, found.entries[0].key) == (2, [], "wger:u-1")
    assert [str(each) for each in found.skipped] == ['row 2 ("u-2"): skipped, as it has no name in any language']
    assert found.entries[0].content == {
        "name": "Pull-up",
        "description": "Hang & pull.",
        "aliases": ["מתח", "Chin"],
        "primary_muscles": ["lats"],
        "secondary_muscles": [],
        "equipment": ["pull_up_bar"],
        "category": "strength",
        "source": "wger",
        "source_url": "https://wger.de/en/exercise/1/view/",
        "license_attribution": "Exercise: CC0 (https://cc0.example), by Ann; text: CC-BY, by Bob",
    }


def test_html_becomes_lines_of_text() -> None:
    html = "<p>One <b>two</b>&nbsp;three.</p><ol><li><p>Sit</p></li><li>Pull<br>hard</li></ol><script>alert()</script>"
    assert plain_text(html) == "One two three.\n- Sit\n- Pull\nhard"
