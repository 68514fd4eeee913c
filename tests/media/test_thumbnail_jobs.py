"""The job that makes a thumbnail: once, for every attachment that shows the file; a failure is recorded."""

import asyncio
import io
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from PIL import Image

from kinegraph.kit.database import Database
from kinegraph.media.jobs import make_thumbnail
from kinegraph.media.rules_thumbnails import NotAnImage
from kinegraph.outside.storage_folder import FolderStorage
from tests.conftest import World
from tests.media.files import Pool, Studio, key_of, picture, stored_files

ROW = "SELECT *, xmin::text AS written FROM attachments WHERE id = $1"


async def test_an_image_gets_one_thumbnail_which_its_address_serves(
    studio: Studio, database: Database, storage: FolderStorage
) -> None:
    attachment = await studio.attached(picture("red", size=(90, 30)))
    id = UUID(attachment["id"])
    assert (await make_thumbnail(database, storage, id, studio.organization.id)).startswith("Made ")
    ((again,),) = [entry["attachments"] for entry in await studio.comments()]
    assert (await studio.get(again["url"])).content == picture("red", size=(90, 30))
    served = await studio.get(again["thumbnailUrl"])
    image = Image.open(io.BytesIO(served.content))
    assert (served.headers["content-type"], image.format, image.size) == ("image/jpeg", "JPEG", (400, 400))
    assert key_of(again["thumbnailUrl"]).startswith(f"{studio.organization.id}/comments/")


async def test_a_job_that_is_delivered_twice_leaves_the_same_row_and_file(
    studio: Studio, database: Database, storage: FolderStorage, owner: Pool, home: Path
) -> None:
    id = UUID((await studio.attached(picture()))["id"])
    await make_thumbnail(database, storage, id, studio.organization.id)
    row, files = await owner.fetchrow(ROW, id), stored_files(home)
    assert await make_thumbnail(database, storage, id, studio.organization.id) == "There is nothing to do."
    assert (await owner.fetchrow(ROW, id), stored_files(home)) == (row, files)


async def test_jobs_that_run_at_once_leave_one_thumbnail(
    studio: Studio, database: Database, storage: FolderStorage, home: Path
) -> None:
    attachment = await studio.attached(picture())
    before = set(stored_files(home))
    job = (make_thumbnail(database, storage, UUID(attachment["id"]), studio.organization.id) for _ in range(4))
    await asyncio.gather(*job)
    assert len(set(stored_files(home)) - before) == 1
    ((again,),) = [entry["attachments"] for entry in await studio.comments()]
    assert (await studio.get(again["thumbnailUrl"])).status_code == 200


async def test_every_attachment_of_the_organization_that_shows_the_file_gets_its_thumbnail_and_no_other(
    studio: Studio, database: Database, storage: FolderStorage, owner: Pool
) -> None:
    one, other = [UUID((await studio.attached(picture()))["id"]) for _ in range(2)]
    copy = await owner.fetchval(
        """
        INSERT INTO attachments (organization_id, owner_type, owner_id, url, mime, kind, uploaded_by)
        SELECT organization_id, owner_type, owner_id, url, mime, kind, uploaded_by FROM attachments WHERE id = $1
        RETURNING id
        """,
        one,
    )
    await make_thumbnail(database, storage, copy, studio.organization.id)
    made = await owner.fetch("SELECT id, thumb_url FROM attachments WHERE id = ANY ($1)", [one, other, copy])
    thumbs = {row.id: row.thumb_url for row in made}
    assert thumbs[one] == thumbs[copy] is not None and thumbs[other] is None


async def test_a_video_and_an_attachment_that_is_gone_need_no_thumbnail(
    studio: Studio, database: Database, storage: FolderStorage, owner: Pool, world: World, home: Path
) -> None:
    video = await studio.attached(b"\0\0\0\x18ftypisom" + b"\0" * 64, mime="video/mp4")
    gone = await studio.attached(picture())
    await owner.execute("UPDATE attachments SET deleted_at = now() WHERE id = $1", UUID(gone["id"]))
    before = stored_files(home)
    said = [
        await make_thumbnail(database, storage, id, organization)
        for id, organization in (
            (UUID(video["id"]), studio.organization.id),
            (UUID(gone["id"]), studio.organization.id),
            (uuid4(), studio.organization.id),
            (UUID(video["id"]), (await world.organization()).id),
        )
    ]
    assert said == ["There is nothing to do.", *["The attachment is gone."] * 3]
    assert stored_files(home) == before


@pytest.mark.parametrize("content", [picture()[:60], b"\x89PNG\r\n\x1a\n<script>", None], ids=["cut", "mark", "none"])
async def test_a_file_that_cannot_have_a_thumbnail_is_reported_in_its_row_and_leaves_no_file(
    studio: Studio, database: Database, storage: FolderStorage, owner: Pool, home: Path, content: bytes | None
) -> None:
    attachment = await studio.attached(content or picture())
    if content is None:
        (home / "media" / key_of(attachment["url"])).unlink()
    before = stored_files(home)
    with pytest.raises(NotAnImage) as raised:
        await make_thumbnail(database, storage, UUID(attachment["id"]), studio.organization.id)
    assert stored_files(home) == before
    row = await owner.fetchrow(ROW, UUID(attachment["id"]))
    assert row is not None and (row.thumb_url, row.thumb_error) == (None, str(raised.value))
