"""An export has a scope's own taxonomy terms and overrides, and an import stores them; terms are named as people do."""

from typing import Any  # inputs and answers are JSON

import orjson
import pytest

from kinegraph.exchange.rules import Plan
from kinegraph.formats.records import Format
from kinegraph.kit.database import Database
from tests.conftest import Api, Organization, World
from tests.exchange.files import KEEP, Pool, bring, everything, exported, take, verdicts
from tests.exercise.documents import create
from tests.taxonomy.terms import make

OURS = Format.KINEGRAPH_JSON
UPSERT = """
mutation ($id: ID!, $organization: ID!, $overrides: ExerciseOverrideInput!) {
  upsertExerciseOverride(exerciseId: $id, organizationId: $organization, overrides: $overrides) { userErrors { code } }
}
"""
READ = """
query ($id: ID!) { organization(id: $id) { exerciseLibrary(source: CUSTOMIZED) { nodes {
  slug name difficulty aliases customizedFields overrides { field canonicalValue isDrifted updatedBy { id } } } } } }
"""


@pytest.fixture
async def gyms(world: World) -> tuple[Organization, Organization]:
    """Two organizations without exercises."""
    return await world.organization(), await world.organization()


async def override(api: Api, owner: Pool, whose: Organization, slug: str, **values: Any) -> None:
    """Override a canonical exercise."""
    id = await owner.fetchval("SELECT id FROM exercises WHERE slug = $1 AND organization_id IS NULL", slug)
    await api.run(UPSERT, whose.coach, id=str(id), organization=str(whose.id), overrides=values)


async def customized(api: Api, whose: Organization) -> list[dict[str, Any]]:
    """The exercises that an organization overrides, as its coach sees them."""
    found = await api.run(READ, whose.coach, id=str(whose.id))
    nodes: list[dict[str, Any]] = found["organization"]["exerciseLibrary"]["nodes"]
    return nodes


def beside(plan: Plan) -> tuple[int, int, list[str]]:
    """The numbers of new and of existing terms, and the verdicts on overrides."""
    return len(plan.new_terms), plan.existing_terms, [str(each.verdict) for each in plan.overrides]


async def test_what_one_organization_exports_another_one_imports_whole(
    api: Api, database: Database, owner: Pool, gyms: tuple[Organization, Organization]
) -> None:
    one, other = gyms
    above = await make(api, one.coach, one, "CATEGORY", "Übungen 💪")
    below = await make(api, one.coach, one, "CATEGORY", "Below", parentId=above["id"])
    hooks = [await make(api, one.coach, one, "EQUIPMENT", name) for name in ("Hook C++", "Hook C#")]
    await make(api, other.coach, other, "EQUIPMENT", "Hook C#")
    await create(api, one.coach, one, name="Own", termIds=[below["id"], *(term["id"] for term in hooks)])
    await override(api, owner, one, "back-squat", name="כריעה", aliases=["Row, Seated", "שורה"], difficulty=5)
    file = await exported(database, one.slug)

    before = await everything(owner)
    same = await bring(database, one.slug, file, OURS)
    assert (verdicts(same), beside(same)) == (["unchanged"], (0, 4, ["unchanged"]))
    assert await everything(owner) == before

    plan = await bring(database, other.slug, file, OURS)
    assert (verdicts(plan), beside(plan)) == (["new"], (3, 1, ["new"]))
    (row,) = await take(database, other.slug)
    terms = await owner.fetch("SELECT name, slug FROM exercise_equipment WHERE organization_id = $1", other.id)
    assert {term["name"]: term["slug"] for term in terms} == {"Hook C#": "hook-c", "Hook C++": "hook-c-2"}
    assert (row["categories"], row["equipmentItems"]) == (["below"], ["hook-c", "hook-c-2"])
    (squat,) = await customized(api, other)
    assert (squat["name"], squat["aliases"], squat["difficulty"]) == ("כריעה", ["Row, Seated", "שורה"], 5)
    assert [(each["isDrifted"], each["updatedBy"]) for each in squat["overrides"]] == [(False, None)] * 3
    again = await bring(database, other.slug, file, OURS)
    assert (verdicts(again), beside(again)) == (["unchanged"], (0, 4, ["unchanged"]))


async def test_an_override_that_somebody_changed_is_left_alone_unless_overwritten(
    api: Api, database: Database, owner: Pool, gyms: tuple[Organization, Organization]
) -> None:
    one, _ = gyms
    await override(api, owner, one, "back-squat", difficulty=5)
    line = orjson.loads(await exported(database, one.slug))
    line["override"]["fields"]["difficulty"] = 1
    assert beside(await bring(database, one.slug, orjson.dumps(line), OURS)) == (0, 0, ["changed"])
    await override(api, owner, one, "back-squat", difficulty=4)
    assert beside(await bring(database, one.slug, orjson.dumps(line), OURS)) == (0, 0, ["edited"])
    assert [each["difficulty"] for each in await customized(api, one)] == [4]
    await bring(database, one.slug, orjson.dumps(line), OURS, overwrite=True)
    assert [each["difficulty"] for each in await customized(api, one)] == [1]


async def test_what_cannot_be_stored_beside_exercises_is_refused_with_its_row_and_field(
    database: Database, gyms: tuple[Organization, Organization]
) -> None:
    rows = [
        {"taxonomyTerm": {"kind": "tool", "name": "x"}},
        {"taxonomyTerm": {"kind": "body_region", "name": "x", "slug": "A"}},
        {"taxonomyTerm": {"kind": "category", "name": "x", "slug": "x", "parent": "nowhere"}},
        {"taxonomyTerm": {"kind": "category", "name": "loop", "slug": "loop", "parent": "loop"}},
        {"override": {"name": "Nothing", "fields": {"name": "x"}}},
        {"override": {"slug": "back-squat", "name": "Back Squat", "fields": {"slug": "x", "difficulty": "hard"}}},
        {"override": 7},
        {"override": {"name": "Back Squat", "slug": "\0", "fields": {}}},
        {"taxonomyTerm": {"kind": "category", "name": "y", "slug": "y", "parent": "\0"}},
    ]
    plan = await bring(database, gyms[0].slug, rows, OURS, skip_rejected=True)
    found = [str(fault).partition(": ")[0] for fault in plan.faults]
    assert found == [
        'row 1 ("x"), field kind',
        'row 2 ("x"), field slug',
        'row 2 ("x"), field bodyArea',
        'row 3 ("x"), field parent',
        'row 4 ("loop"), field parent',
        'row 5 ("Nothing"), field name',
        'row 6 ("Back Squat"), field slug',
        'row 6 ("Back Squat"), field difficulty',
        "row 7, field (the row)",
        'row 8 ("Back Squat"), field slug',
        'row 9 ("y"), field parent',
    ]
    canonical = await bring(database, None, [{"override": {"name": "Back Squat", "fields": {}}}], OURS)
    assert [each.reason for each in canonical.skipped] == ["skipped, as the canonical library overrides nothing"]


async def test_a_term_is_found_by_its_name_in_place_of_its_slug(
    api: Api, database: Database, gyms: tuple[Organization, Organization]
) -> None:
    one, _ = gyms
    await make(api, one.coach, one, "EQUIPMENT", "Hook C++", slug="c")
    await make(api, one.coach, one, "EQUIPMENT", "C")
    await make(api, one.coach, one, "EQUIPMENT", "Band, long")
    file = 'name,bodyRegions,equipmentItems\nA,"Wrist / Hand, knee",hook c++\nB,HIP;Ankle / Foot,C\nC,,"band, Long"\n'
    await bring(database, one.slug, file, Format.CSV, duplicates=KEEP)
    found = [(row["bodyRegions"], row["equipmentItems"]) for row in await take(database, one.slug)]
    assert found == [(["knee", "wrist-hand"], ["c"]), (["ankle-foot", "hip"], ["c-2"]), ([], ["band-long"])]
    assert verdicts(await bring(database, one.slug, file, Format.CSV)) == ["unchanged"] * 3
    with pytest.raises(Exception, match="There is no term 'Toe'; create it first"):
        await bring(database, one.slug, "name,bodyRegions\nC,Toe\n", Format.CSV)


async def test_an_override_that_was_reset_is_none_for_lists_exports_and_imports(
    api: Api, database: Database, owner: Pool, gyms: tuple[Organization, Organization]
) -> None:
    one, _ = gyms
    await override(api, owner, one, "back-squat", difficulty=5)
    file = await exported(database, one.slug)
    id = await owner.fetchval("SELECT id FROM exercises WHERE slug = 'back-squat' AND organization_id IS NULL")
    await api.run(
        "mutation ($id: ID!, $of: ID!) { resetExerciseOverride(exerciseId: $id, organizationId: $of) { __typename } }",
        one.coach,
        id=str(id),
        of=str(one.id),
    )
    assert await customized(api, one) == []
    assert await exported(database, one.slug) == b""
    assert beside(await bring(database, one.slug, file, OURS)) == (0, 0, ["new"])
    assert [each["difficulty"] for each in await customized(api, one)] == [5]
