"""Visibility of workouts by id and in lists of organizations and programs; pages of these lists."""

import base64
import json
from typing import Any  # inputs and answers are JSON
from uuid import UUID

import pytest

from kinegraph.workout import store
from tests.conftest import Api, Organization, Person, World
from tests.workout.documents import (
    DELETE,
    NO_ID,
    READ,
    UPDATE,
    Json,
    Pool,
    assign,
    create,
    movement,
    read,
    section,
    snapshot,
)

LIST = """query ($id: ID!, $program: ID, $first: Int, $after: String) {
  organization(id: $id) {
    workouts(programId: $program, first: $first, after: $after) {
      totalCount nodes { id } edges { cursor node { id } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}"""
PROGRAMS = """query ($id: ID!, $first: Int, $after: String) {
  organization(id: $id) {
    programs { id name organization { id } workouts(first: $first, after: $after) { totalCount nodes { id } } }
  }
}"""
MANY = "mutation ($input: CreateWorkoutInput!) {%s}"


async def listed(api: Api, person: Person, organization: Organization, **arguments: Any) -> Json:
    """The page of workouts that the person gets."""
    data = await api.run(LIST, person, id=str(organization.id), **arguments)
    page: Json = data["organization"]["workouts"]
    return page


async def ids(api: Api, person: Person, organization: Organization, **arguments: Any) -> list[str]:
    """The ids of that page, of which `totalCount` must be the number."""
    page = await listed(api, person, organization, **arguments)
    assert page["totalCount"] == len(page["nodes"])
    return [node["id"] for node in page["nodes"]]


async def program(world: World, organization: Organization, name: str) -> str:
    async with world.writing_as(organization.coach) as session:
        return str(await store.insert_program(session, organization.id, name))


async def test_coaches_see_their_library_newest_first_and_not_snapshots_nor_deleted_ones(
    api: Api, world: World, owner: Pool
) -> None:
    organization, other = await world.organization(), await world.organization()
    await create(api, other)
    made = [(await create(api, organization))["id"] for _ in range(4)]
    copy = await snapshot(owner, made[0])
    await api.run(DELETE, organization.coach, id=made[1])
    await api.run(UPDATE, organization.coach, id=made[0], input={"title": "Changed, not newer"})
    for person in (organization.owner, organization.coach, await world.join(organization.id, "admin")):
        assert await ids(api, person, organization) == [made[3], made[2], made[0]]
        assert await read(api, person, made[1]) is None
        shown = await read(api, person, copy)
        assert shown is not None and (shown["isSnapshot"], shown["forkedFrom"]) == (True, {"id": made[0]})


async def test_members_see_only_workouts_that_are_assigned_to_them(api: Api, world: World, owner: Pool) -> None:
    organization = await world.organization()
    member, second = organization.member, await world.join(organization.id, "member")
    mine, theirs, _nobodys = [(await create(api, organization))["id"] for _ in range(3)]
    await assign(owner, organization, mine, member)
    await assign(owner, organization, mine, member)
    await assign(owner, organization, theirs, second)
    assert await ids(api, member, organization) == [mine]
    assert await ids(api, second, organization) == [theirs]
    assert await read(api, member, mine) is not None
    assert await read(api, member, theirs) is None


async def test_a_member_sees_the_snapshot_of_an_assignment_instead_of_the_library_workout(
    api: Api, world: World, owner: Pool
) -> None:
    organization = await world.organization()
    library = (await create(api, organization))["id"]
    copy = await snapshot(owner, library)
    await assign(owner, organization, library, organization.member, copy)
    assert await ids(api, organization.member, organization) == [copy]
    shown = await read(api, organization.member, copy)
    assert shown is not None and (shown["isSnapshot"], shown["forkedFrom"]) == (True, None)
    assert await read(api, organization.member, library) is None
    await api.run(DELETE, organization.coach, id=library)
    assert await ids(api, organization.member, organization) == [copy]
    await assign(owner, organization, library, organization.member)
    assert await ids(api, organization.member, organization) == [copy]


async def test_a_withdrawn_assignment_shows_nothing(api: Api, world: World, owner: Pool) -> None:
    organization = await world.organization()
    id = (await create(api, organization))["id"]
    assignment = await assign(owner, organization, id, organization.member)
    assert await ids(api, organization.member, organization) == [id]
    await owner.execute("UPDATE workout_assignments SET deleted_at = now() WHERE id = $1", assignment)
    assert await ids(api, organization.member, organization) == []
    assert await read(api, organization.member, id) is None


async def test_a_former_member_sees_no_workout_that_they_were_assigned_or_wrote(
    api: Api, world: World, owner: Pool
) -> None:
    organization = await world.organization()
    id = (await create(api, organization))["id"]
    await assign(owner, organization, id, organization.member)
    for person in (organization.member, organization.coach):
        await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", person.id)
        assert await read(api, person, id) is None
        assert (await api.run(LIST, person, id=str(organization.id)))["organization"] is None
    shown = await read(api, organization.owner, id)
    assert shown is not None and shown["author"] == {"id": str(organization.coach.id), "name": "Person"}


async def test_a_coach_of_one_organization_is_only_a_member_in_another(api: Api, world: World, owner: Pool) -> None:
    here, there = await world.organization(), await world.organization()
    await world.join(there.id, "member", here.coach)
    mine = (await create(api, here))["id"]
    assigned, hidden = [(await create(api, there))["id"] for _ in range(2)]
    await assign(owner, there, assigned, here.coach)
    assert await ids(api, here.coach, here) == [mine]
    assert await ids(api, here.coach, there) == [assigned]
    assert [bool(await read(api, here.coach, id)) for id in (mine, assigned, hidden)] == [True, True, False]


async def test_a_coach_who_is_assigned_a_workout_sees_it_once(api: Api, world: World, owner: Pool) -> None:
    organization = await world.organization()
    id = (await create(api, organization))["id"]
    await assign(owner, organization, id, organization.coach)
    assert await ids(api, organization.coach, organization) == [id]


async def test_outsiders_see_no_workout_and_no_list(api: Api, world: World) -> None:
    organization, other = await world.organization(), await world.organization()
    id = (await create(api, organization, section(movement(await world.exercise_id("back-squat")))))["id"]
    for person in (other.coach, other.member, await world.person(), await world.person(is_platform_admin=True)):
        assert await read(api, person, id) is None
        assert (await api.run(LIST, person, id=str(organization.id)))["organization"] is None


async def test_an_anonymous_caller_is_refused(api: Api) -> None:
    assert (await api.post(READ, id=NO_ID)).status_code == 401


@pytest.mark.parametrize("id", ["", "none", "x" * 36, "\u0000"])
async def test_an_invalid_workout_id_is_a_bad_request_and_a_missing_one_is_null(
    api: Api, world: World, id: str
) -> None:
    person = await world.person()
    response = await api.post(READ, person, id=id)
    error = response.json()["errors"][0]
    assert (response.status_code, error["extensions"]) == (400, {"code": "INVALID_INPUT", "field": ["id"]})
    assert await read(api, person, NO_ID) is None


@pytest.mark.parametrize("role", ["coach", "member"])
async def test_pages_have_every_workout_once_even_with_equal_times(
    api: Api, world: World, owner: Pool, role: str
) -> None:
    organization = await world.organization()
    person = organization.coach if role == "coach" else organization.member
    one = "w{}: createWorkout(input: $input) {{ workout {{ id createdAt }} userErrors {{ code }} }}"
    made = []
    for size in (4, 1, 2):
        document = MANY % " ".join(one.format(n) for n in range(size))
        data = await api.run(document, organization.coach, input={"organizationId": str(organization.id)})
        assert len({answer["workout"]["createdAt"] for answer in data.values()}) == 1
        made.append([answer["workout"]["id"] for answer in data.values()])
    order = [id for batch in reversed(made) for id in sorted(batch, reverse=True)]
    for id in sorted(order):
        await assign(owner, organization, id, organization.member)
    for first in (1, 2, 3, 7, 8):
        found: list[str] = []
        after = None
        while True:
            page = await listed(api, person, organization, first=first, after=after)
            found += [node["id"] for node in page["nodes"]]
            info = page["pageInfo"]
            assert page["totalCount"] == 7
            assert info["hasPreviousPage"] is (after is not None)
            cursors = [edge["cursor"] for edge in page["edges"]]
            assert (info["startCursor"], info["endCursor"]) == (cursors[0], cursors[-1])
            after = info["endCursor"]
            if not info["hasNextPage"]:
                break
        assert found == order


async def test_a_page_continues_after_its_cursor_while_workouts_are_added_and_deleted(
    api: Api, world: World, owner: Pool
) -> None:
    organization = await world.organization()
    made = [(await create(api, organization))["id"] for _ in range(4)]
    for id in made:
        await assign(owner, organization, id, organization.member)
    for person in (organization.coach, organization.member):
        page = await listed(api, person, organization, first=2)
        assert [node["id"] for node in page["nodes"]] == [made[3], made[2]]
    await create(api, organization)
    await api.run(DELETE, organization.coach, id=made[2])
    for person, total in ((organization.coach, 4), (organization.member, 3)):
        rest = await listed(api, person, organization, first=2, after=page["pageInfo"]["endCursor"])
        assert [node["id"] for node in rest["nodes"]] == [made[1], made[0]]
        assert (rest["totalCount"], rest["pageInfo"]["hasNextPage"]) == (total, False)


@pytest.mark.parametrize("first", [-1, 101, 2**31 - 1])
async def test_a_page_has_1_to_100_rows(api: Api, world: World, first: int) -> None:
    organization = await world.organization()
    response = await api.post(LIST, organization.coach, id=str(organization.id), first=first)
    error = response.json()["errors"][0]
    assert (response.status_code, error["extensions"]) == (400, {"code": "INVALID_INPUT", "field": ["first"]})


def cursor(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "after",
    [
        "", "x", "\u0000", "💪", cursor(), cursor(NO_ID), cursor("2026-01-01", "none"), cursor("yesterday", NO_ID),
        cursor(1, NO_ID), cursor(None, None), cursor("2026-01-01T00:00:00Z", NO_ID, 1),
        cursor("0001-01-01T00:00:00+14:00", NO_ID), cursor("9999-12-31T23:59:59-14:00", NO_ID),
    ],
)  # fmt: skip
async def test_a_cursor_that_the_list_did_not_give_out_is_a_bad_request(api: Api, world: World, after: str) -> None:
    organization = await world.organization()
    response = await api.post(LIST, organization.coach, id=str(organization.id), after=after)
    error = response.json()["errors"][0]
    assert (response.status_code, error["extensions"]) == (400, {"code": "INVALID_INPUT", "field": ["after"]})


async def test_both_fields_list_the_same_workouts_of_a_program(api: Api, world: World, owner: Pool) -> None:
    organization, other = await world.organization(), await world.organization()
    rowing, barbell = [await program(world, organization, name) for name in ("Rowing", "Barbell")]
    foreign = await program(world, other, "Foreign")
    await create(api, organization, title="In none")
    inside = [(await create(api, organization, programId=barbell))["id"] for _ in range(2)]
    await create(api, other, programId=foreign)
    await assign(owner, organization, inside[0], organization.member)
    for person, expected in ((organization.coach, inside[::-1]), (organization.member, inside[:1])):
        assert await ids(api, person, organization, program=barbell) == expected
        for nothing in (rowing, foreign, NO_ID):
            assert await ids(api, person, organization, program=nothing) == []
        answered = (await api.run(PROGRAMS, person, id=str(organization.id)))["organization"]["programs"]
        home = {"id": str(organization.id)}
        assert answered == [
            {"id": barbell, "name": "Barbell", "organization": home,
             "workouts": {"totalCount": len(expected), "nodes": [{"id": id} for id in expected]}},
            {"id": rowing, "name": "Rowing", "organization": home, "workouts": {"totalCount": 0, "nodes": []}},
        ]  # fmt: skip


async def test_a_deleted_program_is_in_no_list_and_its_workouts_are_in_none(
    api: Api, world: World, owner: Pool
) -> None:
    organization = await world.organization()
    id = await program(world, organization, "Track")
    made = await create(api, organization, programId=id)
    await owner.execute("UPDATE programs SET deleted_at = now() WHERE id = $1", UUID(id))
    assert (await api.run(PROGRAMS, organization.coach, id=str(organization.id)))["organization"]["programs"] == []
    shown = await read(api, organization.coach, made["id"])
    assert shown is not None and shown["program"] is None
    assert await ids(api, organization.coach, organization) == [made["id"]]


@pytest.mark.parametrize("id", ["", "none", "\u0000"])
async def test_an_invalid_program_id_is_a_bad_request(api: Api, world: World, id: str) -> None:
    organization = await world.organization()
    response = await api.post(LIST, organization.coach, id=str(organization.id), program=id)
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "INVALID_INPUT", "field": ["programId"]}
