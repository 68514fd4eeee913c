"""The filter `q` understands texts as search does, and the order RELEVANCE lists first what fits best."""

from typing import Any  # variables and answers are JSON

import pytest

from kinegraph.catalog import store_orders
from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import create
from tests.library.plans import captured, literal, plan_nodes, plan_of

NAMES = {
    "Push-Up": ["שכיבות סמיכה"],
    "Barbell Bench Press": ["жим лёжа"],
    "Lunge": ["לאנג'"],
    "Farmer's Walk": [],
    "Back Squat": [],
    "Squat": [],
    "Goblet Squat to Box": ["Cup squat"],
    "Overhead Press": [],
    "Zqxj": [],
    "Zqxj Wide": [],
    "Ab Long Zqxj": [],
    "Cd Zqxj Longer": [],
}
OWN = "discipline-of-names"
LIST = """query ($filter: ExerciseFilter, $sort: ExerciseSort, $first: Int, $after: String, $last: Int,
    $before: String) {
  exercises(filter: $filter, sort: $sort, first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    facets { category { count } }
  }
}"""
LIBRARY = """query ($id: ID!, $filter: ExerciseFilter, $sort: ExerciseSort, $first: Int, $after: String, $last: Int,
    $before: String) {
  organization(id: $id) {
    exercises: exerciseLibrary(filter: $filter, sort: $sort, first: $first, after: $after, last: $last, before: $before)
    { totalCount nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      facets { category { count } } }
  }
}"""
OVERRIDE = """mutation ($id: ID!, $org: ID!, $values: ExerciseOverrideInput!) {
  upsertExerciseOverride(exerciseId: $id, organizationId: $org, overrides: $values) { userErrors { message } }
}"""


@pytest.fixture(scope="module")
async def gym(api: Api, world: World, admin: Person) -> Organization:
    """An organization that has an own "Jump Squat", and calls the canonical "Overhead Press" "Strict Lift"."""
    made = await world.organization()
    for name, aliases in NAMES.items():
        row = await create(api, admin, name=name, aliases=aliases, discipline=[OWN])
        if name == "Overhead Press":
            await api.run(OVERRIDE, made.coach, id=row["id"], org=str(made.id), values={"name": "Strict Lift"})
    for name in ("Jump Squat", "Zqxj Own", "Bc Own Zqxj"):
        await create(api, made.coach, made, name=name, discipline=[OWN])
    return made


async def page(api: Api, gym: Organization, *, is_library: bool, q: str, **variables: Any) -> dict[str, Any]:
    """A page of the canonical list, or of the library, narrowed to the rows of this module."""
    wanted = {"filter": {"q": q, "discipline": [OWN]}, "sort": "RELEVANCE", **variables}
    if not is_library:
        data: dict[str, Any] = await api.run(LIST, gym.coach, **wanted)
        return dict(data["exercises"])
    return dict((await api.run(LIBRARY, gym.coach, id=str(gym.id), **wanted))["organization"]["exercises"])


async def found(api: Api, gym: Organization, q: str, *, is_library: bool = True) -> list[str]:
    """The names in a list, whose number of rows and facet say the same."""
    answer = await page(api, gym, is_library=is_library, q=q)
    names = [node["name"] for node in answer["nodes"]]
    assert answer["totalCount"] == len(names)
    assert sum(each["count"] for each in answer["facets"]["category"]) == len(names)
    return names


async def assert_pages_are(api: Api, gym: Organization, q: str, whole: list[str], *, is_library: bool) -> None:
    """Pages of one row walk the whole list in both directions."""
    forward, backward = list[str](), list[str]()
    after = before = None
    for _ in whole:
        one = await page(api, gym, is_library=is_library, q=q, first=1, after=after)
        forward += [node["name"] for node in one["nodes"]]
        after = one["pageInfo"]["endCursor"]
        last = await page(api, gym, is_library=is_library, q=q, last=1, before=before)
        backward += [node["name"] for node in last["nodes"]]
        before = last["pageInfo"]["startCursor"]
    assert forward == whole == backward[::-1]
    assert not one["pageInfo"]["hasNextPage"] and not last["pageInfo"]["hasPreviousPage"]


@pytest.mark.parametrize(
    ("q", "name"),
    [
        ("pushup", "Push-Up"),
        ("push up", "Push-Up"),
        ("up push", "Push-Up"),
        ("pushups", "Push-Up"),
        ("השכיבות סמיכה", "Push-Up"),
        ("שכיבת סמיכה", "Push-Up"),
        ("отжимания", "Push-Up"),
        ("жим лежа", "Barbell Bench Press"),
        ("press bench barb", "Barbell Bench Press"),
        ("לאנג׳", "Lunge"),
        ("לאנג", "Lunge"),
        ("выпады", "Lunge"),
        ("farmers walk", "Farmer's Walk"),
        ("gobelt squat", "Goblet Squat to Box"),
        ("ыйгфе", "Squat"),
    ],
)
async def test_a_name_is_found_joined_inflected_misspelled_or_in_another_language(
    api: Api, gym: Organization, q: str, name: str
) -> None:
    for is_library in (True, False):
        assert name in await found(api, gym, q, is_library=is_library), q


@pytest.mark.parametrize("name", ["Goblet Squat to Box", "Farmer's Walk", "Jump Squat"])
async def test_a_name_is_found_at_every_letter_while_it_is_typed(api: Api, gym: Organization, name: str) -> None:
    for end in range(1, len(name) + 1):
        assert name in await found(api, gym, name[:end]), name[:end]


async def test_a_name_that_an_organization_replaced_is_found_by_the_new_one_alone(api: Api, gym: Organization) -> None:
    assert await found(api, gym, "strict lift") == ["Strict Lift"]
    assert "Strict Lift" not in await found(api, gym, "overhead press")
    assert "Overhead Press" in await found(api, gym, "overhead press", is_library=False)


async def test_what_fits_best_comes_first(api: Api, gym: Organization) -> None:
    assert await found(api, gym, "squat") == ["Squat", "Back Squat", "Jump Squat", "Goblet Squat to Box"]
    assert (await found(api, gym, "cup squat"))[0] == "Goblet Squat to Box"


@pytest.mark.parametrize("is_library", [True, False])
async def test_pages_by_relevance_are_the_whole_list_in_both_directions(
    api: Api, gym: Organization, is_library: bool
) -> None:
    whole = await found(api, gym, "s", is_library=is_library)
    await assert_pages_are(api, gym, "s", whole, is_library=is_library)


@pytest.mark.parametrize(
    ("is_library", "most", "names"),
    [
        (False, 2, ["Zqxj", "Zqxj Wide", "Ab Long Zqxj", "Cd Zqxj Longer"]),
        (False, 1, ["Zqxj", "Ab Long Zqxj", "Cd Zqxj Longer", "Zqxj Wide"]),
        (True, 1, ["Zqxj", "Zqxj Own", "Ab Long Zqxj", "Bc Own Zqxj", "Cd Zqxj Longer", "Zqxj Wide"]),
        (True, 6, ["Zqxj", "Zqxj Own", "Zqxj Wide", "Ab Long Zqxj", "Bc Own Zqxj", "Cd Zqxj Longer"]),
    ],
)
async def test_only_the_shortest_names_are_scored_and_the_list_goes_on_by_name(
    api: Api, gym: Organization, monkeypatch: pytest.MonkeyPatch, is_library: bool, most: int, names: list[str]
) -> None:
    monkeypatch.setattr(store_orders, "MAX_SORTED", most)
    assert await found(api, gym, "zqxj", is_library=is_library) == names
    await assert_pages_are(api, gym, "zqxj", names, is_library=is_library)


@pytest.mark.parametrize("q", ["", "  ", "%"])
async def test_relevance_to_nothing_is_the_order_by_name(api: Api, gym: Organization, q: str) -> None:
    by_name = await page(api, gym, is_library=True, q=q, sort="NAME_ASC", first=2)
    assert await page(api, gym, is_library=True, q=q, first=2) == by_name


async def test_a_cursor_of_another_text_is_refused(api: Api, gym: Organization) -> None:
    cursor = (await page(api, gym, is_library=True, q="squat", first=1))["pageInfo"]["endCursor"]
    variables = {"id": str(gym.id), "filter": {"q": "press"}, "sort": "RELEVANCE", "after": cursor}
    response = await api.post(LIBRARY, gym.coach, **variables)
    assert response.json()["errors"][0]["extensions"]["field"] == ["after"]


@pytest.mark.parametrize("is_library", [True, False])
@pytest.mark.parametrize("sort", ["RELEVANCE", "NAME_ASC"])
async def test_canonical_names_are_sought_by_the_indexes_of_search(
    api: Api, gym: Organization, database: Database, monkeypatch: pytest.MonkeyPatch, is_library: bool, sort: str
) -> None:
    with captured(monkeypatch) as statements:
        await page(api, gym, is_library=is_library, q="goblet squat", sort=sort)
    ((text, arguments),) = statements
    async with database.read(authenticate_as(gym.coach.id)) as session:
        for scan in ("seqscan", "indexscan", "indexonlyscan"):  # the test's library is small
            await session.fetch("SELECT set_config($1, 'off', true)", f"enable_{scan}")
        await session.fetch(f"PREPARE page AS {text}")
        rows = await session.fetch(f"EXPLAIN EXECUTE page ({', '.join(map(literal, arguments))})")
        await session.fetch("DEALLOCATE page")
    plan = "\n".join(row[0] for row in rows)
    assert "canonical_search_names_idx" in plan and "canonical_search_trgm_idx" in plan


def rows_scored(plan: dict[str, Any]) -> int:
    """The number of rows whose texts a plan joins, to score them."""
    if plan["Node Type"] == "Subquery Scan" and plan["Alias"].startswith("text"):
        return int(plan["Actual Loops"] * plan["Actual Rows"])
    inner = (each for each in plan.get("Plans", ()) if each["Parent Relationship"] not in ("SubPlan", "InitPlan"))
    return sum(rows_scored(each) for each in inner)


@pytest.mark.parametrize(("is_library", "most", "scored"), [(False, 1, 1), (True, 1, 2), (False, 9, 4), (True, 9, 6)])
async def test_no_more_rows_are_scored_than_the_maximum_of_canonical_and_of_own_ones(
    api: Api,
    gym: Organization,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    is_library: bool,
    most: int,
    scored: int,
) -> None:
    monkeypatch.setattr(store_orders, "MAX_SORTED", most)
    with captured(monkeypatch) as statements:
        await page(api, gym, is_library=is_library, q="zqxj", first=3)
    assert rows_scored(await plan_of(database, gym.coach, statements[0])) == scored


@pytest.mark.parametrize("is_library", [True, False])
async def test_a_text_of_signs_alone_reads_no_exercise(
    api: Api, gym: Organization, database: Database, monkeypatch: pytest.MonkeyPatch, is_library: bool
) -> None:
    with captured(monkeypatch) as statements:
        await page(api, gym, is_library=is_library, q="%")
    assert {node.table for node in plan_nodes(await plan_of(database, gym.coach, statements[0]))} == {""}


@pytest.mark.parametrize(
    ("q", "first"), [("farm", "Farmer's Walk"), ("goblet sq", "Goblet Squat to Box"), ("lun", "Lunge")]
)
async def test_a_beginning_of_a_word_of_a_name_comes_first(api: Api, gym: Organization, q: str, first: str) -> None:
    assert (await found(api, gym, q))[0] == first
