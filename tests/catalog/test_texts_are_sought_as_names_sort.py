"""Text is normalised when it is sought: filters fold case, marks and widths, and nothing sought is a wildcard."""

from typing import Any  # inputs and answers are JSON

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinegraph.kit.rows import Row
from kinegraph.language.rules_text import search_text
from tests.conftest import Api, Organization, World
from tests.exercise.documents import create as create_exercise
from tests.workout.documents import create as create_workout

WIDE = "ＦＵＬＬ width ２"
TITLES = ["Straße 12", "Ärmelzug", WIDE, "Đẩy tạ đòn", "が ガーゼ", "שָׁלוֹם", "İstanbul ışık", "100% _x_",
          "back\\slash", "💪🏽 Press", "Йога", "हिन्दी ज़ोर", "Œuvre Æther"]  # fmt: skip
READ = "query ($id: ID!, $q: String) { organization(id: $id) { list: %s { nodes { %s } } } }"
LISTS = {
    "workouts": READ % ("workouts(filter: {title: $q}, first: 100)", "name: title"),
    "exercises": READ % ("exerciseLibrary(source: ORG, first: 100, filter: {q: $q})", "name"),
    "members": READ % ("members(filter: {q: $q}, first: 100)", "user { name }"),
}


@pytest.fixture(scope="module")
async def gym(api: Api, world: World, owner: "asyncpg.Pool[Row]") -> Organization:
    """An organization with a workout, an exercise and a member of each title."""
    made = await world.organization()
    for title in TITLES:
        await create_workout(api, made, title=title)
        await create_exercise(api, made.coach, made, name=title)
        person = await world.join(made.id, "member")
        await owner.execute("UPDATE users SET name = $2 WHERE id = $1", person.id, title)
    return made


async def found(api: Api, gym: Organization, text: str, q: str) -> set[str]:
    """The titles in a list that is filtered by a text."""
    data = await api.run(text, gym.coach, id=str(gym.id), q=q)
    nodes: list[Any] = data["organization"]["list"]["nodes"]
    return {each.get("name") or each["user"]["name"] for each in nodes}


@pytest.mark.parametrize("name", LISTS)
async def test_case_marks_widths_and_scripts_are_folded(api: Api, gym: Organization, name: str) -> None:
    for q, title in (
        ("STRASSE", "Straße 12"), ("armel", "Ärmelzug"), ("full WIDTH 2", WIDE), ("ｗｉｄｔｈ", WIDE),
        ("day ta don", "Đẩy tạ đòn"), ("か", "が ガーゼ"), ("שלום", "שָׁלוֹם"), ("ISTANBUL", "İstanbul ışık"),
        ("йога", "Йога"), ("aether", "Œuvre Æther"), ("e 1", "Straße 12"),
    ):  # fmt: skip
        assert await found(api, gym, LISTS[name], q) == {title}, q


@pytest.mark.parametrize("name", ["workouts", "members"])
async def test_nothing_that_is_sought_is_a_wildcard_and_marks_alone_find_nothing(
    api: Api, gym: Organization, name: str
) -> None:
    for q, titles in (("%", {"100% _x_"}), ("_", {"100% _x_"}), ("_x_", {"100% _x_"}), ("\\", {"back\\slash"}),
                      ("1_0", set()), ("\u0301", set())):  # fmt: skip
        assert await found(api, gym, LISTS[name], q) == titles, q


async def test_signs_separate_words_of_an_exercise_and_alone_find_nothing(api: Api, gym: Organization) -> None:
    for q in ("%", "_", "\\", "'", "- ) (", "\u0301", "\U0001f4aa"):
        assert await found(api, gym, LISTS["exercises"], q) == set(), q
    for q, title in (("_x_", "100% _x_"), ("100 %", "100% _x_"), ("back/slash", "back\\slash"), ("%press", TITLES[9])):
        assert await found(api, gym, LISTS["exercises"], q) == {title}, q
    assert await found(api, gym, LISTS["exercises"], "1_2") == {"Straße 12"}


async def test_words_of_an_exercise_are_sought_in_any_order(api: Api, gym: Organization) -> None:
    for q in ("width full", "wid-2 ful", "2  full", "width-full"):
        assert await found(api, gym, LISTS["exercises"], q) == {WIDE}, q
    assert await found(api, gym, LISTS["exercises"], "full press") == set()


@given(
    title=st.sampled_from(TITLES),
    ends=st.tuples(st.integers(0, 14), st.integers(1, 14)),
    name=st.sampled_from([*LISTS]),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_title_is_found_by_any_part_of_its_folded_form(
    api: Api, gym: Organization, owner: "asyncpg.Pool[Row]", title: str, ends: tuple[int, int], name: str
) -> None:
    folded = str(await owner.fetchval("SELECT kinegraph_search_key($1)", title))
    part = folded[ends[0] % len(folded) :][: ends[1]]
    if search_text(part) if name == "exercises" else part.strip():
        assert title in await found(api, gym, LISTS[name], part)


ONE, TWO = "Wide {} row", "Wide \u00a0 {}\u3000 row"
OVERRIDE = """mutation ($id: ID!, $org: ID!, $values: ExerciseOverrideInput!) {
  upsertExerciseOverride(exerciseId: $id, organizationId: $org, overrides: $values) { userErrors { message } }
}"""
LIBRARY = READ % ("exerciseLibrary(first: 100, filter: {q: $q})", "name")


@pytest.mark.parametrize(("stored", "sought"), [(ONE, TWO), (TWO, ONE)], ids=["one", "several"])
async def test_white_space_of_any_length_is_one_space(api: Api, world: World, stored: str, sought: str) -> None:
    gym, admin = await world.organization(), await world.person(is_platform_admin=True)
    for kind in ("name", "alias"):
        for owner, person in (("canonical", admin), ("own", gym.coach), ("overridden", admin)):
            marker = f"{owner} {kind} {len(stored)}"
            text = stored.format(marker)
            values: dict[str, Any] = {"name": text} if kind == "name" else {"name": f"Of {marker}", "aliases": [text]}
            made = {"name": "Plain"} if owner == "overridden" else values
            row = await create_exercise(api, person, gym if owner == "own" else None, **made)
            if owner == "overridden":
                await api.run(OVERRIDE, gym.coach, id=row["id"], org=str(gym.id), values=values)
            assert await found(api, gym, LIBRARY, sought.format(marker)) == {values["name"]}
    await create_workout(api, gym, title=stored.format("workout"))
    assert await found(api, gym, LISTS["workouts"], sought.format("workout")) == {stored.format("workout")}
