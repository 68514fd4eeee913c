"""cloneExercise: a whole copy in one transaction, which then stands for itself."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinegraph.services import Services
from kinegraph.settings import Settings
from tests.conftest import SECRET, Api, Person, World
from tests.exercise.details import CLONE, Desk, Json, against, said, stable, step
from tests.exercise.documents import DELETE, FULL
from tests.library.documents import upsert
from tests.media.files import picture
from tests.taxonomy.terms import KINDS, make, tagged

Pool = Any
OWN = ("id", "organization", "isCanonical", "forkedFrom", "slug", "status", "createdAt", "updatedAt")
"""What a clone has of its own."""

optional = {name: st.none() | st.just(value) for name, value in FULL.items() if name not in ("name", "slug", "status")}
VALUES = st.fixed_dictionaries(
    {"status": st.sampled_from(["PUBLISHED", "DRAFT"])},
    optional={
        **optional,
        "isUnilateral": st.booleans(),
        "category": st.just("CARDIO"),
        "kind": st.just("SKILL"),
        "instructions": st.lists(
            st.builds(step, st.sampled_from("abc"), st.sampled_from(["STEP", "SAFETY"])), max_size=4
        ),
        "contraindications": st.lists(
            st.builds(against, st.sampled_from("abcd"), st.sampled_from(["WARNING", "ABSOLUTE"])),
            max_size=3,
            unique_by=lambda each: str(each["condition"]),
        ),
    },
)


@pytest.fixture(scope="module")
def services(database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Services:
    """The application with a folder of files of this module's own."""
    settings = Settings(environment="development", home=tmp_path_factory.mktemp("home"))
    return Services(settings, database_url, redis_url, SECRET)


@pytest.fixture(scope="module")
async def desk(api: Api, world: World) -> Desk:
    """An organization to clone into."""
    return Desk(api, await world.organization())


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    """A platform admin."""
    return await world.person(is_platform_admin=True)


@pytest.fixture(scope="module")
async def term_ids(desk: Desk, admin: Person) -> list[str]:
    """A global term of each kind, then one of the organization's of each kind."""
    made = [await make(desk.api, admin, None, kind, f"Clone {kind}") for kind in KINDS]
    made += [await make(desk.api, desk.coach, desk.organization, kind, f"Clone {kind}") for kind in KINDS]
    return [term["id"] for term in made]


def copied(exercise: Json) -> Json:
    """What a clone has of its source, but for the name."""
    kept = {name: value for name, value in exercise.items() if name not in (*OWN, "name")}
    return kept | {name: said(exercise[name]) for name in ("instructions", "contraindications")}


def part_ids(exercise: Json) -> set[str]:
    """The ids of an exercise's instructions and contraindications."""
    return {each["id"] for name in ("instructions", "contraindications") for each in exercise[name]}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=VALUES, terms=st.sets(st.integers(0, 5)), is_own=st.booleans(), name=st.none() | st.just(" Ours "))
async def test_a_clone_is_its_source_but_for_what_it_has_of_its_own(
    desk: Desk, admin: Person, term_ids: list[str], values: Json, terms: set[int], is_own: bool, name: str | None
) -> None:
    whose: Json = {} if is_own else {"organizationId": None, "status": "PUBLISHED"}
    sent = {**values, "termIds": [term_ids[place] for place in sorted(terms) if is_own or place < 3], **whose}
    source = await desk.create(None if is_own else admin, **sent)
    clone = await desk.clone(source["id"], name=name)
    assert copied(clone) == copied(source)
    assert clone["organization"] == {"id": str(desk.organization.id)} and not clone["isCanonical"]
    assert clone["forkedFrom"] == {"id": source["id"]}
    assert (clone["slug"], clone["status"], clone["name"]) == (None, "DRAFT", "Ours" if name else source["name"])
    assert clone["id"] != source["id"] and not part_ids(clone) & part_ids(source)
    assert clone["createdAt"] == clone["updatedAt"] > source["createdAt"]
    assert stable(await desk.read(source["id"])) == stable(source)
    assert stable(await desk.read(clone["id"])) == stable(clone)


async def test_every_exercise_of_the_shipped_library_can_be_cloned_with_every_stored_column(
    desk: Desk, owner: Pool
) -> None:
    own = {"id", "exercise_id", "organization_id", "scope", "created_at", "updated_at", "forked_from_id", "slug",
           "status", "seed_hash", "import_key", "embedding", "embedding_hash"}  # fmt: skip
    sources = await owner.fetch("SELECT id FROM exercises WHERE slug IS NOT NULL ORDER BY slug LIMIT 40")
    for source in sources:
        clone = UUID((await desk.clone(str(source.id)))["id"])
        for table in ("exercises", "exercise_instructions", "exercise_contraindications", "exercise_tags"):
            key = "id" if table == "exercises" else "exercise_id"
            order = {"exercises": "id", "exercise_tags": "kind, term_id"}.get(table, "sort_order")
            found = [
                [
                    {name: value for name, value in row.items() if name not in own}
                    for row in await owner.fetch(f"SELECT * FROM {table} WHERE {key} = $1 ORDER BY {order}", id)
                ]
                for id in (source.id, clone)
            ]
            assert found[0] == found[1] != [], table


async def test_a_clone_and_its_source_change_each_for_itself(desk: Desk, term_ids: list[str]) -> None:
    parts = {"instructions": [step("a"), step("b")], "contraindications": [against("hip")], "termIds": term_ids[3:]}
    source = await desk.create(**parts, cues=["one"])
    clone = await desk.clone(source["id"])
    changed = await desk.update(
        source["id"], name="New", cues=[], instructions=[step("c")], contraindications=[], termIds=[]
    )
    assert stable(await desk.read(clone["id"])) == stable(clone)
    await desk.update(clone["id"], name="Mine", instructions=[], contraindications=[against("x")], termIds=term_ids[:1])
    assert stable(await desk.read(source["id"])) == stable(changed)
    await desk.api.run(DELETE, desk.coach, id=source["id"])
    left = await desk.read(clone["id"])
    assert (left["name"], tagged(left), left["forkedFrom"]) == ("Mine", {term_ids[0]}, {"id": source["id"]})


async def test_a_clones_pictures_are_served_whatever_becomes_of_the_sources(desk: Desk) -> None:
    source = await desk.create()
    content = picture("blue")
    upload = await desk.uploaded(source["id"], content)
    source = await desk.update(source["id"], instructions=[step("look", imageKey=upload), step("plain")])
    clone = await desk.clone(source["id"])
    assert await desk.served(clone["instructions"][0]) == content
    await desk.update(source["id"], instructions=[])
    await desk.api.run(DELETE, desk.coach, id=source["id"])
    kept = await desk.read(clone["id"])
    assert await desk.served(kept["instructions"][0]) == content
    again = [{name: each[name] for name in ("type", "body", "imageKey")} for each in kept["instructions"]]
    assert stable(await desk.update(clone["id"], instructions=again)) == stable(kept)


async def test_a_clone_copies_the_stored_row_and_takes_an_effective_exercises_id_too(desk: Desk, world: World) -> None:
    id = await world.exercise_id("bird-dog")
    await upsert(desk.api, desk.organization, id, name="Overridden", cues=["ours"])
    clone = await desk.clone(f"{desk.organization.id}:{id}")
    assert copied(clone) == copied(await desk.read(id)) and clone["name"] == "Bird Dog"


async def refusals(desk: Desk, id: str, person: Person | None = None, **values: Any) -> list[tuple[str, list[str]]]:
    """What stands against a clone."""
    variables = {"organizationId": str(desk.organization.id), **values}
    return await desk.api.refusals(CLONE, person or desk.coach, id=id, **variables)


async def test_what_is_not_there_for_the_organization_is_refused_as_not_visible(
    desk: Desk, admin: Person, world: World
) -> None:
    other = Desk(desk.api, await world.organization())
    both = await world.join(desk.organization.id, "coach")
    await world.join(other.organization.id, "coach", both)
    await world.join(desk.organization.id, "coach", admin)
    theirs = (await other.create())["id"]
    draft = (await desk.create(admin, organizationId=None, status="DRAFT"))["id"]
    not_visible = [("EXERCISE_NOT_VISIBLE", ["id"])]
    for id, person in ((theirs, desk.coach), (theirs, both), (draft, desk.coach), (draft, admin), (str(uuid4()), both)):
        assert await refusals(desk, id, person) == not_visible


@pytest.mark.parametrize("is_own", [True, False])
async def test_deleted_and_archived_exercises_are_refused_as_not_available(
    desk: Desk, admin: Person, is_own: bool
) -> None:
    whose: Json = {} if is_own else {"organizationId": None}
    person = desk.coach if is_own else admin
    deleted, archived = [(await desk.create(person, **whose))["id"] for _ in range(2)]
    await desk.api.run(DELETE, person, id=deleted)
    await desk.update(archived, person, status="ARCHIVED")
    for id in (deleted, archived):
        assert await refusals(desk, id) == [("EXERCISE_NOT_AVAILABLE", ["id"])]


async def test_members_and_strangers_clone_nothing(desk: Desk, world: World, admin: Person, owner: Pool) -> None:
    id = await world.exercise_id("clamshell")
    count = await owner.fetchval("SELECT count(*) FROM exercises")
    stranger, platform = (await world.organization()).owner, await world.person(is_platform_admin=True)
    assert await refusals(desk, id, desk.organization.member) == [("FORBIDDEN", ["organizationId"])]
    for person in (stranger, platform, await world.person()):
        assert await refusals(desk, id, person) == [("NOT_FOUND", ["organizationId"])]
    assert await owner.fetchval("SELECT count(*) FROM exercises") == count


@pytest.mark.parametrize("role", ["owner", "admin", "coach"])
async def test_everybody_with_coach_access_clones(desk: Desk, world: World, role: str) -> None:
    person = await world.join(desk.organization.id, role)
    assert (await desk.clone(await world.exercise_id("clamshell"), person=person))["status"] == "DRAFT"


@pytest.mark.parametrize("name", ["", "  ", "x" * 256, "a\nb", "a\0b", "\u200b"])
async def test_a_name_that_no_exercise_may_have_is_refused(desk: Desk, world: World, name: str) -> None:
    assert await refusals(desk, await world.exercise_id("clamshell"), name=name) == [("INVALID_INPUT", ["name"])]


async def test_what_is_no_id_is_refused_at_its_place(desk: Desk, world: World) -> None:
    id = await world.exercise_id("clamshell")
    assert await refusals(desk, "x") == [("INVALID_INPUT", ["id"])]
    assert await refusals(desk, id, organizationId="x") == [("INVALID_INPUT", ["organizationId"])]


async def test_twenty_clones_at_once_are_twenty_whole_exercises(desk: Desk, term_ids: list[str]) -> None:
    parts = {"instructions": [step(c) for c in "abc"], "contraindications": [against("hip")], "termIds": term_ids}
    source = await desk.create(**parts)
    clones = await asyncio.gather(*(desk.clone(source["id"], name=f"Clone {number}") for number in range(20)))
    assert len({clone["id"] for clone in clones}) == 20
    assert [copied(clone) for clone in clones] == [copied(source)] * 20
    assert {clone["name"] for clone in clones} == {f"Clone {number}" for number in range(20)}


async def test_a_clone_that_is_made_while_its_source_changes_is_of_one_moment(desk: Desk) -> None:
    source = await desk.create(name="0", instructions=[step("0")], contraindications=[against("0")])

    async def change() -> None:
        for number in range(1, 25):
            text = str(number)
            await desk.update(source["id"], name=text, instructions=[step(text)], contraindications=[against(text)])

    changing = asyncio.create_task(change())
    seen = set()
    while not changing.done():
        for clone in await asyncio.gather(*(desk.clone(source["id"]) for _ in range(3))):
            seen.add((clone["name"], clone["instructions"][0]["body"], clone["contraindications"][0]["condition"]))
    await changing
    assert len(seen) > 1 and all(len(set(texts)) == 1 for texts in seen), seen


@pytest.mark.parametrize("table", ["exercise_instructions", "exercise_contraindications", "exercise_tags"])
async def test_a_clone_one_of_whose_parts_cannot_be_stored_is_not_there_at_all(
    desk: Desk, owner: Pool, world: World, table: str
) -> None:
    id = await world.exercise_id("clamshell")
    await owner.execute(f"ALTER TABLE {table} ADD CONSTRAINT nothing_new CHECK (organization_id IS NULL) NOT VALID")
    counts = "SELECT (SELECT count(*) FROM exercises), (SELECT count(*) FROM exercise_instructions)"
    before = await owner.fetchrow(counts)
    try:
        response = await desk.api.post(CLONE, desk.coach, id=id, organizationId=str(desk.organization.id))
    finally:
        await owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT nothing_new")
    assert response.json()["errors"]
    assert await owner.fetchrow(counts) == before


async def test_a_draft_that_a_published_clone_came_from_is_not_shown_to_members(
    desk: Desk, api: Api, world: World
) -> None:
    draft = await desk.create(status="DRAFT")
    clone = await desk.clone(draft["id"])
    await desk.update(clone["id"], status="PUBLISHED")
    read = "query ($id: ID!) { exercise(id: $id) { forkedFrom { id } } }"
    seen = [(await api.run(read, who, id=clone["id"]))["exercise"]["forkedFrom"] for who in (
        desk.organization.coach, desk.organization.member)]  # fmt: skip
    assert seen == [{"id": draft["id"]}, None]
