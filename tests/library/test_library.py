"""exerciseLibrary: its four sources, their visibility, and filters on effective values."""

from typing import Any  # inputs and answers are JSON

import pytest

from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import DELETE, create
from tests.library.documents import LIBRARY, library, upsert
from tests.workout.documents import Pool

DISCIPLINE = "library-test"

CANONICAL: dict[str, dict[str, Any]] = {
    "Alpha": {"category": "STRENGTH", "kind": "TEST", "movementPattern": "SQUAT", "difficulty": 1,
              "primaryMuscles": ["quads"], "equipment": ["barbell", "rack"], "aliases": ["First"],
              "mechanics": "free_weight", "isUnilateral": True},
    "Beta": {"category": "CARDIO", "difficulty": 5, "secondaryMuscles": ["core"], "equipment": ["rower"]},
    "Gamma": {},
}  # fmt: skip
OVERRIDES: dict[str, dict[str, Any]] = {
    "Alpha": {"name": "Zulu", "category": "OTHER", "kind": "SKILL", "movementPattern": "HINGE", "difficulty": 4,
              "primaryMuscles": ["glutes"], "secondaryMuscles": ["back"], "equipment": [], "aliases": ["Сто"]},
    "Gamma": {"difficulty": 2, "movementPattern": "PULL", "videoUrl": "https://v.example/1"},
}  # fmt: skip


@pytest.fixture(scope="module")
async def canonical(api: Api, admin: Person) -> dict[str, str]:
    """Three canonical exercises of this module, by name."""
    return {
        name: (await create(api, admin, name=name, discipline=[DISCIPLINE], **values))["id"]
        for name, values in CANONICAL.items()
    }


@pytest.fixture(scope="module")
async def gym(api: Api, world: World, canonical: dict[str, str]) -> Organization:
    """An organization with two overrides, and an own exercise of each status."""
    gym = await world.organization()
    for name, values in OVERRIDES.items():
        await upsert(api, gym, canonical[name], **values)
    for status in ("DRAFT", "PUBLISHED", "ARCHIVED"):
        await create(api, gym.coach, gym, name=f"Own {status.lower()}", discipline=[DISCIPLINE], status=status)
    deleted = await create(api, gym.coach, gym, name="Own deleted", discipline=[DISCIPLINE])
    await api.run(DELETE, gym.coach, id=deleted["id"])
    return gym


async def names(
    api: Api, gym: Organization, person: Person | None = None, filter: dict[str, Any] | None = None, **arguments: Any
) -> set[str]:
    """The effective names of this module's exercises in the library."""
    page = await library(api, gym, person, filter={"discipline": [DISCIPLINE], **(filter or {})}, **arguments)
    found = [node["name"] for node in page["nodes"]]
    assert page["totalCount"] == len(found) == len(set(found))
    return set(found)


SEEN = {"Zulu", "Beta", "Gamma"}
SOURCES: list[tuple[str, set[str], set[str]]] = [
    ("ALL", {*SEEN, "Own published"}, {"Own draft"}),
    ("CANONICAL", SEEN, set()),
    ("ORG", {"Own published"}, {"Own draft"}),
    ("CUSTOMIZED", {"Zulu", "Gamma"}, set()),
]


@pytest.mark.parametrize(("source", "everybody", "coaches"), SOURCES)
async def test_each_source_has_exactly_its_exercises_and_drafts_for_coaches(
    api: Api, gym: Organization, source: str, everybody: set[str], coaches: set[str]
) -> None:
    assert await names(api, gym, gym.member, source=source) == everybody
    assert await names(api, gym, gym.coach, source=source) == everybody | coaches
    assert await names(api, gym, gym.owner, source=source) == everybody | coaches


async def test_the_whole_library_is_the_published_canonical_rows_and_ones_own(
    api: Api, gym: Organization, owner: Pool
) -> None:
    published = await owner.fetchval(
        "SELECT count(*) FROM exercises WHERE organization_id IS NULL AND deleted_at IS NULL AND status = 'published'"
    )
    counts = {source: (await library(api, gym, source=source, first=1))["totalCount"] for source, _, _ in SOURCES}
    assert counts == {"ALL": published + 2, "CANONICAL": published, "ORG": 2, "CUSTOMIZED": 2}


async def test_an_organization_without_anything_of_its_own_sees_the_canonical_library(
    api: Api, world: World, canonical: dict[str, str]
) -> None:
    new = await world.organization()
    assert await names(api, new) == set(CANONICAL)
    assert await names(api, new, source="ORG") == set()
    assert await names(api, new, source="CUSTOMIZED") == set()


STATUSES: list[tuple[list[str], set[str], set[str]]] = [
    (["DRAFT"], {"Own draft"}, set()),
    (["PUBLISHED"], {*SEEN, "Own published"}, {*SEEN, "Own published"}),
    (["ARCHIVED"], {"Own archived"}, set()),
    (["DRAFT", "ARCHIVED"], {"Own draft", "Own archived"}, set()),
    ([], {*SEEN, "Own published", "Own draft"}, {*SEEN, "Own published"}),
]


@pytest.mark.parametrize(("status", "coach", "member"), STATUSES)
async def test_a_filter_by_status_shows_no_more_than_the_viewer_may_see(
    api: Api, gym: Organization, admin: Person, status: list[str], coach: set[str], member: set[str]
) -> None:
    hidden = [
        await create(api, admin, name=f"No {s}", discipline=[DISCIPLINE], status=s) for s in ("DRAFT", "ARCHIVED")
    ]
    assert await names(api, gym, gym.coach, filter={"status": status}) == coach
    assert await names(api, gym, gym.member, filter={"status": status}) == member
    for exercise in hidden:
        await api.run(DELETE, admin, id=exercise["id"])


async def test_an_archived_own_exercise_in_a_filtered_list_is_marked_discontinued(api: Api, gym: Organization) -> None:
    (archived,) = (await library(api, gym, filter={"discipline": [DISCIPLINE], "status": ["ARCHIVED"]}))["nodes"]
    assert (archived["isDiscontinued"], archived["isOrgCustom"], archived["isCustomizedByOrg"]) == (True, True, False)


FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({"q": "zul"}, {"Zulu"}),
    ({"q": "alpha"}, set()),
    ({"q": "СТО"}, {"Zulu"}),
    ({"q": "first"}, set()),
    ({"category": ["OTHER"]}, {"Zulu", "Gamma"}),
    ({"category": ["STRENGTH"]}, set()),
    ({"kind": ["SKILL"]}, {"Zulu"}),
    ({"kind": ["TEST"]}, set()),
    ({"movementPattern": ["HINGE", "PULL"]}, {"Zulu", "Gamma"}),
    ({"movementPattern": ["SQUAT"]}, set()),
    ({"difficulty": "ADVANCED"}, {"Zulu", "Beta"}),
    ({"difficulty": "BEGINNER"}, {"Gamma"}),
    ({"difficultyMin": 4, "difficultyMax": 4}, {"Zulu"}),
    ({"muscles": ["quads"]}, set()),
    ({"muscles": ["back"]}, {"Zulu"}),
    ({"primaryMuscles": ["glutes"]}, {"Zulu"}),
    ({"primaryMuscles": ["core"]}, set()),
    ({"availableEquipment": []}, {"Zulu", "Gamma"}),
    ({"availableEquipment": ["rower"]}, {"Zulu", "Beta", "Gamma"}),
    ({"excludeEquipment": ["barbell"]}, {"Zulu", "Beta", "Gamma"}),
    ({"excludeEquipment": ["rower"]}, {"Zulu", "Gamma"}),
    ({"mechanics": "free_weight"}, {"Zulu"}),
    ({"isUnilateral": True}, {"Zulu"}),
]


@pytest.mark.parametrize(("filter", "wanted"), FILTERS)
async def test_filters_see_effective_values_and_never_the_canonical_ones_under_an_override(
    api: Api, gym: Organization, filter: dict[str, Any], wanted: set[str]
) -> None:
    assert await names(api, gym, source="CANONICAL", filter=filter) == wanted


async def test_a_filter_finds_the_overridden_discipline(api: Api, world: World, canonical: dict[str, str]) -> None:
    gym = await world.organization()
    await upsert(api, gym, canonical["Beta"], discipline=["rugby"])
    assert await names(api, gym) == {"Alpha", "Gamma"}
    page = await library(api, gym, filter={"discipline": ["rugby"]})
    assert [node["name"] for node in page["nodes"]] == ["Beta"]


async def test_words_of_a_text_may_stand_in_different_aliases_and_each_must_stand_somewhere(
    api: Api, gym: Organization
) -> None:
    await create(api, gym.coach, gym, name="Counting", aliases=["uno", "duo", "trio"])
    found = [
        (await library(api, gym, source="ORG", filter={"q": text}))["totalCount"] for text in ("duo uno", "uno xyz")
    ]
    assert found == [1, 0]


async def test_members_see_no_library_where_the_organization_shows_them_none(
    api: Api, world: World, owner: Pool
) -> None:
    closed = await world.organization()
    await create(api, closed.coach, closed)
    await owner.execute("UPDATE organizations SET members_see_library = false WHERE id = $1", closed.id)
    page = await library(api, closed, closed.member)
    assert (page["totalCount"], page["nodes"], page["edges"]) == (0, [], [])
    assert page["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": None,
        "endCursor": None,
    }
    assert (await library(api, closed, closed.coach, source="ORG"))["totalCount"] == 1


async def test_an_outsider_reaches_no_library_of_the_organization(
    api: Api, world: World, gym: Organization, admin: Person
) -> None:
    outsider = (await world.organization()).owner
    for person in (outsider, admin):
        assert await api.run(LIBRARY, person, id=str(gym.id)) == {"organization": None}


async def test_one_organizations_own_exercises_are_in_no_other_library(
    api: Api, world: World, gym: Organization
) -> None:
    other = await world.organization()
    await create(api, other.coach, other, name="Theirs", discipline=[DISCIPLINE])
    assert "Theirs" not in await names(api, gym)
    assert await names(api, other, source="ORG") == {"Theirs"}


BAD: list[tuple[dict[str, Any], list[str]]] = [
    ({"first": -1}, ["first"]),
    ({"first": 101}, ["first"]),
    ({"first": -(2**31)}, ["first"]),
    ({"after": ""}, ["after"]),
    ({"after": "bm9uc2Vuc2U"}, ["after"]),
    ({"after": "ס"}, ["after"]),
    ({"filter": {"q": "a\x00b"}}, ["filter", "q"]),
    ({"filter": {"discipline": [""]}}, ["filter", "discipline", "0"]),
    ({"filter": {"muscles": ["x" * 256]}}, ["filter", "muscles", "0"]),
    ({"first": 2**31}, ["first"]),
    ({"source": "MINE"}, ["source"]),
    ({"sort": None}, ["sort"]),
]


@pytest.mark.parametrize(("arguments", "field"), BAD)
async def test_bad_arguments_of_a_library_get_a_400_that_names_them(
    api: Api, gym: Organization, arguments: dict[str, Any], field: list[str]
) -> None:
    response = await api.post(LIBRARY, gym.coach, id=str(gym.id), **arguments)
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"].get("field", [])) == (400, field)


async def test_a_bad_cursor_is_refused_even_where_the_library_is_hidden(api: Api, world: World, owner: Pool) -> None:
    closed = await world.organization()
    await owner.execute("UPDATE organizations SET members_see_library = false WHERE id = $1", closed.id)
    response = await api.post(LIBRARY, closed.member, id=str(closed.id), after="nonsense")
    assert response.status_code == 400
