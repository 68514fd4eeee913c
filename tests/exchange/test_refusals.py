"""The faults of a file are reported by row and field, and nothing of it is imported."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any  # inputs and answers are JSON

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinegraph.exchange.rules import ExchangeError, Parsed
from kinegraph.formats.records import MAX_FILE_BYTES, FileError, Format
from kinegraph.formats.wger_fixtures import BESIDE
from kinegraph.kit.database import Database
from tests.conftest import World
from tests.exchange.files import Pool, bring, everything, free, parse, stored

OURS, FREE, CSV, WGER = Format.KINEGRAPH_JSON, Format.FREE_EXERCISE_DB, Format.CSV, Format.WGER
NOTHING_BESIDE = dict.fromkeys(BESIDE, b"[]")


@pytest.mark.parametrize(
    ("format", "content", "message"),
    [
        (FREE, b"", "exercises is empty."),
        (CSV, b" \n ", "exercises is empty."),
        (FREE, b"x" * 10_000_000, "exercises is not JSON: "),
        (OURS, b"{" * 10_000_000, "exercises is not JSON Lines: row 1: "),
        (FREE, b"{}", "exercises must be a JSON list of exercises."),
        (FREE, b'"text"', "exercises must be a JSON list of exercises."),
        (FREE, b"[" * 100_000 + b"]" * 100_000, "exercises is not JSON: "),
        (FREE, b'[{"id": NaN}]', "exercises is not JSON: "),
        (FREE, b'["\xff"]', "exercises is not text in UTF-8: byte 3 does not belong there."),
        (CSV, "name\nPull\n".encode("utf-16"), "exercises is not text in UTF-8: byte 1 does not belong there."),
        (OURS, b'{"name": "x", "slug": "x"}\n{"name": ', "exercises is not JSON Lines: row 2: "),
        (CSV, b"Pull,3\nPush,2\n", "exercises has no header: its first line must name the columns"),
        (CSV, b"name,colour\nPull,red\n", "exercises, header: the column 'colour' is no field; there are key, slug,"),
        (CSV, b"name,Name\nPull,Push\n", "exercises, header: the column 'name' stands twice."),
        (CSV, b'name,cues\n"Pull,Up\n', "exercises is not CSV: line 2: "),
        (FREE, b" " * (MAX_FILE_BYTES + 1), "exercises has more than 50 MiB."),
    ],
)
def test_a_file_that_cannot_be_parsed_is_refused_in_one_line(format: Format, content: bytes, message: str) -> None:
    with pytest.raises(FileError) as refused:
        parse(format, content)
    assert str(refused.value).startswith(message) and len(str(refused.value)) < 700 and "\n" not in str(refused.value)


def ours(**values: Any) -> dict[str, Any]:
    return {"name": "Pull", "slug": "pull", **values}


@pytest.mark.parametrize(
    ("format", "rows", "faults"),
    [
        (OURS, [5], ["row 1, field (the row): Must be an object."]),
        (OURS, [{"slug": "x"}], ["row 1, field name: Must be given."]),
        (OURS, [ours(name=None)], ["row 1, field name: Must not be null."]),
        (OURS, [ours(name=3)], ["row 1, field name: Must be a text; this is a number."]),
        (OURS, [{"name": "Pull"}], ['row 1 ("Pull"), field slug: Must be given: it tells the row from others.']),
        (OURS, [ours(id="7")], ['row 1 ("Pull"), field id: Must be an id that Kinegraph gave out (a UUID).']),
        (
            OURS,
            [ours(primaryMuscles="lats")],
            ['row 1 ("Pull"), field primaryMuscles: Must be a list; this is a text.'],
        ),
        (OURS, [ours(aliases=["a", 4])], ['row 1 ("Pull"), field aliases.1: Must be a text; this is a number.']),
        (
            OURS,
            [ours(category="legs")],
            [
                (
                    'row 1 ("Pull"), field category: Must be one of strength, cardio, bodyweight, flexibility, '
                    "plyometric, sport_specific, other; this is 'legs'."
                )
            ],
        ),
        (OURS, [ours(difficulty=9)], ['row 1 ("Pull"), field difficulty: Must be from 1 to 5; this is 9.']),
        (
            OURS,
            '[{"name": "Pull", "slug": "pull", "difficulty": 1%s}]' % ("0" * 40),
            ['row 1 ("Pull"), field difficulty: Must be a whole number.'],
        ),
        (OURS, [ours(difficulty=True)], ['row 1 ("Pull"), field difficulty: Must be a whole number.']),
        (
            OURS,
            [ours(isUnilateral="no")],
            ['row 1 ("Pull"), field isUnilateral: Must be true or false; this is a text.'],
        ),
        (
            OURS,
            [ours(videoUrl="ftp://x")],
            ['row 1 ("Pull"), field videoUrl: Must be a URL that starts with https:// or http://.'],
        ),
        (
            OURS,
            [ours(description="a\u0007")],
            ['row 1 ("Pull"), field description: Must not contain the control character U+0007.'],
        ),
        (
            OURS,
            [ours(name="x" * 256)],
            [f'row 1 ("{"x" * 60}"), field name: Must be at most 255 characters; this is 256.'],
        ),
        (
            OURS,
            [ours(cues=["x"] * 51)],
            ['row 1 ("Pull"), field cues: Must have at most 50 entries; this has 51.'],
        ),
        (
            OURS,
            [ours(instructions=[{"type": "song"}])],
            [
                (
                    'row 1 ("Pull"), field instructions.0.type: Must be one of preparation, step, form_cue, '
                    "breathing, safety; this is 'song'."
                ),
                'row 1 ("Pull"), field instructions.0.body: Must be given.',
            ],
        ),
        (
            OURS,
            [ours(), ours(name="Other")],
            ['row 2 ("Other"), field slug: The same stands in row 1.'],
        ),
        (FREE, [free("Pull"), free("Pull")], ['row 2 ("Pull"), field id: The same stands in row 1.']),
        (
            FREE,
            [free("Pull", level="guru")],
            ["row 1 (\"Pull\"), field level: Must be one of beginner, expert, intermediate; this is 'guru'."],
        ),
        (
            FREE,
            [free("Pull", primaryMuscles=["wings"])],
            ["row 1 (\"Pull\"), field primaryMuscles.0: There is no muscle 'wings' in this format."],
        ),
        (FREE, [free("Pull", instructions="Pull.")], ['row 1 ("Pull"), field instructions: Must be a list of texts.']),
        (FREE, [free("Pull", id=None)], ['row 1 ("Pull"), field id: Must be a text.']),
        (CSV, "name,cues\nPull,x,y\n", ['row 1 ("Pull"), field (the row): Has 3 cells, where the header has 2.']),
        (CSV, "name,cues\n,Up\n", ["row 1, field name: Must not be empty."]),
        (CSV, "key,name\n1,Pull\n1,Push\n", ['row 2 ("Push"), field key: The same stands in row 1.']),
        (CSV, "name,difficulty\nPull,hard\n", ['row 1 ("Pull"), field difficulty: Must be a whole number.']),
    ],
)
def test_each_fault_names_row_name_and_field(format: Format, rows: str | Sequence[Any], faults: list[str]) -> None:
    assert [str(fault) for fault in parse(format, rows).faults] == faults


async def test_nothing_of_a_file_with_a_rejected_row_is_imported(database: Database, world: World, owner: Pool) -> None:
    organization = await world.organization()
    before = await everything(owner)
    file = [free("Alpha Pull"), *(free(f"Bad {number}", level="guru") for number in range(30))]
    for dry_run in (True, False):
        with pytest.raises(ExchangeError) as refused:
            await bring(database, organization.slug, file, dry_run=dry_run)
        message = str(refused.value).splitlines()
        assert message[0] == "30 of 31 rows are rejected, and nothing was imported (see --skip-rejected):"
        assert (len(message), message[-1]) == (22, "and 10 more faults")
    assert await everything(owner) == before
    plan = await bring(database, organization.slug, file, skip_rejected=True)
    assert (len(plan.written), len(plan.faults)) == (1, 30)
    assert [row.name for row in await stored(owner, organization.id)] == ["Alpha Pull"]


async def test_a_conflict_with_the_library_is_a_fault_of_the_row(database: Database, owner: Pool) -> None:
    await owner.execute("UPDATE exercises SET deleted_at = now() WHERE slug = 'bird-dog' AND organization_id IS NULL")
    file = [
        {"name": "Bird", "slug": "bird-dog", "importKey": "a"},
        {"name": "Back Squat", "slug": "back-squat", "status": "draft", "bodyRegions": ["toe"]},
    ]
    plan = await bring(database, None, file, OURS, skip_rejected=True, overwrite=True)
    assert [str(fault) for fault in plan.faults] == [
        'row 1 ("Bird"), field slug: Another canonical exercise, perhaps a deleted one, has this slug.',
        "row 2 (\"Back Squat\"), field bodyRegions: There is no term 'toe'; create it first.",
        'row 2 ("Back Squat"), field status: An exercise that is PUBLISHED can become ARCHIVED, not DRAFT.',
    ]
    assert plan.written == []


async def test_an_unknown_organization_is_refused(database: Database) -> None:
    with pytest.raises(ExchangeError, match="There is no organization with the slug 'nowhere'"):
        await bring(database, "nowhere", [free("Alpha Pull")])


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.text(max_size=5), st.sampled_from([*free("x"), *ours(), "uuid", "model", "pk"])), inner
        ),
    ),
    max_leaves=12,
)


def parsed_or_refused(format: Format, content: bytes) -> None:
    with suppress(FileError):
        assert isinstance(parse(format, content, NOTHING_BESIDE), Parsed)


@pytest.mark.parametrize("format", Format)
@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused(format: Format, content: bytes) -> None:
    parsed_or_refused(format, content)
    parsed_or_refused(format, b"name,cues,difficulty,instructions\n" + content)


@pytest.mark.parametrize("format", Format)
@given(
    rows=st.lists(JSON, max_size=3), fields=st.dictionaries(st.sampled_from([*free("x"), *ours()]), JSON, max_size=4)
)
@settings(max_examples=150, deadline=None)
def test_any_json_is_read_or_refused(format: Format, rows: list[Any], fields: dict[str, Any]) -> None:
    wger = {"model": "exercises.exercise", "pk": 1, "fields": fields}
    for content in (rows, [{**free("Pull"), **fields}, {**ours(), **fields}, wger]):
        parsed_or_refused(format, orjson.dumps(content))
