"""Likeness is not equality: what is equal to a stored exercise is left out, what is only alike is imported."""

from pathlib import Path

import pytest

from kinegraph.formats.records import Format
from kinegraph.kit.database import Database
from tests.conftest import Organization, World
from tests.exchange.files import KEEP, Pool, bring, free, stored, verdicts
from tests.process.running import environment, run


@pytest.fixture
async def organization(world: World) -> Organization:
    """An organization without exercises."""
    return await world.organization()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cable Fly Low to High", "Cable Fly High to Low"),
        ("Left to Right", "Right to Left"),
        ("Heel-to-Toe", "Toe-to-Heel"),
        ("Elbows to Knees", "Knee-to-Elbow"),
    ],
)
async def test_order_and_direction_words_count(
    database: Database, organization: Organization, one: str, other: str
) -> None:
    plan = await bring(database, organization.slug, [free(one), free(other)])
    assert verdicts(plan) == ["new"] * 2
    assert [each.like for each in plan.decisions if "row" in str(each.like)] == []


async def test_what_is_only_alike_is_imported_and_reported(
    database: Database, organization: Organization, owner: Pool
) -> None:
    await bring(database, organization.slug, [free("Alpha Pull")])
    file = [free("Alpha-Pulls"), free("Pull, Alpha"), free("Alpha Pull ++"), free("Alpha Pull Wide")]
    plan = await bring(database, organization.slug, file)
    assert verdicts(plan) == ["new"] * 4
    assert [each.like for each in plan.decisions] == [*['the stored "Alpha Pull"'] * 3, None]
    assert len(await stored(owner, organization.id)) == 5


async def test_what_is_equal_is_skipped_unless_chosen(
    database: Database, organization: Organization, owner: Pool
) -> None:
    await bring(database, organization.slug, [free("Alpha Pull")])
    file = [free("alpha  PULL", id="2"), free("Beta"), free("BETA", id="4")]
    plan = await bring(database, organization.slug, file)
    assert verdicts(plan) == ["duplicate", "new", "duplicate"]
    assert [each.like for each in plan.decisions] == ['the stored "Alpha Pull"', None, 'row 2 ("Beta")']
    assert len(await stored(owner, organization.id)) == 2
    again = await bring(database, organization.slug, file, duplicates=KEEP)
    assert [each.writes for each in again.decisions] == [True, False, True]
    assert len(await stored(owner, organization.id)) == 4


async def test_equal_rows_of_a_csv_without_keys_are_skipped_unless_chosen(
    database: Database, organization: Organization, owner: Pool
) -> None:
    file = "name,difficulty\nZlank,1\nZLANK,2\nzlank,3\n"
    for dry_run in (True, False):
        plan = await bring(database, organization.slug, file, Format.CSV, dry_run=dry_run)
        assert verdicts(plan) == ["new", "duplicate", "duplicate"]
        assert [each.like for each in plan.decisions] == [None, *['row 1 ("Zlank")'] * 2]
    plan = await bring(database, organization.slug, file, Format.CSV, duplicates=KEEP)
    assert [each.writes for each in plan.decisions] == [False, True, True]
    found = [(row.name, row.difficulty, row.import_key) for row in await stored(owner, organization.id)]
    assert sorted(found, key=lambda each: each[1]) == [
        ("Zlank", 1, "csv:zlank"), ("ZLANK", 2, "csv#2:zlank"), ("zlank", 3, "csv#3:zlank"),
    ]  # fmt: skip
    assert verdicts(await bring(database, organization.slug, file, Format.CSV)) == ["unchanged"] * 3
    changed = file.replace("ZLANK,2", "ZLANK,5")
    assert verdicts(await bring(database, organization.slug, changed, Format.CSV)) == [
        "unchanged",
        "changed",
        "unchanged",
    ]


async def test_of_equal_rows_the_first_that_is_not_rejected_is_the_one_without_a_number(
    database: Database, organization: Organization, owner: Pool
) -> None:
    file = "name,difficulty\nZlank,hard\nZlank,2\n"
    await bring(database, organization.slug, file, Format.CSV, skip_rejected=True)
    assert [row.import_key for row in await stored(owner, organization.id)] == ["csv:zlank"]


async def test_a_row_that_is_renamed_to_the_name_of_another_is_reported_as_its_duplicate(
    database_url: str, database: Database, organization: Organization, owner: Pool, tmp_path: Path
) -> None:
    slug = organization.slug
    await bring(database, slug, "key,name\n1,One\n2,Two\n3,Three\n", Format.CSV)
    plan = await bring(database, slug, "key,name\n1,two\n", Format.CSV, dry_run=True)
    assert [(each.writes, each.like, each.is_equal) for each in plan.decisions] == [(True, 'the stored "Two"', True)]
    swap = await bring(database, slug, "key,name\n1,Two\n2,One\n4,Three x\n5,Three\n", Format.CSV, dry_run=True)
    assert [(each.writes, each.like) for each in swap.decisions] == [
        (True, None), (True, None), (True, None), (False, 'the stored "Three"'),
    ]  # fmt: skip
    freed = await bring(database, slug, "key,name\n1,Four\n6,One\n", Format.CSV, dry_run=True)
    assert [(each.writes, each.like) for each in freed.decisions] == [(True, None), (True, None)]
    both = tmp_path / "both.csv"
    both.write_text("key,name\n1,Five\n2,Five\n")
    done = run("import", str(both), "--format", "csv", "--organization", slug, env=environment(database_url))
    lines = done.stdout.splitlines()
    assert "  probable duplicates       2, 0 of them among the new, 2 among the renamed" in lines
    assert 'row 1 ("Five") has the name of row 2 ("Five"): renamed all the same' in lines
    assert [row.name for row in await stored(owner, organization.id)] == ["Five", "Five", "Three"]


async def test_what_is_equal_to_a_canonical_row_is_imported_into_an_organization_but_not_into_the_library(
    database: Database, organization: Organization
) -> None:
    for name, verdict in (("back squat", "duplicate"), ("back-squats", "new")):
        plan = await bring(database, organization.slug, [free(name)], dry_run=True)
        assert (verdicts(plan), plan.decisions[0].like) == (["new"], 'the canonical "Back Squat"')
        assert verdicts(await bring(database, None, [free(name)], dry_run=True)) == [verdict]


async def test_a_slug_never_makes_two_rows_equal(database: Database, organization: Organization, owner: Pool) -> None:
    first, second = ({"name": name, "slug": "plank", "importKey": name} for name in ("Plank", "Side plank"))
    await bring(database, organization.slug, [first], Format.KINEGRAPH_JSON)
    plan = await bring(database, organization.slug, [first, second], Format.KINEGRAPH_JSON, duplicates=KEEP)
    assert verdicts(plan) == ["unchanged", "new"]
    assert [row.name for row in await stored(owner, organization.id)] == ["Plank", "Side plank"]
