"""An import treats videos as the API does: provider and status follow from the address, and a lock holds."""

import pytest

from kinegraph.formats.records import Format
from kinegraph.kit.database import Database
from tests.conftest import Organization, World
from tests.exchange.files import Pool, bring, stored, verdicts

CSV = Format.CSV
BUNNY = "https://vz-1.b-cdn.net/11111111-2222-3333-4444-555555555555"


@pytest.fixture
async def organization(world: World) -> Organization:
    """An organization without exercises."""
    return await world.organization()


def row(url: str, difficulty: int = 1) -> str:
    """A CSV with one exercise that has this video."""
    return f"name,videoUrl,difficulty\nPlank,{url},{difficulty}\n"


async def test_provider_status_and_poster_follow_from_the_address_of_a_video(
    database: Database, organization: Organization, owner: Pool
) -> None:
    found = []
    for url in ("", f"{BUNNY}/playlist.m3u8", "https://video.example/1", ""):
        await bring(database, organization.slug, row(url), CSV)
        (each,) = await stored(owner, organization.id)
        found.append((each.video_provider, each.video_status, each.thumbnail_url))
        await owner.execute("UPDATE exercises SET video_duration_seconds = 9 WHERE video_url IS NOT NULL")
    assert found == [
        (None, "auto", None),
        ("bunny_stream", "manual", f"{BUNNY}/thumbnail.jpg"),
        ("external", "manual", f"{BUNNY}/thumbnail.jpg"),
        (None, "auto", f"{BUNNY}/thumbnail.jpg"),
    ]


async def test_what_moderation_says_of_a_video_stays_while_its_address_does(
    database: Database, organization: Organization, owner: Pool
) -> None:
    await bring(database, organization.slug, row("https://video.example/1"), CSV)
    await owner.execute(
        "UPDATE exercises SET video_status = 'verified', video_duration_seconds = 9 WHERE name = 'Plank'"
    )
    assert verdicts(await bring(database, organization.slug, row("https://video.example/1", 2), CSV)) == ["changed"]
    (each,) = await stored(owner, organization.id)
    assert (each.difficulty, each.video_status, each.video_duration_seconds) == (2, "verified", 9)


async def test_a_locked_video_is_not_written_over_not_even_with_overwrite(
    database: Database, organization: Organization, owner: Pool
) -> None:
    await bring(database, organization.slug, row("https://video.example/1"), CSV)
    await owner.execute("UPDATE exercises SET video_locked_by_user_id = $1 WHERE name = 'Plank'", organization.coach.id)
    plan = await bring(database, organization.slug, row("https://video.example/2", 3), CSV, overwrite=True)
    assert (verdicts(plan), plan.locked) == (["changed"], plan.decisions)
    (each,) = await stored(owner, organization.id)
    assert (each.difficulty, each.video_url) == (3, "https://video.example/1")
    again = await bring(database, organization.slug, row("https://video.example/2", 3), CSV)
    assert verdicts(again) == ["unchanged"]
