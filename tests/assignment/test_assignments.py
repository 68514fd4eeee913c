"""Assigning workouts, the visibility and lists of assignments, and their status."""

import asyncio
from typing import Any  # inputs and answers are JSON
from uuid import UUID

import pytest

from tests.assignment.snapshots import (
    ASSIGN,
    DAY,
    READ_ASSIGNMENT,
    STATUS,
    assigned,
    assignment,
    edited,
    planned,
)
from tests.conftest import Api, Organization, Person, World
from tests.workout.documents import (
    DELETE,
    NO_ID,
    READ,
    Json,
    Pool,
    comment,
    create,
)

ATHLETES = ["input", "athleteIds"]
CALENDAR = """query ($id: ID!, $athlete: ID, $from: Date, $to: Date, $first: Int, $after: String) {
  organization(id: $id) {
    assignments(athleteId: $athlete, from: $from, to: $to, first: $first, after: $after) {
      totalCount nodes { id } edges { cursor } pageInfo { hasNextPage endCursor }
    }
  }
}"""
MINE = "query ($from: Date, $to: Date) { viewer { assignments(from: $from, to: $to) { id organization { id } } } }"
THROUGH = """query ($id: ID!) {
  assignment(id: $id) {
    workout { id title sections { movements { id exercise { name } comments { body %s replies { body } } } } }
    libraryWorkout { id title sections { movements { comments { body } } } }
  }
}"""


async def calendar(api: Api, person: Person, organization: Organization, **arguments: Any) -> list[str]:
    """The ids of the assignments in an organization that the person gets, of which `totalCount` must be the number."""
    data = await api.run(CALENDAR, person, id=str(organization.id), **arguments)
    page = data["organization"]["assignments"]
    assert page["totalCount"] == len(page["nodes"])
    return [node["id"] for node in page["nodes"]]


async def mine(api: Api, person: Person, **arguments: Any) -> list[str]:
    """The ids of the person's assignments in all organizations."""
    return [row["id"] for row in (await api.run(MINE, person, **arguments))["viewer"]["assignments"]]


async def count(owner: Pool, organization: Organization) -> int:
    """Number of assignments that an organization has stored."""
    found: int = await owner.fetchval(
        "SELECT count(*) FROM workout_assignments WHERE organization_id = $1", organization.id
    )
    return found


async def test_several_athletes_get_an_assignment_each_in_their_order(api: Api, world: World) -> None:
    organization = await world.organization()
    made = await create(api, organization)
    people = [await world.join(organization.id, "member") for _ in range(3)]
    athletes = [people[2], organization.coach, people[0], organization.member, people[1]]
    data = await api.run(ASSIGN, organization.owner, input=assignment(made["id"], *athletes))
    workout = {"id": made["id"], "isSnapshot": False}
    answered = data["assignWorkout"]["assignments"]
    assert len({row["id"] for row in answered}) == 5
    for row, athlete in zip(answered, athletes, strict=True):
        expected = {
            "id": row["id"], "scheduledFor": DAY, "status": "SCHEDULED", "isForked": False,
            "organization": {"id": str(organization.id)}, "athlete": {"id": str(athlete.id), "name": "Person"},
            "assignedBy": {"id": str(organization.owner.id), "name": "Person"},
            "workout": workout, "libraryWorkout": workout,
        }  # fmt: skip
        assert row == expected
        for person in (organization.coach, athlete):
            assert (await api.run(READ_ASSIGNMENT, person, id=row["id"]))["assignment"] == expected


async def test_a_batch_with_one_athlete_of_another_organization_is_refused_as_a_whole(
    api: Api, world: World, owner: Pool
) -> None:
    organization, other = await world.organization(), await world.organization()
    former = await world.join(organization.id, "member")
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", former.id)
    made = await create(api, organization)
    for stranger in (other.member, former, await world.person(), NO_ID):
        input = assignment(made["id"], organization.member, stranger, organization.coach)
        assert await api.refusals(ASSIGN, organization.coach, input=input) == [("NOT_FOUND", [*ATHLETES, "1"])]
    input = assignment(made["id"], other.coach, organization.member, former)
    assert await api.refusals(ASSIGN, organization.coach, input=input) == [
        ("NOT_FOUND", [*ATHLETES, "0"]),
        ("NOT_FOUND", [*ATHLETES, "2"]),
    ]
    assert await count(owner, organization) == 0


async def test_athletes_are_1_to_200_each_once(api: Api, world: World, owner: Pool) -> None:
    organization = await world.organization()
    made, athlete = await create(api, organization), str(organization.member.id)
    refused: list[tuple[list[str], list[tuple[str, list[str]]]]] = [
        ([], [("INVALID_INPUT", ATHLETES)]),
        ([athlete, athlete.upper()], [("INVALID_INPUT", [*ATHLETES, "1"])]),
        ([f"00000000-0000-7000-8000-{n:012}" for n in range(201)], [("INVALID_INPUT", ATHLETES)]),
        ([athlete, "none"], [("INVALID_INPUT", [*ATHLETES, "1"])]),
    ]
    for athletes, expected in refused:
        input = assignment(made["id"], *athletes)
        assert await api.refusals(ASSIGN, organization.coach, input=input) == expected
    assert await count(owner, organization) == 0
    rows = await owner.fetch(
        "INSERT INTO users (name, email) SELECT 'P', 'many' || n FROM generate_series(1, 200) n RETURNING id"
    )
    people = [row["id"] for row in rows]
    await owner.execute(
        "INSERT INTO memberships (organization_id, user_id, role) SELECT $1, unnest($2::uuid[]), 'member'",
        organization.id,
        people,
    )
    data = await api.run(ASSIGN, organization.coach, input=assignment(made["id"], *[str(id) for id in people[::-1]]))
    assert [row["athlete"]["id"] for row in data["assignWorkout"]["assignments"]] == [str(id) for id in people[::-1]]


async def test_each_malformed_athlete_id_is_refused_once(api: Api, world: World) -> None:
    organization = await world.organization()
    input = assignment((await create(api, organization))["id"], "none", "neither")
    refused = [("INVALID_INPUT", [*ATHLETES, position]) for position in ("0", "1")]
    assert await api.refusals(ASSIGN, organization.coach, input=input) == refused


async def test_days_from_2000_to_2100_are_accepted_and_others_refused(api: Api, world: World, owner: Pool) -> None:
    organization = await world.organization()
    id = (await create(api, organization))["id"]
    coach, member = organization.coach, organization.member
    for day in ("0001-01-01", "1999-12-31", "2101-01-01", "9999-12-31"):
        assert await api.refusals(ASSIGN, coach, input=assignment(id, member, day=day)) == [
            ("INVALID_INPUT", ["input", "scheduledFor"])
        ]
    for day in ("2026-02-29", "2026-13-01", "2026-3-1", "", "today", "2026-03-01T00:00:00Z", "10000-01-01"):
        response = await api.post(ASSIGN, coach, input=assignment(id, member, day=day))
        assert response.status_code == 400, day
    assert await count(owner, organization) == 0
    made = [(await assigned(api, coach, id, member, day=day))[0] for day in ("2100-12-31", "2024-02-29", "2000-01-01")]
    assert await mine(api, member) == made[::-1]


async def test_only_coaches_assign_and_only_workouts_of_their_library(api: Api, world: World, owner: Pool) -> None:
    organization, made, _ = await planned(api, world)
    other = await world.organization()
    hidden, deleted = [(await create(api, organization))["id"] for _ in range(2)]
    foreign = (await create(api, other))["id"]
    await api.run(DELETE, organization.coach, id=deleted)
    callers = [(organization.member, made["id"], "FORBIDDEN"), (organization.member, hidden, "NOT_FOUND")]
    outsiders = (other.coach, other.member, await world.person(is_platform_admin=True))
    callers += [(person, made["id"], "NOT_FOUND") for person in outsiders]
    callers += [(organization.coach, id, "NOT_FOUND") for id in (deleted, foreign, NO_ID)]
    callers += [(organization.coach, id, "INVALID_INPUT") for id in ("", "none", "\u0000")]
    before = await count(owner, organization)
    for person, id, code in callers:
        refused = await api.refusals(ASSIGN, person, input=assignment(id, organization.member))
        assert refused[0] == (code, ["input", "workoutId"])
        assert len(refused) == 1 or person in outsiders, "strangers see no athlete either"
    assert await count(owner, organization) == before


async def test_the_calendar_is_by_date_and_narrowed_by_athlete_and_days(api: Api, world: World) -> None:
    organization = await world.organization()
    coach, member, second = organization.coach, organization.member, await world.join(organization.id, "member")
    id = (await create(api, organization))["id"]
    plan = ((member, "2026-03-03"), (second, "2026-03-01"), (member, "2026-03-01"), (second, "2026-03-02"))
    made = [(await assigned(api, coach, id, athlete, day=day))[0] for athlete, day in plan]
    all_of = [made[1], made[2], made[3], made[0]]
    assert await calendar(api, coach, organization) == all_of
    assert await calendar(api, coach, organization, athlete=str(second.id)) == [made[1], made[3]]
    assert await calendar(api, coach, organization, athlete=NO_ID) == []
    assert await calendar(api, member, organization) == [made[2], made[0]] == await mine(api, member)
    assert await calendar(api, member, organization, athlete=str(member.id)) == [made[2], made[0]]
    for arguments in ({}, {"from": "2026-03-01"}):
        assert await calendar(api, member, organization, athlete=str(second.id), **arguments) == []
    ranges: list[tuple[Json, slice]] = [
        ({"from": "2026-03-02"}, slice(2, 4)),
        ({"to": "2026-03-02"}, slice(0, 3)),
        ({"from": "2026-03-02", "to": "2026-03-02"}, slice(2, 3)),
        ({"from": "0001-01-01", "to": "9999-12-31"}, slice(0, 4)),
        ({"from": "2026-03-04"}, slice(0, 0)),
    ]
    for narrowed, found in ranges:
        assert await calendar(api, coach, organization, **narrowed) == all_of[found]
        assert await mine(api, member, **narrowed) == [one for one in all_of[found] if one in (made[0], made[2])]
    backwards = {"from": "2026-03-02", "to": "2026-03-01"}
    for text, variables in ((CALENDAR, {"id": str(organization.id)}), (MINE, {})):
        (error,) = (await api.post(text, coach, **variables, **backwards)).json()["errors"]
        assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["to"]}


async def test_calendar_pages_have_each_assignment_once_while_others_are_created(api: Api, world: World) -> None:
    organization = await world.organization()
    coach, member, id = organization.coach, organization.member, (await create(api, organization))["id"]
    days = [f"2026-03-0{day}" for day in (1, 1, 1, 2, 3, 3, 4)]
    made = [(await assigned(api, coach, id, member, day=day))[0] for day in days]
    for person in (coach, member):
        for first in (2, 3):
            found: list[str] = []
            variables: Json = {"id": str(organization.id), "first": first, "athlete": str(member.id)}
            for day in (*days, *days, *["2026-03-01"] * 40):
                late = assigned(api, coach, id, member, day=day)
                data, _ = await asyncio.gather(api.run(CALENDAR, person, **variables), late)
                answered = data["organization"]["assignments"]
                found += [node["id"] for node in answered["nodes"]]
                if not answered["pageInfo"]["hasNextPage"]:
                    break
                variables["after"] = answered["pageInfo"]["endCursor"]
            else:
                pytest.fail("The pages do not end.")
            assert len(found) == len(set(found))
            assert [one for one in found if one in made] == made


async def test_an_assignment_is_visible_to_its_athlete_and_to_coaches_and_nobody_else(
    api: Api, world: World, owner: Pool
) -> None:
    organization, _, id = await planned(api, world)
    other, second = await world.organization(), await world.join(organization.id, "member")
    admin = await world.join(organization.id, "admin")
    for person in (organization.member, organization.coach, organization.owner, admin):
        data = await api.run(STATUS, person, id=id, status="COMPLETED")
        assert data["setAssignmentStatus"]["assignment"]["status"] == "COMPLETED"
        await api.run(STATUS, person, id=id, status="SCHEDULED")
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", organization.member.id)
    strangers = [second, organization.member, other.coach, other.member, await world.person(is_platform_admin=True)]
    for person in strangers:
        assert (await api.run(READ_ASSIGNMENT, person, id=id))["assignment"] is None
        assert await api.refusals(STATUS, person, id=id, status="SKIPPED") == [("NOT_FOUND", ["id"])]
        assert await mine(api, person) == []
    shown = (await api.run(READ_ASSIGNMENT, organization.coach, id=id))["assignment"]
    assert (shown["status"], shown["athlete"]["id"]) == ("SCHEDULED", str(organization.member.id))
    await owner.execute("UPDATE workout_assignments SET deleted_at = now() WHERE id = $1", UUID(id))
    for missing in (id, NO_ID):
        assert await api.refusals(STATUS, organization.coach, id=missing, status="SKIPPED") == [("NOT_FOUND", ["id"])]
        assert (await api.run(READ_ASSIGNMENT, organization.coach, id=missing))["assignment"] is None
    assert await calendar(api, organization.coach, organization) == []


async def through(api: Api, person: Person, id: str, of_comments: str = "") -> Json:
    """An assignment's workout, and its library workout, as the person sees them through it."""
    found: Json = (await api.run(THROUGH % of_comments, person, id=id))["assignment"]
    return found


async def test_an_athlete_sees_the_workout_with_its_comments_also_after_it_was_deleted(api: Api, world: World) -> None:
    organization, made, id = await planned(api, world, 1)
    coach, member, row = organization.coach, organization.member, made["sections"][0]["movements"][0]["id"]
    await comment(api, member, row, "Reply", await comment(api, coach, row, "Top"))
    before = await through(api, member, id)
    threads = [{"body": "Top", "replies": [{"body": "Reply"}]}]
    assert before["workout"]["sections"][0]["movements"] == [
        {"id": row, "exercise": {"name": "Back Squat"}, "comments": threads}
    ]
    (second,) = await assigned(api, coach, made["id"], member)
    await api.run(DELETE, coach, id=made["id"])
    for person in (member, coach):
        assert await through(api, person, id) == before
    copy = await edited(api, coach, made["id"], second, title="Copy")
    shown = await through(api, member, second)
    assert (shown["workout"]["id"], shown["workout"]["title"]) == (copy["id"], "Copy")
    assert shown["workout"]["sections"][0]["movements"][0]["comments"] == threads
    assert shown["libraryWorkout"]["id"] == copy["id"]
    await comment(api, member, shown["workout"]["sections"][0]["movements"][0]["id"], "On the copy")


async def test_a_comments_movement_is_shown_through_the_assignment_of_a_deleted_workout(api: Api, world: World) -> None:
    organization, made, id = await planned(api, world, 1)
    row = made["sections"][0]["movements"][0]["id"]
    await comment(api, organization.coach, row, "Top")
    await api.run(DELETE, organization.coach, id=made["id"])
    shown = await through(api, organization.member, id, "movement { id }")
    (answered,) = shown["workout"]["sections"][0]["movements"][0]["comments"]
    assert answered == {"body": "Top", "movement": {"id": row}, "replies": []}


async def test_after_a_fork_an_athlete_no_longer_sees_the_library_workout_by_its_id(api: Api, world: World) -> None:
    organization, made, id = await planned(api, world, 1)
    await edited(api, organization.coach, made["id"], id)
    assert (await api.run(READ, organization.member, id=made["id"]))["workout"] is None
