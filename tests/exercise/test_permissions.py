"""Permissions and visibility of exercises (docs/domain.md, Access)."""

from collections.abc import Sequence

import asyncpg
import pytest

from kinegraph.canonical import store
from kinegraph.canonical.rules import entries_of
from kinegraph.canonical.rules_files import shipped_files
from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import CREATE, DELETE, UPDATE, create, read, update
from tests.workout.documents import Pool

Refusals = Sequence[tuple[str, list[str]]]

OWN = [("owner", []), ("admin", []), ("coach", []), ("member", ["FORBIDDEN"]), ("outsider", ["NOT_FOUND"]),
       ("platform admin", ["NOT_FOUND"])]  # fmt: skip
CANONICAL = [("owner", ["FORBIDDEN"]), ("admin", ["FORBIDDEN"]), ("coach", ["FORBIDDEN"]), ("member", ["FORBIDDEN"]),
             ("outsider", ["FORBIDDEN"]), ("platform admin", [])]  # fmt: skip
COACHES = ("owner", "admin", "coach")


@pytest.fixture(scope="module")
async def people(world: World, gym: Organization) -> dict[str, Person]:
    """One person in each relation to the gym, by its name."""
    return {
        "owner": gym.owner,
        "admin": await world.join(gym.id, "admin"),
        "coach": gym.coach,
        "member": gym.member,
        "outsider": (await world.organization()).coach,
        "platform admin": await world.person(is_platform_admin=True),
    }


def codes(found: Refusals) -> list[str]:
    """The codes of refusals."""
    return [code for code, _ in found]


@pytest.mark.parametrize(("who", "refused"), OWN)
async def test_create_org_custom_needs_owner_admin_or_coach(
    api: Api, gym: Organization, people: dict[str, Person], who: str, refused: list[str]
) -> None:
    found = await api.refusals(CREATE, people[who], input={"name": "Own", "organizationId": str(gym.id)})
    assert codes(found) == refused
    assert all(path == ["input", "organizationId"] for _, path in found)


@pytest.mark.parametrize(("who", "refused"), OWN)
async def test_update_org_custom_needs_owner_admin_or_coach(
    api: Api, gym: Organization, people: dict[str, Person], who: str, refused: list[str]
) -> None:
    own = await create(api, gym.coach, gym, name="Before")
    found = await api.refusals(UPDATE, people[who], id=own["id"], input={"name": "After"})
    assert (codes(found), [path for _, path in found]) == (refused, [["id"]] * len(refused))
    after = await read(api, gym.coach, own["id"])
    assert after is not None and after["name"] == ("Before" if refused else "After")


@pytest.mark.parametrize(("who", "refused"), OWN)
async def test_delete_org_custom_needs_owner_admin_or_coach(
    api: Api, gym: Organization, people: dict[str, Person], who: str, refused: list[str]
) -> None:
    own = await create(api, gym.coach, gym)
    found = await api.refusals(DELETE, people[who], id=own["id"])
    assert (codes(found), [path for _, path in found]) == (refused, [["id"]] * len(refused))
    assert (await read(api, gym.coach, own["id"]) is None) is (not refused)


@pytest.mark.parametrize(("who", "refused"), CANONICAL)
async def test_only_a_platform_admin_creates_a_canonical_exercise(
    api: Api, people: dict[str, Person], who: str, refused: list[str]
) -> None:
    found = await api.refusals(CREATE, people[who], input={"name": "Everybody's", "organizationId": None})
    assert (codes(found), [path for _, path in found]) == (refused, [["input", "organizationId"]] * len(refused))


@pytest.mark.parametrize(("who", "refused"), CANONICAL)
async def test_only_a_platform_admin_updates_a_canonical_exercise_and_others_are_refused(
    api: Api, world: World, people: dict[str, Person], who: str, refused: list[str]
) -> None:
    id = await world.exercise_id("bird-dog")
    before = await read(api, people["member"], id)
    found = await api.refusals(UPDATE, people[who], id=id, input={"cues": [f"Changed by {who}"]})
    assert (codes(found), [path for _, path in found]) == (refused, [["id"]] * len(refused))
    after = await read(api, people["member"], id)
    assert (after == before) is bool(refused)


@pytest.mark.parametrize(("who", "refused"), CANONICAL)
async def test_only_a_platform_admin_deletes_a_canonical_exercise_and_others_are_refused(
    api: Api, people: dict[str, Person], who: str, refused: list[str]
) -> None:
    made = await create(api, people["platform admin"], name="To go")
    found = await api.refusals(DELETE, people[who], id=made["id"])
    assert (codes(found), [path for _, path in found]) == (refused, [["id"]] * len(refused))
    assert (await read(api, people["member"], made["id"]) is None) is (not refused)


async def test_a_platform_admin_who_coaches_an_organization_writes_both_kinds(
    api: Api, world: World, gym: Organization
) -> None:
    both = await world.join(gym.id, "coach", await world.person(is_platform_admin=True))
    assert (await create(api, both, gym))["organization"] == {"id": str(gym.id)}
    assert (await create(api, both))["isCanonical"] is True


async def test_a_member_who_coaches_elsewhere_does_not_write_here(api: Api, world: World, gym: Organization) -> None:
    elsewhere = await world.organization()
    person = await world.join(elsewhere.id, "coach", gym.member)
    own = await create(api, gym.coach, gym)
    assert codes(await api.refusals(UPDATE, person, id=own["id"], input={"name": "x"})) == ["FORBIDDEN"]
    await create(api, person, elsewhere)


async def test_a_former_member_can_neither_write_nor_read(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    person = await world.join(gym.id, "coach")
    own = await create(api, person, gym)
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", person.id)
    assert codes(await api.refusals(UPDATE, person, id=own["id"], input={"name": "x"})) == ["NOT_FOUND"]
    assert await read(api, person, own["id"]) is None


@pytest.mark.parametrize("id", ["7", "", "019cffff-0000-7000-8000-00000000000", "a:b", "back-squat"])
async def test_an_id_of_another_form_is_refused_at_id(api: Api, gym: Organization, id: str) -> None:
    assert await api.refusals(UPDATE, gym.coach, id=id, input={"name": "x"}) == [("INVALID_INPUT", ["id"])]
    assert await api.refusals(DELETE, gym.coach, id=id) == [("INVALID_INPUT", ["id"])]


async def test_an_organization_id_of_another_form_is_refused_at_its_field(api: Api, gym: Organization) -> None:
    for id in ("", "7", "northside"):
        found = await api.refusals(CREATE, gym.coach, input={"name": "x", "organizationId": id})
        assert found == [("INVALID_INPUT", ["input", "organizationId"])]


async def test_an_unknown_id_is_answered_like_one_of_another_organization(api: Api, gym: Organization) -> None:
    unknown = "019cffff-0000-7000-8000-000000000000"
    assert await read(api, gym.coach, unknown) is None
    assert await api.refusals(UPDATE, gym.coach, id=unknown, input={"name": "x"}) == [("NOT_FOUND", ["id"])]


VISIBLE = {
    ("own", "PUBLISHED"): {"owner", "admin", "coach", "member"},
    ("own", "DRAFT"): {"owner", "admin", "coach"},
    ("own", "ARCHIVED"): {"owner", "admin", "coach"},
    ("canonical", "PUBLISHED"): {"owner", "admin", "coach", "member", "outsider", "platform admin"},
    ("canonical", "DRAFT"): {"platform admin"},
    ("canonical", "ARCHIVED"): {"platform admin"},
}


@pytest.mark.parametrize(("whose", "status"), VISIBLE)
async def test_published_exercises_are_shown_to_everybody_and_others_to_those_who_may_write_them(
    api: Api, gym: Organization, people: dict[str, Person], whose: str, status: str
) -> None:
    writer, owner = (gym.coach, gym) if whose == "own" else (people["platform admin"], None)
    made = await create(api, writer, owner, status=status)
    seen = {who for who, person in people.items() if await read(api, person, made["id"]) is not None}
    assert seen == VISIBLE[whose, status]
    await api.run(DELETE, writer, id=made["id"])
    assert [await read(api, person, made["id"]) for person in people.values()] == [None] * len(people)


async def test_members_read_own_exercises_only_where_the_organization_shows_them_its_library(
    api: Api, world: World, owner: Pool
) -> None:
    closed = await world.organization()
    own = await create(api, closed.coach, closed)
    canonical = await world.exercise_id("back-squat")
    await owner.execute("UPDATE organizations SET members_see_library = false WHERE id = $1", closed.id)
    assert await read(api, closed.member, own["id"]) is None
    assert await read(api, closed.coach, own["id"]) is not None
    assert await read(api, closed.member, canonical) is not None


async def test_publishing_a_draft_shows_it_to_members_and_archiving_hides_it(api: Api, gym: Organization) -> None:
    own = await create(api, gym.coach, gym, status="DRAFT")
    assert await read(api, gym.member, own["id"]) is None
    await update(api, gym.coach, own["id"], status="PUBLISHED")
    assert await read(api, gym.member, own["id"]) is not None
    await update(api, gym.coach, own["id"], status="ARCHIVED")
    assert await read(api, gym.member, own["id"]) is None


async def test_an_anonymous_caller_can_neither_read_nor_write_exercises(api: Api, world: World) -> None:
    id = await world.exercise_id("back-squat")
    read_it = await api.post("query ($id: ID!) { exercise(id: $id) { name } }", None, id=id)
    write_it = await api.post(CREATE, None, input={"name": "x"})
    assert (read_it.status_code, write_it.status_code) == (401, 401)


async def test_row_level_security_alone_refuses_coaches_writes_of_canonical_rows(
    world: World, gym: Organization
) -> None:
    id = await world.exercise_id("back-squat")
    async with world.writing_as(gym.coach) as session:
        assert await session.run("UPDATE exercises SET name = 'x' WHERE id = $1", id) == 0
        assert await session.run("DELETE FROM exercises WHERE id = $1", id) == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with world.writing_as(gym.coach) as session:
            await session.run("INSERT INTO exercises (name) VALUES ('x')")


async def test_row_level_security_alone_refuses_a_move_of_an_exercise_to_another_organization(
    api: Api, world: World, gym: Organization
) -> None:
    own = await create(api, gym.coach, gym)
    other = await world.organization()
    for owner in (None, other.id):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with world.writing_as(gym.coach) as session:
                await session.run("UPDATE exercises SET organization_id = $1 WHERE id = $2", owner, own["id"])


@pytest.mark.parametrize("who", ["owner", "coach", "member", "outsider"])
async def test_canonical_seed_is_for_the_platform_only(world: World, people: dict[str, Person], who: str) -> None:
    entry = {**entries_of(*shipped_files()[0])[0], "name": "Taken over", "seed_hash": "0"}
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with world.writing_as(people[who]) as session:
            await store.seed(session, [entry])
