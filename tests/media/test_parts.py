"""Large files are sent in parts, with resume, to both stores."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from kinegraph.kit.database import Database
from kinegraph.main import create_app
from kinegraph.media import rules
from kinegraph.media.jobs import clear_uploads
from kinegraph.outside.storage import ObjectStorage
from kinegraph.services import Services, open_storage
from tests.conftest import World, running
from tests.media.buckets import Buckets, serving
from tests.media.files import ADD, REQUEST, Pool, Studio, stored_files, studio_of
from tests.media.test_uses import WEBM
from tests.settings import with_settings
from tests.workout.documents import NO_ID, Json

MIB = 1024 * 1024
CONTENT = WEBM + bytes(range(256)) * (44 * 1024) + b"end"  # 11 MiB and a little
FIELDS = """upload { id url method expiresAt headers { name value }
  parts { number offset sizeBytes url method isUploaded headers { name value } } }"""
ANNOUNCE = REQUEST.replace("upload { id url method expiresAt headers { name value } }", FIELDS)
NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on Upload {{ {FIELDS.removeprefix('upload {')[:-1]} }} }} }}"
RESUME = f"mutation ($id: ID!) {{ resumeUpload(id: $id) {{ {FIELDS} userErrors {{ code message field }} }} }}"
AT = ["input", "uploadIds", "0"]


@dataclass
class Sender:
    """A studio whose files are in one of the stores, and a browser."""

    studio: Studio
    storage: ObjectStorage
    browser: httpx.AsyncClient

    async def announce(self, size: int = len(CONTENT)) -> Json:
        input = self.studio.announcement(size, mime="video/webm", filename="long.webm")
        data = await self.studio.api.run(ANNOUNCE, self.studio.coach, input=input)
        upload: Json = data["requestUpload"]["upload"]
        return upload

    async def resume(self, id: str) -> Json:
        data = await self.studio.api.run(RESUME, self.studio.coach, id=id)
        upload: Json = data["resumeUpload"]["upload"]
        return upload

    async def send(self, part: Json, content: bytes | None = None) -> int:
        """The status that answers a part, by default that of CONTENT."""
        body = CONTENT[part["offset"] : part["offset"] + part["sizeBytes"]] if content is None else content
        headers = {header["name"]: header["value"] for header in part["headers"]}
        return (await self.browser.request(part["method"], part["url"], content=body, headers=headers)).status_code

    async def attached(self, id: str) -> bytes:
        """The file that the attachment of a new comment with an upload serves."""
        (attachment,) = await self.studio.use(id)
        return (await self.browser.get(attachment["url"])).content


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts as small as S3 takes them."""
    monkeypatch.setattr(rules, "PART_BYTES", 5 * MIB)
    monkeypatch.setattr(rules, "IN_PARTS_ABOVE_BYTES", 5 * MIB)


@pytest.fixture(scope="module")
def buckets() -> Iterator[Buckets]:
    with serving() as found:
        yield found


@pytest.fixture(params=["folder", "bucket"])
async def sender(
    request: pytest.FixtureRequest, services: Services, world: World, buckets: Buckets
) -> AsyncIterator[Sender]:
    changes = {}
    if request.param == "bucket":
        bucket = buckets.bucket()
        changes = {"s3_bucket": bucket.name, "s3_endpoint": buckets.url, "s3_region": "us-east-1",
                   "s3_access_key_id": "key", "s3_secret_access_key": "secret"}  # fmt: skip
    changed = with_settings(services, **changes)
    async with running(create_app(changed)) as api, open_storage(changed.settings) as storage:
        studio = await studio_of(api, world)
        if request.param == "folder":
            yield Sender(studio, storage, api.client)
            return
        async with httpx.AsyncClient() as browser:
            yield Sender(studio, storage, browser)


async def age(owner: Pool, id: str, time: timedelta) -> None:
    """Let time pass for an upload."""
    moved = "created_at = created_at - $2::interval, expires_at = expires_at - $2::interval"
    await owner.execute(f"UPDATE uploads SET {moved} WHERE id = $1", UUID(id), time)


async def test_large_files_are_sent_in_parts_in_any_order_and_joined_when_they_are_used(sender: Sender) -> None:
    upload = await sender.announce()
    sizes = [(part["number"], part["offset"], part["sizeBytes"], part["isUploaded"]) for part in upload["parts"]]
    assert sizes == [
        (1, 0, 5 * MIB, False), (2, 5 * MIB, 5 * MIB, False), (3, 10 * MIB, len(CONTENT) - 10 * MIB, False),
    ]  # fmt: skip
    for part in reversed(upload["parts"]):
        assert await sender.send(part) in (200, 204)
    assert await sender.attached(upload["id"]) == CONTENT


async def test_an_upload_is_resumed_with_the_parts_that_have_not_arrived(sender: Sender, owner: Pool) -> None:
    upload = await sender.announce()
    assert await sender.send(upload["parts"][1]) in (200, 204)
    refused = await sender.studio.api.user_errors(ADD, sender.studio.coach, input=sender.studio.comment(upload["id"]))
    assert [(each["code"], each["field"]) for each in refused] == [("UPLOAD_NOT_FOUND", AT)]
    assert "1, 3" in refused[0]["message"]
    await age(owner, upload["id"], timedelta(hours=2))
    again = await sender.resume(upload["id"])
    assert [part["isUploaded"] for part in again["parts"]] == [False, True, False]
    for part in again["parts"]:
        if not part["isUploaded"]:
            assert await sender.send(part) in (200, 204)
    assert [part["isUploaded"] for part in (await sender.resume(upload["id"]))["parts"]] == [True] * 3
    expires = await owner.fetchval("SELECT expires_at > now() FROM uploads WHERE id = $1", UUID(upload["id"]))
    assert expires is True
    assert await sender.attached(upload["id"]) == CONTENT


async def test_node_gives_a_waiting_upload_new_addresses_and_the_state_of_its_parts(
    sender: Sender, owner: Pool
) -> None:
    upload, api, coach = await sender.announce(), sender.studio.api, sender.studio.coach
    assert await sender.send(upload["parts"][1]) in (200, 204)
    await age(owner, upload["id"], timedelta(hours=2))
    found = (await api.run(NODE, coach, id=upload["id"]))["node"]
    assert found["expiresAt"] > upload["expiresAt"][:10]
    assert [part["isUploaded"] for part in found["parts"]] == [False, True, False]
    for part in found["parts"]:
        if not part["isUploaded"]:
            assert await sender.send(part) in (200, 204)
    assert await sender.attached(upload["id"]) == CONTENT
    assert (await api.run(NODE, coach, id=upload["id"]))["node"] is None


async def test_an_address_that_node_gives_ends_when_the_upload_is_deleted(sender: Sender, owner: Pool) -> None:
    upload = await sender.announce(10)
    await age(owner, upload["id"], rules.UPLOAD_LIFETIME - timedelta(minutes=2))
    found = (await sender.studio.api.run(NODE, sender.studio.coach, id=upload["id"]))["node"]
    left = datetime.fromisoformat(found["expiresAt"]) - datetime.now(UTC)
    assert timedelta(0) < left <= timedelta(minutes=2)
    await age(owner, upload["id"], timedelta(minutes=2))
    assert (await sender.studio.api.run(NODE, sender.studio.coach, id=upload["id"]))["node"] is None


async def test_the_whole_file_may_still_be_sent_at_once_and_small_ones_have_no_parts(sender: Sender) -> None:
    upload = await sender.announce()
    whole = {**upload, "offset": 0, "sizeBytes": len(CONTENT)}
    assert await sender.send(whole) in (200, 204)
    assert await sender.attached(upload["id"]) == CONTENT
    assert (await sender.announce(5 * MIB))["parts"] is None
    assert (await sender.resume((await sender.announce(10))["id"]))["parts"] is None


async def test_uses_at_once_join_the_parts_and_one_of_them_gets_the_file(sender: Sender) -> None:
    upload = await sender.announce()
    await asyncio.gather(*(sender.send(part) for part in upload["parts"]))
    studio = sender.studio
    input = studio.comment(upload["id"])
    results = await asyncio.gather(*(studio.api.user_errors(ADD, studio.coach, input=input) for _ in range(3)))
    assert sorted(len(result) for result in results) == [0, 1, 1], results
    assert {error["code"] for result in results for error in result} == {"UPLOAD_NOT_FOUND"}


async def test_unfinished_parts_are_cleared_away(
    sender: Sender, owner: Pool, database: Database, home: Path, buckets: Buckets
) -> None:
    upload = await sender.announce()
    await sender.send(upload["parts"][0])
    row = await owner.fetchrow("SELECT key, parts_id FROM uploads WHERE id = $1", UUID(upload["id"]))
    assert row is not None
    staged = f"staging/{upload['id']}/{row.key}"
    assert await sender.storage.received_parts(staged, row.parts_id) == {1: 5 * MIB}
    await age(owner, upload["id"], timedelta(hours=25))
    refused = await sender.studio.api.refusals(RESUME, sender.studio.coach, id=upload["id"])
    assert refused == [("UPLOAD_NOT_FOUND", ["id"])]
    assert await clear_uploads(database, sender.storage) >= 1
    assert not await sender.storage.received_parts(staged, row.parts_id)
    assert [name for name in stored_files(home) if upload["id"] in name] == []


async def test_strangers_begin_and_resume_nothing(sender: Sender, world: World, buckets: Buckets) -> None:
    upload = await sender.announce()
    other = (await world.organization()).coach
    api = sender.studio.api
    before = len(buckets.seen)
    for person, id in ((other, upload["id"]), (sender.studio.organization.owner, upload["id"]), (other, NO_ID)):
        assert await api.refusals(RESUME, person, id=id) == [("UPLOAD_NOT_FOUND", ["id"])]
    input = sender.studio.announcement(len(CONTENT), mime="video/webm")
    assert await api.refusals(ANNOUNCE, other, input=input) == [("NOT_FOUND", ["input", "organizationId"])]
    assert len(buckets.seen) == before


async def test_a_part_of_another_size_is_not_taken(sender: Sender) -> None:
    upload = await sender.announce()
    first, *rest = upload["parts"]
    await sender.send(first, b"short")
    for part in rest:
        await sender.send(part)
    assert await sender.studio.refused(upload["id"]) == [("UPLOAD_NOT_FOUND", AT)]
    assert await sender.send(first) in (200, 204)
    assert await sender.attached(upload["id"]) == CONTENT
