"""An export has all stored values: imported into its scope it changes nothing, into another it makes equal rows."""

from typing import Any  # inputs and answers are JSON

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinegraph.canonical.rules_files import shipped_files
from kinegraph.exchange.rules_fields import FIELDS
from kinegraph.exercise.rules_columns import api_name
from kinegraph.exercise.rules_details import condition_key
from kinegraph.formats.records import Format
from kinegraph.kit.database import Database
from tests.conftest import Api, Organization, World
from tests.exchange.files import EDIT, KEEP, Pool, bring, everything, free, take, verdicts, without_ids
from tests.exercise.documents import create

OURS = Format.KINEGRAPH_JSON
LAW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
TERM = """
mutation ($input: CreateTaxonomyTermInput!) { createTaxonomyTerm(input: $input) { term { id } userErrors { code } } }
"""

TEXT = st.sampled_from(["x", "סט", "Присед", "💪", "a\nb", 'say "so"', "a; b", "a, b", "a|b", "\\", "null", "=1+1"])
LINE = st.sampled_from(["x", "סט", "Присед", "💪", 'say "so"', "a; b", "a, b", "a|b", "\\", "null"])
LINES = st.lists(LINE, max_size=4, unique=True)
ROW = st.fixed_dictionaries(
    {"name": st.sampled_from(["Push", "pushes", "Присед", "סט", "A  B", "!!!"])},
    optional={
        "status": st.sampled_from(["draft", "published", "archived"]),
        "description": st.one_of(st.none(), TEXT),
        "category": st.sampled_from(["strength", "cardio", "SPORT_SPECIFIC"]),
        "movementPattern": st.sampled_from([None, "squat", "oly"]),
        "isUnilateral": st.booleans(),
        "primaryMuscles": LINES,
        "aliases": LINES,
        "cues": LINES,
        "difficulty": st.sampled_from([None, 1, 5]),
        "videoUrl": st.sampled_from([None, "https://video.example/1"]),
        "licenseAttribution": st.one_of(st.none(), TEXT),
        "instructions": st.lists(st.fixed_dictionaries({"type": st.just("step"), "body": TEXT}), max_size=3),
        "contraindications": st.lists(
            st.fixed_dictionaries({"condition": LINE, "severity": st.just("absolute")}, optional={"description": TEXT}),
            max_size=3,
            unique_by=lambda each: condition_key(each["condition"]),
        ),
        "bodyRegions": st.lists(st.sampled_from(["knee", "hip"]), unique=True),
        "fatigueScore": st.sampled_from([None, 1, 10]),
    },
)


def lines(rows: list[dict[str, Any]]) -> bytes:
    """Rows as an export has them."""
    return b"\n".join(map(orjson.dumps, rows))


@given(st.lists(ROW, min_size=1, max_size=5))
@LAW
async def test_export_import_export_is_the_identity(
    database: Database, world: World, rows: list[dict[str, Any]]
) -> None:
    one, other = await world.organization(), await world.organization()
    file = [{**row, "importKey": f"row {position}"} for position, row in enumerate(rows)]
    assert len((await bring(database, one.slug, file, OURS, duplicates=KEEP)).written) == len(rows)
    first = await take(database, one.slug)
    assert set(verdicts(await bring(database, one.slug, lines(first), OURS))) == {"unchanged"}
    await bring(database, other.slug, lines(first), OURS, duplicates=KEEP)
    assert sorted(map(str, without_ids(await take(database, other.slug)))) == sorted(map(str, without_ids(first)))
    assert set(verdicts(await bring(database, other.slug, lines(first), OURS))) == {"unchanged"}


async def made(api: Api, organization: Organization) -> None:
    """Create two exercises of one name and slug with every field of the API, and an own term."""
    input = {"organizationId": str(organization.id), "kind": "BODY_REGION", "name": "Left Toe", "bodyArea": "Feet"}
    term = (await api.run(TERM, organization.coach, input=input))["createTaxonomyTerm"]["term"]["id"]
    exercise = {
        "name": "Toe Raise",
        "slug": "toe-raise",
        "status": "DRAFT",
        "aliases": ["one", "two"],
        "instructions": [{"type": "SAFETY", "body": "Mind the toe."}],
        "contraindications": [{"condition": "Sore toe", "severity": "ABSOLUTE", "description": "Ouch."}],
        "termIds": [term],
    }
    for _ in range(2):
        await create(api, organization.coach, organization, **exercise)


async def test_rows_that_were_never_imported_are_recognized_and_left_unchanged(
    api: Api, world: World, database: Database, owner: Pool
) -> None:
    organization = await world.organization()
    await made(api, organization)
    rows = await take(database, organization.slug)
    assert [row["bodyRegions"] for row in rows] == [["left-toe"]] * 2
    before = await everything(owner)
    assert verdicts(await bring(database, organization.slug, lines(rows), OURS)) == ["unchanged"] * 2
    assert await everything(owner) == before


async def test_an_exported_row_that_is_edited_in_the_file_is_imported_unless_it_was_edited_here_too(
    api: Api, world: World, database: Database
) -> None:
    organization = await world.organization()
    await made(api, organization)
    first, second = await take(database, organization.slug)
    changed = lines([{**first, "difficulty": 4}, second])
    assert verdicts(await bring(database, organization.slug, changed, OURS)) == ["changed", "unchanged"]
    assert [row["difficulty"] for row in await take(database, organization.slug)] == [4, None]
    await api.run(EDIT, organization.coach, id=first["id"], input={"difficulty": 1})
    stale = lines([{**first, "difficulty": 5}])
    assert verdicts(await bring(database, organization.slug, stale, OURS)) == ["edited"]


async def test_a_term_that_the_other_organization_lacks_is_a_fault(api: Api, world: World, database: Database) -> None:
    organization, other = await world.organization(), await world.organization()
    await made(api, organization)
    rows = await take(database, organization.slug)
    plan = await bring(database, other.slug, lines(rows), OURS, skip_rejected=True, duplicates=KEEP)
    assert [str(fault) for fault in plan.faults] == [
        f"row {row} (\"Toe Raise\"), field bodyRegions: There is no term 'left-toe'; create it first." for row in (1, 2)
    ]
    assert await take(database, other.slug) == []


async def test_the_shipped_library_exported_or_as_it_ships_changes_nothing(database: Database, owner: Pool) -> None:
    rows = await take(database, None)
    before = await everything(owner)
    assert set(verdicts(await bring(database, None, lines(rows), OURS))) == {"unchanged"}
    for _, content in shipped_files():
        assert set(verdicts(await bring(database, None, content, OURS))) == {"unchanged"}
    assert await everything(owner) == before


async def test_the_canonical_library_is_imported_whole_into_an_organization(world: World, database: Database) -> None:
    organization = await world.organization()
    rows = await take(database, None)
    plan = await bring(database, organization.slug, lines(rows), OURS)
    assert len(plan.written) == len(rows)
    assert without_ids(await take(database, organization.slug)) == without_ids(rows)


async def test_an_export_is_in_a_stable_order_and_has_every_field(world: World, database: Database) -> None:
    organization = await world.organization()
    await bring(database, organization.slug, [free("b"), free("a"), free("C")])
    rows = await take(database, organization.slug)
    assert [row["name"] for row in rows] == ["C", "a", "b"]
    assert {*rows[0]} == {"id", "importKey", "contentHash", *map(api_name, FIELDS)}


async def test_a_row_of_the_canonical_files_gets_the_contraindications_of_its_training(
    world: World, database: Database
) -> None:
    organization = await world.organization()
    training = {"class": "isolation", "stressors": ["open_chain_knee_extension", "external_load"]}
    await bring(database, organization.slug, [{"importKey": "a", "name": "a", "training": training}], OURS)
    (row,) = await take(database, organization.slug)
    assert "acl_reconstruction" in {each["condition"] for each in row["contraindications"]}
    wrong = [
        {"importKey": "b", "name": "b", "training": {"class": "no_such_class", "stressors": []}},
        {"importKey": "c", "name": "c", "training": 7, "bodyRegions": 7},
    ]
    plan = await bring(database, organization.slug, wrong, OURS, skip_rejected=True)
    assert [str(fault).partition(", field ")[2] for fault in plan.faults][:1] == [
        "training: class: there is no class 'no_such_class'"
    ]
    assert len(plan.faults) >= 2
