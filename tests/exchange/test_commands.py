"""The commands `import` and `export` as processes: output, exit codes, and that an import is never partial."""

import asyncio
import json
import os
import pty
import signal
import subprocess
from pathlib import Path

import orjson
import pytest

from tests.conftest import Organization, World
from tests.exchange.files import Pool, everything, free, stored
from tests.process.running import KINEGRAPH, environment, refused, run

FREE = ["--format", "free-exercise-db"]
OURS = ["--format", "kinegraph-json"]


@pytest.fixture
async def organization(world: World) -> Organization:
    """An organization without exercises."""
    return await world.organization()


def written(folder: Path, *rows: object, name: str = "exercises.json") -> str:
    """The path of a file with these rows."""
    path = folder / name
    path.write_bytes(orjson.dumps(rows))
    return str(path)


def names_in(folder: Path) -> list[str]:
    """The names of the files in a folder."""
    return sorted(path.name for path in folder.iterdir())


async def test_a_dry_run_reports_the_import_which_then_writes_and_then_finds_nothing_to_do(
    database_url: str, organization: Organization, tmp_path: Path, owner: Pool
) -> None:
    env = environment(database_url)
    file = written(tmp_path, free("Alpha Pull"), free("ALPHA pull"), free("Back Squats"))
    command = ["import", file, *FREE, "--organization", organization.slug]
    reported = [
        "exercises.json:",
        "3 exercises",
        "  new                       2",
        "  changed                   0",
        "  unchanged                 0",
        "  edited                    0",
        "  probable duplicates       2, 1 of them among the new",
        "  rejected                  0",
        'row 2 ("ALPHA pull") has the name of row 1 ("Alpha Pull"): not imported (--duplicates keep imports it)',
        'row 3 ("Back Squats") looks like the canonical "Back Squat": imported all the same',
    ]
    dry = run(*command, "--dry-run", env=env)
    assert (dry.returncode, dry.stderr) == (0, "")
    assert dry.stdout.splitlines() == [*reported, "Nothing was written (--dry-run)."]
    assert await stored(owner, organization.id) == []
    done = run(*command, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [*reported, "Imported: 2 new, 0 brought up to date."]
    assert len(await stored(owner, organization.id)) == 2
    again = run(*command, env=env).stdout.splitlines()
    assert again[4] == "  unchanged                 2" and again[-1] == "Imported: 0 new, 0 brought up to date."


async def test_a_broken_file_is_refused_with_a_line_for_each_fault(
    database_url: str, organization: Organization, tmp_path: Path, owner: Pool
) -> None:
    env = environment(database_url)
    before = await everything(owner)
    bad = written(tmp_path, free("Alpha Pull"), free("Bad", level="guru"), 7)
    done = run("import", bad, *FREE, "--organization", organization.slug, env=env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "kinegraph: 2 of 3 rows are rejected, and nothing was imported (see --skip-rejected):",
        "row 2 (\"Bad\"), field level: Must be one of beginner, expert, intermediate; this is 'guru'.",
        "row 3, field (the row): Must be an object.",
    ]
    assert refused(run("import", str(tmp_path / "none.json"), *FREE, env=env)).startswith("none.json cannot be read: ")
    assert refused(run("import", str(tmp_path), *FREE, env=env)).endswith("Is a directory.")
    missing = refused(run("import", written(tmp_path, name="exercise-base-data.json"), "--format", "wger", env=env))
    assert missing.startswith("translations.json cannot be read: ")
    assert refused(run("import", bad, "--format", "wger", env=env)).startswith("exercises.json must be wger's file")
    assert refused(run("export", "--organization", "nowhere", env=env)).startswith("There is no organization")
    assert await everything(owner) == before


async def test_the_other_rows_are_imported_with_skip_rejected(
    database_url: str, organization: Organization, tmp_path: Path, owner: Pool
) -> None:
    file = written(tmp_path, free("Alpha Pull"), free("Bad", level="guru"))
    command = ["import", file, *FREE, "--organization", organization.slug, "--skip-rejected"]
    done = run(*command, env=environment(database_url))
    assert done.returncode == 0 and done.stdout.splitlines()[-3:-1] == [
        "Rejected:", "row 2 (\"Bad\"), field level: Must be one of beginner, expert, intermediate; this is 'guru'.",
    ]  # fmt: skip
    assert len(await stored(owner, organization.id)) == 1


async def test_an_export_is_json_lines_on_standard_output_or_in_a_file_and_is_imported_unchanged(
    database_url: str, organization: Organization, tmp_path: Path
) -> None:
    env = environment(database_url)
    scope = ["--organization", organization.slug]
    run("import", written(tmp_path, free("Alpha Pull"), free("Beta")), *FREE, *scope, env=env)
    printed = run("export", *scope, env=env)
    assert [json.loads(line)["name"] for line in printed.stdout.splitlines()] == ["Alpha Pull", "Beta"]
    left_out = (
        "which exercise a copy was made from (forkedFrom), pictures of instructions, the status of videos, votes on "
        "them and suggestions, deleted exercises"
    )
    counts = f"2 exercises, 0 taxonomy terms, 0 overrides. Left out: {left_out}.\n"
    assert printed.stderr == counts
    output = tmp_path / "out.jsonl"
    saved = run("export", *scope, "--output", str(output), env=env)
    assert (saved.returncode, saved.stdout, saved.stderr) == (0, "", f"out.jsonl: {counts}")
    assert output.read_text() == printed.stdout
    assert names_in(tmp_path) == ["exercises.json", "out.jsonl"]
    again = run("import", str(output), *OURS, *scope, env=env)
    assert "  unchanged                 2" in again.stdout.splitlines()
    lost = run("export", *scope, "--output", str(tmp_path / "no" / "out.jsonl"), env=env)
    assert refused(lost).startswith("out.jsonl cannot be written: ")


def test_a_full_disk_and_a_malformed_organization_are_reported_in_one_line(
    database_url: str,
) -> None:
    command = f"{' '.join(KINEGRAPH)} export > /dev/full"
    full = subprocess.run(
        command, shell=True, env=environment(database_url), capture_output=True, text=True, check=False
    )
    assert refused(full) == "The export cannot be written: No space left on device."
    done = run("export", "--organization", "\udcff", env=environment(database_url))
    assert refused(done) == "There is no organization with the slug '\N{REPLACEMENT CHARACTER}'."


def test_a_reader_that_closes_an_export_early_gets_no_error(database_url: str) -> None:
    command = f"{' '.join(KINEGRAPH)} export | head -c 10"
    done = subprocess.run(
        command, shell=True, env=environment(database_url), capture_output=True, text=True, check=False
    )
    assert (len(done.stdout), done.stderr) == (10, "")


async def test_an_import_that_is_killed_in_the_middle_leaves_nothing(
    database_url: str, organization: Organization, tmp_path: Path, owner: Pool
) -> None:
    file = written(tmp_path, *(free(f"Pull {number}") for number in range(2000)))
    before = await everything(owner)
    lock = await owner.acquire()
    # The second batch waits for this row, whose key one of its rows has.
    await lock.execute("BEGIN")
    await lock.execute(
        "INSERT INTO exercises (organization_id, name, import_key) VALUES ($1, 'x', 'free-exercise-db:Pull_900')",
        organization.id,
    )
    command = [*KINEGRAPH, "import", file, *FREE, "--organization", organization.slug]
    process = await asyncio.create_subprocess_exec(*command, env=environment(database_url), stdout=subprocess.PIPE)
    waiting = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO exercises%' AND datname = current_database()"
    )
    for _ in range(600):
        if await owner.fetchval(waiting):
            break
        await asyncio.sleep(0.05)
    else:
        process.kill()
        raise AssertionError("The import never came to its second batch.")
    process.send_signal(signal.SIGKILL)
    await process.communicate()
    await lock.execute("ROLLBACK")
    await owner.release(lock)
    for _ in range(200):
        if not await owner.fetchval("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%INSERT INTO exercises%' "
                                    "AND application_name = 'kinegraph' AND state <> 'idle'"):  # fmt: skip
            break
        await asyncio.sleep(0.05)
    assert await everything(owner) == before


async def test_a_progress_bar_is_shown_on_a_terminal(
    database_url: str, organization: Organization, tmp_path: Path
) -> None:
    file = written(tmp_path, *(free(f"Pull {number}") for number in range(501)))
    command = [*KINEGRAPH, "import", file, *FREE, "--organization", organization.slug]
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *command, env=environment(database_url), stdout=subprocess.DEVNULL, stderr=theirs
    )
    assert await process.wait() == 0
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert shown.split("\r")[1:3] == [f"[{'#' * 29}.] 500 of 501", f"[{'#' * 30}] 501 of 501"]
