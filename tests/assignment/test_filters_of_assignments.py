"""Filters that answer the questions asked of assignments: status, dates, athlete."""

from typing import Any  # inputs and answers are JSON

import pytest

from tests.assignment.snapshots import STATUS, assigned, planned
from tests.conftest import Api, Organization, Person, World

CALENDAR = """query ($id: ID!, $athlete: ID, $from: Date, $to: Date, $filter: AssignmentFilter) {
  organization(id: $id) { assignments(athleteId: $athlete, from: $from, to: $to, filter: $filter) {
    totalCount nodes { id }
  } }
}"""
MINE = "query ($from: Date, $filter: AssignmentFilter) { viewer { assignments(from: $from, filter: $filter) { id } } }"


async def calendar(api: Api, person: Person, organization: Organization, **arguments: Any) -> list[str]:
    """The assignments that the person gets."""
    data = await api.run(CALENDAR, person, id=str(organization.id), **arguments)
    page = data["organization"]["assignments"]
    assert page["totalCount"] == len(page["nodes"])
    return [node["id"] for node in page["nodes"]]


async def test_assignments_are_found_by_status_dates_and_athlete(api: Api, world: World) -> None:
    organization, made, first = await planned(api, world)
    coach, member, second = organization.coach, organization.member, await world.join(organization.id, "member")
    (done,) = await assigned(api, coach, made["id"], member, day="2026-03-02")
    (skipped,) = await assigned(api, coach, made["id"], second, day="2026-03-03")
    for id, status in ((done, "COMPLETED"), (skipped, "SKIPPED")):
        await api.run(STATUS, coach, id=id, status=status)
    every = [first, done, skipped]
    for filter, wanted in (
        ({}, every),
        (dict.fromkeys(("status", "from", "to", "athleteId")), every),
        ({"status": []}, every),
        ({"status": ["COMPLETED"]}, [done]),
        ({"status": ["SKIPPED", "SCHEDULED"]}, [first, skipped]),
        ({"from": "2026-03-02"}, [done, skipped]),
        ({"to": "2026-03-02"}, [first, done]),
        ({"from": "2026-03-02", "to": "2026-03-02"}, [done]),
        ({"athleteId": str(member.id), "status": ["COMPLETED", "SKIPPED"]}, [done]),
    ):
        assert await calendar(api, coach, organization, filter=filter) == wanted, filter
        own = (await api.run(MINE, member, filter=filter))["viewer"]["assignments"]
        assert [each["id"] for each in own] == [id for id in wanted if id != skipped], filter
        assert await calendar(api, member, organization, filter=filter) == [id for id in wanted if id != skipped]


async def test_a_filter_holds_beside_the_older_arguments(api: Api, world: World) -> None:
    organization, made, first = await planned(api, world)
    coach, member = organization.coach, organization.member
    (later,) = await assigned(api, coach, made["id"], member, day="2026-03-09")
    both = {"from": "2026-03-01", "filter": {"from": "2026-03-05"}}
    assert await calendar(api, coach, organization, **both) == [later]
    assert await calendar(api, coach, organization, to="2026-03-05", filter={"to": "2026-03-31"}) == [first]
    other = str(organization.owner.id)
    assert await calendar(api, coach, organization, athlete=str(member.id), filter={"athleteId": other}) == []
    assert await calendar(api, member, organization, filter={"athleteId": other}) == []
    assert (await api.run(MINE, member, filter={"athleteId": other}))["viewer"]["assignments"] == []


@pytest.mark.parametrize(
    ("filter", "field"),
    [({"from": "2026-03-02", "to": "2026-03-01"}, ["filter", "to"]), ({"athleteId": "no"}, ["filter", "athleteId"])],
)
async def test_a_malformed_filter_is_refused_with_its_path(
    api: Api, world: World, filter: dict[str, str], field: list[str]
) -> None:
    organization = await world.organization()
    response = await api.post(CALENDAR, organization.coach, id=str(organization.id), filter=filter)
    assert response.json()["errors"][0]["extensions"]["field"] == field
