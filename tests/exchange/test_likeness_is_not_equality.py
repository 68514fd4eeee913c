"""Likeness is not equality: what is equal to a stored exercise is left out, what is only alike is imported."""

import pytest

from kinegraph.formats.records import Format
from kinegraph.kit.database import Database
from tests.conftest import Organization, World
from tests.exchange.files import KEEP, Pool, bring, free, stored, verdicts


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
