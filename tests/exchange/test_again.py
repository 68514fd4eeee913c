"""A second import: unchanged rows stay, changes of the file are stored, edited rows are left alone."""

import asyncio
from typing import Any  # inputs and answers are JSON

import pytest

from kinegraph.canonical.jobs import seed_library
from kinegraph.canonical.rules_files import shipped_files
from kinegraph.formats.records import Format
from kinegraph.kit.database import Database
from tests.conftest import Api, Organization, World
from tests.exchange.files import EDIT, Pool, bring, everything, free, stored, take, verdicts

DELETE = "mutation ($id: ID!) { deleteExercise(id: $id) { userErrors { code } } }"


@pytest.fixture
async def organization(world: World) -> Organization:
    """An organization without exercises."""
    return await world.organization()


async def edit(api: Api, organization: Organization, name: str, owner: Pool, **values: Any) -> None:
    """Change the exercise of this name by a coach."""
    (row,) = [row for row in await stored(owner, organization.id) if row.name == name]
    await api.run(EDIT, organization.coach, id=str(row.id), input=values)


async def test_importing_the_same_file_again_writes_no_row_of_any_table(
    database: Database, organization: Organization, owner: Pool
) -> None:
    file = [free("Alpha Pull"), free("Beta Pull", instructions=[])]
    await bring(database, organization.slug, file)
    before = await everything(owner)
    assert verdicts(await bring(database, organization.slug, file)) == ["unchanged", "unchanged"]
    assert await everything(owner) == before


async def test_a_dry_run_writes_no_row_of_any_table(
    database: Database, organization: Organization, owner: Pool
) -> None:
    await bring(database, organization.slug, [free("Alpha Pull")])
    before = await everything(owner)
    file = [free("Alpha Pull", level="expert"), free("Gamma Pull")]
    assert verdicts(await bring(database, organization.slug, file, dry_run=True)) == ["changed", "new"]
    assert await everything(owner) == before


async def test_changes_of_the_file_are_stored_in_rows_that_nobody_edited_and_in_no_others(
    api: Api, database: Database, organization: Organization, owner: Pool
) -> None:
    await bring(database, organization.slug, [free("Alpha Pull"), free("Beta Pull"), free("Gamma Pull")])
    await edit(api, organization, "Beta Pull", owner, difficulty=5)
    file = [free(name, level="expert") for name in ("Alpha Pull", "Beta Pull")] + [free("Gamma Pull")]
    assert verdicts(await bring(database, organization.slug, file)) == ["changed", "edited", "unchanged"]
    assert [row.difficulty for row in await stored(owner, organization.id)] == [4, 5, 2]
    assert verdicts(await bring(database, organization.slug, file)) == ["unchanged", "edited", "unchanged"]


async def test_overwriting_replaces_edited_rows(
    api: Api, database: Database, organization: Organization, owner: Pool
) -> None:
    await bring(database, organization.slug, [free("Alpha Pull")])
    await edit(api, organization, "Alpha Pull", owner, instructions=[{"type": "STEP", "body": "Mine."}], difficulty=1)
    assert verdicts(await bring(database, organization.slug, [free("Alpha Pull")], overwrite=True)) == ["edited"]
    (line,) = await take(database, organization.slug)
    assert (line["difficulty"], [each["body"] for each in line["instructions"]][1:]) == (2, ["Pull.", "Tip: breathe."])
    assert verdicts(await bring(database, organization.slug, [free("Alpha Pull")])) == ["unchanged"]


async def test_fields_that_the_file_does_not_have_stay_as_coaches_edited_them(
    api: Api, database: Database, organization: Organization, owner: Pool
) -> None:
    await bring(database, organization.slug, [free("Alpha Pull")])
    await edit(api, organization, "Alpha Pull", owner, cues=["Chest up"], videoUrl="https://video.example/1")
    assert verdicts(await bring(database, organization.slug, [free("Alpha Pull", level="expert")])) == ["changed"]
    (row,) = await stored(owner, organization.id)
    assert (row.cues, row.video_url, row.difficulty) == (["Chest up"], "https://video.example/1", 4)


async def test_an_added_column_in_the_file_does_not_make_rows_count_as_edited(
    database: Database, organization: Organization
) -> None:
    await bring(database, organization.slug, "name,difficulty\nAlpha Pull,2\n", Format.CSV)
    again = await bring(database, organization.slug, "name,difficulty,cues\nAlpha Pull,3,Up|Down\n", Format.CSV)
    assert verdicts(again) == ["changed"]
    (line,) = await take(database, organization.slug)
    assert (line["difficulty"], line["cues"], line["importKey"]) == (3, ["Up", "Down"], "csv:alpha pull")


async def test_an_unchanged_instruction_retains_its_picture_where_others_are_inserted_before_it(
    database: Database, organization: Organization, owner: Pool
) -> None:
    await bring(database, organization.slug, [free("Alpha Pull", instructions=["One.", "Two."])])
    await owner.execute(
        """
        UPDATE exercise_instructions SET image_key = 'a/picture.png', image_mime = 'image/png'
        WHERE organization_id = $1 AND body = 'Two.'
        """,
        organization.id,
    )
    file = [free("Alpha Pull", instructions=["Zero.", "One.", "Two."])]
    assert verdicts(await bring(database, organization.slug, file)) == ["changed"]
    rows = await owner.fetch(
        "SELECT body, image_key FROM exercise_instructions WHERE organization_id = $1 ORDER BY sort_order",
        organization.id,
    )
    assert [tuple(row) for row in rows] == [("Zero.", None), ("One.", None), ("Two.", "a/picture.png")]


async def test_an_import_creates_a_deleted_row_again(
    api: Api, database: Database, organization: Organization, owner: Pool
) -> None:
    await bring(database, organization.slug, [free("Alpha Pull")])
    (row,) = await stored(owner, organization.id)
    await api.run(DELETE, organization.coach, id=str(row.id))
    assert verdicts(await bring(database, organization.slug, [free("Alpha Pull")])) == ["new"]


async def test_an_import_reads_and_writes_only_its_own_organization(
    database: Database, world: World, organization: Organization, owner: Pool
) -> None:
    other = await world.organization()
    await bring(database, organization.slug, [free("Alpha Pull")])
    before = await stored(owner, organization.id)
    assert verdicts(await bring(database, other.slug, [free("Alpha Pull", level="expert")])) == ["new"]
    assert await stored(owner, organization.id) == before
    assert len(await stored(owner, other.id)) == 1


async def test_concurrent_imports_store_each_row_once(
    database: Database, organization: Organization, owner: Pool
) -> None:
    file = [free(f"Pull {number}") for number in range(50)]
    plans = await asyncio.gather(*(bring(database, organization.slug, file) for _ in range(3)))
    assert sorted(verdicts(plan)[0] for plan in plans) == ["new", "unchanged", "unchanged"]
    assert len(await stored(owner, organization.id)) == 50


async def test_an_import_waits_for_nobody_who_begins_to_use_its_exercises(
    database: Database, organization: Organization, owner: Pool
) -> None:
    """It would wait for the end of a transaction that refers to one of them, and might end in a deadlock with it."""
    await bring(database, organization.slug, [free("Alpha Pull")])
    (row,) = await stored(owner, organization.id)
    async with owner.acquire() as other, other.transaction():
        await other.execute("SELECT FROM exercises WHERE id = $1 FOR KEY SHARE", row.id)  # as a foreign key does
        async with asyncio.timeout(20):
            plan = await bring(database, organization.slug, [free("Alpha Pull", level="expert")])
    assert verdicts(plan) == ["changed"]


async def test_a_seeded_row_that_an_import_overwrote_stays_so_when_the_library_is_seeded_again(
    database: Database, owner: Pool
) -> None:
    file = [{"name": "Back Squat", "slug": "back-squat", "difficulty": 5}]
    plan = await bring(database, None, file, Format.KINEGRAPH_JSON, overwrite=True)
    assert [(decision.verdict, decision.writes) for decision in plan.decisions] == [("edited", True)]
    assert [(progress.new, progress.changed) async for progress in seed_library(database)] == [(0, 0)] * len(
        shipped_files()
    )
    (row,) = [row for row in await stored(owner, None) if row.slug == "back-squat"]
    assert (row.difficulty, row.import_key) == (5, "back-squat")


async def test_without_an_organization_rows_become_canonical(database: Database, owner: Pool) -> None:
    assert verdicts(await bring(database, None, [free("Zercher Zebra Pull")])) == ["new"]
    (row,) = [row for row in await stored(owner, None) if row.name == "Zercher Zebra Pull"]
    assert (row.import_key, row.source, row.status) == (
        "free-exercise-db:Zercher_Zebra_Pull", "free-exercise-db", "published",
    )  # fmt: skip
    assert verdicts(await bring(database, None, [free("Zercher Zebra Pull")])) == ["unchanged"]


async def test_a_column_that_the_first_file_lacked_does_not_overwrite_what_somebody_set_since(
    api: Api, database: Database, organization: Organization, owner: Pool
) -> None:
    csv = Format.CSV
    await bring(database, organization.slug, "name,difficulty\nZed,1\n", csv)
    (row,) = await stored(owner, organization.id)
    assert verdicts(await bring(database, organization.slug, "name,aliases\nZed,Z\n", csv)) == ["changed"]
    await api.run(EDIT, organization.coach, id=str(row.id), input={"cues": ["by the coach"]})
    file = "name,difficulty,cues\nZed,2,of the file\n"
    assert verdicts(await bring(database, organization.slug, file, csv)) == ["edited"]
    assert (await stored(owner, organization.id))[0].cues == ["by the coach"]
    assert verdicts(await bring(database, organization.slug, file, csv, overwrite=True)) == ["edited"]
    assert (await stored(owner, organization.id))[0].cues == ["of the file"]
