"""Helpers of the tests of files: pictures, documents, and functions that announce, send and use a file."""

import io
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias  # Any: values of inputs
from urllib.parse import unquote, urlsplit
from uuid import UUID

import asyncpg
import httpx
from PIL import Image

from kinegraph.kit.rows import Row
from tests.conftest import Api, Organization, Person, World
from tests.workout.documents import Json, create, movement, section

Pool: TypeAlias = "asyncpg.Pool[Row]"
"""The module's database past row-level security: the fixture `owner`."""
Refusals: TypeAlias = list[tuple[str, list[str]]]

REQUEST = """mutation ($input: RequestUploadInput!) {
  requestUpload(input: $input) {
    upload { id url method expiresAt headers { name value } } userErrors { code message field }
  }
}"""
ADD = """mutation ($input: AddCommentInput!) {
  addComment(input: $input) {
    comment { id attachments { id kind mime url thumbnailUrl } } userErrors { code message field }
  }
}"""
READ = """query ($id: ID!) {
  workout(id: $id) { sections { movements { comments {
    id body attachments { id kind mime url thumbnailUrl }
  } } } }
}"""


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """An image, encoded in a file format."""
    made = io.BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()


def picture(colour: str = "red", kind: str = "PNG", size: tuple[int, int] = (40, 30)) -> bytes:
    """An image file of one colour."""
    return encoded(Image.new("RGB", size, colour), kind)


def png_of_equal_length(colour: str) -> bytes:
    """A PNG of one colour; all colours give the same length."""
    return picture(colour).ljust(200, b"\0")


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def raw_png(width: int, height: int, depth: int, colour: int, rows: bytes, *extra: bytes) -> bytes:
    """A PNG of a declared size and format, with these bytes as its rows."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(extra) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def stored_files(home: Path) -> dict[str, bytes]:
    """Every file under the folder of files, by its key; a file deleted meanwhile is left out."""
    found = {}
    for path in (home / "media").rglob("*"):
        with suppress(FileNotFoundError):
            if path.is_file():
                found[str(path.relative_to(home / "media"))] = path.read_bytes()
    return found


def key_of(url: str) -> str:
    """The object key in an address of the folder store."""
    return unquote(urlsplit(url).path).removeprefix("/media/")


@dataclass
class Studio:
    """An organization with a workout of one movement, on which its coach comments with files."""

    api: Api
    organization: Organization
    workout: str
    movement: str

    @property
    def coach(self) -> Person:
        """The person who sends requests by default."""
        return self.organization.coach

    def announcement(self, size: int, **values: Any) -> Json:
        """The input that announces a PNG for a comment, with other values where given."""
        common = {"organizationId": str(self.organization.id), "purpose": "COMMENT_ATTACHMENT"}
        return {**common, "filename": "squat.png", "mime": "image/png", "sizeBytes": size, **values}

    async def announce(self, size: int, person: Person | None = None, **values: Any) -> Json:
        """An announced upload."""
        input = self.announcement(size, **values)
        upload: Json = (await self.api.run(REQUEST, person or self.coach, input=input))["requestUpload"]["upload"]
        return upload

    async def send(self, upload: Json, content: bytes) -> httpx.Response:
        """Send a file as the upload says."""
        headers = {header["name"]: header["value"] for header in upload["headers"]}
        return await self.api.client.request(upload["method"], upload["url"], content=content, headers=headers)

    async def uploaded(self, content: bytes, person: Person | None = None, **values: Any) -> str:
        """The id of an upload whose file has arrived."""
        upload = await self.announce(len(content), person, **values)
        sent = await self.send(upload, content)
        assert sent.status_code in (200, 204), sent.text
        return str(upload["id"])

    def comment(self, *ids: str, **values: Any) -> Json:
        """The input of a comment with these uploads."""
        return {"movementId": self.movement, "body": "Look", "uploadIds": list(ids), **values}

    async def use(self, *ids: str, person: Person | None = None) -> list[Json]:
        """The attachments of a new comment with these uploads."""
        made = await self.api.run(ADD, person or self.coach, input=self.comment(*ids))
        attachments: list[Json] = made["addComment"]["comment"]["attachments"]
        return attachments

    async def attached(self, content: bytes, **values: Any) -> Json:
        """The attachment that a file became."""
        (attachment,) = await self.use(await self.uploaded(content, **values))
        return attachment

    async def refused(self, *ids: str, person: Person | None = None, **values: Any) -> Refusals:
        """The refusals of a comment with these uploads."""
        return await self.api.refusals(ADD, person or self.coach, input=self.comment(*ids, **values))

    async def comments(self) -> list[Json]:
        """The movement's comments, as the coach sees them."""
        workout = (await self.api.run(READ, self.coach, id=self.workout))["workout"]
        found: list[Json] = workout["sections"][0]["movements"][0]["comments"]
        return found

    async def get(self, url: str) -> httpx.Response:
        """The response to a GET of an address."""
        return await self.api.client.get(url)


async def studio_of(api: Api, world: World) -> Studio:
    """A new organization's studio."""
    organization = await world.organization()
    made = await create(api, organization, section(movement(await world.exercise_id("back-squat"))))
    return Studio(api, organization, made["id"], made["sections"][0]["movements"][0]["id"])


async def key_stored(owner: Pool, upload_id: str) -> str:
    """The object key of an upload."""
    return str(await owner.fetchval("SELECT key FROM uploads WHERE id = $1", UUID(upload_id)))


async def stored_of(owner: Pool, organization: Organization) -> tuple[int, int]:
    """The numbers of an organization's stored comments and attachments."""
    row = await owner.fetchrow(
        """
        SELECT (SELECT count(*) FROM exercise_comments WHERE organization_id = $1),
               (SELECT count(*) FROM attachments WHERE organization_id = $1)
        """,
        organization.id,
    )
    assert row is not None
    return row[0], row[1]
