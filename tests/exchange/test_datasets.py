"""Real data sets are imported whole, and change nothing a second time; skipped where they are not installed."""

import os
import time
from pathlib import Path

import pytest

from kinegraph.exchange.jobs import import_exercises
from kinegraph.exchange.rules import Choices
from kinegraph.formats.records import Format
from kinegraph.formats.wger_fixtures import BASE, BESIDE
from kinegraph.kit.database import Database
from tests.conftest import World
from tests.exchange.files import Pool, bring, everything, ignored, parse, stored, take, verdicts

FOLDER = Path(os.environ.get("KINEGRAPH_TEST_DATASETS", "datasets"))
FREE = FOLDER / "free-exercise-db.json"
WGER = FOLDER / f"wger.{BASE}"


@pytest.mark.skipif(not FREE.exists(), reason="KINEGRAPH_TEST_DATASETS names no folder with free-exercise-db.json")
async def test_free_exercise_db_is_imported_whole_and_again_changes_nothing(
    database: Database, world: World, owner: Pool
) -> None:
    organization = await world.organization()
    before = await everything(owner)
    dry = await bring(database, organization.slug, FREE.read_bytes(), dry_run=True)
    assert verdicts(dry) == ["new"] * 873 and await everything(owner) == before
    started = time.monotonic()
    plan = await bring(database, organization.slug, FREE.read_bytes())
    assert verdicts(plan) == ["new"] * 873 and time.monotonic() - started < 30
    rows = await stored(owner, organization.id)
    assert len(rows) == 873
    again = await bring(database, organization.slug, FREE.read_bytes())
    assert verdicts(again) == ["unchanged"] * 873
    assert await stored(owner, organization.id) == rows
    like = [decision for decision in plan.decisions if decision.like]
    assert like and all("the canonical" in str(decision.like) for decision in like)


@pytest.mark.skipif(not WGER.exists(), reason="KINEGRAPH_TEST_DATASETS names no folder with wger's fixtures")
async def test_wger_is_imported_with_names_in_three_languages_and_again_changes_nothing(
    database: Database, world: World, owner: Pool
) -> None:
    organization = await world.organization()
    beside = {name: (FOLDER / f"wger.{name}.json").read_bytes() for name in BESIDE}
    parsed = parse(Format.WGER, WGER.read_bytes(), beside)
    assert (parsed.rows, parsed.faults, parsed.skipped) == (872, [], [])
    await import_exercises(database, organization.slug, parsed, Choices(), ignored, ignored)
    rows = await stored(owner, organization.id)
    again = await import_exercises(database, organization.slug, parsed, Choices(), ignored, ignored)
    assert set(verdicts(again)) <= {"unchanged", "duplicate"} and await stored(owner, organization.id) == rows
    lines = await take(database, organization.slug)
    aliases = " ".join(alias for line in lines for alias in line["aliases"])
    assert any("א" <= letter <= "ת" for letter in aliases) and any("а" <= letter <= "я" for letter in aliases)
    assert not any("<" in (line["description"] or "") for line in lines)
    assert all(line["licenseAttribution"] for line in lines)
