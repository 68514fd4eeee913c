"""A library of 20,000 rows answers a page by walking an index: no sort and no scan of the library, whatever the page.

The statement is the one that the product sends, and runs under its own role, settings and policies.
"""

from collections.abc import Awaitable, Callable
from typing import Any  # variables of documents, and the row pool

import pytest

from kinegraph.kit.database import Database
from kinegraph.kit.pages import SORT_KEYS, encode
from tests.conftest import Api, Organization, World
from tests.exercise.documents import SORTS
from tests.library.plans import ROWS, PlanNode, captured, fill, plan_nodes, plan_of
from tests.workout.documents import Pool

Filter = dict[str, Any]
Middle = Callable[[str, str], Awaitable[str]]
FEW = 700
"""A page of 50 needs at most 51 rows of each of three streams, twice that where half of the rows pass."""

LIBRARY = """query ($id: ID!, $source: LibrarySource!, $filter: ExerciseFilter, $sort: ExerciseSort!, $after: String) {
  organization(id: $id) { exerciseLibrary(source: $source, filter: $filter, sort: $sort, after: $after) {
    nodes { exerciseId name }
  } }
}"""
CANONICAL = """query ($filter: ExerciseFilter, $sort: ExerciseSort!, $after: String) {
  exercises(filter: $filter, sort: $sort, after: $after) { nodes { id name } }
}"""
KEYS = {
    "NAME": "name_key",
    "CREATED_AT": "created_at",
    "UPDATED_AT": "updated_at",
    "DIFFICULTY": "coalesce(difficulty, 9)",
}
HALVES: list[Filter] = [
    {"category": ["STRENGTH"]},
    {"kind": ["SKILL"]},
    {"movementPattern": ["HINGE"]},
    {"muscles": ["quads"]},
    {"primaryMuscles": ["quads"]},
    {"availableEquipment": ["rack"]},
    {"excludeEquipment": ["rack"]},
    {"mechanics": "band"},
    {"isUnilateral": True},
    {"discipline": ["yoga"]},
    {"q": "HALF"},
    {"status": ["PUBLISHED"]},
    {"maxFatigue": 5},
    {"safeFor": ["Knee pain"], "includeUnclassified": True},
    {"mechanics": "band", "muscles": ["lats", "quads"]},
]
DIFFICULTIES: list[Filter] = [{"difficultyMin": 3}, {"difficultyMax": 3}, {"difficulty": "BEGINNER"}]


@pytest.fixture(scope="module")
async def gym(world: World, owner: Pool) -> Organization:
    """An organization with a large library."""
    made = await world.organization()
    await fill(owner, made.id)
    return made


@pytest.fixture(scope="module")
async def term_ids(owner: Pool) -> dict[str, str]:
    """The terms that half of the library is tagged with, by their filter."""
    tables = {
        "categoryId": ("exercise_categories", "strengthening"),
        "bodyRegionId": ("exercise_body_regions", "knee"),
        "equipmentId": ("exercise_equipment", "yoga-mat"),
    }
    statement = "SELECT id::text FROM {} WHERE slug = $1 AND organization_id IS NULL"
    return {name: await owner.fetchval(statement.format(table), slug) for name, (table, slug) in tables.items()}


@pytest.fixture(scope="module")
def cursors() -> dict[tuple[str, str], str]:
    """The cursors that `middle` found, by sort and list: to sort the rows takes longer than the page itself."""
    return {}


@pytest.fixture
def middle(owner: Pool, gym: Organization, cursors: dict[tuple[str, str], str]) -> Middle:
    """The cursor of a row in the middle of a list, by its sort and the list."""

    async def found(sort: str, listing: str) -> str:
        if (sort, listing) not in cursors:
            cursors[sort, listing] = await find_middle(owner, gym, sort, listing)
        return cursors[sort, listing]

    return found


async def find_middle(owner: Pool, gym: Organization, sort: str, listing: str) -> str:
    """The cursor of a row in the middle of a list."""
    key = KEYS[sort.removesuffix("_ASC").removesuffix("_DESC")]
    if sort == "DIFFICULTY_DESC":
        key = "coalesce(difficulty, 0)"
    row = await owner.fetchrow(
        f"SELECT {key} AS key, id FROM exercises WHERE organization_id IS NOT DISTINCT FROM $1 ORDER BY 1, 2 "
        f"OFFSET {ROWS // 2} LIMIT 1",
        gym.id if listing == "library" else None,
    )
    return encode(f"{listing} {sort}{f', {SORT_KEYS}' * isinstance(row.key, str)}", [row.key, row.id])


def nodes_that_read_too_much(found: list[PlanNode]) -> list[PlanNode]:
    """The nodes that read more rows of the library than a page needs."""
    tables = {"exercises", "exercise_org_overrides"}
    scans = [node for node in found if node.kind == "Seq Scan" and (node.table in tables or node.touched > FEW)]
    sorts = [node for node in found if node.kind in ("Sort", "Incremental Sort") and node.touched > FEW]
    many = [node for node in found if node.table in tables and node.touched > FEW]
    bitmaps = [node for node in found if node.kind.startswith("Bitmap") and node.table in tables]
    return [*scans, *sorts, *many, *bitmaps]


class Plans:
    """Requests pages, and finds the faults in the plans of their statements."""

    def __init__(self, api: Api, database: Database, gym: Organization, patch: pytest.MonkeyPatch) -> None:
        self.api, self.database, self.gym, self.patch = api, database, gym, patch

    async def faults(self, text: str, **arguments: Any) -> list[PlanNode]:
        """The faults in the plan of a page."""
        with captured(self.patch) as statements:
            await self.api.run(text, self.gym.coach, **arguments)
        (statement,) = statements
        return nodes_that_read_too_much([*plan_nodes(await plan_of(self.database, self.gym.coach, statement))])

    async def library(self, sort: str, after: str | None, filter: Filter | None, source: str = "ALL") -> list[PlanNode]:
        """The faults in the plan of a page of the gym's library."""
        return await self.faults(LIBRARY, id=str(self.gym.id), source=source, sort=sort, after=after, filter=filter)


@pytest.fixture
def plans(api: Api, database: Database, gym: Organization, monkeypatch: pytest.MonkeyPatch) -> Plans:
    return Plans(api, database, gym, monkeypatch)


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("source", ["ALL", "CANONICAL", "ORG"])
async def test_the_first_page_of_a_large_library_touches_a_few_hundred_rows(
    plans: Plans, sort: str, source: str
) -> None:
    assert await plans.library(sort, None, None, source) == []


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("source", ["ALL", "CANONICAL", "ORG"])
async def test_a_page_from_the_middle_of_a_large_library_touches_a_few_hundred_rows(
    plans: Plans, middle: Middle, sort: str, source: str
) -> None:
    assert await plans.library(sort, await middle(sort, "library"), None, source) == []


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("filter", HALVES, ids=str)
async def test_a_filter_that_half_of_the_rows_pass_costs_no_more_than_twice_as_much(
    plans: Plans, middle: Middle, sort: str, filter: Filter
) -> None:
    after = await middle(sort, "library")
    assert [await plans.library(sort, cursor, filter) for cursor in (None, after)] == [[], []]


@pytest.mark.parametrize("sort", [sort for sort in SORTS if "DIFFICULTY" not in sort])
@pytest.mark.parametrize("filter", DIFFICULTIES, ids=str)
async def test_a_filter_by_difficulty_costs_no_more_than_twice_as_much_under_another_sort(
    plans: Plans, middle: Middle, sort: str, filter: Filter
) -> None:
    after = await middle(sort, "library")
    assert [await plans.library(sort, cursor, filter) for cursor in (None, after)] == [[], []]


@pytest.mark.parametrize("sort", ["DIFFICULTY_ASC", "DIFFICULTY_DESC"])
@pytest.mark.parametrize("filter", DIFFICULTIES, ids=str)
async def test_a_filter_by_difficulty_bounds_the_index_scan_under_a_sort_by_difficulty(
    plans: Plans, middle: Middle, sort: str, filter: Filter
) -> None:
    after = await middle(sort, "library")
    assert [await plans.library(sort, cursor, filter) for cursor in (None, after)] == [[], []]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("name", ["categoryId", "bodyRegionId", "equipmentId"])
async def test_a_filter_by_a_term_that_half_of_the_rows_have_costs_no_more_than_twice_as_much(
    plans: Plans, middle: Middle, term_ids: dict[str, str], sort: str, name: str
) -> None:
    filter = {name: term_ids[name]}
    after = await middle(sort, "library")
    assert [await plans.library(sort, cursor, filter) for cursor in (None, after)] == [[], []]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize(
    "filter", [None, {"mechanics": "band"}, {"safeFor": ["knee_pain"], "includeUnclassified": True}], ids=str
)
async def test_a_page_of_the_canonical_list_touches_a_few_hundred_rows(
    plans: Plans, middle: Middle, sort: str, filter: Filter | None
) -> None:
    for after in (None, await middle(sort, "exercises")):
        assert await plans.faults(CANONICAL, sort=sort, filter=filter, after=after) == []
