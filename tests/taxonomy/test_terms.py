"""Single terms: valid values and parents, deletion; and the tags of the shipped library."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kinegraph.kit.text import slug_of
from tests.conftest import Api, Organization, World
from tests.exercise.documents import DELETE as DELETE_EXERCISE
from tests.exercise.documents import create
from tests.shipped import entries
from tests.taxonomy.terms import CREATE, DELETE, KINDS, RENAME, TABLES, TAG, Json, make, tag
from tests.workout.documents import Pool

BAD: list[tuple[Json, list[str]]] = [
    ({"name": "  "}, ["name"]),
    ({"name": "x" * 101}, ["name"]),
    ({"name": "a\nb"}, ["name"]),
    ({"name": "a\0b", "slug": "a"}, ["name"]),
    ({"name": "!!!", "slug": ""}, ["slug"]),
    ({"name": "ok", "slug": "Big"}, ["slug"]),
    ({"name": "ok", "slug": "a--b"}, ["slug"]),
    ({"name": "ok", "slug": "-a"}, ["slug"]),
    ({"name": "ok", "slug": "a b"}, ["slug"]),
    ({"name": "ok", "slug": "x" * 101}, ["slug"]),
    ({"name": "ok", "bodyArea": "Core"}, ["bodyArea"]),
    ({"name": "ok", "kind": "BODY_REGION"}, ["bodyArea"]),
    ({"name": "ok", "kind": "BODY_REGION", "bodyArea": " "}, ["bodyArea"]),
    ({"name": "ok", "kind": "BODY_REGION", "bodyArea": "x" * 101}, ["bodyArea"]),
    ({"name": "ok", "parentId": "x"}, ["parentId"]),
]


@pytest.fixture
async def gym(world: World) -> Organization:
    """An organization without terms of its own."""
    return await world.organization()


@pytest.mark.parametrize(("values", "path"), BAD, ids=str)
async def test_an_invalid_term_is_refused_at_the_path_of_its_fault(
    api: Api, gym: Organization, owner: Pool, values: Json, path: list[str]
) -> None:
    input = {"organizationId": str(gym.id), "kind": "CATEGORY", **values}
    assert await api.refusals(CREATE, gym.coach, input=input) == [("INVALID_INPUT", ["input", *path])]
    count = "SELECT count(*) FROM exercise_categories WHERE organization_id = $1"
    assert await owner.fetchval(count, gym.id) == 0


async def test_all_faults_of_a_term_are_refused_together(api: Api, gym: Organization) -> None:
    input = {"organizationId": str(gym.id), "kind": "EQUIPMENT", "name": "", "slug": "A", "bodyArea": "x",
             "parentId": str(uuid4())}  # fmt: skip
    found = await api.refusals(CREATE, gym.coach, input=input)
    assert sorted(path[1] for _, path in found) == ["bodyArea", "name", "parentId", "slug"]


@pytest.mark.parametrize("name", ["Йога и баланс", "כדור פיזיו", "腕立て伏せ", "Élan — vital", "100 %", "스쿼트"])
async def test_a_name_in_any_script_makes_a_valid_slug(api: Api, gym: Organization, name: str) -> None:
    term = await make(api, gym.coach, gym, "EQUIPMENT", name)
    assert (await make(api, gym.coach, gym, "CATEGORY", "Again", slug=term["slug"]))["slug"] == term["slug"]


@given(name=st.text(max_size=120))
@example(name="™")
@example(name="ǅ")
@example(name="K" * 99 + "ﷺ")
def test_a_slug_is_lower_case_and_the_slug_of_itself(name: str) -> None:
    slug = slug_of(name)
    assert slug == slug.lower() and len(slug) <= 100 and slug_of(slug) == slug


async def test_a_category_nests_below_a_global_one_or_one_of_its_organization_alone(
    api: Api, world: World, gym: Organization
) -> None:
    admin = await world.person(is_platform_admin=True)
    other = await world.organization()
    above = await make(api, admin, None, "CATEGORY", f"Above {gym.slug}")
    ours = await make(api, gym.coach, gym, "CATEGORY", "Ours", parentId=above["id"])
    deep = await make(api, gym.coach, gym, "CATEGORY", "Deep", parentId=ours["id"])
    assert (ours["parent"]["id"], deep["parent"]["id"]) == (above["id"], ours["id"])
    theirs = await make(api, other.coach, other, "CATEGORY", "Theirs")
    band = await make(api, gym.coach, gym, "EQUIPMENT", "Band")
    both = await world.join(gym.id, "coach")
    await world.join(other.id, "coach", both)
    for person, whose, parent in (
        (gym.coach, gym, theirs), (both, gym, theirs), (both, other, ours), (admin, None, ours), (gym.coach, gym, band)
    ):  # fmt: skip
        input = {"organizationId": str(whose.id) if whose else None, "kind": "CATEGORY", "name": "Below",
                 "parentId": parent["id"]}  # fmt: skip
        assert await api.refusals(CREATE, person, input=input) == [("NOT_FOUND", ["input", "parentId"])]
    for kind in ("EQUIPMENT", "BODY_REGION"):
        area = {"bodyArea": "Core"} if kind == "BODY_REGION" else {}
        input = {"organizationId": str(gym.id), "kind": kind, "name": "x", "parentId": above["id"], **area}
        assert await api.refusals(CREATE, gym.coach, input=input) == [("INVALID_INPUT", ["input", "parentId"])]


async def test_the_database_refuses_a_category_below_another_organizations(
    api: Api, world: World, gym: Organization, owner: Pool
) -> None:
    other = await world.organization()
    theirs = UUID((await make(api, other.coach, other, "CATEGORY", "Theirs"))["id"])
    refused = (asyncpg.ForeignKeyViolationError, asyncpg.CheckViolationError)
    for whose in (gym.id, None):
        for claimed in (None, gym.id, other.id):
            with pytest.raises(refused):
                await owner.execute(
                    "INSERT INTO exercise_categories "
                    "(organization_id, name, identity, slug, parent_id, parent_organization_id) "
                    "VALUES ($1, 'x', 'x', 'x', $2, $3)",
                    whose,
                    theirs,
                    claimed,
                )


@pytest.mark.parametrize("kind", KINDS)
async def test_a_term_cannot_be_deleted_while_anything_refers_to_it(api: Api, gym: Organization, kind: str) -> None:
    term = await make(api, gym.coach, gym, kind, "Used")
    exercise = (await create(api, gym.coach, gym, termIds=[term["id"]]))["id"]
    assert await api.refusals(DELETE, gym.coach, id=term["id"]) == [("CONFLICT", ["id"])]
    await tag(api, gym.coach, exercise)
    assert (await api.run(DELETE, gym.coach, id=term["id"]))["deleteTaxonomyTerm"]["deletedId"] == term["id"]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_global_term_that_only_an_organization_uses_cannot_be_deleted(
    api: Api, world: World, gym: Organization, kind: str
) -> None:
    admin = await world.person(is_platform_admin=True)
    term = await make(api, admin, None, kind, f"Global {gym.slug}")
    exercise = (await create(api, gym.coach, gym, termIds=[term["id"]]))["id"]
    assert await api.refusals(DELETE, admin, id=term["id"]) == [("CONFLICT", ["id"])]
    await tag(api, gym.coach, exercise)
    assert (await api.run(DELETE, admin, id=term["id"]))["deleteTaxonomyTerm"]["deletedId"] == term["id"]


async def test_a_category_can_be_deleted_only_after_its_children(api: Api, gym: Organization) -> None:
    above = await make(api, gym.coach, gym, "CATEGORY", "Above")
    below = await make(api, gym.coach, gym, "CATEGORY", "Below", parentId=above["id"])
    assert await api.refusals(DELETE, gym.coach, id=above["id"]) == [("CONFLICT", ["id"])]
    for term in (below, above):
        assert (await api.run(DELETE, gym.coach, id=term["id"]))["deleteTaxonomyTerm"]["deletedId"] == term["id"]


async def test_a_term_that_only_deleted_exercises_have_can_be_deleted(api: Api, gym: Organization) -> None:
    term = await make(api, gym.coach, gym, "CATEGORY", "Used once")
    exercise = (await create(api, gym.coach, gym, termIds=[term["id"]]))["id"]
    await api.run(DELETE_EXERCISE, gym.coach, id=exercise)
    assert await api.refusals(TAG, gym.coach, id=exercise, termIds=[]) == [("NOT_FOUND", ["id"])]
    assert (await api.run(DELETE, gym.coach, id=term["id"]))["deleteTaxonomyTerm"]["deletedId"] == term["id"]


async def test_of_a_concurrent_deletion_of_a_parent_and_creation_of_a_child_one_is_refused(
    api: Api, gym: Organization, owner: Pool
) -> None:
    for number in range(10):
        above = (await make(api, gym.coach, gym, "CATEGORY", f"Above {number}"))["id"]
        input = {"organizationId": str(gym.id), "kind": "CATEGORY", "name": f"Below {number}", "parentId": above}
        created, deleted = await asyncio.gather(
            api.refusals(CREATE, gym.coach, input=input), api.refusals(DELETE, gym.coach, id=above)
        )
        remaining = await owner.fetchval("SELECT count(*) FROM exercise_categories WHERE id = $1", UUID(above))
        below = await owner.fetchval("SELECT count(*) FROM exercise_categories WHERE parent_id = $1", UUID(above))
        assert (created, deleted, remaining, below) in (
            ([], [("CONFLICT", ["id"])], 1, 1),
            ([("NOT_FOUND", ["input", "parentId"])], [], 0, 0),
        )


async def test_of_concurrent_deletions_of_a_term_one_succeeds(api: Api, gym: Organization) -> None:
    term = await make(api, gym.coach, gym, "EQUIPMENT", "Rope")
    found = await asyncio.gather(*(api.refusals(DELETE, gym.coach, id=term["id"]) for _ in range(5)))
    assert sorted(found) == [[], *[[("NOT_FOUND", ["id"])]] * 4]


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\nb", "a\0"])
async def test_an_invalid_new_name_is_refused_and_the_old_one_stays(
    api: Api, gym: Organization, owner: Pool, name: str
) -> None:
    term = await make(api, gym.coach, gym, "EQUIPMENT", "Rope")
    assert await api.refusals(RENAME, gym.coach, id=term["id"], name=name) == [("INVALID_INPUT", ["name"])]
    row = await owner.fetchrow(f"SELECT name, slug FROM {TABLES['EQUIPMENT']} WHERE id = $1", UUID(term["id"]))
    assert tuple(row) == ("Rope", "rope")


def tags(entry: Json, kind: str) -> set[str]:
    """The slugs of an entry's terms of one kind."""
    return {term["slug"] for term in entry["terms"] if term["kind"] == kind}


def test_every_shipped_exercise_has_a_category_and_a_body_region() -> None:
    bare = [entry["slug"] for entry in entries() if not tags(entry, "category") or not tags(entry, "body_region")]
    assert bare == []


def test_shipped_exercises_are_tagged_with_the_catalogued_equipment_that_they_require_or_with_none() -> None:
    catalogued = ("dumbbell", "resistance_band", "foam_roller", "swiss_ball", "yoga_mat", "balance_board")
    for entry in entries():
        needed = {name.replace("_", "-") for name in entry["equipment"] if name in catalogued}
        assert needed <= tags(entry, "equipment"), entry["slug"]
        assert ("no-equipment" in tags(entry, "equipment")) is (entry["equipment"] == []), entry["slug"]


def test_every_shipped_exercise_has_its_own_steps_for_the_athlete_and_instructions_of_several_types() -> None:
    for entry in entries():
        types = [each["type"] for each in entry["instructions"]]
        assert types.count("step") >= 2 and len(set(types)) >= 4, entry["slug"]
        assert types.index("step") > types.index("preparation"), entry["slug"]
    bodies = [each["body"] for entry in entries() for each in entry["instructions"]]
    assert len(set(bodies)) == len(bodies) and min(map(len, bodies)) > 20
    notes = {cue for entry in entries() for cue in (*entry["cues"], entry["athlete_notes"])}
    assert notes & set(bodies) == set()


async def test_the_shipped_library_is_stored_with_all_of_its_tags_and_instructions(owner: Pool) -> None:
    stored = {
        row.slug: (row.tags, row.instructions, row.contraindications)
        for row in await owner.fetch(
            """
            SELECT slug, (SELECT count(*) FROM exercise_tags WHERE exercise_id = e.id) AS tags,
                   (SELECT count(*) FROM exercise_instructions WHERE exercise_id = e.id) AS instructions,
                   (SELECT count(*) FROM exercise_contraindications WHERE exercise_id = e.id) AS contraindications
            FROM exercises e WHERE slug IS NOT NULL AND organization_id IS NULL
            """
        )
    }
    wanted = {
        entry["slug"]: tuple(len(entry[name]) for name in ("terms", "instructions", "contraindications"))
        for entry in entries()
    }
    assert stored == wanted
