"""The bounds of an exercise's fields: bad values are refused at their field, and nothing is stored."""

from typing import Any  # inputs and answers are JSON

import asyncpg
import pytest

from tests.conftest import Api, Organization
from tests.exercise.documents import CREATE, LISTS, TEXTS, UPDATE, create, read, update
from tests.workout.documents import Pool

BAD: list[tuple[str, Any, list[str]]] = [
    *((name, "x" * (max_length + 1), [name]) for name, max_length in TEXTS.items()),
    *((name, "a\x00b", [name]) for name in TEXTS),
    *((name, "https://a\x00b", [name]) for name in ("videoUrl", "thumbnailUrl")),
    *((name, " \u00a0", [name]) for name in (*TEXTS, "videoUrl", "thumbnailUrl")),
    *((name, ["ok", "x" * (max_length + 1)], [name, "1"]) for name, max_length in LISTS.items()),
    *((name, ["ok", ""], [name, "1"]) for name in LISTS),
    *((name, ["a\x00b"], [name, "0"]) for name in LISTS),
    *((name, [f"entry {number}" for number in range(51)], [name]) for name in LISTS),
    ("equipmentText", "; ".join(f"entry {number}" for number in range(51)), ["equipmentText"]),
    ("equipmentText", "ok, " + "x" * 61, ["equipmentText"]),
    ("aliasesText", "ok, a\x00b", ["aliasesText"]),
    *(("difficulty", value, ["difficulty"]) for value in (0, 6, -1, 2**31 - 1)),
    ("videoUrl", "javascript:alert(1)", ["videoUrl"]),
    ("videoUrl", "https://v.example:99999/a", ["videoUrl"]),
    ("videoUrl", "https://v.example:0/a", ["videoUrl"]),
    ("thumbnailUrl", "//no.scheme", ["thumbnailUrl"]),
]
BAD_SLUGS = ["Back-Squat", "back squat", "-squat", "squat-", "back--squat", "סקוואט", "squat\n1", "s" * 256, " ", "é"]


@pytest.mark.parametrize(("name", "value", "path"), BAD)
async def test_a_bad_value_is_refused_at_its_field_when_made_and_when_changed(
    api: Api, gym: Organization, name: str, value: Any, path: list[str]
) -> None:
    expected = [("INVALID_INPUT", ["input", *path])]
    made = {"name": "Bad", "organizationId": str(gym.id), name: value}
    assert await api.refusals(CREATE, gym.coach, input=made) == expected
    target = await create(api, gym.coach, gym)
    assert await api.refusals(UPDATE, gym.coach, id=target["id"], input={"cues": ["new"], name: value}) == expected
    assert await read(api, gym.coach, target["id"]) == target


async def test_values_of_the_maximum_length_are_accepted(api: Api, gym: Organization) -> None:
    texts = {name: "ס" * max_length for name, max_length in TEXTS.items()}
    lists = {name: [f"{n:02}" + "🏋" * (max_length - 2) for n in range(50)] for name, max_length in LISTS.items()}
    made = await create(api, gym.coach, gym, **texts, **lists, difficulty=5, slug="s" * 255)
    assert {name: made[name] for name in (*texts, *lists)} == {**texts, **lists}


async def test_all_faults_of_an_input_are_refused_together_and_nothing_is_stored(
    api: Api, gym: Organization, owner: Pool
) -> None:
    bad = {"name": "", "difficulty": 9, "cues": ["", "ok", "\x07"], "organizationId": str(gym.id)}
    count = "SELECT count(*) FROM exercises"
    before = await owner.fetchval(count)
    found = await api.refusals(CREATE, gym.coach, input=bad)
    assert sorted(path for _, path in found) == [
        ["input", "cues", "0"],
        ["input", "cues", "2"],
        ["input", "difficulty"],
        ["input", "name"],
    ]
    assert await owner.fetchval(count) == before


SEPARATED = [
    ("kettlebell", ["kettlebell"]),
    ("barbell, rack", ["barbell", "rack"]),
    ("barbell;rack ;; plates,", ["barbell", "rack", "plates"]),
    ("סקוואט, присед;squat", ["סקוואט", "присед", "squat"]),
    ("バーベル、ラック，ベンチ；マット\nبار، صندوق", ["バーベル", "ラック", "ベンチ", "マット", "بار", "صندوق"]),
    ("Band, band; BAND, ÉLASTIQUE, e\u0301lastique", ["Band", "ÉLASTIQUE"]),
    (" ,;\n", []),
    ("", []),
]


@pytest.mark.parametrize("name", ["equipment", "aliases"])
@pytest.mark.parametrize(("sent", "stored"), SEPARATED)
async def test_one_text_of_equipment_or_aliases_is_split_at_commas_and_semicolons(
    api: Api, gym: Organization, name: str, sent: str, stored: list[str]
) -> None:
    made = await create(api, gym.coach, gym, **{f"{name}Text": sent})
    assert made[name] == stored
    other = await create(api, gym.coach, gym, **{name: ["before"]})
    assert (await update(api, gym.coach, other["id"], **{f"{name}Text": sent}))[name] == stored


@pytest.mark.parametrize("name", ["equipment", "aliases"])
async def test_a_null_text_clears_the_list_that_it_stands_for(api: Api, gym: Organization, name: str) -> None:
    made = await create(api, gym.coach, gym, **{name: ["before"]})
    assert (await update(api, gym.coach, made["id"], **{f"{name}Text": None}))[name] == []


@pytest.mark.parametrize("name", [name for name in LISTS if name != "discipline"])
@pytest.mark.parametrize("entry", ["Row, Seated", "1,25 kg plate", "barbell; rack", "a|b", "懸垂、順手"])
async def test_a_list_is_stored_as_it_is_sent_also_of_one_entry(
    api: Api, gym: Organization, name: str, entry: str
) -> None:
    made = await create(api, gym.coach, gym, **{name: [entry]})
    assert made[name] == [entry]
    assert (await update(api, gym.coach, made["id"], **{name: entry}))[name] == [entry]
    assert (await update(api, gym.coach, made["id"], **{name: [entry, "other"]}))[name] == [entry, "other"]


@pytest.mark.parametrize("text", ["rack", ""])
@pytest.mark.parametrize("listed", [["rack"], []])
async def test_a_list_and_its_text_are_refused_beside_each_other(
    api: Api, gym: Organization, listed: Any, text: str
) -> None:
    target = await create(api, gym.coach, gym)
    for name in ("equipment", "aliases"):
        both = {name: listed, f"{name}Text": text}
        expected = [("INVALID_INPUT", ["input", f"{name}Text"])]
        assert await api.refusals(UPDATE, gym.coach, id=target["id"], input=both) == expected
    assert await read(api, gym.coach, target["id"]) == target


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"equipment": ["a, b"], "equipmentText": None}, ["a, b"]),
        ({"equipment": [], "equipmentText": None}, []),
        ({"equipment": None, "equipmentText": "a, b"}, ["a", "b"]),
        ({"equipment": None, "equipmentText": None}, []),
    ],
)
async def test_a_null_beside_a_list_or_its_text_counts_as_absent(
    api: Api, gym: Organization, sent: Any, stored: list[str]
) -> None:
    made = await create(api, gym.coach, gym, equipment=["before"])
    assert (await update(api, gym.coach, made["id"], **sent))["equipment"] == stored


async def test_commas_do_not_separate_cues(api: Api, gym: Organization) -> None:
    made = await create(api, gym.coach, gym, cues=["Chest up, elbows down; breathe"])
    assert made["cues"] == ["Chest up, elbows down; breathe"]


@pytest.mark.parametrize("slug", BAD_SLUGS)
async def test_a_slug_of_another_form_is_refused(api: Api, gym: Organization, slug: str) -> None:
    found = await api.refusals(CREATE, gym.coach, input={"name": "x", "organizationId": str(gym.id), "slug": slug})
    assert found == [("INVALID_INPUT", ["input", "slug"])]


@pytest.mark.parametrize(
    ("column", "value"),
    [("difficulty", 0), ("difficulty", 6), ("movement_pattern", "jump"), ("video_status", "seen"), ("status", "new"),
     ("name", ""), ("plane_of_motion", "all"), ("video_duration_seconds", -1)],
)  # fmt: skip
async def test_difficulty_outside_1_to_5_and_unknown_enum_values_are_rejected_by_the_database_too(
    owner: Pool, column: str, value: Any
) -> None:
    values = {"name": "x", column: value}
    names, placeholders = ", ".join(values), ", ".join(f"${n}" for n in range(1, len(values) + 1))
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(f"INSERT INTO exercises ({names}) VALUES ({placeholders})", *values.values())
