"""Two names are two things: an import never takes a row for another one, and a rename is always reported."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kinegraph.formats.records import Format
from kinegraph.kit.database import Database
from kinegraph.kit.text import identity_of
from tests.conftest import Api, Organization, World
from tests.exchange.files import EDIT, Pool, bring, stored, verdicts
from tests.process.running import environment, run

CSV = Format.CSV
LONG = "L" * 254
PAIRS = [
    ("Knee flexion <90°", "Knee flexion >90°"),
    ("Plank", "Plank ++"),
    ("Step Up 1/2", "Step Up 1.2"),
    ("Step Up ½", "Step Up 1⁄2"),
    ("ハト", "バト"),
    ("हिप", "हप"),
    ("סֵפֶר", "ספר"),
    ("ג'אגלינג", "גאגלינג"),
    ("Isınma", "İsinma"),
    ("💪 Curl", "🦵 Curl"),
    ("👩‍🦽", "👩"),
    ("Hook C++", "Hook C#"),
    ("Résumé", "Resume"),
    ("סקוואט", "سكوات"),
    (f"{LONG}a", f"{LONG}b"),
]


@pytest.fixture
async def organization(world: World) -> Organization:
    """An organization without exercises."""
    return await world.organization()


def row(name: str, difficulty: int) -> str:
    """A CSV with one exercise."""
    return f'name,difficulty\n"{name}",{difficulty}\n'


@pytest.mark.parametrize(("one", "other"), PAIRS)
async def test_a_file_with_another_name_never_rewrites_the_first_exercise(
    database: Database, organization: Organization, owner: Pool, one: str, other: str
) -> None:
    await bring(database, organization.slug, row(one, 1), CSV)
    assert verdicts(await bring(database, organization.slug, row(other, 2), CSV)) == ["new"]
    both = f"{row(one, 1)}{row(other, 2).partition(chr(10))[2]}"
    assert verdicts(await bring(database, organization.slug, both, CSV)) == ["unchanged"] * 2
    found = {each.name: each.difficulty for each in await stored(owner, organization.id)}
    assert found == {one: 1, other: 2}


NAME = st.text("aAáİıiſß <>+½⁄12कि́バビאּב💪", min_size=1, max_size=6).filter(lambda text: identity_of(text) != "")


@given(one=NAME, other=NAME)
@example(one="STRASSE", other="straße")
@example(one="e\u0301", other="É")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_an_import_finds_a_row_exactly_if_the_names_are_the_same(
    database: Database, world: World, one: str, other: str
) -> None:
    whose = await world.organization()
    plan = await bring(database, whose.slug, row(one, 1), CSV, skip_rejected=True)
    again = await bring(database, whose.slug, row(other, 2), CSV, skip_rejected=True)
    if plan.written and not again.faults:
        assert (verdicts(again) == ["changed"]) is (identity_of(one) == identity_of(other))


async def test_a_row_that_an_import_is_about_to_rename_is_reported_in_the_dry_run(
    database_url: str, database: Database, organization: Organization, tmp_path: Path
) -> None:
    await bring(database, organization.slug, 'key,name\n1,"Knee flexion <90°"\n', CSV)
    file = tmp_path / "two.csv"
    file.write_text("key,name\n1,Knee flexion >90°\n")
    done = run("import", str(file), "--format", "csv", "--organization", organization.slug, "--dry-run",
               env=environment(database_url))  # fmt: skip
    assert "  of another name           1, 1 of them renamed" in done.stdout.splitlines()
    assert 'row 1 ("Knee flexion >90°") is the stored "Knee flexion <90°", which is renamed' in done.stdout.splitlines()


async def test_a_row_that_is_found_by_key_and_was_renamed_here_is_reported_and_stays(
    api: Api, database: Database, organization: Organization, owner: Pool
) -> None:
    await bring(database, organization.slug, row("Plank", 1), CSV)
    (exercise,) = await stored(owner, organization.id)
    await api.run(EDIT, organization.coach, id=str(exercise.id), input={"name": "Our plank"})
    plan = await bring(database, organization.slug, row("Plank", 2), CSV)
    assert (verdicts(plan), plan.renamed, plan.written) == (["edited"], plan.decisions, [])
    assert [each.name for each in await stored(owner, organization.id)] == ["Our plank"]
