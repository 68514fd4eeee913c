"""Uploads that are used while something else happens: another use, another file, a store that is unavailable."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any  # Any: a patched constructor

import pytest

from kinegraph.main import create_app
from kinegraph.outside.storage import StoredObject
from kinegraph.outside.storage_folder import FolderStorage
from kinegraph.services import Services
from tests.conftest import Api, World, running
from tests.media.files import ADD, REQUEST, Pool, Studio, picture, png_of_equal_length, stored_files, stored_of
from tests.settings import with_settings

NOT_FOUND = [("UPLOAD_NOT_FOUND", ["input", "uploadIds", "0"])]
AWAY = [("SERVICE_UNAVAILABLE", ["input", "uploadIds", "0"])]


async def test_of_many_concurrent_uses_of_an_upload_one_succeeds(studio: Studio, owner: Pool) -> None:
    id = await studio.uploaded(picture())
    found = await asyncio.gather(*(studio.refused(id) for _ in range(8)))
    assert sorted(found) == [[], *[NOT_FOUND] * 7]
    assert await stored_of(owner, studio.organization) == (1, 1)
    ((attachment,),) = [entry["attachments"] for entry in await studio.comments()]
    assert (await studio.get(attachment["url"])).content == picture()


async def test_of_two_concurrent_uses_of_overlapping_uploads_in_opposite_order_one_gets_all_and_one_none(
    studio: Studio, owner: Pool
) -> None:
    for _ in range(5):
        ids = [await studio.uploaded(picture()) for _ in range(4)]
        found = await asyncio.gather(studio.refused(*ids), studio.refused(*reversed(ids)))
        assert sorted(map(bool, found)) == [False, True]
    assert await stored_of(owner, studio.organization) == (5, 20)


async def test_an_upload_is_not_lost_where_only_another_one_of_the_list_was_used_meanwhile(studio: Studio) -> None:
    taken, free = [await studio.uploaded(picture()) for _ in range(2)]
    found = await asyncio.gather(studio.refused(taken), studio.refused(taken, free))
    assert sorted(map(bool, found)) == [False, True]
    assert bool(await studio.refused(free)) is bool(found[0])


async def test_a_use_that_loses_does_not_change_the_file_of_the_winners_attachment(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    red, blue = png_of_equal_length("red"), png_of_equal_length("blue")
    upload = await studio.announce(len(red))
    await studio.send(upload, red)
    arrived, go, inspect = asyncio.Event(), asyncio.Event(), FolderStorage.inspect

    async def slow(storage: FolderStorage, key: str) -> StoredObject | None:
        if not arrived.is_set():
            arrived.set()
            await go.wait()
        return await inspect(storage, key)

    monkeypatch.setattr(FolderStorage, "inspect", slow)
    loser = asyncio.create_task(studio.refused(upload["id"]))
    await arrived.wait()
    (attachment,) = await studio.use(upload["id"])
    assert (await studio.send(upload, blue)).status_code == 204
    go.set()
    assert await loser == NOT_FOUND
    assert (await studio.get(attachment["url"])).content == red


async def test_a_file_that_is_replaced_between_the_inspection_and_the_copy_is_refused_and_usable_later(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, owner: Pool, home: Path
) -> None:
    good, evil = picture("red"), b"<script>".ljust(len(picture("red")))
    upload = await studio.announce(len(good))
    await studio.send(upload, good)
    copy = FolderStorage.copy

    async def late(storage: FolderStorage, source: str, target: str, etag: str) -> bool:
        assert (await studio.send(upload, evil)).status_code == 204
        return await copy(storage, source, target, etag)

    with monkeypatch.context() as patched:
        patched.setattr(FolderStorage, "copy", late)
        assert await studio.refused(upload["id"]) == NOT_FOUND
    assert await stored_of(owner, studio.organization) == (0, 0)
    assert [
        key for key, content in stored_files(home).items() if content == evil and not key.startswith("staging/")
    ] == []
    assert await studio.refused(upload["id"]) == [("INVALID_INPUT", ["input", "uploadIds", "0"])]
    await studio.send(upload, good)
    assert await studio.refused(upload["id"]) == []


@pytest.fixture
async def away(services: Services) -> AsyncIterator[Api]:
    """The API with its files in a bucket of a server that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    changed = with_settings(
        services,
        s3_bucket="files",
        s3_endpoint=f"http://127.0.0.1:{port}",
        s3_access_key_id="key",
        s3_secret_access_key="secret",
    )
    async with running(create_app(changed)) as api:
        yield api


async def test_without_the_bucket_a_use_is_refused_and_nothing_is_stored_and_it_works_when_the_bucket_is_back(
    studio: Studio, away: Api, owner: Pool
) -> None:
    id = await studio.uploaded(picture())
    assert await replace(studio, api=away).refused(id) == AWAY
    assert await stored_of(owner, studio.organization) == (0, 0)
    assert len(await studio.use(id)) == 1


async def test_without_the_bucket_attachments_are_still_listed_and_comments_still_written(
    studio: Studio, away: Api
) -> None:
    await studio.attached(picture())
    distant = replace(studio, api=away)
    assert await distant.refused() == []
    assert [len(entry["attachments"]) for entry in await distant.comments()] == [1, 0]


async def test_without_the_folder_a_use_is_refused_and_nothing_is_stored(
    studio: Studio, owner: Pool, services: Services, tmp_path: Path
) -> None:
    id = await studio.uploaded(picture())
    async with running(create_app(with_settings(services, home=tmp_path))) as api:
        (tmp_path / "media").write_text("this is no folder")
        response = await api.post(ADD, studio.coach, input=studio.comment(id))
    assert await stored_of(owner, studio.organization) == (0, 0)
    assert response.status_code == 200
    assert [error["code"] for error in response.json()["data"]["addComment"]["userErrors"]] == ["SERVICE_UNAVAILABLE"]


async def test_without_signing_keys_no_upload_is_announced(
    studio: Studio, services: Services, owner: Pool, monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    async with running(_keyless(services, monkeypatch)) as api:
        refused = await api.refusals(REQUEST, studio.coach, input=studio.announcement(1))
    assert [code for code, _ in refused] == ["SERVICE_UNAVAILABLE"]
    assert await owner.fetchval("SELECT count(*) FROM uploads WHERE user_id = $1", studio.coach.id) == 0


async def test_without_signing_keys_attachments_are_answered_as_unavailable(
    studio: Studio, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await studio.attached(picture())
    async with running(_keyless(services, monkeypatch)) as api:
        response = await api.post(
            "query ($id: ID!) { workout(id: $id) { sections { movements { comments { attachments { url } } } } } }",
            studio.coach,
            id=studio.workout,
        )
    assert [error["extensions"]["code"] for error in response.json()["errors"]] == ["SERVICE_UNAVAILABLE"]


def _keyless(services: Services, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The application with a bucket, on a machine without keys for it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    changed = with_settings(services, s3_bucket="files", s3_endpoint="http://127.0.0.1:9")
    return create_app(changed)
