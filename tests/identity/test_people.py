"""Visibility of people: the viewer, their organizations, the members of each, and e-mail addresses."""

import random
from typing import Any  # Any: variables and answers are JSON
from uuid import UUID

import pytest

from tests.conftest import Api, Organization, Person, World
from tests.identity.rows import Pool, fill

VIEWER = """
{ viewer {
  isPlatformAdmin user { id name email }
  memberships { role user { id email } organization { id name slug } }
} }
"""
MEMBERS = """
query ($id: ID!, $role: Role, $first: Int, $after: String) {
  organization(id: $id) {
    members(role: $role, first: $first, after: $after) {
      totalCount
      nodes { role user { id name email } organization { id } }
      edges { cursor }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}
"""
WORKOUT = """
query ($id: ID!) {
  workout(id: $id) {
    author { id name email }
    sections { movements { comments { author { id name email } replies { author { id name email } } } } }
  }
}
"""


async def rename(owner: Pool, person: Person, name: str) -> None:
    await owner.execute("UPDATE users SET name = $2 WHERE id = $1", person.id, name)


async def leave(owner: Pool, organization: Organization, person: Person) -> None:
    await owner.execute(
        "UPDATE memberships SET deleted_at = now() WHERE (organization_id, user_id) = ($1, $2)",
        organization.id,
        person.id,
    )


async def members(api: Api, organization: Organization, person: Person, **values: Any) -> dict[str, Any]:
    page: dict[str, Any] = (await api.run(MEMBERS, person, id=str(organization.id), **values))["organization"][
        "members"
    ]
    return page


def people(page: dict[str, Any]) -> dict[str, str]:
    """Role by user id."""
    return {node["user"]["id"]: node["role"] for node in page["nodes"]}


def emails(page: dict[str, Any]) -> dict[str, str]:
    """E-mail address by user id, of those who show one."""
    return {node["user"]["id"]: node["user"]["email"] for node in page["nodes"] if node["user"]["email"]}


async def test_a_viewer_sees_themselves_and_their_roles_by_organization_name(
    api: Api, world: World, owner: Pool
) -> None:
    first, second, third = [await world.organization() for _ in range(3)]
    for organization, name in ((first, "Zebra"), (second, "Apex"), (third, "Mitte")):
        await owner.execute("UPDATE organizations SET name = $2 WHERE id = $1", organization.id, name)
    await world.join(second.id, "member", first.owner)
    await world.join(third.id, "admin", first.owner)
    viewer = (await api.run(VIEWER, first.owner))["viewer"]
    assert viewer["isPlatformAdmin"] is False
    assert viewer["user"] == {"id": str(first.owner.id), "name": "Person", "email": first.owner.email}
    found = [
        (each["role"], each["organization"]["name"], each["organization"]["slug"]) for each in viewer["memberships"]
    ]
    assert found == [("MEMBER", "Apex", second.slug), ("ADMIN", "Mitte", third.slug), ("OWNER", "Zebra", first.slug)]
    assert {each["user"]["email"] for each in viewer["memberships"]} == {first.owner.email}


async def test_somebody_in_no_organization_is_a_viewer_without_memberships(api: Api, world: World) -> None:
    viewer = (await api.run(VIEWER, await world.person()))["viewer"]
    assert (viewer["memberships"], viewer["isPlatformAdmin"]) == ([], False)


async def test_a_platform_admin_is_a_flag_of_the_user_and_opens_no_organization(api: Api, world: World) -> None:
    organization, admin = await world.organization(), await world.person(is_platform_admin=True)
    viewer = (await api.run(VIEWER, admin))["viewer"]
    assert (viewer["memberships"], viewer["isPlatformAdmin"]) == ([], True)
    found = await api.run("query ($id: ID!) { organization(id: $id) { id } }", admin, id=str(organization.id))
    assert found == {"organization": None}


async def test_a_membership_that_ended_ends_with_the_next_request(api: Api, world: World, owner: Pool) -> None:
    organization = await world.organization()
    assert len((await api.run(VIEWER, organization.coach))["viewer"]["memberships"]) == 1
    await leave(owner, organization, organization.coach)
    assert (await api.run(VIEWER, organization.coach))["viewer"]["memberships"] == []
    assert str(organization.coach.id) not in people(await members(api, organization, organization.owner))


async def test_a_changed_role_applies_from_the_next_request_with_the_same_token(
    api: Api, world: World, owner: Pool
) -> None:
    organization = await world.organization()
    assert len(emails(await members(api, organization, organization.coach))) == 3
    await owner.execute("UPDATE memberships SET role = 'member' WHERE user_id = $1", organization.coach.id)
    assert list(emails(await members(api, organization, organization.coach))) == [str(organization.coach.id)]


async def test_an_organization_is_shown_to_each_role_and_is_null_to_others(api: Api, world: World) -> None:
    organization, other = await world.organization(), await world.organization()
    text = "query ($id: ID!) { organization(id: $id) { id slug } }"
    shown = {"organization": {"id": str(organization.id), "slug": organization.slug}}
    for person in (organization.owner, organization.coach, organization.member):
        assert await api.run(text, person, id=str(organization.id)) == shown
        assert await api.run(text, person, id=str(organization.id).upper()) == shown
    for person in (other.owner, await world.person()):
        assert await api.run(text, person, id=str(organization.id)) == {"organization": None}


@pytest.mark.parametrize("role", ["owner", "admin", "coach"])
async def test_staff_see_everybody_and_every_email_address(api: Api, world: World, role: str) -> None:
    organization = await world.organization()
    person = await world.join(organization.id, role)
    page = await members(api, organization, person)
    expected = {
        str(organization.owner.id): "OWNER",
        str(organization.coach.id): "COACH",
        str(organization.member.id): "MEMBER",
        str(person.id): role.upper(),
    }
    assert people(page) == expected
    assert set(emails(page)) == set(expected)
    assert page["totalCount"] == 4
    assert {node["organization"]["id"] for node in page["nodes"]} == {str(organization.id)}


async def test_a_member_sees_staff_and_themselves_and_only_their_own_email_address(api: Api, world: World) -> None:
    organization = await world.organization()
    for _ in range(3):
        await world.join(organization.id, "member")
    await world.join(organization.id, "admin")
    page = await members(api, organization, organization.member)
    assert sorted(people(page).values()) == ["ADMIN", "COACH", "MEMBER", "OWNER"]
    assert emails(page) == {str(organization.member.id): organization.member.email}
    assert page["totalCount"] == 4
    alone = await members(api, organization, organization.member, role="MEMBER")
    assert (list(people(alone)), alone["totalCount"]) == ([str(organization.member.id)], 1)
    walked = [await members(api, organization, organization.member, first=1)]
    while walked[-1]["pageInfo"]["hasNextPage"]:
        after = walked[-1]["pageInfo"]["endCursor"]
        walked.append(await members(api, organization, organization.member, first=1, after=after))
    assert {id for each in walked for id in people(each)} == set(people(page))


async def test_a_role_narrows_the_list_and_its_count(api: Api, world: World) -> None:
    organization = await world.organization()
    second = await world.join(organization.id, "coach")
    page = await members(api, organization, organization.owner, role="COACH")
    assert set(people(page)) == {str(organization.coach.id), str(second.id)}
    assert page["totalCount"] == 2
    none = await members(api, organization, organization.owner, role="ADMIN")
    assert (none["nodes"], none["totalCount"], none["pageInfo"]["endCursor"]) == ([], 0, None)
    assert (await members(api, organization, organization.owner, role=None))["totalCount"] == 4


NAMES = ["Ада", "Ада", "Ada", "ada", "עדה", "Ådne", "Zoë", "Z", "🏋️ Lifter", "O'Neil; DROP", " two  spaces", "Person"]


async def test_pages_of_any_size_have_every_member_once_in_one_order_even_with_equal_names(
    api: Api, world: World, owner: Pool
) -> None:
    organization = await world.organization()
    drawn = random.Random(2)
    for _ in range(20):
        await rename(owner, await world.join(organization.id, drawn.choice(["member", "coach"])), drawn.choice(NAMES))
    whole = await members(api, organization, organization.coach, first=100)
    ids = [UUID(node["user"]["id"]) for node in whole["nodes"]]
    rows = await owner.fetch("SELECT id, name_key FROM users WHERE id = ANY ($1)", ids)
    keys = {row.id: row.name_key for row in rows}
    assert len(ids) == whole["totalCount"] == 23
    assert ids == sorted(ids, key=lambda each: (keys[each], each))
    for size in (1, 2, 7, 22, 23, 24):
        walked: list[str] = []
        after = None
        while True:
            page = await members(api, organization, organization.coach, first=size, after=after)
            walked += [node["user"]["id"] for node in page["nodes"]]
            assert page["totalCount"] == 23
            assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
            assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert walked == [str(id) for id in ids], size


async def test_a_page_has_fifty_members_by_default(api: Api, world: World, owner: Pool) -> None:
    organization = await world.organization()
    await owner.execute(
        """
        WITH made AS (INSERT INTO users (name) SELECT 'Many' FROM generate_series(1, 60) RETURNING id)
        INSERT INTO memberships (organization_id, user_id, role) SELECT $1, id, 'member' FROM made
        """,
        organization.id,
    )
    page = await members(api, organization, organization.coach)
    assert (len(page["nodes"]), page["totalCount"], page["pageInfo"]["hasNextPage"]) == (50, 63, True)


@pytest.mark.parametrize(
    ("window", "field"), [({"first": 101}, "first"), ({"first": -1}, "first"),
                         ({"after": "bogus"}, "after"), ({"after": ""}, "after")]
)  # fmt: skip
async def test_an_invalid_page_is_a_bad_request(api: Api, world: World, window: dict[str, Any], field: str) -> None:
    organization = await world.organization()
    response = await api.post(MEMBERS, organization.coach, id=str(organization.id), **window)
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "INVALID_INPUT", "field": [field]}


async def test_a_coach_here_who_is_a_member_there_sees_the_addresses_of_here_only(api: Api, world: World) -> None:
    here, there = await world.organization(), await world.organization()
    await world.join(there.id, "member", here.coach)
    await world.join(there.id, "coach", here.member)
    text = "{ viewer { memberships { organization { id members { nodes { user { id email } } } } } } }"
    viewer = (await api.run(text, here.coach))["viewer"]
    shown = {each["organization"]["id"]: emails(each["organization"]["members"]) for each in viewer["memberships"]}
    assert set(shown[str(here.id)]) == {str(here.owner.id), str(here.coach.id), str(here.member.id)}
    assert str(there.owner.id) not in shown[str(there.id)]
    assert str(there.coach.id) not in shown[str(there.id)]
    assert shown[str(there.id)][str(here.coach.id)] == here.coach.email


def authors(workout: dict[str, Any]) -> list[dict[str, Any]]:
    comment = workout["sections"][0]["movements"][0]["comments"][0]
    return [workout["author"], comment["author"], comment["replies"][0]["author"]]


async def test_authors_show_their_name_to_all_and_their_address_to_coaches_and_themselves(
    api: Api, world: World, owner: Pool
) -> None:
    organization = await world.organization()
    ids = await fill(owner, organization)
    await rename(owner, organization.coach, "Dana")
    await owner.execute(
        "UPDATE workout_assignments SET snapshot_workout_id = NULL WHERE id = $1", UUID(ids["assignment"])
    )
    for person, email in (
        (organization.owner, organization.coach.email),
        (organization.coach, organization.coach.email),
        (organization.member, None),
    ):
        workout = (await api.run(WORKOUT, person, id=ids["workout"]))["workout"]
        assert authors(workout) == [{"id": str(organization.coach.id), "name": "Dana", "email": email}] * 3


async def test_an_author_who_left_still_has_a_name_but_shares_no_organization_and_so_no_address(
    api: Api, world: World, owner: Pool
) -> None:
    organization = await world.organization()
    ids = await fill(owner, organization)
    await rename(owner, organization.coach, "Dana")
    await leave(owner, organization, organization.coach)
    workout = (await api.run(WORKOUT, organization.owner, id=ids["workout"]))["workout"]
    assert {author["name"] for author in authors(workout)} == {"Dana"}
    assert {author["email"] for author in authors(workout)} == {None}


async def test_row_level_security_alone_shows_the_people_of_the_viewers_organizations_and_no_others(
    world: World, owner: Pool
) -> None:
    organization, other = await world.organization(), await world.organization()
    await world.join(other.id, "member", organization.coach)
    async with world.writing_as(organization.member) as session:
        seen = {row.id for row in await session.fetch("SELECT id FROM users")}
    assert seen == {organization.owner.id, organization.coach.id, organization.member.id}
    admin = await world.person(is_platform_admin=True)
    async with world.writing_as(admin) as session:
        assert {row.id for row in await session.fetch("SELECT id FROM users")} == {admin.id}
