"""cloneExercise: a whole copy in one transaction, independent of its source."""

import asyncio
from typing import Any  # inputs and answers are JSON
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Api, Person, World
from tests.exercise.details import CLONE, ExerciseClient, Json, contraindication, instruction, stable, values_of
from tests.exercise.documents import DELETE, FULL
from tests.library.documents import upsert
from tests.media.files import picture
from tests.taxonomy.terms import KINDS, make, tagged
from tests.workout.documents import Pool

OWN = ("id", "organization", "isCanonical", "forkedFrom", "slug", "status", "createdAt", "updatedAt")
"""The columns of a clone that differ from its source."""

optional = {name: st.none() | st.just(value) for name, value in FULL.items() if name not in ("name", "slug", "status")}
VALUES = st.fixed_dictionaries(
    {"status": st.sampled_from(["PUBLISHED", "DRAFT"])},
    optional={
        **optional,
        "isUnilateral": st.booleans(),
        "category": st.just("CARDIO"),
        "kind": st.just("SKILL"),
        "instructions": st.lists(
            st.builds(instruction, st.sampled_from("abc"), st.sampled_from(["STEP", "SAFETY"])), max_size=4
        ),
        "contraindications": st.lists(
            st.builds(contraindication, st.sampled_from("abcd"), st.sampled_from(["WARNING", "ABSOLUTE"])),
            max_size=3,
            unique_by=lambda each: str(each["condition"]),
        ),
    },
)


@pytest.fixture(scope="module")
async def term_ids(client: ExerciseClient, admin: Person) -> list[str]:
    """A global term of each kind, then one of the organization's of each kind."""
    made = [await make(client.api, admin, None, kind, f"Clone {kind}") for kind in KINDS]
    made += [await make(client.api, client.coach, client.organization, kind, f"Clone {kind}") for kind in KINDS]
    return [term["id"] for term in made]


def copied(exercise: Json) -> Json:
    """The values that a clone has in common with its source, without the name."""
    retained = {name: value for name, value in exercise.items() if name not in (*OWN, "name")}
    return retained | {name: values_of(exercise[name]) for name in ("instructions", "contraindications")}


def detail_ids(exercise: Json) -> set[str]:
    """The ids of an exercise's instructions and contraindications."""
    return {each["id"] for name in ("instructions", "contraindications") for each in exercise[name]}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=VALUES, terms=st.sets(st.integers(0, 5)), is_own=st.booleans(), name=st.none() | st.just(" Ours "))
async def test_a_clone_equals_its_source_but_for_its_own_columns(
    client: ExerciseClient,
    admin: Person,
    term_ids: list[str],
    values: Json,
    terms: set[int],
    is_own: bool,
    name: str | None,
) -> None:
    whose: Json = {} if is_own else {"organizationId": None, "status": "PUBLISHED"}
    sent = {**values, "termIds": [term_ids[position] for position in sorted(terms) if is_own or position < 3], **whose}
    source = await client.create(None if is_own else admin, **sent)
    clone = await client.clone(source["id"], name=name)
    assert copied(clone) == copied(source)
    assert clone["organization"] == {"id": str(client.organization.id)} and not clone["isCanonical"]
    assert clone["forkedFrom"] == {"id": source["id"]}
    assert (clone["slug"], clone["status"], clone["name"]) == (None, "DRAFT", "Ours" if name else source["name"])
    assert clone["id"] != source["id"] and not detail_ids(clone) & detail_ids(source)
    assert clone["createdAt"] == clone["updatedAt"] > source["createdAt"]
    assert stable(await client.read(source["id"])) == stable(source)
    assert stable(await client.read(clone["id"])) == stable(clone)


async def test_every_exercise_of_the_shipped_library_can_be_cloned_with_every_stored_column(
    client: ExerciseClient, owner: Pool
) -> None:
    own = {"id", "exercise_id", "organization_id", "scope", "created_at", "updated_at", "forked_from_id", "slug",
           "status", "seed_hash", "seed_object", "import_key", "embedding", "embedding_hash"}  # fmt: skip
    sources = await owner.fetch("SELECT id FROM exercises WHERE slug IS NOT NULL ORDER BY slug LIMIT 40")
    for source in sources:
        clone = UUID((await client.clone(str(source.id)))["id"])
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


async def test_a_clone_and_its_source_change_independently(client: ExerciseClient, term_ids: list[str]) -> None:
    details = {
        "instructions": [instruction("a"), instruction("b")],
        "contraindications": [contraindication("hip")],
        "termIds": term_ids[3:],
    }
    source = await client.create(**details, cues=["one"])
    clone = await client.clone(source["id"])
    changed = await client.update(
        source["id"], name="New", cues=[], instructions=[instruction("c")], contraindications=[], termIds=[]
    )
    assert stable(await client.read(clone["id"])) == stable(clone)
    await client.update(
        clone["id"], name="Mine", instructions=[], contraindications=[contraindication("x")], termIds=term_ids[:1]
    )
    assert stable(await client.read(source["id"])) == stable(changed)
    await client.api.run(DELETE, client.coach, id=source["id"])
    left = await client.read(clone["id"])
    assert (left["name"], tagged(left), left["forkedFrom"]) == ("Mine", {term_ids[0]}, {"id": source["id"]})


async def test_a_clones_pictures_are_served_after_the_sources_were_removed(client: ExerciseClient) -> None:
    source = await client.create()
    content = picture("blue")
    upload = await client.uploaded(source["id"], content)
    source = await client.update(
        source["id"], instructions=[instruction("look", imageKey=upload), instruction("plain")]
    )
    clone = await client.clone(source["id"])
    assert await client.served(clone["instructions"][0]) == content
    await client.update(source["id"], instructions=[])
    await client.api.run(DELETE, client.coach, id=source["id"])
    retained = await client.read(clone["id"])
    assert await client.served(retained["instructions"][0]) == content
    again = [{name: each[name] for name in ("type", "body", "imageKey")} for each in retained["instructions"]]
    assert stable(await client.update(clone["id"], instructions=again)) == stable(retained)


async def test_a_clone_copies_the_stored_row_and_takes_an_effective_exercises_id_too(
    client: ExerciseClient, world: World
) -> None:
    id = await world.exercise_id("bird-dog")
    await upsert(client.api, client.organization, id, name="Overridden", cues=["ours"])
    clone = await client.clone(f"{client.organization.id}:{id}")
    assert copied(clone) == copied(await client.read(id)) and clone["name"] == "Bird Dog"


async def refusals(
    client: ExerciseClient, id: str, person: Person | None = None, **values: Any
) -> list[tuple[str, list[str]]]:
    """The refusals of a clone."""
    variables = {"organizationId": str(client.organization.id), **values}
    return await client.api.refusals(CLONE, person or client.coach, id=id, **variables)


async def test_an_exercise_that_the_organization_does_not_see_is_refused_as_not_visible(
    client: ExerciseClient, admin: Person, world: World
) -> None:
    other = ExerciseClient(client.api, await world.organization())
    both = await world.join(client.organization.id, "coach")
    await world.join(other.organization.id, "coach", both)
    await world.join(client.organization.id, "coach", admin)
    theirs = (await other.create())["id"]
    draft = (await client.create(admin, organizationId=None, status="DRAFT"))["id"]
    not_visible = [("EXERCISE_NOT_VISIBLE", ["id"])]
    for id, person in (
        (theirs, client.coach),
        (theirs, both),
        (draft, client.coach),
        (draft, admin),
        (str(uuid4()), both),
    ):
        assert await refusals(client, id, person) == not_visible


@pytest.mark.parametrize("is_own", [True, False])
async def test_deleted_and_archived_exercises_are_refused_as_not_available(
    client: ExerciseClient, admin: Person, is_own: bool
) -> None:
    whose: Json = {} if is_own else {"organizationId": None}
    person = client.coach if is_own else admin
    deleted, archived = [(await client.create(person, **whose))["id"] for _ in range(2)]
    await client.api.run(DELETE, person, id=deleted)
    await client.update(archived, person, status="ARCHIVED")
    for id in (deleted, archived):
        assert await refusals(client, id) == [("EXERCISE_NOT_AVAILABLE", ["id"])]


async def test_members_and_strangers_cannot_clone(
    client: ExerciseClient, world: World, admin: Person, owner: Pool
) -> None:
    id = await world.exercise_id("clamshell")
    count = await owner.fetchval("SELECT count(*) FROM exercises")
    stranger, platform = (await world.organization()).owner, await world.person(is_platform_admin=True)
    assert await refusals(client, id, client.organization.member) == [("FORBIDDEN", ["organizationId"])]
    for person in (stranger, platform, await world.person()):
        assert await refusals(client, id, person) == [("NOT_FOUND", ["organizationId"])]
    assert await owner.fetchval("SELECT count(*) FROM exercises") == count


@pytest.mark.parametrize("role", ["owner", "admin", "coach"])
async def test_everybody_with_coach_access_can_clone(client: ExerciseClient, world: World, role: str) -> None:
    person = await world.join(client.organization.id, role)
    assert (await client.clone(await world.exercise_id("clamshell"), person=person))["status"] == "DRAFT"


@pytest.mark.parametrize("name", ["", "  ", "x" * 256, "a\nb", "a\0b", "\u200b"])
async def test_an_invalid_name_of_a_clone_is_refused(client: ExerciseClient, world: World, name: str) -> None:
    assert await refusals(client, await world.exercise_id("clamshell"), name=name) == [("INVALID_INPUT", ["name"])]


async def test_a_malformed_id_is_refused_at_its_path(client: ExerciseClient, world: World) -> None:
    id = await world.exercise_id("clamshell")
    assert await refusals(client, "x") == [("INVALID_INPUT", ["id"])]
    assert await refusals(client, id, organizationId="x") == [("INVALID_INPUT", ["organizationId"])]


async def test_twenty_concurrent_clones_are_twenty_whole_exercises(client: ExerciseClient, term_ids: list[str]) -> None:
    details = {
        "instructions": [instruction(c) for c in "abc"],
        "contraindications": [contraindication("hip")],
        "termIds": term_ids,
    }
    source = await client.create(**details)
    clones = await asyncio.gather(*(client.clone(source["id"], name=f"Clone {number}") for number in range(20)))
    assert len({clone["id"] for clone in clones}) == 20
    assert [copied(clone) for clone in clones] == [copied(source)] * 20
    assert {clone["name"] for clone in clones} == {f"Clone {number}" for number in range(20)}


async def test_a_clone_made_while_its_source_changes_is_of_one_snapshot(client: ExerciseClient) -> None:
    source = await client.create(name="0", instructions=[instruction("0")], contraindications=[contraindication("0")])

    async def change() -> None:
        for number in range(1, 25):
            text = str(number)
            await client.update(
                source["id"], name=text, instructions=[instruction(text)], contraindications=[contraindication(text)]
            )

    changing = asyncio.create_task(change())
    seen = set()
    while not changing.done():
        for clone in await asyncio.gather(*(client.clone(source["id"]) for _ in range(3))):
            seen.add((clone["name"], clone["instructions"][0]["body"], clone["contraindications"][0]["condition"]))
    await changing
    assert len(seen) > 1 and all(len(set(texts)) == 1 for texts in seen), seen


@pytest.mark.parametrize("table", ["exercise_instructions", "exercise_contraindications", "exercise_tags"])
async def test_a_clone_is_not_stored_if_one_of_its_child_rows_cannot_be(
    client: ExerciseClient, owner: Pool, world: World, table: str
) -> None:
    id = await world.exercise_id("clamshell")
    await owner.execute(f"ALTER TABLE {table} ADD CONSTRAINT nothing_new CHECK (organization_id IS NULL) NOT VALID")
    counts = "SELECT (SELECT count(*) FROM exercises), (SELECT count(*) FROM exercise_instructions)"
    before = await owner.fetchrow(counts)
    try:
        response = await client.api.post(CLONE, client.coach, id=id, organizationId=str(client.organization.id))
    finally:
        await owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT nothing_new")
    assert response.json()["errors"]
    assert await owner.fetchrow(counts) == before


async def test_the_draft_source_of_a_published_clone_is_not_shown_to_members(
    client: ExerciseClient, api: Api, world: World
) -> None:
    draft = await client.create(status="DRAFT")
    clone = await client.clone(draft["id"])
    await client.update(clone["id"], status="PUBLISHED")
    read = "query ($id: ID!) { exercise(id: $id) { forkedFrom { id } } }"
    seen = [(await api.run(read, who, id=clone["id"]))["exercise"]["forkedFrom"] for who in (
        client.organization.coach, client.organization.member)]  # fmt: skip
    assert seen == [{"id": draft["id"]}, None]
