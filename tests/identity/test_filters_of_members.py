"""Filters that answer the questions asked of people: members by name, e-mail address and role; organization(slug:)."""

from typing import Any  # inputs and answers are JSON

import pytest

from tests.conftest import Api, Organization, Person, World
from tests.identity.rows import Pool

LIST = """query ($id: ID!, $role: Role, $filter: MemberFilter) {
  organization(id: $id) { members(role: $role, filter: $filter) { totalCount nodes { user { name } } } }
}"""
FIND = "query ($id: ID, $slug: String) { organization(id: $id, slug: $slug) { id } }"
NAMES = {"owner": "Ärmel 100%", "coach": "Noa_Öz", "member": "אבי כהן"}


@pytest.fixture(scope="module")
async def gym(world: World, owner: Pool) -> Organization:
    """An organization of four people with names."""
    gym = await world.organization()
    second = await world.join(gym.id, "member")
    for person, name in ((gym.owner, "owner"), (gym.coach, "coach"), (gym.member, "member")):
        await owner.execute("UPDATE users SET name = $2 WHERE id = $1", person.id, NAMES[name])
    await owner.execute("UPDATE users SET name = 'Second', email = 'second@ünique.example' WHERE id = $1", second.id)
    return gym


async def found(api: Api, person: Person, gym: Organization, **arguments: Any) -> set[str]:
    """The names of the members that the person gets."""
    page = (await api.run(LIST, person, id=str(gym.id), **arguments))["organization"]["members"]
    assert page["totalCount"] == len(page["nodes"])
    return {node["user"]["name"] for node in page["nodes"]}


@pytest.mark.parametrize(
    ("filter", "wanted"),
    [({}, {*NAMES.values(), "Second"}), ({"q": "ärm"}, {NAMES["owner"]}), ({"q": "100%"}, {NAMES["owner"]}),
     ({"q": "_"}, {NAMES["coach"]}), ({"q": "כהן"}, {NAMES["member"]}), ({"q": "ÜNIQUE.ex"}, {"Second"}),
     ({"q": " "}, {*NAMES.values(), "Second"}), ({"q": None, "role": None}, {*NAMES.values(), "Second"}),
     ({"role": []}, {*NAMES.values(), "Second"}), ({"role": ["OWNER", "COACH"]}, {NAMES["owner"], NAMES["coach"]}),
     ({"role": ["MEMBER"], "q": "sec"}, {"Second"}), ({"role": ["ADMIN"]}, set()), ({"q": "nobody"}, set())],
)  # fmt: skip
async def test_coaches_find_members_by_name_e_mail_address_and_role(
    api: Api, gym: Organization, filter: dict[str, Any], wanted: set[str]
) -> None:
    assert await found(api, gym.coach, gym, filter=filter) == wanted


async def test_the_argument_role_holds_beside_the_filter(api: Api, gym: Organization) -> None:
    assert await found(api, gym.coach, gym, role="COACH", filter={"role": ["OWNER", "COACH"]}) == {NAMES["coach"]}
    assert await found(api, gym.coach, gym, role="COACH", filter={"role": ["OWNER"]}) == set()


async def test_members_find_nobody_by_an_e_mail_address_that_they_do_not_see(api: Api, gym: Organization) -> None:
    staff = {NAMES["owner"], NAMES["coach"]}
    assert await found(api, gym.member, gym, filter={}) == staff | {NAMES["member"]}
    assert await found(api, gym.member, gym, filter={"q": "second"}) == set()
    assert await found(api, gym.member, gym, filter={"q": gym.coach.email}) == set()
    assert await found(api, gym.member, gym, filter={"q": gym.member.email}) == {NAMES["member"]}
    assert await found(api, gym.coach, gym, filter={"q": gym.member.email}) == {NAMES["member"]}


async def test_an_organization_is_found_by_its_slug_by_those_who_belong_to_it(
    api: Api, world: World, gym: Organization
) -> None:
    other = await world.organization()
    its_own = {"organization": {"id": str(gym.id)}}
    assert await api.run(FIND, gym.member, slug=gym.slug) == its_own
    assert await api.run(FIND, gym.member, id=str(gym.id), slug=gym.slug) == its_own
    assert await api.run(FIND, gym.member, id=str(gym.id), slug=other.slug) == {"organization": None}
    for person, slug in ((other.coach, gym.slug), (gym.coach, other.slug), (gym.coach, "nowhere")):
        assert await api.run(FIND, person, slug=slug) == {"organization": None}
    for arguments, field in (
        ({}, ["id"]),
        ({"slug": ""}, ["slug"]),
        ({"id": "x"}, ["id"]),
        ({"slug": "a\0"}, ["slug"]),
    ):
        (error,) = (await api.post(FIND, gym.coach, **arguments)).json()["errors"]
        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID_INPUT", field)
