"""The whole life of a file in the API where files are in a bucket."""

import io
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any  # JSON of the API
from uuid import UUID

import httpx
import pytest
from PIL import Image

from kinegraph.kit.database import Database
from kinegraph.main import create_app
from kinegraph.media.jobs import clear_uploads, make_thumbnail
from kinegraph.outside.storage import ObjectStorage
from kinegraph.services import Services, open_storage
from kinegraph.settings import read_settings
from tests.assignment.snapshots import assigned
from tests.conftest import SECRET, Api, World, running
from tests.media.buckets import Buckets, serving
from tests.media.files import Pool, Studio, key_stored, picture, png_of_equal_length, stored_of
from tests.settings import with_settings


@pytest.fixture(scope="module")
def buckets() -> Iterator[Buckets]:
    with serving() as found:
        yield found


@pytest.fixture(scope="module")
def services(database_url: str, redis_url: str, buckets: Buckets) -> Services:
    """As the environment would configure them."""
    bucket = buckets.bucket()
    environ = {
        "KINEGRAPH_S3_BUCKET": bucket.name,
        "KINEGRAPH_S3_ENDPOINT": buckets.url,
        "KINEGRAPH_S3_REGION": "us-east-1",
        "KINEGRAPH_S3_ACCESS_KEY_ID": "key",
        "KINEGRAPH_S3_SECRET_ACCESS_KEY": "secret",
    }
    return Services(read_settings(environ), database_url, redis_url, SECRET)


@pytest.fixture(scope="module")
async def store(services: Services) -> AsyncIterator[ObjectStorage]:
    """The bucket, as the worker opens it."""
    async with open_storage(services.settings) as opened:
        yield opened


async def send(url: str, content: bytes) -> None:
    """Send a PNG as a browser would."""
    async with httpx.AsyncClient() as browser:
        assert (await browser.put(url, content=content, headers={"Content-Type": "image/png"})).status_code == 200


async def fetch(url: str) -> httpx.Response:
    """The response of the bucket to a GET."""
    async with httpx.AsyncClient() as browser:
        return await browser.get(url)


async def sent(studio: Studio, content: bytes) -> tuple[str, str]:
    """Id and address of an upload whose file has arrived."""
    upload = await studio.announce(len(content))
    await send(upload["url"], content)
    return upload["id"], upload["url"]


async def test_an_uploaded_picture_is_served_with_its_thumbnail(
    studio: Studio, database: Database, store: ObjectStorage, owner: Pool
) -> None:
    id, _ = await sent(studio, picture())
    (attachment,) = await studio.use(id)
    await make_thumbnail(database, store, UUID(attachment["id"]), studio.organization.id)
    ((again,),) = [comment["attachments"] for comment in await studio.comments()]
    served, small = await fetch(again["url"]), await fetch(again["thumbnailUrl"])
    assert (served.content, served.headers["content-type"]) == (picture(), "image/png")
    assert Image.open(io.BytesIO(small.content)).size == (400, 400)
    assert small.headers["content-type"] == "image/jpeg"
    key = await owner.fetchval("SELECT url FROM attachments WHERE id = $1", UUID(attachment["id"]))
    assert f"/files/{key}?" in again["url"]


async def test_a_file_that_is_sent_again_does_not_change_the_attachment(studio: Studio) -> None:
    id, url = await sent(studio, png_of_equal_length("red"))
    (attachment,) = await studio.use(id)
    await send(url, png_of_equal_length("blue"))
    assert (await fetch(attachment["url"])).content == png_of_equal_length("red")


UPDATE = """mutation ($input: UpdateCommentInput!) {
  updateComment(input: $input) {
    comment { id body updatedAt attachments { id kind mime url thumbnailUrl } } userErrors { code message field }
  }
}"""
COMMENT = "addComment(input: $input) { comment { id updatedAt attachments { id url } } userErrors { code field } }"


@pytest.mark.parametrize("role", ["coach", "member"])
async def test_an_edit_adds_files_to_a_comment_and_removes_others(
    studio: Studio, owner: Pool, database: Database, store: ObjectStorage, world: World, role: str
) -> None:
    """Its author is anybody who may comment."""
    person = studio.coach if role == "coach" else studio.organization.member
    await assigned(studio.api, studio.coach, studio.workout, studio.organization.member)

    async def uploaded(colour: str) -> str:
        upload = await studio.announce(len(picture(colour)), person)
        await send(upload["url"], picture(colour))
        return str(upload["id"])

    async def edit(**input: Any) -> Any:
        return (await studio.api.run(UPDATE, person, input={"id": made["id"], **input}))["updateComment"]["comment"]

    async def served(comment: Any) -> list[bytes]:
        return [(await fetch(attachment["url"])).content for attachment in comment["attachments"]]

    first = studio.comment(await uploaded("red"), await uploaded("green"))
    text = f"mutation ($input: AddCommentInput!) {{ {COMMENT} }}"
    made = (await studio.api.run(text, person, input=first))["addComment"]["comment"]
    red, green = made["attachments"]
    changed = await edit(uploadIds=[await uploaded("blue")], removeAttachmentIds=[red["id"], red["id"]])
    assert await served(changed) == [picture("green"), picture("blue")]
    assert (changed["body"], changed["attachments"][0]["id"]) == ("Look", green["id"])
    assert changed["updatedAt"] > made["updatedAt"]
    ((shown,),) = [[each["attachments"] for each in await studio.comments()]]
    assert [each["id"] for each in shown] == [each["id"] for each in changed["attachments"]]
    blue = UUID(changed["attachments"][1]["id"])
    await make_thumbnail(database, store, blue, studio.organization.id)
    again = await edit(body="Only text", uploadIds=[], removeAttachmentIds=None)
    assert [bool(each["thumbnailUrl"]) for each in again["attachments"]] == [False, True]
    nothing = await edit(removeAttachmentIds=[each["id"] for each in again["attachments"]])
    assert (nothing["body"], nothing["attachments"]) == ("Only text", [])
    ten = await edit(uploadIds=[await uploaded("black") for _ in range(10)])
    assert len(ten["attachments"]) == 10
    eleventh = {"id": made["id"], "uploadIds": [await uploaded("white")]}
    assert await studio.api.refusals(UPDATE, person, input=eleventh) == [("INVALID_INPUT", ["input", "uploadIds"])]
    swapped = await edit(**eleventh, removeAttachmentIds=[ten["attachments"][4]["id"]])
    assert await served(swapped) == [*[picture("black")] * 9, picture("white")]


@pytest.mark.parametrize("content", [b"<script>", b"\0"], ids=["html", "zero"])
async def test_a_file_that_is_no_picture_is_refused(studio: Studio, owner: Pool, content: bytes) -> None:
    id, _ = await sent(studio, content)
    assert await studio.refused(id) == [("INVALID_INPUT", ["input", "uploadIds", "0"])]
    assert await stored_of(owner, studio.organization) == (0, 0)


async def test_an_upload_whose_file_has_not_arrived_is_refused(studio: Studio) -> None:
    upload = await studio.announce(9)
    assert await studio.refused(upload["id"]) == [("UPLOAD_NOT_FOUND", ["input", "uploadIds", "0"])]


async def test_the_stored_size_is_compared_with_the_limit(studio: Studio, store: ObjectStorage, owner: Pool) -> None:
    id, _ = await sent(studio, picture())
    await store.write(f"staging/{id}/{await key_stored(owner, id)}", picture() + b"\0" * 20 * 2**20, "image/png")
    assert await studio.refused(id) == [("INVALID_INPUT", ["input", "uploadIds", "0"])]


async def test_a_cleared_file_is_gone_from_the_bucket_and_an_attached_one_stays(
    studio: Studio, database: Database, store: ObjectStorage, owner: Pool
) -> None:
    used, unused = [(await sent(studio, picture()))[0] for _ in range(2)]
    (attachment,) = await studio.use(used)
    assert len(await studio.refused(unused, body=" ")) == len(await studio.refused(unused, movementId=used)) == 1
    keys = [await key_stored(owner, id) for id in (used, unused)]
    past = "created_at = now() - interval '2 days', expires_at = now() - interval '1 day'"
    past += ", used_at = used_at - interval '2 days'"
    await owner.execute(f"UPDATE uploads SET {past} WHERE id = ANY ($1)", [UUID(used), UUID(unused)])
    assert await clear_uploads(database, store) == 2
    staged = [f"staging/{id}/{key}" for id, key in zip((used, unused), keys, strict=True)]
    assert [await store.read(key) for key in (*staged, keys[1])] == [None] * 3
    assert (await fetch(attachment["url"])).content == picture()


async def test_a_page_of_attachments_is_signed_without_a_request_to_the_bucket(
    studio: Studio, buckets: Buckets
) -> None:
    ids = [(await sent(studio, picture()))[0] for _ in range(10)]
    await studio.use(*ids)
    buckets.seen.clear()
    ((*attachments,),) = [comment["attachments"] for comment in await studio.comments()]
    assert len({attachment["url"] for attachment in attachments}) == 10
    assert buckets.seen == []


async def test_with_the_bucket_missing_a_use_is_answered_as_unavailable(
    studio: Studio, services: Services, owner: Pool
) -> None:
    id, _ = await sent(studio, picture())
    missing = with_settings(services, s3_bucket="missing")
    async with running(create_app(missing)) as api:
        refused = await replace(studio, api=api).refused(id)
    assert await stored_of(owner, studio.organization) == (0, 0)
    assert refused == [("SERVICE_UNAVAILABLE", ["input", "uploadIds", "0"])]


async def test_the_api_serves_no_files_itself(api: Api) -> None:
    assert (await api.client.get("/media/a?expires=1&type=a&signature=b")).status_code == 404
