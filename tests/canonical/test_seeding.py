"""Seeding: an upsert by slug that changes nothing the second time and leaves platform admins' edits alone."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any  # inputs and answers are JSON

import orjson
import pytest

from kinegraph.canonical import store
from kinegraph.canonical.jobs import Seeded, seed_library
from kinegraph.canonical.rules import entries_of
from kinegraph.canonical.rules_files import shipped_files
from kinegraph.kit.database import Database
from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import DELETE, create, read, update
from tests.workout.documents import Pool

Entries = Sequence[Mapping[str, Any]]


def entry(slug: str, **values: Any) -> dict[str, Any]:
    """One entry of a library file, as columns."""
    row = {
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
    return entries_of("test.json", orjson.dumps([row]))[0]


async def seed(database: Database, entries: Entries) -> tuple[int, int]:
    """Seed these entries, and return the numbers of new and of changed ones."""
    async with database.write(store.act_as_curator) as session:
        return await store.seed(session, entries)


async def everything(owner: Pool) -> list[Any]:
    """Every canonical row with every column."""
    return [
        tuple(row) for row in await owner.fetch("SELECT * FROM exercises WHERE organization_id IS NULL ORDER BY id")
    ]


async def id_of(world: World, slug: str) -> str:
    """The id of a canonical exercise."""
    return await world.exercise_id(slug)


async def test_seeding_the_shipped_library_again_changes_no_column_of_no_row(database: Database, owner: Pool) -> None:
    before = await everything(owner)
    reported = [progress async for progress in seed_library(database)]
    assert [(progress.new, progress.changed) for progress in reported] == [(0, 0)] * len(reported)
    assert sum(progress.total for progress in reported) == sum(len(entries_of(*file)) for file in shipped_files())
    assert await everything(owner) == before


async def test_a_seeded_exercise_has_the_values_of_its_entry(api: Api, world: World, database: Database) -> None:
    person = await world.person()
    values: dict[str, Any] = {
        "athleteNotes": "Brace.",
        "movementPattern": "squat",
        "planeOfMotion": "sagittal",
        "mechanics": "free_weight",
        "forceVector": "vertical",
        "isUnilateral": True,
        "secondaryMuscles": ["core"],
        "optionalEquipment": ["towel"],
        "aliases": ["סקוואט זרצ'ר", "Присед, Зерчера; 2"],
        "discipline": ["strongman"],
        "cues": ["Second", "First"],
        "commonFaults": ['Quotes " and \\ and {braces}', "NULL"],
        "scalingOptions": ["Goblet"],
        "videoUrl": "https://videos.example/1",
        "thumbnailUrl": "https://videos.example/1.jpg",
        "source": "kinegraph",
        "sourceUrl": "https://kinegraph.example",
        "licenseAttribution": "CC BY",
    }
    assert await seed(database, [entry("every-field", **values)]) == (1, 0)
    shown = await read(api, person, await id_of(world, "every-field"))
    assert shown is not None
    enums = {"movementPattern": "SQUAT", "planeOfMotion": "SAGITTAL"}
    assert {name: shown[name] for name in values} == {**values, **enums}
    assert (shown["status"], shown["category"], shown["kind"]) == ("PUBLISHED", "STRENGTH", "STRENGTH_COMPOUND")
    assert (shown["difficulty"], shown["isCanonical"], shown["organization"]) == (3, True, None)


async def test_a_changed_entry_updates_its_row_under_the_same_id_and_clears_absent_fields(
    api: Api, world: World, database: Database
) -> None:
    person = await world.person()
    await seed(database, [entry("changing", cues=["Old"], athleteNotes="Old", isUnilateral=True)])
    id = await id_of(world, "changing")
    before = await read(api, person, id)
    assert await seed(database, [entry("changing", difficulty=5), entry("beside")]) == (1, 1)
    after = await read(api, person, id)
    assert before is not None and after is not None
    assert (after["difficulty"], after["cues"], after["athleteNotes"], after["isUnilateral"]) == (5, [], None, False)
    assert after["createdAt"] == before["createdAt"]
    assert after["updatedAt"] > before["updatedAt"]


async def test_a_platform_admins_edit_survives_seeding_while_the_entry_is_the_same(
    api: Api, world: World, admin: Person, database: Database
) -> None:
    same = entry("edited")
    await seed(database, [same])
    id = await id_of(world, "edited")
    edited = await update(api, admin, id, name="Better name", cues=["Better"], status="ARCHIVED")
    assert await seed(database, [same]) == (0, 0)
    assert await read(api, admin, id) == edited


async def test_a_platform_admins_edit_is_replaced_when_the_entry_changes(
    api: Api, world: World, admin: Person, database: Database
) -> None:
    await seed(database, [entry("overtaken")])
    id = await id_of(world, "overtaken")
    await update(api, admin, id, name="Better name")
    assert await seed(database, [entry("overtaken", difficulty=1)]) == (0, 1)
    after = await read(api, admin, id)
    assert after is not None and (after["name"], after["difficulty"]) == ("Overtaken", 1)


async def test_seeding_does_not_restore_exercises_that_a_platform_admin_deleted_or_archived(
    api: Api, world: World, admin: Person, database: Database
) -> None:
    await seed(database, [entry("deleted"), entry("archived")])
    deleted, archived = await id_of(world, "deleted"), await id_of(world, "archived")
    await api.run(DELETE, admin, id=deleted)
    await update(api, admin, archived, status="ARCHIVED")
    await seed(database, [entry("deleted"), entry("archived", difficulty=1)])
    assert await read(api, admin, deleted) is None
    after = await read(api, admin, archived)
    assert after is not None and after["status"] == "ARCHIVED"


async def test_seeding_leaves_an_organizations_row_of_the_same_slug_alone(
    api: Api, world: World, database: Database
) -> None:
    gym: Organization = await world.organization()
    own = await create(api, gym.coach, gym, slug="shared-slug", name="Ours")
    assert await seed(database, [entry("shared-slug")]) == (1, 0)
    assert await read(api, gym.coach, own["id"]) == own


async def test_concurrent_seeding_of_new_entries_creates_each_row_once(database: Database, owner: Pool) -> None:
    entries = [entry(f"at-once-{number}") for number in range(100)]
    counts = await asyncio.gather(*(seed(database, entries) for _ in range(4)))
    assert sorted(counts) == [(0, 0), (0, 0), (0, 0), (100, 0)]
    assert await owner.fetchval("SELECT count(*) FROM exercises WHERE slug LIKE 'at-once-%'") == 100


async def test_concurrent_seeding_of_changed_entries_changes_each_row_once(database: Database) -> None:
    await seed(database, [entry(f"again-{number}") for number in range(50)])
    changed = [entry(f"again-{number}", difficulty=1) for number in range(50)]
    counts = await asyncio.gather(*(seed(database, changed) for _ in range(4)))
    assert sorted(counts) == [(0, 0), (0, 0), (0, 0), (0, 50)]


async def test_concurrent_seeding_of_the_whole_library_leaves_the_same_rows_as_one(
    database: Database, owner: Pool
) -> None:
    await owner.execute("DELETE FROM exercises WHERE seed_hash IS NOT NULL")

    async def run() -> list[Seeded]:
        return [progress async for progress in seed_library(database)]

    one, other = await asyncio.gather(run(), run())
    total = sum(progress.total for progress in one)
    assert sum(progress.new for progress in (*one, *other)) == total
    assert sum(progress.changed for progress in (*one, *other)) == 0
    assert await owner.fetchval("SELECT count(*) FROM exercises WHERE seed_hash IS NOT NULL") == total


async def test_a_concurrent_edit_and_seeding_leave_one_whole_row(
    api: Api, world: World, admin: Person, database: Database
) -> None:
    await seed(database, [entry("contested")])
    id = await id_of(world, "contested")
    await asyncio.gather(
        seed(database, [entry("contested", cues=["Seeded"])]), update(api, admin, id, athleteNotes="Edited")
    )
    after = await read(api, admin, id)
    assert after is not None and after["cues"] == ["Seeded"]
    assert after["athleteNotes"] in (None, "Edited")


async def test_an_entry_that_cannot_be_stored_leaves_none_of_its_file(database: Database, owner: Pool) -> None:
    bad = {**entry("cannot-be-stored"), "difficulty": 9}
    with pytest.raises(Exception, match="exercises_difficulty_range_chk"):
        await seed(database, [entry("stored-before"), bad])
    assert await owner.fetchval("SELECT count(*) FROM exercises WHERE slug = 'stored-before'") == 0


async def test_every_value_that_the_file_format_accepts_can_be_stored(database: Database) -> None:
    max_lengths = {
        "name": "x" * 255,
        "description": "🏋" * 10_000,
        "aliases": [f"{number} " + "ס" * 200 for number in range(50)],
        "videoUrl": "https://" + "a" * 2040,
        "source": "s" * 100,
        "primaryMuscles": ["m" * 60],
        "difficulty": 3.0,
    }
    assert await seed(database, [entry("x" * 255, **max_lengths)]) == (1, 0)


async def test_provider_and_status_of_a_seeded_video_follow_from_its_address(database: Database, owner: Pool) -> None:
    found = []
    for url, difficulty in ((None, 1), ("https://video.example/1", 2), ("https://video.example/1", 3), (None, 4)):
        await seed(database, [entry("with-video", difficulty=difficulty, **({"videoUrl": url} if url else {}))])
        row = await owner.fetchrow("SELECT video_provider, video_status FROM exercises WHERE slug = 'with-video'")
        found.append(tuple(row))
        await owner.execute(
            "UPDATE exercises SET video_status = 'verified' WHERE slug = 'with-video' AND difficulty = 2"
        )
    assert found == [(None, "auto"), ("external", "manual"), ("external", "verified"), (None, "auto")]


async def test_a_shipped_term_that_is_stored_under_another_slug_is_found_by_its_name(
    database: Database, owner: Pool
) -> None:
    before = await owner.fetchval("SELECT count(*) FROM exercise_equipment")
    await owner.execute("UPDATE exercise_equipment SET slug = 'gym-ball' WHERE slug = 'swiss-ball'")
    assert [(each.new, each.changed) async for each in seed_library(database)] == [(0, 0)] * len(shipped_files())
    assert await owner.fetchval("SELECT count(*) FROM exercise_equipment") == before
    await owner.execute("UPDATE exercise_equipment SET slug = 'swiss-ball' WHERE slug = 'gym-ball'")
