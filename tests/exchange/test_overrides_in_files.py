"""An override in a file is of the exercise that it names, changes what it says, and is reported with its fields."""

import asyncio
from pathlib import Path
from typing import Any  # inputs and answers are JSON

import orjson
import pytest

from kinegraph.exchange.jobs import import_exercises
from kinegraph.exchange.rules import Choices, ExchangeError
from kinegraph.formats.records import Format
from kinegraph.kit.database import Database
from tests.conftest import Api, Organization, World
from tests.exchange.files import Pool, bring, everything, exported, ignored, parse
from tests.exchange.test_terms_and_overrides import UPSERT, customized
from tests.process.running import environment, run

OURS = Format.KINEGRAPH_JSON


@pytest.fixture
async def gym(world: World) -> Organization:
    """An organization without exercises."""
    return await world.organization()


def of(name: str, fields: dict[str, Any], **beside: Any) -> dict[str, Any]:
    """The row of an override."""
    return {"override": {"name": name, "fields": fields, **beside}}


async def canonical(owner: Pool, slug: str) -> Any:
    """A canonical exercise as it is stored."""
    return await owner.fetchrow("SELECT * FROM exercises WHERE slug = $1 AND organization_id IS NULL", slug)


async def diff(owner: Pool, gym: Organization, slug: str = "dead-bug") -> dict[str, Any] | None:
    """What an organization overrides of a canonical exercise."""
    stored = await owner.fetchval(
        "SELECT overrides FROM exercise_org_overrides o JOIN exercises e ON e.id = o.exercise_id "
        "WHERE o.organization_id = $1 AND e.slug = $2 AND e.organization_id IS NULL",
        gym.id,
        slug,
    )
    found: dict[str, Any] | None = orjson.loads(stored) if stored else None
    return found


async def set_by_coach(api: Api, owner: Pool, gym: Organization, **values: Any) -> None:
    """Override Dead Bug in the API."""
    id = str((await canonical(owner, "dead-bug"))["id"])
    await api.run(UPSERT, gym.coach, id=id, organization=str(gym.id), overrides=values)


async def brought(database: Database, gym: Organization, *rows: Any, **choices: Any) -> list[str]:
    """The verdicts on the overrides of a file that is imported, which a dry run before gives too."""
    dry = await bring(database, gym.slug, rows, OURS, **{**choices, "dry_run": True})
    plan = await bring(database, gym.slug, rows, OURS, **choices)
    assert [each.verdict for each in plan.overrides] == [each.verdict for each in dry.overrides]
    return [str(each.verdict) for each in plan.overrides]


async def refusals(database: Database, gym: Organization, *rows: Any) -> list[str]:
    """The faults of a file of which nothing is imported."""
    plan = await bring(database, gym.slug, rows, OURS, skip_rejected=True)
    assert plan.overrides == []
    return [fault.message for fault in plan.faults]


async def test_a_slug_or_id_that_is_of_another_name_never_decides_whose_override_it_is(
    database: Database, owner: Pool, gym: Organization
) -> None:
    fields = {"cues": ["zzz"]}
    bug, squat = await canonical(owner, "dead-bug"), await canonical(owner, "back-squat")
    of_slug = "The slug is that of 'Dead Bug', not of {}: give the name that is meant."
    assert await refusals(database, gym, of("Back Squat", fields, slug="dead-bug")) == [of_slug.format("'Back Squat'")]
    assert await refusals(database, gym, of("Nothing", fields, slug="dead-bug")) == [of_slug.format("'Nothing'")]
    assert await refusals(database, gym, of("Back Squat", fields, id=str(bug["id"]))) == [
        "The id is that of 'Dead Bug', and 'Back Squat' is another canonical exercise."
    ]
    assert await refusals(database, gym, of("Dead Bug", fields, id="7")) == [
        "Must be an id that Kinegraph gave out (a UUID)."
    ]
    assert await diff(owner, gym) is None
    assert await brought(database, gym, of("dead  BUG", fields)) == ["new"]
    assert await brought(database, gym, of("Back Squat", fields, id=str(squat["id"]), slug="dead-bug")) == ["new"]
    assert await diff(owner, gym, "back-squat") == fields


async def test_of_canonical_exercises_with_one_name_the_slug_or_id_says_which(
    database: Database, owner: Pool, gym: Organization
) -> None:
    await owner.execute("UPDATE exercises SET name = 'Dead Bug' WHERE slug = 'bird-dog' AND organization_id IS NULL")
    fields = {"cues": ["zzz"]}
    message = "There are 2 canonical exercises of this name; give the id or slug of one."
    assert await refusals(database, gym, of("Dead Bug", fields)) == [message]
    assert await brought(database, gym, of("Dead Bug", fields, slug="bird-dog")) == ["new"]
    assert (await diff(owner, gym), await diff(owner, gym, "bird-dog")) == (None, fields)
    await owner.execute("UPDATE exercises SET name = 'Bird Dog' WHERE slug = 'bird-dog' AND organization_id IS NULL")


async def test_an_override_that_renames_is_reported_with_both_names_in_dry_run_and_run(
    database_url: str, gym: Organization, tmp_path: Path
) -> None:
    path = tmp_path / "o.jsonl"
    command = ["import", str(path), "--format", "kinegraph-json", "--organization", gym.slug]
    env = environment(database_url)

    def report(name: str, *options: str) -> list[str]:
        path.write_bytes(orjson.dumps(of("Dead Bug", {"name": name, "cues": ["x"]})))
        return run(*command, *options, env=env).stdout.splitlines()

    wanted = [
        "1 overrides",
        "  new                       1",
        "  renaming                  1",
        'row 1 ("Dead Bug") is shown as "Dead Bug", which is renamed "Ours <"',
        'row 1 ("Dead Bug") gets name, cues',
    ]
    assert report("Ours <", "--dry-run")[8:-1] == wanted
    assert report("Ours <")[8:-1] == wanted
    assert 'row 1 ("Dead Bug") is shown as "Ours <", which is renamed "Ours >"' in report("Ours >", "--overwrite")
    back = report("Dead Bug")
    assert 'row 1 ("Dead Bug") is shown as "Ours >", which is renamed "Dead Bug"' in back
    assert 'row 1 ("Dead Bug") gets the canonical name' in back


async def test_a_rename_that_is_left_alone_is_reported_too(
    api: Api, database_url: str, owner: Pool, gym: Organization, tmp_path: Path
) -> None:
    await set_by_coach(api, owner, gym, name="Ours")
    path = tmp_path / "o.jsonl"
    path.write_bytes(orjson.dumps(of("Dead Bug", {"name": "Theirs"})))
    done = run("import", str(path), "--format", "kinegraph-json", "--organization", gym.slug,
               env=environment(database_url))  # fmt: skip
    assert done.stdout.splitlines()[-3:] == [
        'row 1 ("Dead Bug") is shown as "Ours", which is not renamed "Theirs"',
        'row 1 ("Dead Bug") has another override here: left as it is (--overwrite replaces it): name',
        "Imported: 0 new, 0 brought up to date.",
    ]


async def test_at_most_twenty_overrides_are_listed_with_their_fields(
    database_url: str, owner: Pool, gym: Organization, tmp_path: Path
) -> None:
    rows = await owner.fetch("SELECT name FROM exercises WHERE organization_id IS NULL AND deleted_at IS NULL "
                             "AND status = 'published' ORDER BY name LIMIT 22")  # fmt: skip
    path = tmp_path / "o.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps(of(row["name"], {"cues": ["zzz"]})) for row in rows))
    done = run("import", str(path), "--format", "kinegraph-json", "--organization", gym.slug,
               env=environment(database_url))  # fmt: skip
    lines = done.stdout.splitlines()
    assert sum(line.endswith(" gets cues") for line in lines) == 20
    assert lines[-2:] == ["and 2 more overrides", "Imported: 0 new, 0 brought up to date, 22 overrides."]


async def test_a_value_that_equals_the_canonical_one_goes_back_to_it(
    api: Api, database: Database, owner: Pool, gym: Organization
) -> None:
    bug = await canonical(owner, "dead-bug")
    await set_by_coach(api, owner, gym, name="Ours", cues=["ours"], difficulty=5)
    row = of("Dead Bug", {"name": "Dead Bug", "cues": bug["cues"]})
    assert await brought(database, gym, row) == ["edited"]
    assert await brought(database, gym, row, overwrite=True) == ["edited"]
    assert await diff(owner, gym) == {"difficulty": 5}
    (seen,) = await customized(api, gym)
    assert (seen["name"], seen["customizedFields"]) == ("Dead Bug", ["difficulty"])
    assert await brought(database, gym, row, overwrite=True) == ["unchanged"]
    assert await brought(database, gym, of("Dead Bug", {"difficulty": bug["difficulty"]}), overwrite=True) == ["edited"]
    assert await customized(api, gym) == []


async def test_null_goes_back_to_the_canonical_value_as_in_the_api(
    api: Api, database: Database, owner: Pool, gym: Organization
) -> None:
    await set_by_coach(api, owner, gym, name="Ours", cues=["ours"])
    row = of("Dead Bug", {"name": None, "description": None})
    assert await brought(database, gym, row, overwrite=True) == ["edited"]
    assert await diff(owner, gym) == {"cues": ["ours"]}
    assert await brought(database, gym, row) == ["unchanged"]
    assert "There is no such field" in (await refusals(database, gym, of("Dead Bug", {"slug": None})))[0]
    assert await refusals(database, gym, of("Dead Bug", {}, extra=1)) == [
        "There is no such field; there are id, slug, name, contentHash, fields."
    ]


async def test_a_second_file_changes_what_the_first_one_set_and_nobody_edited(
    api: Api, database: Database, owner: Pool, gym: Organization
) -> None:
    await brought(database, gym, of("Dead Bug", {"name": "Ours <90", "cues": ["zzz"]}))
    second = of("Dead Bug", {"name": "Ours >90", "cues": ["zzz"]})
    assert await brought(database, gym, second) == ["changed"]
    assert await brought(database, gym, second) == ["unchanged"]
    await set_by_coach(api, owner, gym, cues=["by the coach"])
    assert await brought(database, gym, of("Dead Bug", {"name": "Ours"})) == ["changed"]
    assert await brought(database, gym, second) == ["edited"]
    assert await diff(owner, gym) == {"name": "Ours", "cues": ["by the coach"]}


async def test_an_exported_override_protects_what_somebody_overrode_since(
    api: Api, database: Database, owner: Pool, gym: Organization
) -> None:
    await set_by_coach(api, owner, gym, difficulty=5)
    line = orjson.loads(await exported(database, gym.slug))
    line["override"]["fields"] |= {"difficulty": 4, "cues": ["of the file"]}
    await set_by_coach(api, owner, gym, cues=["by the coach"])
    assert await brought(database, gym, line) == ["edited"]
    assert await diff(owner, gym) == {"difficulty": 5, "cues": ["by the coach"]}


async def test_an_import_leaves_the_author_of_values_that_it_does_not_change(
    api: Api, database: Database, owner: Pool, gym: Organization
) -> None:
    await set_by_coach(api, owner, gym, cues=["ours"])
    assert await brought(database, gym, of("Dead Bug", {"cues": ["ours"], "difficulty": 5})) == ["changed"]
    (seen,) = await customized(api, gym)
    authors = {each["field"]: each["updatedBy"] is not None for each in seen["overrides"]}
    assert authors == {"cues": True, "difficulty": False}


async def test_an_imported_value_has_no_author_when_a_coach_overrides_another_field_later(
    api: Api, database: Database, owner: Pool, gym: Organization
) -> None:
    assert await brought(database, gym, of("Dead Bug", {"difficulty": 5})) == ["new"]
    await set_by_coach(api, owner, gym, cues=["ours"])
    (seen,) = await customized(api, gym)
    authors = {each["field"]: each["updatedBy"] and each["updatedBy"]["id"] for each in seen["overrides"]}
    assert authors == {"cues": str(gym.coach.id), "difficulty": None}


async def test_an_override_that_somebody_stored_while_the_import_was_planned_is_not_overwritten(
    api: Api, database: Database, owner: Pool, gym: Organization
) -> None:
    id = (await canonical(owner, "dead-bug"))["id"]
    other = await owner.acquire()
    parsed = parse(OURS, [of("Dead Bug", {"cues": ["of the file"]})])
    await other.execute("BEGIN")
    await other.execute(
        "INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides) VALUES ($1, $2, $3)",
        gym.id, id, '{"cues": ["by the coach"]}',
    )  # fmt: skip
    importing = asyncio.create_task(import_exercises(database, gym.slug, parsed, Choices(), ignored, ignored))
    for _ in range(600):
        if await owner.fetchval(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO exercise_org_overrides%'"
        ):
            break
        await asyncio.sleep(0.05)
    else:
        raise AssertionError("The import never came to the override.")
    await other.execute("COMMIT")
    await owner.release(other)
    with pytest.raises(ExchangeError, match="Somebody overrode one of these exercises meanwhile"):
        await importing
    assert await diff(owner, gym) == {"cues": ["by the coach"]}


async def test_one_file_has_one_override_of_an_exercise_and_none_of_one_that_is_not_published(
    database: Database, owner: Pool, gym: Organization
) -> None:
    before = await everything(owner)
    row = of("Dead Bug", {"cues": ["x"]})
    with pytest.raises(ExchangeError, match="It overrides the same exercise as row 1"):
        await bring(database, gym.slug, [row, of("DEAD BUG", {"name": "x"})], OURS)
    status = "UPDATE exercises SET status = $1 WHERE slug = 'dead-bug' AND organization_id IS NULL"
    await owner.execute(status, "archived")
    plan = await bring(database, gym.slug, [row], OURS)
    assert [each.reason for each in plan.skipped] == ["skipped, as the exercise is archived"]
    await owner.execute(status, "published")
    await owner.execute("UPDATE exercises SET deleted_at = now() WHERE slug = 'dead-bug' AND organization_id IS NULL")
    assert await refusals(database, gym, row) == ["There is no such canonical exercise."]
    await owner.execute("UPDATE exercises SET deleted_at = NULL WHERE slug = 'dead-bug' AND organization_id IS NULL")
    assert await diff(owner, gym) is None
    deleted_and_restored = 2
    assert len((await everything(owner))["outbox"]) == len(before["outbox"]) + deleted_and_restored
    assert (await bring(database, gym.slug, [row, {"override": 7}], OURS, skip_rejected=True)).exercises == 0
