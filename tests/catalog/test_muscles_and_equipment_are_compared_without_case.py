"""Muscles, equipment, aliases and disciplines are compared without case, in NFC, and keep the spelling of the first."""

from typing import Any  # inputs and answers are JSON

import pytest

from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import create, update
from tests.library.documents import effective, upsert

LIST = """
query ($id: ID!, $filter: ExerciseFilter) {
  organization(id: $id) { exerciseLibrary(filter: $filter) { nodes { name } facets { ...Lists } } }
  exercises(filter: $filter) { nodes { name } facets { ...Lists } }
}
fragment Lists on ExerciseFacets {
  primaryMuscles { value count } secondaryMuscles { value count } equipment { value count } discipline { value count }
}
"""
FIELD = "caseless"


@pytest.fixture(scope="module")
async def gym(api: Api, world: World, admin: Person) -> Organization:
    """An organization with an override and an own exercise, beside three canonical ones."""
    made = await world.organization()
    shared: dict[str, Any] = {"discipline": [FIELD]}
    await create(api, admin, name="A", primaryMuscles=["Chest"], equipment=["Élastique"], aliases=["Straße"], **shared)
    await create(api, admin, name="B", primaryMuscles=["chest"], secondaryMuscles=["CHEST"], **shared)
    other = await create(api, admin, name="C", equipment=["Rack"], discipline=[FIELD.upper()])
    await upsert(api, made, other["id"], primaryMuscles=["chest", "Brust"], equipment=["e\u0301LASTIQUE"])
    await create(api, made.coach, made, name="D", primaryMuscles=["BRUST"], equipment=["אלסטיק"], **shared)
    return made


async def listed(api: Api, gym: Organization, **filter: Any) -> tuple[str, str]:
    """The names in the library and in the canonical list."""
    wanted = {"discipline": [FIELD.title()], **filter}
    found = await api.run(LIST, gym.coach, id=str(gym.id), filter=wanted)
    lists = found["organization"]["exerciseLibrary"]["nodes"], found["exercises"]["nodes"]
    library, stored = ("".join(node["name"] for node in nodes) for nodes in lists)
    return library, stored


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ({}, ("ABCD", "ABC")),
        ({"primaryMuscles": ["cHEST"]}, ("ABC", "AB")),
        ({"primaryMuscles": ["brust"]}, ("CD", "")),
        ({"muscles": [" CHest "]}, ("ABC", "AB")),
        ({"excludeEquipment": ["ÉLASTIQUE"]}, ("BD", "BC")),
        ({"excludeEquipment": ["e\u0301lastique", "RACK"]}, ("BD", "B")),
        ({"availableEquipment": ["e\u0301lastique"]}, ("ABC", "AB")),
        ({"availableEquipment": ["rack"]}, ("B", "BC")),
        ({"q": "STRASSE"}, ("A", "A")),
    ],
)
async def test_a_value_is_sought_without_case_and_in_either_form_of_an_accent(
    api: Api, gym: Organization, filter: dict[str, Any], found: tuple[str, str]
) -> None:
    assert await listed(api, gym, **filter) == found


async def test_values_that_differ_by_case_are_one_facet_value_in_its_most_frequent_spelling(
    api: Api, gym: Organization
) -> None:
    found = await api.run(LIST, gym.coach, id=str(gym.id), filter={"discipline": [FIELD]})
    for page in (found["organization"]["exerciseLibrary"], found["exercises"]):
        disciplines = page["facets"]["discipline"]  # counted without the filter
        page["facets"]["discipline"] = [each for each in disciplines if each["value"] == FIELD]
    assert found["organization"]["exerciseLibrary"]["facets"] == {
        "primaryMuscles": [{"value": "chest", "count": 3}, {"value": "BRUST", "count": 2}],
        "secondaryMuscles": [{"value": "CHEST", "count": 1}],
        "equipment": [{"value": "Élastique", "count": 2}, {"value": "אלסטיק", "count": 1}],
        "discipline": [{"value": FIELD, "count": 4}],
    }
    assert found["exercises"]["facets"] == {
        "primaryMuscles": [{"value": "Chest", "count": 2}],
        "secondaryMuscles": [{"value": "CHEST", "count": 1}],
        "equipment": [{"value": "Rack", "count": 1}, {"value": "Élastique", "count": 1}],
        "discipline": [{"value": FIELD, "count": 3}],
    }


@pytest.mark.parametrize("name", ["ΐδιος  ΰ", "Straße İz", "ǰ50% a_b", "Упражнение Й", "חֲתִירָה", "ヴァ\u3099"])
async def test_a_name_and_an_alias_are_found_by_themselves_in_either_case(
    api: Api, gym: Organization, admin: Person, name: str
) -> None:
    await create(api, admin, name=f"{name} x", discipline=["by name"])
    await create(api, admin, name="By alias", aliases=[f"{name} y"], discipline=["by name"])
    for q in (name, name.upper(), name.casefold(), name[1:]):
        found = await api.run(LIST, gym.coach, id=str(gym.id), filter={"q": q, "discipline": ["by name"]})
        by_alias = {"By alias"} if len(q) > 2 else set()  # one or two letters are sought where words of aliases begin
        assert {f"{name} x", *by_alias} <= {node["name"] for node in found["exercises"]["nodes"]}


LISTS = ["primaryMuscles", "secondaryMuscles", "equipment", "optionalEquipment", "aliases", "discipline"]


@pytest.mark.parametrize("name", LISTS)
async def test_of_entries_that_differ_by_case_the_first_is_stored(
    api: Api, gym: Organization, admin: Person, name: str
) -> None:
    sent: Any = ["Straße", "STRASSE", "e\u0301", "É", "קטלבל", "Дверь", "дверь"]
    stored = ["Straße", "é", "קטלבל", "Дверь"]
    own = await create(api, gym.coach, gym)
    assert (await update(api, gym.coach, own["id"], **{name: sent}))[name] == stored
    if name != "optionalEquipment":
        shared = await create(api, admin)
        await upsert(api, gym, shared["id"], **{name: sent})
        seen = await effective(api, gym, shared["id"])
        assert seen is not None and seen[name] == stored
