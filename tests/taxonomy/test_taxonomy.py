"""The three taxonomies: global terms, organizations' own, and the permissions to write them."""

import asyncio
from itertools import chain
from uuid import UUID

import asyncpg
import pytest

from kinegraph.canonical.rules_files import shipped_taxonomies
from kinegraph.canonical.store import act_as_curator
from kinegraph.canonical.store_taxonomies import seed_taxonomies
from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import create
from tests.taxonomy.terms import (
    CREATE,
    DELETE,
    KINDS,
    OF_ORGANIZATION,
    OF_QUERY,
    RENAME,
    TABLES,
    TAXONOMY,
    Json,
    every,
    make,
    tag,
)
from tests.workout.documents import Pool

CATEGORIES = {
    "Stretching": ["Static Stretching", "Dynamic Stretching", "PNF Stretching"],
    "Strengthening": ["Isometric", "Isotonic", "Plyometric"],
    "Balance & Proprioception": [],
    "Mobility": [],
    "Breathing & Relaxation": [],
}
REGIONS = {
    "Upper Body": ["Shoulder", "Elbow", "Wrist / Hand", "Cervical Spine"],
    "Core": ["Lumbar Spine", "Thoracic Spine", "Abdominals"],
    "Lower Body": ["Hip", "Knee", "Ankle / Foot", "Glutes"],
}
EQUIPMENT = ["No Equipment (bodyweight)", "Resistance Band", "Yoga Mat", "Dumbbell", "Swiss Ball", "Foam Roller",
             "Balance Board", "TheraBand"]  # fmt: skip


@pytest.fixture
async def gym(world: World) -> Organization:
    """An organization without terms of its own."""
    return await world.organization()


async def taxonomy(api: Api, person: Person, organization: Organization | None = None) -> Json:
    """The taxonomies as the person sees them, the same in both fields that show them."""
    found: Json = (await api.run(OF_QUERY, person, id=str(organization.id) if organization else None))["taxonomy"]
    if organization:
        data = await api.run(OF_ORGANIZATION, person, id=str(organization.id))
        assert data["organization"]["taxonomy"] == found
    return found


async def test_the_global_trees_are_those_of_the_seed_in_its_order(api: Api, world: World) -> None:
    found = await taxonomy(api, await world.person())
    categories = {term["name"]: [below["name"] for below in term["children"]] for term in found["categories"]}
    assert list(categories.items()) == list(CATEGORIES.items())
    regions: dict[str, list[str]] = {}
    for term in found["bodyRegions"]:
        regions.setdefault(term["bodyArea"], []).append(term["name"])
    assert {area: regions[area] for area in REGIONS} == REGIONS
    assert [term["name"] for term in found["bodyRegions"]] == [*chain(*REGIONS.values()), "Full Body"]
    assert [term["name"] for term in found["equipment"]] == EQUIPMENT
    assert {term["organization"] and term["organization"]["id"] for term in every(found)} == {None}
    assert len(every(found)) == len({term["slug"] for term in every(found)}) == 11 + 12 + 8


async def test_seeding_again_changes_no_term_nor_a_name_that_was_edited(
    api: Api, world: World, admin: Person, owner: Pool
) -> None:
    before = await taxonomy(api, admin)
    id = before["equipment"][-1]["id"]
    await api.run(RENAME, admin, id=id, name="Latex Band")
    stored = [await owner.fetch(f"SELECT * FROM {table} ORDER BY id") for table in TABLES.values()]
    async with world.database.write(act_as_curator) as session:
        await seed_taxonomies(session, shipped_taxonomies())
    assert [await owner.fetch(f"SELECT * FROM {table} ORDER BY id") for table in TABLES.values()] == stored
    await api.run(RENAME, admin, id=id, name="TheraBand")
    assert await taxonomy(api, admin) == before


@pytest.mark.parametrize("kind", KINDS)
async def test_an_organizations_own_terms_are_listed_after_the_global_ones(
    api: Api, gym: Organization, kind: str
) -> None:
    term = await make(api, gym.coach, gym, kind, "  Kite & Board ")
    assert (term["name"], term["slug"], term["kind"]) == ("Kite & Board", "kite-board", kind)
    assert (term["organization"], term["parent"]) == ({"id": str(gym.id)}, None)
    assert term["bodyArea"] == ("Core" if kind == "BODY_REGION" else None)
    name = {"CATEGORY": "categories", "BODY_REGION": "bodyRegions", "EQUIPMENT": "equipment"}[kind]
    for person in (gym.coach, gym.member, gym.owner):
        assert (await taxonomy(api, person, gym))[name][-1]["id"] == term["id"]


async def test_no_term_of_another_organization_is_shown_even_to_a_member_of_both(
    api: Api, world: World, gym: Organization, admin: Person
) -> None:
    other = await world.organization()
    both = await world.join(gym.id, "coach")
    await world.join(other.id, "coach", both)
    stretching = (await taxonomy(api, both))["categories"][0]["id"]
    mine, theirs = set(), set()
    for kind in KINDS:
        mine.add((await make(api, both, gym, kind, "Mine"))["id"])
        theirs.add((await make(api, both, other, kind, "Theirs"))["id"])
    for organization, ids in ((gym, mine), (other, theirs)):
        below = await make(api, both, organization, "CATEGORY", "Below", parentId=stretching)
        deeper = await make(api, both, organization, "CATEGORY", "Deeper", parentId=below["id"])
        ids |= {below["id"], deeper["id"]}
    assert _own(await taxonomy(api, both, gym)) == mine
    assert _own(await taxonomy(api, both, other)) == theirs
    for person in (both, admin, await world.person()):
        assert _own(await taxonomy(api, person)) == set()
    for stranger in (admin, other.owner):
        assert _own(await taxonomy_of_query(api, stranger, gym)) == set()
    data = await api.run(f"{{ viewer {{ memberships {{ organization {{ id taxonomy {TAXONOMY} }} }} }} }}", both)
    seen = {m["organization"]["id"]: _own(m["organization"]["taxonomy"]) for m in data["viewer"]["memberships"]}
    assert seen == {str(gym.id): mine, str(other.id): theirs}


async def taxonomy_of_query(api: Api, person: Person, organization: Organization) -> Json:
    """The answer of the root field for an organization."""
    found: Json = (await api.run(OF_QUERY, person, id=str(organization.id)))["taxonomy"]
    return found


def _own(found: Json) -> set[str]:
    """The terms of organizations in a taxonomy."""
    return {term["id"] for term in every(found) if term["organization"]}


async def test_a_tag_shown_beside_another_organizations_shows_only_its_own_organizations_children(
    api: Api, world: World, gym: Organization
) -> None:
    other = await world.organization()
    both = await world.join(gym.id, "coach")
    await world.join(other.id, "coach", both)
    mobility = next(t for t in (await taxonomy(api, both))["categories"] if t["slug"] == "mobility")["id"]
    ids = []
    for organization in (gym, other):
        await make(api, both, organization, "CATEGORY", f"Below {organization.slug}", parentId=mobility)
        exercise = (await create(api, both, organization))["id"]
        await tag(api, both, exercise, mobility)
        ids.append(exercise)
    shown = "{ categories { slug children { slug } } }"
    text = f"query ($a: ID!, $b: ID!) {{ a: exercise(id: $a) {shown} b: exercise(id: $b) {shown} }}"
    data = await api.run(text, both, a=ids[0], b=ids[1])
    for name, organization in (("a", gym), ("b", other)):
        assert data[name]["categories"] == [{"slug": "mobility", "children": [{"slug": f"below-{organization.slug}"}]}]


@pytest.mark.parametrize("kind", KINDS)
async def test_global_terms_are_written_by_platform_admins_alone(
    api: Api, world: World, admin: Person, gym: Organization, kind: str
) -> None:
    term = await make(api, admin, None, kind, f"Global {kind}")
    area = {"bodyArea": "Core"} if kind == "BODY_REGION" else {}
    for person in (gym.owner, gym.coach, gym.member, await world.person()):
        input = {"kind": kind, "name": "Mine", **area}
        assert await api.refusals(CREATE, person, input=input) == [("FORBIDDEN", ["input", "organizationId"])]
        assert await api.refusals(RENAME, person, id=term["id"], name="x") == [("FORBIDDEN", ["id"])]
        assert await api.refusals(DELETE, person, id=term["id"]) == [("FORBIDDEN", ["id"])]
    assert (await api.run(RENAME, admin, id=term["id"], name="New"))["renameTaxonomyTerm"]["term"]["slug"] == term[
        "slug"
    ]
    assert (await api.run(DELETE, admin, id=term["id"]))["deleteTaxonomyTerm"]["deletedId"] == term["id"]


@pytest.mark.parametrize("kind", KINDS)
async def test_an_organizations_terms_are_written_by_its_coaches_alone_and_do_not_exist_for_others(
    api: Api, world: World, admin: Person, gym: Organization, kind: str
) -> None:
    term = await make(api, gym.coach, gym, kind, "Ours")
    area = {"bodyArea": "Core"} if kind == "BODY_REGION" else {}
    input = {"organizationId": str(gym.id), "kind": kind, "name": "Mine", **area}
    strangers = (admin, (await world.organization()).owner, await world.person())
    for person, code in ((gym.member, "FORBIDDEN"), *((stranger, "NOT_FOUND") for stranger in strangers)):
        assert await api.refusals(CREATE, person, input=input) == [(code, ["input", "organizationId"])]
        assert await api.refusals(RENAME, person, id=term["id"], name="x") == [(code, ["id"])]
        assert await api.refusals(DELETE, person, id=term["id"]) == [(code, ["id"])]
    for role in ("owner", "admin", "coach"):
        person = await world.join(gym.id, role)
        assert (await api.run(RENAME, person, id=term["id"], name=role))["renameTaxonomyTerm"]["term"]["name"] == role
    assert (await api.run(DELETE, gym.coach, id=term["id"]))["deleteTaxonomyTerm"]["deletedId"] == term["id"]
    assert await api.refusals(DELETE, gym.coach, id=term["id"]) == [("NOT_FOUND", ["id"])]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_slug_is_unique_in_its_taxonomy_and_scope_also_under_concurrency(
    api: Api, world: World, admin: Person, gym: Organization, kind: str
) -> None:
    area = {"bodyArea": "Core"} if kind == "BODY_REGION" else {}
    input = {"organizationId": str(gym.id), "kind": kind, "name": "Twice", **area}
    found = await asyncio.gather(*(api.refusals(CREATE, gym.coach, input=input) for _ in range(6)))
    assert sorted(found) == [[], *[[("CONFLICT", ["input", "name"])]] * 5]
    for person, organization in ((admin, None), ((other := await world.organization()).coach, other)):
        assert (await make(api, person, organization, kind, "Twice", slug="twice"))["slug"] == "twice"


@pytest.mark.parametrize("stranger", ["coach of another", "platform admin", "nobody's"])
async def test_row_level_security_alone_hides_an_organizations_terms_from_strangers(
    api: Api, world: World, admin: Person, gym: Organization, stranger: str
) -> None:
    other = await world.organization()
    who = {"coach of another": other.coach, "platform admin": admin}.get(stranger) or await world.person()
    for kind, table in TABLES.items():
        term = await make(api, gym.coach, gym, kind, f"Hidden {kind}")
        async with world.writing_as(who) as session:
            assert await session.fetch(f"SELECT FROM {table} WHERE organization_id = $1", gym.id) == []
            for change in ("UPDATE {} SET name = 'taken' WHERE id = $1", "DELETE FROM {} WHERE id = $1"):
                assert await session.run(change.format(table), UUID(term["id"])) == 0
        for organization_id in (gym.id, None) if who is not admin else (gym.id,):
            area = (", body_area", ", 'Core'") if kind == "BODY_REGION" else ("", "")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with world.writing_as(who) as session:
                    await session.run(
                        f"INSERT INTO {table} (organization_id, name, slug{area[0]}) VALUES ($1, 'x', 'x'{area[1]})",
                        organization_id,
                    )
