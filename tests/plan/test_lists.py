"""Lists of plans: by status, title and author, in each order, page by page."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinegraph.plan.rules_tree import Tree, changes, order_sessions
from tests.conftest import Api, Organization, World
from tests.plan.documents import ARCHIVE, PUBLISH, UPDATE, Json, create, edit, exercise, session

LIST = """query (
  $id: ID!, $status: PlanStatus, $filter: TreatmentPlanFilter, $sort: PlanSort, $first: Int, $after: String
) {
  organization(id: $id) {
    treatmentPlans(status: $status, filter: $filter, sort: $sort, first: $first, after: $after) {
      totalCount nodes { title } pageInfo { hasNextPage endCursor }
    }
  }
}"""


@dataclass
class Plans:
    """An organization with a plan of each status, by titles that sort in another order than they were made."""

    organization: Organization


@pytest.fixture(scope="module")
async def plans(api: Api, world: World, squat: str) -> Plans:
    """Three plans."""
    organization = await world.organization()
    tree = session(1, 1, exercise(squat))
    await create(api, organization, tree, title="Ärztlicher Plan")
    published = await create(api, organization, tree, title="shoulder")
    archived = await create(api, organization, tree, title="Knee")
    await api.run(PUBLISH, organization.coach, input={"id": published["id"]})
    await edit(api, ARCHIVE, organization.coach, id=archived["id"])
    await edit(api, UPDATE, organization.owner, id=published["id"], description="Later")
    return Plans(organization)


async def listed(api: Api, plans: Plans, **arguments: object) -> Json:
    """A page of the plans."""
    organization = plans.organization
    found = await api.run(LIST, organization.coach, id=str(organization.id), **arguments)
    page: Json = found["organization"]["treatmentPlans"]
    return page


def titles(page: Json) -> list[str]:
    """The titles of a page."""
    return [each["title"] for each in page["nodes"]]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (None, ["Knee", "shoulder", "Ärztlicher Plan"]),
        ("CREATED_AT_DESC", ["Knee", "shoulder", "Ärztlicher Plan"]),
        ("CREATED_AT_ASC", ["Ärztlicher Plan", "shoulder", "Knee"]),
        ("UPDATED_AT_DESC", ["shoulder", "Knee", "Ärztlicher Plan"]),
        ("TITLE_ASC", ["Ärztlicher Plan", "Knee", "shoulder"]),
        ("TITLE_DESC", ["shoulder", "Knee", "Ärztlicher Plan"]),
    ],
)
async def test_plans_are_listed_in_each_order_page_by_page(
    api: Api, plans: Plans, sort: str | None, expected: list[str]
) -> None:
    assert titles(await listed(api, plans, sort=sort)) == expected
    walked: list[str] = []
    page: Json = {"pageInfo": {"hasNextPage": True, "endCursor": None}}
    while page["pageInfo"]["hasNextPage"]:
        page = await listed(api, plans, sort=sort, first=1, after=page["pageInfo"]["endCursor"])
        walked += titles(page)
    assert walked == expected and page["totalCount"] == 3


async def test_plans_are_found_by_status_title_and_author(api: Api, world: World, plans: Plans) -> None:
    coach, other = str(plans.organization.coach.id), str(plans.organization.owner.id)
    for arguments, expected in (
        ({"status": "DRAFT"}, ["Ärztlicher Plan"]),
        ({"status": "PUBLISHED"}, ["shoulder"]),
        ({"status": "ARCHIVED"}, ["Knee"]),
        ({"filter": {"title": "arztl"}}, ["Ärztlicher Plan"]),
        ({"filter": {"title": "KN", "authorId": coach}}, ["Knee"]),
        ({"filter": {"title": "KN"}, "status": "DRAFT"}, []),
        ({"filter": {"authorId": other}}, []),
        ({"filter": {"title": None, "authorId": None}}, ["Knee", "shoulder", "Ärztlicher Plan"]),
    ):
        page = await listed(api, plans, **arguments)
        assert (titles(page), page["totalCount"]) == (expected, len(expected)), arguments


rows = st.lists(
    st.tuples(st.integers(0, 9), st.integers(1, 3), st.integers(1, 2)), max_size=8, unique_by=lambda row: row[0]
).map(lambda found: [{"id": id, "week": week, "day": day} for id, week, day in found])


@given(rows, rows)
def test_the_changes_of_a_tree_applied_to_the_stored_one_make_the_new_one(old: list[Json], new: list[Json]) -> None:
    for each in (old, new):
        order_sessions(each)
    found = changes(Tree(new), Tree(old))
    stored = {row["id"]: row for row in old}
    for row in found.sessions:
        assert stored.get(row["id"]) != row, "only rows that differ are written"
        stored[row["id"]] = row
    for id in found.removed_sessions:
        del stored[id]
    assert stored == {row["id"]: row for row in new}
    days: dict[tuple[int, int], list[int]] = {}
    for row in new:
        days.setdefault((row["week"], row["day"]), []).append(row["sort_order"])
    assert all(orders == list(range(len(orders))) for orders in days.values())
