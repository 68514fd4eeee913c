"""The query `exercises`: published canonical rows on stored values; filters, sorts, pages, counts."""

import base64
from typing import Any, cast  # Any: inputs and answers are JSON

import pytest
from graphql import GraphQLInputObjectType, is_list_type

from kinegraph.api.schema import schema
from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import DELETE, SORTS, create, update
from tests.workout.documents import Pool

LIST = """
query ($filter: ExerciseFilter, $sort: ExerciseSort! = NAME_ASC, $first: Int, $after: String) {
  exercises(filter: $filter, sort: $sort, first: $first, after: $after) {
    totalCount nodes { id name status organization { id } } edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
DISCIPLINE = "list-test"


@pytest.fixture(scope="module")
async def somebody(world: World) -> Person:
    """A user in no organization."""
    return await world.person()


ROWS: dict[str, dict[str, Any]] = {
    "Alpha": {"category": "STRENGTH", "kind": "TEST", "movementPattern": "SQUAT", "difficulty": 1,
              "primaryMuscles": ["quads"], "secondaryMuscles": ["core"], "equipment": ["barbell", "rack"],
              "mechanics": "free_weight", "isUnilateral": True, "aliases": ["First 100%", "Альфа", "אלפא"]},
    "beta": {"category": "CARDIO", "kind": "SKILL", "movementPattern": "HINGE", "difficulty": 2,
             "primaryMuscles": ["core"], "equipment": ["barbell"], "mechanics": "band",
             "aliases": ["back_slash \\ one"]},
    "Gamma": {"category": "CARDIO", "kind": "SKILL", "difficulty": 3, "secondaryMuscles": ["quads"]},
    "delta": {"category": "OTHER", "movementPattern": "OLY", "difficulty": 4, "equipment": ["rack"]},
    "Epsilon": {"difficulty": 5, "discipline": [DISCIPLINE, "rowing"], "aliases": ["one", "two"]},
    "zeta": {},
}  # fmt: skip


@pytest.fixture(scope="module")
async def listed(api: Api, admin: Person) -> dict[str, str]:
    """Six canonical exercises that no other test touches, by name."""
    made = {}
    for name, values in ROWS.items():
        made[name] = (await create(api, admin, name=name, **{"discipline": [DISCIPLINE], **values}))["id"]
    return made


async def names(api: Api, person: Person, **arguments: Any) -> list[str]:
    """The names in a list narrowed to this module's rows."""
    arguments["filter"] = {"discipline": [DISCIPLINE], **arguments.get("filter", {})}
    page = (await api.run(LIST, person, **arguments))["exercises"]
    assert page["totalCount"] == len(page["nodes"])
    return [node["name"] for node in page["nodes"]]


FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({}, set(ROWS)),
    (dict.fromkeys(("q", "status", "category", "difficulty", "muscles", "isUnilateral")), set(ROWS)),
    ({"q": "ALPH"}, {"Alpha"}),
    ({"q": "  gam "}, {"Gamma"}),
    ({"q": ""}, set(ROWS)),
    ({"q": "альфа"}, {"Alpha"}),
    ({"q": "ЛЬФ"}, {"Alpha"}),
    ({"q": "אלפא"}, {"Alpha"}),
    ({"q": "%"}, set()),  # signs are not sought
    ({"q": "100%"}, {"Alpha"}),
    ({"q": "_"}, set()),
    ({"q": "\\"}, set()),
    ({"q": "'; DROP"}, set()),
    ({"q": "one two"}, {"Epsilon"}),  # each in an alias
    ({"q": "ne two"}, set()),  # parts of words are of one alias
    ({"category": ["CARDIO"]}, {"beta", "Gamma"}),
    ({"category": ["CARDIO", "STRENGTH"]}, {"beta", "Gamma", "Alpha"}),
    ({"category": []}, set(ROWS)),
    ({"kind": ["SKILL", "TEST"]}, {"Alpha", "beta", "Gamma"}),
    ({"movementPattern": ["SQUAT", "OLY"]}, {"Alpha", "delta"}),
    ({"difficulty": "BEGINNER"}, {"Alpha", "beta"}),
    ({"difficulty": "INTERMEDIATE"}, {"Gamma"}),
    ({"difficulty": "ADVANCED"}, {"delta", "Epsilon"}),
    ({"difficultyMin": 4}, {"delta", "Epsilon"}),
    ({"difficultyMax": 1}, {"Alpha"}),
    ({"difficultyMin": 2, "difficultyMax": 3}, {"beta", "Gamma"}),
    ({"difficultyMin": 4, "difficultyMax": 2}, set()),
    ({"difficultyMin": -(2**31), "difficultyMax": 2**31 - 1}, set(ROWS) - {"zeta"}),
    ({"difficulty": "BEGINNER", "difficultyMin": 2}, {"beta"}),
    ({"muscles": ["quads"]}, {"Alpha", "Gamma"}),
    ({"muscles": ["core", "soleus"]}, {"Alpha", "beta"}),
    ({"primaryMuscles": ["core"]}, {"beta"}),
    ({"availableEquipment": ["barbell"]}, {"beta", "Gamma", "Epsilon", "zeta"}),
    ({"availableEquipment": ["rack", "barbell", "yoke"]}, set(ROWS)),
    ({"availableEquipment": []}, {"Gamma", "Epsilon", "zeta"}),
    ({"availableEquipment": ["Barbells"]}, {"beta", "Gamma", "Epsilon", "zeta"}),
    ({"excludeEquipment": ["Racks"]}, {"beta", "Gamma", "Epsilon", "zeta"}),
    ({"requiresEquipment": ["rack", "yoke"]}, {"Alpha", "delta"}),
    ({"requiresEquipment": []}, set(ROWS)),
    ({"secondaryMuscles": ["quads"]}, {"Gamma"}),
    ({"difficultyIn": [1, 5, 5]}, {"Alpha", "Epsilon"}),
    ({"difficultyIn": []}, set(ROWS)),
    ({"excludeEquipment": ["rack"]}, {"beta", "Gamma", "Epsilon", "zeta"}),
    ({"excludeEquipment": []}, set(ROWS)),
    ({"mechanics": "band"}, {"beta"}),
    ({"mechanics": "ban"}, set()),
    ({"isUnilateral": True}, {"Alpha"}),
    ({"isUnilateral": False}, set(ROWS) - {"Alpha"}),
    ({"category": ["CARDIO"], "muscles": ["core"], "q": "b"}, {"beta"}),
]  # fmt: skip


@pytest.mark.parametrize(("filter", "wanted"), FILTERS)
async def test_a_filter_finds_exactly_the_matching_exercises(
    api: Api, somebody: Person, listed: dict[str, str], filter: dict[str, Any], wanted: set[str]
) -> None:
    assert set(await names(api, somebody, filter=filter)) == wanted


async def test_any_of_several_disciplines_matches(api: Api, somebody: Person, listed: dict[str, str]) -> None:
    found = await names(api, somebody, filter={"discipline": ["rowing-nowhere", "rowing"], "q": "epsilon"})
    assert found == ["Epsilon"]


@pytest.mark.parametrize(
    ("sort", "wanted"),
    [
        ("NAME_ASC", ["Alpha", "beta", "delta", "Epsilon", "Gamma", "zeta"]),
        ("NAME_DESC", ["zeta", "Gamma", "Epsilon", "delta", "beta", "Alpha"]),
        ("CREATED_AT_ASC", ["Alpha", "beta", "Gamma", "delta", "Epsilon", "zeta"]),
        ("CREATED_AT_DESC", ["zeta", "Epsilon", "delta", "Gamma", "beta", "Alpha"]),
        ("DIFFICULTY_ASC", ["Alpha", "beta", "Gamma", "delta", "Epsilon", "zeta"]),
        ("DIFFICULTY_DESC", ["Epsilon", "delta", "Gamma", "beta", "Alpha", "zeta"]),
    ],
)
async def test_each_sort_orders_as_documented(
    api: Api, somebody: Person, listed: dict[str, str], sort: str, wanted: list[str]
) -> None:
    assert await names(api, somebody, sort=sort) == wanted
    assert await walk(api, somebody, 1, sort=sort, filter={"discipline": [DISCIPLINE]}) == [
        listed[name] for name in wanted
    ]


async def test_the_last_changed_exercise_comes_first_under_updated_at_desc(
    api: Api, admin: Person, somebody: Person, listed: dict[str, str]
) -> None:
    await update(api, admin, listed["Gamma"], athleteNotes="Changed.")
    assert (await names(api, somebody, sort="UPDATED_AT_DESC"))[0] == "Gamma"


async def walk(api: Api, person: Person, size: int, **arguments: Any) -> list[str]:
    """The ids of a whole list, read page by page."""
    found: list[str] = []
    after = None
    while True:
        page = (await api.run(LIST, person, first=size, after=after, **arguments))["exercises"]
        found += [edge["node"]["id"] for edge in page["edges"]]
        assert len(page["nodes"]) == size or not page["pageInfo"]["hasNextPage"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found


@pytest.mark.parametrize("sort", SORTS)
async def test_the_pages_of_the_whole_library_have_every_exercise_once_in_every_order(
    api: Api, somebody: Person, owner: Pool, listed: dict[str, str], sort: str
) -> None:
    rows = await owner.fetch(
        "SELECT id FROM exercises WHERE organization_id IS NULL AND deleted_at IS NULL AND status = 'published'"
    )
    found = await walk(api, somebody, 37, sort=sort)
    assert sorted(found) == sorted(str(row["id"]) for row in rows)
    assert (await api.run(LIST, somebody, first=1))["exercises"]["totalCount"] == len(found)
    assert await walk(api, somebody, 100, sort=sort) == found


async def test_the_list_has_no_organizations_own_exercises(api: Api, world: World) -> None:
    gym: Organization = await world.organization()
    await create(api, gym.coach, gym, name="Ours", discipline=[DISCIPLINE])
    assert "Ours" not in await names(api, gym.coach)


@pytest.mark.parametrize("status", ["DRAFT", "ARCHIVED"])
async def test_only_platform_admins_list_drafts_and_archived_exercises_and_only_with_a_status_filter(
    api: Api, admin: Person, somebody: Person, listed: dict[str, str], status: str
) -> None:
    made = await create(api, admin, name=f"Hidden {status}", status=status, discipline=[DISCIPLINE])
    assert await names(api, admin, filter={"status": [status]}) == [f"Hidden {status}"]
    assert await names(api, somebody, filter={"status": [status]}) == []
    both = {"status": [status, "PUBLISHED"]}
    assert set(await names(api, somebody, filter=both)) == set(ROWS)
    assert set(await names(api, admin, filter=both)) == {*ROWS, f"Hidden {status}"}
    assert set(await names(api, admin)) == set(ROWS)
    await api.run(DELETE, admin, id=made["id"])


async def test_an_empty_list_in_a_filter_means_no_filter(api: Api, somebody: Person, listed: dict[str, str]) -> None:
    fields = cast(GraphQLInputObjectType, schema._schema.type_map["ExerciseFilter"]).fields
    empty: dict[str, list[str]] = {name: [] for name, field in fields.items() if is_list_type(field.type)}
    del empty["discipline"]  # `names` filters by it
    del empty["availableEquipment"]  # nothing is available
    assert {"status", "safeFor", "muscles"} <= set(empty)
    assert sorted(await names(api, somebody, filter=empty)) == sorted(ROWS)


async def test_a_deleted_exercise_leaves_the_list_and_the_count(api: Api, admin: Person, somebody: Person) -> None:
    made = await create(api, admin, name="Gone soon", discipline=["gone-soon"])
    arguments = {"filter": {"discipline": ["gone-soon"]}}
    assert (await api.run(LIST, somebody, **arguments))["exercises"]["totalCount"] == 1
    await api.run(DELETE, admin, id=made["id"])
    page = (await api.run(LIST, somebody, **arguments))["exercises"]
    assert (page["totalCount"], page["nodes"], page["pageInfo"]["endCursor"]) == (0, [], None)


BAD: list[tuple[dict[str, Any], list[str]]] = [
    ({"first": -1}, ["first"]),
    ({"first": 101}, ["first"]),
    ({"after": ""}, ["after"]),
    ({"after": "nonsense"}, ["after"]),
    ({"after": "\x00"}, ["after"]),
    ({"after": "W10"}, ["after"]),
    ({"filter": {"q": "x" * 201}}, ["filter", "q"]),
    ({"filter": {"q": "a\x00b"}}, ["filter", "q"]),
    ({"filter": {"mechanics": "\x00x"}}, ["filter", "mechanics"]),
    ({"filter": {"muscles": ["ok", "a\x00b"]}}, ["filter", "muscles", "1"]),
    ({"filter": {"equipment": []}}, ["filter", "equipment"]),
    ({"filter": {"classKey": ["sprints"]}}, ["filter", "classKey", "0"]),
    ({"filter": {"difficultyIn": [1, 6]}}, ["filter", "difficultyIn", "1"]),
    ({"filter": {"difficultyIn": [1] * 201}}, ["filter", "difficultyIn"]),
    ({"filter": {"availableEquipment": [str(n) for n in range(201)]}}, ["filter", "availableEquipment"]),
    ({"first": 2**31}, ["first"]),
    ({"sort": "RANDOM"}, ["sort"]),
    ({"filter": {"category": ["strength"]}}, ["filter", "category", "0"]),
    ({"filter": {"difficultyMin": 2**31}}, ["filter", "difficultyMin"]),
]


@pytest.mark.parametrize(("arguments", "field"), BAD)
async def test_bad_arguments_of_the_list_get_a_400_that_names_them(
    api: Api, somebody: Person, arguments: dict[str, Any], field: list[str]
) -> None:
    response = await api.post(LIST, somebody, **arguments)
    (error,) = response.json()["errors"]
    assert response.status_code == 400
    assert error["extensions"].get("field", []) == field


@pytest.mark.parametrize("given", SORTS)
async def test_a_cursor_of_another_sort_is_refused(
    api: Api, somebody: Person, listed: dict[str, str], given: str
) -> None:
    after = (await api.run(LIST, somebody, first=1, sort=given))["exercises"]["pageInfo"]["endCursor"]
    others = [sort for sort in SORTS if sort != given]
    answers = [(await api.post(LIST, somebody, sort=sort, after=after)).status_code for sort in others]
    assert dict(zip(others, answers, strict=True)) == dict.fromkeys(others, 400)


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
async def test_a_cursor_with_an_unrepresentable_time_gets_a_400(api: Api, somebody: Person, time: str) -> None:
    made_up = base64.urlsafe_b64encode(f'["{time}","{somebody.id}"]'.encode()).decode().rstrip("=")
    response = await api.post(LIST, somebody, sort="CREATED_AT_ASC", after=made_up)
    assert response.status_code == 400, response.text
