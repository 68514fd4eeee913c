"""Permissions to override and reset, and the isolation of organizations (docs/domain.md, Overrides)."""

import asyncpg
import pytest

from tests.conftest import Api, Counter, Organization, Person, World
from tests.exercise.documents import DELETE, create, update
from tests.library.documents import RESET, UPSERT, effective, library, target, upsert

ROLES = [("owner", []), ("admin", []), ("coach", []), ("member", ["FORBIDDEN"]), ("outsider", ["NOT_FOUND"]),
         ("platform admin", ["NOT_FOUND"])]  # fmt: skip


@pytest.fixture(scope="module")
async def people(world: World, gym: Organization) -> dict[str, Person]:
    """One person in each relation to the gym, by its name."""
    return {
        "owner": gym.owner,
        "admin": await world.join(gym.id, "admin"),
        "coach": gym.coach,
        "member": gym.member,
        "outsider": (await world.organization()).owner,
        "platform admin": await world.person(is_platform_admin=True),
    }


@pytest.mark.parametrize(("who", "refused"), ROLES)
async def test_upsert_override_needs_owner_admin_or_coach(
    api: Api, gym: Organization, people: dict[str, Person], squat: str, who: str, refused: list[str]
) -> None:
    await upsert(api, gym, squat, name="Before")
    found = await api.refusals(UPSERT, people[who], **target(squat, gym), overrides={"name": who})
    assert found == [(code, ["organizationId"]) for code in refused]
    seen = await effective(api, gym, squat)
    assert seen is not None and seen["name"] == ("Before" if refused else who)


@pytest.mark.parametrize(("who", "refused"), ROLES)
async def test_reset_override_needs_owner_admin_or_coach(
    api: Api, gym: Organization, people: dict[str, Person], squat: str, who: str, refused: list[str]
) -> None:
    await upsert(api, gym, squat, name="Before")
    found = await api.refusals(RESET, people[who], **target(squat, gym))
    assert found == [(code, ["organizationId"]) for code in refused]
    seen = await effective(api, gym, squat)
    assert seen is not None and seen["isCustomizedByOrg"] is bool(refused)


async def test_who_may_not_override_an_exercise_locks_nothing(
    counter: Counter, gym: Organization, people: dict[str, Person], squat: str
) -> None:
    malformed = {**target(squat, gym), "exerciseId": "7"}
    for person, ids in ((people["outsider"], target(squat, gym)), (gym.coach, malformed)):
        for document, values in ((UPSERT, {"overrides": {"name": "x"}}), (RESET, {})):
            with counter.counting() as statements:
                assert await counter.api.refusals(document, person, **ids, **values)
            assert not any("advisory" in each for each in statements), statements


@pytest.mark.parametrize("who", ["owner", "admin", "coach", "member"])
async def test_every_member_of_the_organization_sees_its_overrides(
    api: Api, gym: Organization, people: dict[str, Person], squat: str, who: str
) -> None:
    changed = await upsert(api, gym, squat, name="Zq Ours")
    assert await effective(api, gym, squat, people[who]) == changed
    assert (await library(api, gym, people[who], filter={"q": "Zq Ours"}))["nodes"] == [changed]


async def test_another_organization_sees_nothing_of_an_override(
    api: Api, gym: Organization, people: dict[str, Person], world: World, squat: str
) -> None:
    other = await world.organization()
    before = await effective(api, other, squat)
    whole = await library(api, other, first=100)
    await upsert(api, gym, squat, name="Ours", aliases=["Hidden"], difficulty=1)
    assert await effective(api, other, squat) == before
    assert await library(api, other, first=100) == whole
    assert (await library(api, other, source="CUSTOMIZED"))["totalCount"] == 0
    assert (await library(api, other, filter={"q": "Hidden"}))["totalCount"] == 0
    assert await effective(api, gym, squat, other.owner) is None
    assert await effective(api, gym, squat, people["platform admin"]) is None


async def test_two_organizations_override_one_exercise_independently(api: Api, world: World, squat: str) -> None:
    one, other = await world.organization(), await world.organization()
    await upsert(api, one, squat, name="One", cues=["One"])
    await upsert(api, other, squat, name="Other")
    await api.run(RESET, one.coach, **target(squat, one))
    first, second = await effective(api, one, squat), await effective(api, other, squat)
    assert first is not None and second is not None
    assert (first["customizedFields"], second["name"]) == ([], "Other")
    assert first["id"] != second["id"]


async def test_one_user_in_two_organizations_sees_both_views_in_one_request(api: Api, world: World, squat: str) -> None:
    one, other = await world.organization(), await world.organization()
    both = await world.join(other.id, "member", await world.join(one.id, "coach"))
    await upsert(api, one, squat, name="One")
    await upsert(api, other, squat, name="Other", kind="TEST")
    found = await api.run(
        """query ($id: ID!, $one: ID!, $other: ID!) {
          one: effectiveExercise(id: $id, organizationId: $one) { name customizedFields }
          other: effectiveExercise(id: $id, organizationId: $other) { name customizedFields }
          exercise(id: $id) { name }
          viewer { memberships { organization { id exerciseLibrary(source: CUSTOMIZED) {
            totalCount nodes { name } } } } }
        }""",
        both,
        id=squat,
        one=str(one.id),
        other=str(other.id),
    )
    assert found["one"] == {"name": "One", "customizedFields": ["name"]}
    assert found["other"] == {"name": "Other", "customizedFields": ["kind", "name"]}
    assert found["exercise"] == {"name": "Back Squat"}
    libraries = {m["organization"]["id"]: m["organization"]["exerciseLibrary"] for m in found["viewer"]["memberships"]}
    assert libraries[str(one.id)] == {"totalCount": 1, "nodes": [{"name": "One"}]}
    assert libraries[str(other.id)] == {"totalCount": 1, "nodes": [{"name": "Other"}]}


async def test_another_organizations_own_exercise_does_not_exist_for_an_override(
    api: Api, gym: Organization, world: World
) -> None:
    other = await world.organization()
    theirs = await create(api, other.coach, other)
    await world.join(other.id, "coach", gym.owner)
    for person in (gym.coach, gym.owner):
        found = await api.refusals(UPSERT, person, **target(theirs["id"], gym), overrides={"name": "x"})
        assert found == [("NOT_FOUND", ["exerciseId"])]
        assert await api.refusals(RESET, person, **target(theirs["id"], gym)) == [("NOT_FOUND", ["exerciseId"])]
        assert await effective(api, gym, theirs["id"], person) is None


@pytest.mark.parametrize("status", ["DRAFT", "ARCHIVED"])
async def test_a_canonical_exercise_that_a_coach_does_not_see_cannot_be_overridden(
    api: Api, world: World, gym: Organization, people: dict[str, Person], status: str
) -> None:
    """A coach who is a platform admin, and sees it, gets the same answer."""
    hidden = await create(api, people["platform admin"], status=status)
    both = await world.join(gym.id, "coach", await world.person(is_platform_admin=True))
    for coach in (gym.coach, both):
        found = await api.refusals(UPSERT, coach, **target(hidden["id"], gym), overrides={"name": "x"})
        assert found == [("NOT_FOUND", ["exerciseId"])]
    assert await effective(api, gym, hidden["id"]) is None


async def test_a_deleted_exercise_can_be_neither_overridden_nor_seen_and_is_not_listed_as_customized(
    api: Api, world: World, people: dict[str, Person]
) -> None:
    other = await world.organization()
    id = (await create(api, people["platform admin"]))["id"]
    await upsert(api, other, id, name="Zq Ours")
    await api.run(DELETE, people["platform admin"], id=id)
    found = await api.refusals(UPSERT, other.coach, **target(id, other), overrides={"name": "x"})
    assert found == [("NOT_FOUND", ["exerciseId"])]
    assert await effective(api, other, id) is None
    assert (await library(api, other, source="CUSTOMIZED"))["totalCount"] == 0


async def test_archiving_takes_an_overridden_exercise_out_of_the_library_and_publishing_brings_it_back(
    api: Api, world: World, people: dict[str, Person]
) -> None:
    other = await world.organization()
    id = (await create(api, people["platform admin"]))["id"]
    changed = await upsert(api, other, id, name="Zq Ours")
    await update(api, people["platform admin"], id, status="ARCHIVED")
    assert (await library(api, other, source="CUSTOMIZED"))["totalCount"] == 0
    await update(api, people["platform admin"], id, status="PUBLISHED")
    assert (await library(api, other, source="CUSTOMIZED"))["nodes"] == [changed]


@pytest.mark.parametrize(
    ("exercise_id", "organization_id", "field"),
    [("7", None, "exerciseId"), ("", None, "exerciseId"), (None, "7", "organizationId"), (None, "", "organizationId")],
)
async def test_an_id_of_another_form_is_refused_at_its_argument(
    api: Api, gym: Organization, squat: str, exercise_id: str | None, organization_id: str | None, field: str
) -> None:
    ids = {"exerciseId": squat if exercise_id is None else exercise_id}
    ids["organizationId"] = str(gym.id) if organization_id is None else organization_id
    assert await api.refusals(UPSERT, gym.coach, **ids, overrides={}) == [("INVALID_INPUT", [field])]
    assert await api.refusals(RESET, gym.coach, **ids) == [("INVALID_INPUT", [field])]


async def test_an_effective_exercises_id_of_another_organization_stands_for_the_exercise_alone(
    api: Api, gym: Organization, world: World, squat: str
) -> None:
    other = await world.organization()
    for exercise in (f"{other.id}:{squat}", f"{gym.id}:{squat}"):
        assert await api.refusals(UPSERT, gym.coach, **target(exercise, gym), overrides={"name": "x"}) == []
    async with world.writing_as(other.coach) as session:
        assert await session.fetch("SELECT 1 FROM exercise_org_overrides") == []


async def test_row_level_security_alone_hides_overrides_from_other_organizations(
    api: Api, world: World, gym: Organization, squat: str
) -> None:
    other = await world.organization()
    await upsert(api, gym, squat, name="Zq Ours")
    mine = "organization_id = $1"
    for person in (other.coach, gym.member):
        async with world.writing_as(person) as session:
            statement = f"UPDATE exercise_org_overrides SET overrides = '{{}}' WHERE {mine}"
            assert await session.run(statement, gym.id) == 0
            assert await session.run(f"DELETE FROM exercise_org_overrides WHERE {mine}", gym.id) == 0
    async with world.writing_as(other.coach) as session:
        assert await session.fetch("SELECT 1 FROM exercise_org_overrides") == []
    insert = "INSERT INTO exercise_org_overrides (organization_id, exercise_id) VALUES ($1, $2)"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with world.writing_as(other.coach) as session:
            await session.run(insert, gym.id, await world.exercise_id("bird-dog"))


async def test_row_level_security_alone_refuses_overrides_of_own_exercises(
    api: Api, world: World, gym: Organization
) -> None:
    own = await create(api, gym.coach, gym)
    insert = "INSERT INTO exercise_org_overrides (organization_id, exercise_id) VALUES ($1, $2)"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with world.writing_as(gym.coach) as session:
            await session.run(insert, gym.id, own["id"])
