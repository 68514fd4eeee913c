"""Owners and admins change their organization: its name, what its members see, and its thresholds of pain."""

import asyncio
from typing import Any  # inputs and answers are JSON

import asyncpg
import pytest

from tests.comment.visibility import Clinic, clinic_of
from tests.conftest import Api, Person, World
from tests.identity.rows import Pool

UPDATE = """mutation ($id: ID!, $input: UpdateOrganizationInput!, $at: DateTime) {
  updateOrganization(id: $id, input: $input, ifUpdatedAt: $at) {
    organization { id name membersSeeEachOther membersSeeLibrary updatedAt }
    conflict { updatedAt updatedBy { name } }
    userErrors { code message field }
  }
}"""
READ = "query ($id: ID!) { organization(id: $id) { name membersSeeEachOther membersSeeLibrary updatedAt } }"


@pytest.fixture
async def clinic(api: Api, world: World) -> Clinic:
    """A clinic whose members do not see each other."""
    return await clinic_of(api, world)


async def update(clinic: Clinic, person: Person, at: str | None = None, **input: Any) -> Any:
    """The payload of an edit of the clinic."""
    return await clinic.api.payload(UPDATE, person, id=str(clinic.organization.id), input=input, at=at)


async def read(clinic: Clinic, person: Person) -> Any:
    """The clinic, as a person sees it."""
    return (await clinic.api.run(READ, person, id=str(clinic.organization.id)))["organization"]


async def test_owners_and_admins_set_a_name_and_what_members_see(clinic: Clinic, world: World) -> None:
    admin = await world.join(clinic.organization.id, "admin")
    for person, name in ((clinic.organization.owner, "מרפאת Straße"), (admin, "体育館 💪")):
        written = await update(clinic, person, name=f" {name} ", membersSeeEachOther=True, membersSeeLibrary=False)
        shown = {key: value for key, value in written["organization"].items() if key != "id"}
        assert shown == await read(clinic, clinic.athlete)
        assert (shown["name"], shown["membersSeeEachOther"], shown["membersSeeLibrary"]) == (name, True, False)
    again = await update(clinic, admin, membersSeeEachOther=False)
    assert (again["organization"]["name"], again["organization"]["membersSeeLibrary"]) == ("体育館 💪", False)


async def test_members_see_each_others_comments_from_the_next_request_on_and_no_longer(clinic: Clinic) -> None:
    await clinic.talk()
    owner = clinic.organization.owner
    alone = await clinic.seen(clinic.athlete)
    assert "ben" not in alone
    for on in (True, False, True):
        for _ in range(2):  # so that what is cached is answered
            await clinic.seen(clinic.athlete)
        await update(clinic, owner, membersSeeEachOther=on)
        assert ("ben" in await clinic.seen(clinic.athlete), on) in ((True, True), (False, False))


async def test_members_see_the_library_from_the_next_request_on_and_no_longer(clinic: Clinic) -> None:
    text = "query ($id: ID!) { organization(id: $id) { exerciseLibrary(source: ORG) { totalCount nodes { name } } } }"
    create = 'mutation ($id: ID!) { createExercise(input: {organizationId: $id, name: "Own"}) { exercise { id } } }'
    id = str(clinic.organization.id)
    await clinic.api.run(create, clinic.coach, id=id)
    for on in (False, True):
        for _ in range(2):
            await clinic.api.run(text, clinic.athlete, id=id)
        await update(clinic, clinic.organization.owner, membersSeeLibrary=on)
        library = (await clinic.api.run(text, clinic.athlete, id=id))["organization"]["exerciseLibrary"]
        assert library["totalCount"] == int(on)


async def test_coaches_and_members_are_forbidden_and_strangers_find_nothing(clinic: Clinic, world: World) -> None:
    stranger, admin = (await world.organization()).owner, await world.person(is_platform_admin=True)
    codes = {}
    for name, person in (("coach", clinic.coach), ("member", clinic.athlete), ("owner", stranger), ("admin", admin)):
        (error,) = (await update(clinic, person, name="Taken", membersSeeEachOther=True))["userErrors"]
        codes[name] = error["code"], error["field"]
    forbidden, missing = ("FORBIDDEN", ["id"]), ("NOT_FOUND", ["id"])
    assert codes == {"coach": forbidden, "member": forbidden, "owner": missing, "admin": missing}
    assert (await read(clinic, clinic.coach))["membersSeeEachOther"] is False


async def test_row_level_security_alone_lets_owners_and_admins_change_these_columns_and_nobody_else(
    clinic: Clinic, world: World
) -> None:
    organization, admin = clinic.organization, await world.join(clinic.organization.id, "admin")
    stranger = (await world.organization()).owner
    statement = "UPDATE organizations SET members_see_each_other = true WHERE id = $1"
    people = (organization.owner, admin, organization.coach, organization.member, stranger)
    changed = []
    for person in people:
        async with world.writing_as(person) as session:
            changed.append(await session.run(statement, organization.id))
    assert changed == [1, 1, 0, 0, 0]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with world.writing_as(organization.owner) as session:
            await session.run("UPDATE organizations SET created_at = now() WHERE id = $1", organization.id)


async def test_an_admin_who_has_left_changes_nothing(clinic: Clinic, world: World, owner: Pool) -> None:
    admin = await world.join(clinic.organization.id, "admin")
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", admin.id)
    async with world.writing_as(admin) as session:
        assert await session.run("UPDATE organizations SET name = 'Taken' WHERE id = $1", clinic.organization.id) == 0


async def test_all_faults_of_the_input_are_refused_together(clinic: Clinic) -> None:
    payload = await update(
        clinic, clinic.coach, "2026-03-01T10:00:00", name="", membersSeeEachOther=None, membersSeeLibrary=None
    )
    assert sorted(".".join(error["field"]) for error in payload["userErrors"]) == [
        "id", "ifUpdatedAt", "input.membersSeeEachOther", "input.membersSeeLibrary", "input.name"]  # fmt: skip


async def test_an_edit_of_another_version_is_answered_with_who_changed_it_and_what_is_stored(
    clinic: Clinic, world: World
) -> None:
    owner, admin = clinic.organization.owner, await world.join(clinic.organization.id, "admin")
    version = (await read(clinic, owner))["updatedAt"]
    who = (await clinic.api.run("{ viewer { user { name } } }", admin))["viewer"]["user"]["name"]
    first = (await update(clinic, admin, version, name="First"))["organization"]
    assert first["updatedAt"] > version
    late = await update(clinic, owner, version, name="Late")
    assert late["conflict"] == {"updatedAt": first["updatedAt"], "updatedBy": {"name": who}}
    assert [error["code"] for error in late["userErrors"]] == ["CONFLICT"]
    assert late["organization"] == first
    assert (await update(clinic, owner, first["updatedAt"], name="Late"))["organization"]["name"] == "Late"


async def test_of_edits_of_one_version_at_once_one_is_stored(clinic: Clinic) -> None:
    owner = clinic.organization.owner
    version = (await read(clinic, owner))["updatedAt"]
    payloads = await asyncio.gather(*(update(clinic, owner, version, name=f"Name {n}") for n in range(5)))
    assert sorted(len(payload["userErrors"]) for payload in payloads) == [0, 1, 1, 1, 1]


async def test_an_edit_that_changes_nothing_leaves_the_version(clinic: Clinic) -> None:
    before = await read(clinic, clinic.coach)
    for input in ({}, {"name": before["name"], "membersSeeEachOther": False}):
        await update(clinic, clinic.organization.owner, **input)
    assert await read(clinic, clinic.coach) == before
