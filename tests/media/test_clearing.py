"""Clearing: uploads unused for a day are deleted; a used file stays, whenever it is used."""

import asyncio
import socket
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kinegraph.kit.database import Database
from kinegraph.main import create_app
from kinegraph.media import store
from kinegraph.media.jobs import clear_uploads
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.storage_folder import FolderStorage
from kinegraph.outside.storage_s3 import Bucket, open_s3
from kinegraph.services import Services
from tests.conftest import Api, World, running
from tests.media.files import Pool, Studio, key_of, picture, stored_files, stored_of, studio_of
from tests.settings import with_settings
from tests.workout.documents import NO_ID

NOT_FOUND = [("UPLOAD_NOT_FOUND", ["input", "uploadIds", "0"])]
DAY = timedelta(hours=24)


@pytest.fixture
async def studio(api: Api, world: World, owner: Pool, database: Database, storage: FolderStorage) -> Studio:
    """A studio, in a database without other uploads."""
    past = "created_at = now() - interval '2 days', expires_at = now() - interval '1 day', clearing_at = NULL"
    past += ", used_at = used_at - interval '2 days'"
    await owner.execute(f"UPDATE uploads SET {past}")
    while await clear_uploads(database, storage):
        pass
    return await studio_of(api, world)


async def age(owner: Pool, id: str, time: timedelta) -> None:
    """Let time pass for an upload."""
    await owner.execute(
        """
        UPDATE uploads SET created_at = created_at - $2::interval, expires_at = expires_at - $2::interval,
                           clearing_at = clearing_at - $2::interval, used_at = used_at - $2::interval
        WHERE id = $1
        """,
        UUID(id),
        time,
    )


async def is_stored(owner: Pool, id: str) -> bool:
    """True if the upload's row is stored."""
    return bool(await owner.fetchval("SELECT count(*) FROM uploads WHERE id = $1", UUID(id)))


def staged(home: Path) -> set[str]:
    """The ids of uploads with a staged file."""
    return {key.split("/")[1] for key in stored_files(home) if key.startswith("staging/")}


async def test_uploads_unused_for_a_day_are_deleted_with_their_files_and_younger_ones_stay(
    studio: Studio, owner: Pool, database: Database, storage: FolderStorage, home: Path
) -> None:
    old, young, silent = [
        await studio.uploaded(picture()),
        await studio.uploaded(picture()),
        (await studio.announce(9))["id"],
    ]
    for id, time in ((old, DAY), (silent, DAY), (young, DAY - timedelta(minutes=1))):
        await age(owner, id, time)
    assert await clear_uploads(database, storage) == 2
    assert [await is_stored(owner, id) for id in (old, young, silent)] == [False, True, False]
    assert staged(home) == {young}
    assert [path.name for path in (home / "media" / "staging").iterdir()] == [young]
    assert await studio.refused(old) == NOT_FOUND
    assert len(await studio.use(young)) == 1


async def test_a_file_that_was_copied_for_a_refused_use_is_deleted_too(
    studio: Studio, owner: Pool, database: Database, storage: FolderStorage, home: Path
) -> None:
    id = await studio.uploaded(picture())
    assert await studio.refused(id, movementId=NO_ID) == [("NOT_FOUND", ["input", "movementId"])]
    (copy,) = [found for found in stored_files(home) if id in found and not found.startswith("staging/")]
    await age(owner, id, DAY)
    assert await clear_uploads(database, storage) == 1
    assert [found for found in stored_files(home) if id in found] == []
    assert not (home / "media" / copy).parent.exists()


async def test_the_staged_file_of_a_used_upload_is_deleted_when_its_address_expires_and_the_attachment_stays(
    studio: Studio, owner: Pool, database: Database, storage: FolderStorage, home: Path
) -> None:
    upload = await studio.announce(len(picture()))
    await studio.send(upload, picture())
    (attachment,) = await studio.use(upload["id"])
    await age(owner, upload["id"], timedelta(minutes=59))
    assert await clear_uploads(database, storage) == 0
    assert staged(home) == {upload["id"]}
    await age(owner, upload["id"], timedelta(minutes=2))
    assert await clear_uploads(database, storage) == 1
    assert staged(home) == set() and not await is_stored(owner, upload["id"])
    assert (await studio.get(attachment["url"])).content == picture()
    assert await stored_of(owner, studio.organization) == (1, 1)


async def test_a_used_upload_whose_file_was_never_cleared_still_has_its_attachment_after_a_day_too(
    studio: Studio, owner: Pool, database: Database, storage: FolderStorage
) -> None:
    id = await studio.uploaded(picture())
    (attachment,) = await studio.use(id)
    await age(owner, id, 3 * DAY)
    assert await clear_uploads(database, storage) == 1
    assert (await studio.get(attachment["url"])).content == picture()


async def test_clearing_again_or_at_once_clears_each_upload_once(
    studio: Studio, owner: Pool, database: Database, storage: FolderStorage, home: Path
) -> None:
    ids = [await studio.uploaded(picture()) for _ in range(8)]
    (attachment,) = await studio.use(ids[0])
    for id in ids:
        await age(owner, id, DAY)
    assert sum(await asyncio.gather(*(clear_uploads(database, storage) for _ in range(4)))) == 8
    assert await clear_uploads(database, storage) == 0
    assert staged(home) == set()
    assert await owner.fetchval("SELECT count(*) FROM uploads WHERE id = ANY ($1)", list(map(UUID, ids))) == 0
    assert (await studio.get(attachment["url"])).content == picture()


async def test_a_hundred_are_cleared_at_a_time(
    studio: Studio, owner: Pool, database: Database, storage: FolderStorage
) -> None:
    await owner.execute(
        """
        INSERT INTO uploads (organization_id, user_id, purpose, key, mime, size_bytes, expires_at, created_at)
        SELECT $1, $2, 'comment_attachment', 'none/' || n, 'image/png', 1, now(), now() - interval '25 hours'
        FROM generate_series(1, 130) AS n
        """,
        studio.organization.id,
        studio.coach.id,
    )
    assert [await clear_uploads(database, storage) for _ in range(3)] == [100, 30, 0]


@pytest.mark.parametrize("method", ["inspect", "copy"])
async def test_an_upload_that_is_cleared_while_it_is_being_used_is_refused_and_leaves_nothing(
    studio: Studio, owner: Pool, database: Database, storage: FolderStorage, home: Path,
    monkeypatch: pytest.MonkeyPatch, method: str,
) -> None:  # fmt: skip
    id = await studio.uploaded(picture())
    await age(owner, id, DAY)
    real = getattr(FolderStorage, method)

    async def late(of: FolderStorage, *arguments: str) -> object:
        monkeypatch.setattr(FolderStorage, method, real)
        assert await clear_uploads(database, storage) == 1
        return await real(of, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(FolderStorage, method, late)
        assert await studio.refused(id) == NOT_FOUND
    assert await stored_of(owner, studio.organization) == (0, 0)
    assert [key for key in stored_files(home) if id in key] == []


async def test_an_upload_that_the_worker_is_clearing_can_no_longer_be_used(
    studio: Studio, owner: Pool, home: Path
) -> None:
    id = await studio.uploaded(picture())
    await owner.execute("UPDATE uploads SET clearing_at = now() WHERE id = $1", UUID(id))
    assert await studio.refused(id) == NOT_FOUND
    assert await stored_of(owner, studio.organization) == (0, 0)


@pytest.mark.parametrize("commits", [True, False])
async def test_an_upload_whose_use_is_not_committed_yet_is_left_alone(
    studio: Studio,
    world: World,
    owner: Pool,
    database: Database,
    storage: FolderStorage,
    home: Path,
    commits: bool,
) -> None:
    id = await studio.uploaded(picture())
    await age(owner, id, DAY)
    async with world.writing_as(studio.coach) as session:
        assert await store.use_uploads(session, [UUID(id)]) == {UUID(id)}
        assert await clear_uploads(database, storage) == 0
        assert staged(home) == {id}
        session.is_rollback_only = not commits
    assert await owner.fetchval("SELECT used_at IS NOT NULL FROM uploads WHERE id = $1", UUID(id)) is commits
    await age(owner, id, timedelta(hours=1))
    assert await clear_uploads(database, storage) == 1


async def test_an_upload_that_could_not_be_cleared_is_cleared_later(
    studio: Studio, owner: Pool, database: Database, storage: FolderStorage, home: Path
) -> None:
    id = await studio.uploaded(picture())
    await age(owner, id, DAY)
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    async with open_s3(Bucket("files", f"http://127.0.0.1:{port}", None, "key", "secret"), 60) as away:
        with pytest.raises(ServiceError):
            await clear_uploads(database, away)
    assert await is_stored(owner, id) and staged(home) == {id}
    assert await studio.refused(id) == NOT_FOUND
    assert await clear_uploads(database, storage) == 0
    await age(owner, id, timedelta(minutes=6))
    assert await clear_uploads(database, storage) == 1
    assert staged(home) == set()


async def test_no_file_can_be_sent_to_an_upload_that_was_cleared(
    studio: Studio, owner: Pool, database: Database, storage: FolderStorage, services: Services, home: Path
) -> None:
    longer = with_settings(services, media_url_seconds=2 * 24 * 3600)
    async with running(create_app(longer)) as api:
        upload = await replace(studio, api=api).announce(len(picture()))
    await age(owner, upload["id"], DAY)
    await clear_uploads(database, storage)
    await studio.send(upload, picture())
    await age(owner, upload["id"], DAY)
    await clear_uploads(database, storage)
    assert key_of(upload["url"]) not in stored_files(home)
