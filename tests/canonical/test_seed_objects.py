"""Seeding from a file in the object storage: all of its rows or none, in the folder and in a bucket alike."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any  # JSON of library files; rows of asyncpg

import orjson
import pytest

from kinegraph.background import store
from kinegraph.background.rules import JobKind
from kinegraph.canonical import jobs_objects
from kinegraph.canonical import store as canonical
from kinegraph.canonical.jobs import seed_library
from kinegraph.canonical.rules import MAX_ENTRIES
from kinegraph.canonical.rules_files import shipped_files
from kinegraph.canonical.rules_objects import MAX_OBJECT_BYTES
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from kinegraph.outside.storage import ObjectStorage, StoredObject
from kinegraph.outside.storage_folder import FolderStorage
from kinegraph.outside.storage_s3 import open_s3
from kinegraph.worker_jobs import Work
from kinegraph.worker_runs import run_job
from tests.conftest import Api, Person, World
from tests.exercise.documents import update
from tests.media.buckets import serving
from tests.workout.documents import Pool

KEY = "seeds/mine.json"


def entry(slug: str, **values: Any) -> dict[str, Any]:
    """One entry of a file."""
    return {
        "slug": slug,
        "name": slug.title(),
        "description": "As the file says.",
        "category": "strength",
        "kind": "strength_compound",
        "primaryMuscles": ["quadriceps"],
        "equipment": ["barbell"],
        "difficulty": 3,
        **values,
    }


def shipped_entries() -> list[dict[str, Any]]:
    """The entries of the shipped library, as its files have them."""
    return [entry for _, content in shipped_files() for entry in orjson.loads(content)]


@pytest.fixture(params=["folder", "bucket"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ObjectStorage]:
    """An empty folder, or an empty bucket of a real server of the S3 protocol."""
    with serving() if request.param == "bucket" else nullcontext() as buckets:
        if buckets is None:
            yield FolderStorage(tmp_path / "media", "http://files.example/media/", "secret")
            return
        async with open_s3(buckets.bucket(tmp_path.name.lower().replace("_", "-")), 60) as bucket:
            yield bucket


async def put(storage: ObjectStorage, rows: Any, key: str = KEY) -> None:
    """Store a file of these rows, or with this content."""
    await storage.write(key, rows if isinstance(rows, bytes) else orjson.dumps(rows), "application/json")


async def seeded(database: Database, storage: ObjectStorage, owner: Pool, key: str = KEY) -> Any:
    """The row of a job that has seeded a file."""
    async with database.write(act_as_worker) as session:
        (id,) = await store.insert(session, [(JobKind.SEED_CANONICAL, {"object_key": key})])
    await run_job({"work": Work(database, storage)}, str(id))
    return await owner.fetchrow("SELECT * FROM jobs WHERE id = $1", id)


async def everything(owner: Pool) -> list[tuple[Any, ...]]:
    """Every canonical row with every column."""
    rows = await owner.fetch("SELECT * FROM exercises WHERE organization_id IS NULL ORDER BY id")
    return [tuple(row) for row in rows]


# ---------------------------------------------------------------------------------- what is stored


async def test_rows_are_added_and_changed_by_slug_and_a_platform_admins_edit_stays(
    database: Database, owner: Pool, storage: ObjectStorage, api: Api, admin: Person, world: World
) -> None:
    suffix = type(storage).__name__.lower()
    slugs = [f"press-{suffix}-{number}" for number in range(3)]
    await put(storage, [entry(slug, instructions=[{"type": "step", "body": "Press."}]) for slug in slugs])
    job = await seeded(database, storage, owner)
    assert (job.status, job.total, job.done, job.error) == ("succeeded", 3, 3, None)
    assert job.message == f"{KEY}: 3 rows, 3 added, 0 changed, 0 unchanged, 0 rejected."
    await update(api, admin, await world.exercise_id(slugs[2]), description="An edit.")
    await put(storage, [*(entry(slug, difficulty=4) for slug in slugs[:1]),
                        *(entry(slug, instructions=[{"type": "step", "body": "Press."}]) for slug in slugs[1:]),
                        entry(f"row-{suffix}")])  # fmt: skip
    job = await seeded(database, storage, owner)
    assert job.message == f"{KEY}: 4 rows, 1 added, 1 changed, 2 unchanged, 0 rejected."
    stored = await owner.fetch(
        "SELECT description, difficulty FROM exercises WHERE slug = ANY ($1) ORDER BY slug", slugs
    )
    assert [tuple(row) for row in stored] == [
        ("As the file says.", 4),
        ("As the file says.", 3),
        ("An edit.", 3),
    ]
    before = await everything(owner)
    job = await seeded(database, storage, owner)
    assert job.message == f"{KEY}: 4 rows, 0 added, 0 changed, 4 unchanged, 0 rejected."
    assert await everything(owner) == before


async def test_what_a_file_changes_in_the_shipped_library_stays_when_that_is_seeded_again(
    database: Database, owner: Pool, tmp_path: Path
) -> None:
    storage = FolderStorage(tmp_path, "http://files.example/", "secret")
    shipped = {entry["slug"]: entry for entry in shipped_entries()}
    squat, bridge = shipped["back-squat"], shipped["glute-bridge"]
    await put(storage, [{**squat, "description": "Ours."}, bridge])
    job = await seeded(database, storage, owner)
    assert job.message == f"{KEY}: 2 rows, 0 added, 1 changed, 1 unchanged, 0 rejected."
    assert {(done.new, done.changed) async for done in seed_library(database)} == {(0, 0)}
    rows = await owner.fetch(
        "SELECT description, seed_object FROM exercises WHERE seed_object IS NOT NULL AND slug = $1", squat["slug"]
    )
    assert [tuple(row) for row in rows] == [("Ours.", KEY)]
    await put(storage, [squat])
    assert (await seeded(database, storage, owner)).message.startswith(f"{KEY}: 1 rows, 0 added, 1 changed")


# ---------------------------------------------------------------------------------- what is refused


GOOD = [entry(f"good-{number}") for number in range(1, 17)]
BAD: Mapping[str, tuple[Any, str]] = {
    "no JSON": (b'[{"slug": "a"', f"{KEY} is not JSON: "),
    "no text": (b"\xff\xfe\x00", f"{KEY} is not JSON: "),
    "empty": (b"", f"{KEY} is empty."),
    "no list": ({"slug": "a"}, f"{KEY}: the file: "),
    "a wrong row 17": ([*GOOD, entry("bad", difficulty=9)], f"{KEY}: row 17 (Bad), field difficulty: 9 is greater"),
    "no object in row 17": ([*GOOD, 17], f"{KEY}: row 17, field (the row): 17 is not of type 'object'"),
    "a slug twice": ([*GOOD, GOOD[0]], f"{KEY}: row 17, field slug: 'good-1' stands in row 1 too"),
    "an unknown term": (
        [*GOOD, entry("bad", categories=["no-such-term"])],
        f"{KEY}: row 17 (Bad): there is no global category no-such-term.",
    ),
    "U+0000": ([*GOOD, entry("bad", description="a\0b")], f"{KEY}: row 17 (Bad), field description: "),
    "U+0000 in a name": ([*GOOD, entry("bad", name="a\0b")], f"{KEY}: row 17 (a\u2400b), field name: "),
    "U+0000 as a name": ([*GOOD, entry("bad", name="\0", difficulty=9)], f"{KEY}: row 17 (\u2400), field "),
    "U+0000 in a slug": ([*GOOD, entry("a\0b", name="Bad")], f"{KEY}: row 17 (Bad), field slug: "),
    "a long list": (
        [*GOOD, entry("bad", aliases=[1, "a"] * 100_000)],
        f"{KEY}: row 17 (Bad), field aliases: it has 200,000 elements",
    ),
    "too many rows": ([0] * (MAX_ENTRIES + 1), f"{KEY}: the file: it has 20,001 rows; at most 20,000 are read."),
    "deep": ([*GOOD, {"slug": orjson.Fragment(b"[" * 1000 + b"]" * 1000)}], f"{KEY}: "),
}


async def test_a_file_with_a_fault_fails_the_job_with_row_and_reason_and_nothing_is_seeded(
    database: Database, owner: Pool, storage: ObjectStorage
) -> None:
    before = await everything(owner)
    for case, (content, reason) in BAD.items():
        await put(storage, content)
        job = await seeded(database, storage, owner)
        assert (job.status, job.tries) == ("failed", 1), (case, job.error)
        assert job.error.startswith(reason), case
        assert job.error.endswith("\nNothing of the file was stored.") and len(job.error) < 10_000
    job = await seeded(database, storage, owner, "seeds/none.json")
    assert job.error.startswith("seeds/none.json does not exist in the ") and job.tries == 1
    assert await everything(owner) == before


async def test_a_file_that_is_too_large_is_refused_by_its_size_and_not_read(
    database: Database, owner: Pool, tmp_path: Path
) -> None:
    file = tmp_path / KEY
    file.parent.mkdir()
    with file.open("wb") as opened:
        opened.truncate(100 * 2**20)

    class Unreadable(FolderStorage):
        async def read_version(self, key: str, etag: str) -> bytes | None:
            raise AssertionError("It is read.")

    job = await seeded(database, Unreadable(tmp_path, "http://files.example/", "secret"), owner)
    assert job.status == "failed" and job.error.startswith(
        f"{KEY} has 104,857,600 bytes; at most {MAX_OBJECT_BYTES // 2**20} MB are read."
    )


async def test_what_is_no_file_of_the_folder_is_refused_like_a_missing_one(
    database: Database, owner: Pool, tmp_path: Path
) -> None:
    storage, outside = FolderStorage(tmp_path / "media", "http://files.example/", "secret"), tmp_path / "mine.json"
    outside.write_bytes(orjson.dumps([entry("outside")]))
    seeds = tmp_path / "media" / "seeds"
    (seeds / "folder.json").mkdir(parents=True)
    (seeds / "elsewhere").symlink_to(tmp_path)
    (seeds / "link.json").symlink_to(outside)
    (seeds / "loop.json").symlink_to("loop.json")
    os.mkfifo(seeds / "pipe.json")
    for name in ("folder.json", "folder.json/x.json", "elsewhere/mine.json", "link.json", "loop.json", "pipe.json"):
        async with asyncio.timeout(20):
            job = await seeded(database, storage, owner, f"seeds/{name}")
        assert (job.status, job.tries) == ("failed", 1), job.error
        assert job.error.startswith(f"seeds/{name} does not exist in the folder")
        assert await storage.read_version(f"seeds/{name}", "") is None


async def test_a_file_that_is_changed_while_it_is_read_fails_the_job(
    database: Database, owner: Pool, storage: ObjectStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(storage, [entry("before")])
    inspect = storage.inspect

    async def then_changed(key: str) -> StoredObject | None:
        found = await inspect(key)
        await put(storage, [entry("after")])
        return found

    monkeypatch.setattr(storage, "inspect", then_changed)
    before = await everything(owner)
    job = await seeded(database, storage, owner)
    assert (job.status, job.tries) == ("failed", 1)
    assert job.error.startswith(f"{KEY} was changed while it was read. Seed it again when it is complete.")
    assert await everything(owner) == before


async def test_a_seed_that_is_cancelled_in_the_middle_of_its_writing_stores_nothing(
    database: Database, owner: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = FolderStorage(tmp_path, "http://files.example/", "secret")
    await put(storage, [entry(f"cancelled-{number}") for number in range(3)])
    seed, batches = canonical.seed, 0

    async def then_cancelled(*arguments: Any) -> tuple[int, int]:
        nonlocal batches
        batches += 1
        counts = await seed(*arguments)
        if batches == 2:
            await owner.execute("UPDATE jobs SET cancel_requested_at = now() WHERE finished_at IS NULL")
        return counts

    monkeypatch.setattr(jobs_objects, "BATCH", 1)
    monkeypatch.setattr(canonical, "seed", then_cancelled)
    before = await everything(owner)
    job = await seeded(database, storage, owner)
    assert (job.status, job.done, job.total, batches) == ("cancelled", 1, 3, 2)
    assert await everything(owner) == before


async def test_a_file_waits_while_the_library_is_seeded_or_imported_by_others(
    database: Database, owner: Pool, tmp_path: Path
) -> None:
    storage = FolderStorage(tmp_path, "http://files.example/", "secret")
    await put(storage, [entry("waits")])
    async with owner.acquire() as other, other.transaction():
        await other.execute("SELECT pg_advisory_xact_lock(hashtextextended('exchange None', 0))")
        job = await seeded(database, storage, owner)
    assert (job.status, job.tries) == ("queued", 1)
    assert job.error == "The canonical library is being seeded or imported by others; this is tried again."
    await run_job({"work": Work(database, storage)}, str(job.id))
    assert await owner.fetchval("SELECT status FROM jobs WHERE id = $1", job.id) == "succeeded"
