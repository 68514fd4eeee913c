"""Names sort by a stored key: case and marks folded, numbers by value, in every script and in keyset pages too."""

from typing import Any  # inputs and answers are JSON

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kinegraph.kit.checks import character_fault
from kinegraph.kit.pages import encode
from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import create
from tests.library.documents import upsert
from tests.workout.documents import Pool

ORDERS = [
    ["Ärmelzug", "Armzug", "Äsung"],
    ["apfel", "Äpfel 2", "ÄPFEL 10"],
    ["Step-Up 2", "Step-Up 10", "Step-Up 100", "Step-Up 123456789", "Step-Up 1234567890", f"Step-Up {'9' * 200}"],
    ["Plate 1,25 kg", "Plate 1.5 kg", "Plate 2.5 kg", "Plate 10 kg"],
    ["Day 007", "Day 8"],
    ["Straße", "Strasse 2", "STRASSE 10", "Strata"],
    ["Łabędź", "Lac", "œuf", "ofen", "Øvelse", "Owl"],
    ["istanbul", "İstanbul 2", "ıstanbul 3"],
    ["Resume", "Résumé 2", "resume 3"],
    ["Step - up", "Step – up 2", "Step — up 3"],
    ["ελιά", "Ελιά 2", "ζώνη"],
    ["Ёлка", "ель", "Жим", "Игра", "Йога", "Кобра"],
    ["אבא", "שָׁלוֹם", "שלום 2", "תפוח"],
    ["かみ", "がみ 2", "カミ 3", "ｶﾐ 4", "きた"],
    ["कमल", "क़लम 2", "काम"],
    ["व्यायाम २", "व्यायाम १०"],
    ["تمرين ٢", "تَمْرين ١٠"],
    ["Step 2", "Ｓｔｅｐ １０"],
]


@pytest.mark.parametrize("names", [pytest.param(names, id=names[0]) for names in ORDERS])
async def test_names_are_sorted_as_people_expect(owner: Any, names: list[str]) -> None:
    rows = await owner.fetch(
        'SELECT name FROM unnest($1::text[]) AS name ORDER BY kinegraph_sort_key(name) COLLATE "C"', names[::-1]
    )
    assert [row["name"] for row in rows] == names


LAW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
KEYS = """
SELECT array_agg(kinegraph_sort_key(name) ORDER BY position)
FROM unnest($1::text[]) WITH ORDINALITY AS given (name, position)
"""


@LAW
@given(numbers=st.lists(st.integers(0, 10**40), min_size=10, unique=True))
async def test_numbers_are_sorted_by_value_whatever_their_length(owner: Pool, numbers: list[int]) -> None:
    keys = await owner.fetchval(KEYS, [f"Step {number} up" for number in numbers])
    assert [number for _, number in sorted(zip(keys, numbers, strict=True))] == sorted(numbers)


storable = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=255)


@LAW
@given(names=st.lists(storable, min_size=20, max_size=20))
@example(names=["\ufdfa" * 255, "1a" * 127, "\U0001f3cb" * 255, "\u0344" * 255])
async def test_every_name_has_a_key_that_an_index_and_a_cursor_can_hold(owner: Pool, names: list[str]) -> None:
    for key in await owner.fetchval(KEYS, names):
        assert len(key.encode()) <= 2_400
        assert character_fault(key) is None


LIST = """
query ($id: ID!, $filter: ExerciseFilter, $sort: ExerciseSort! = NAME_ASC, $first: Int, $after: String) {
  organization(id: $id) { exerciseLibrary(filter: $filter, sort: $sort, first: $first, after: $after) {
    nodes { name } pageInfo { hasNextPage endCursor } } }
  exercises(filter: $filter, sort: $sort) { nodes { name } }
}
"""


async def walked(api: Api, gym: Organization, discipline: str, sort: str) -> list[str]:
    """The names of the library's pages of two."""
    names, after = [], None
    while True:
        found = await api.run(
            LIST, gym.coach, id=str(gym.id), filter={"discipline": [discipline]}, sort=sort, first=2, after=after
        )
        page = found["organization"]["exerciseLibrary"]
        names += [node["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return names


async def test_pages_of_a_library_are_in_the_order_of_names_overridden_and_own_ones_too(
    api: Api, world: World, admin: Person
) -> None:
    gym, discipline = await world.organization(), "walked"
    for name in ("Step-Up 10", "Step-Up 2", "Armzug", "Überzug"):
        made = await create(api, admin, name=name, discipline=[discipline])
    await upsert(api, gym, made["id"], name="Ärmelzug")
    for name in ("step-up 3", "Äsung"):
        await create(api, gym.coach, gym, name=name, discipline=[discipline])
    names = ["Ärmelzug", "Armzug", "Äsung", "Step-Up 2", "step-up 3", "Step-Up 10"]
    assert await walked(api, gym, discipline, "NAME_ASC") == names
    assert await walked(api, gym, discipline, "NAME_DESC") == names[::-1]
    stored = await api.run(LIST, gym.coach, id=str(gym.id), filter={"discipline": [discipline]}, first=1)
    assert [node["name"] for node in stored["exercises"]["nodes"]] == ["Armzug", "Step-Up 2", "Step-Up 10", "Überzug"]


async def test_a_cursor_with_a_key_of_an_earlier_version_is_refused(api: Api, world: World) -> None:
    gym = await world.organization()
    old = encode("library NAME_ASC", ["armzug", "0197c1a2-0000-7000-8000-000000000001"])
    answer = await api.post(LIST, gym.coach, id=str(gym.id), filter={}, after=old)
    assert [error["message"] for error in answer.json()["errors"]] == [
        "Must be a cursor that this list gave out, under the same sort."
    ]


LISTS = """
query ($id: ID!) { organization(id: $id) {
  members { nodes { user { name } } } programs { name } taxonomy { equipment { name organization { id } } } } }
"""


async def test_members_programs_and_terms_are_listed_by_the_same_key(api: Api, world: World, owner: Pool) -> None:
    gym = await world.organization()
    for person, name in ((gym.owner, "Özlem"), (gym.coach, "Oz 10"), (gym.member, "oz 9")):
        await owner.execute("UPDATE users SET name = $2 WHERE id = $1", person.id, name)
    for name in ("Phase 10", "phase 2", "Phasé 1"):
        await owner.execute("INSERT INTO programs (organization_id, name) VALUES ($1, $2)", gym.id, name)
        await owner.execute(
            """INSERT INTO exercise_equipment (organization_id, name, identity, slug)
               VALUES ($1, $2::text, $2::text, $2::text)""",
            gym.id,
            name,
        )
    found = await api.run(LISTS, gym.coach, id=str(gym.id))
    organization = found["organization"]
    assert [node["user"]["name"] for node in organization["members"]["nodes"]] == ["oz 9", "Oz 10", "Özlem"]
    assert [each["name"] for each in organization["programs"]] == ["Phasé 1", "phase 2", "Phase 10"]
    own = [each["name"] for each in organization["taxonomy"]["equipment"] if each["organization"]]
    assert own == ["Phasé 1", "phase 2", "Phase 10"]
