"""Helpers of the tests of background work: attached pictures, and the rows that follow from them."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias  # Any: rows of asyncpg, which has no types
from uuid import UUID

import asyncpg
from arq import ArqRedis, create_pool
from arq.connections import RedisSettings
from PIL import Image

from kinegraph.background.rules import QUEUE
from kinegraph.kit.rows import Row
from tests.conftest import Api, Organization, Person, World
from tests.workout.documents import Json, create, movement, section

Pool: TypeAlias = "asyncpg.Pool[Row]"
"""A database past row-level security: the fixture `owner`."""

REQUEST = """mutation ($input: RequestUploadInput!) {
  requestUpload(input: $input) { upload { id url headers { name value } } userErrors { code message field } }
}"""
ADD = """mutation ($input: AddCommentInput!) {
  addComment(input: $input) { comment { id attachments { id } } userErrors { code message field } }
}"""


def png(width: int = 30, height: int = 20) -> bytes:
    """A PNG of one colour."""
    made = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(made, "PNG")
    return made.getvalue()


BLOCKED = """
SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND query LIKE '%thumb_url = $2%' AND datname = current_database()
"""
"""Number of jobs that have made a thumbnail and wait for the row of its attachment."""
NO_PICTURE = b"\x89PNG\r\n\x1a\n" + b"this begins as a PNG, and is none"


@dataclass
class Scene:
    """A workout of an organization with one movement, for its coach to comment on."""

    api: Api
    organization: Organization
    workout: Json

    @property
    def movement_id(self) -> str:
        """The movement's id."""
        return str(self.workout["sections"][0]["movements"][0]["id"])

    @property
    def coach(self) -> Person:
        """The person who sends requests."""
        return self.organization.coach

    async def upload(self, content: bytes | None = None, mime: str = "image/png") -> str:
        """The id of a file that was announced and sent."""
        content = content or png()
        file = {"purpose": "COMMENT_ATTACHMENT", "filename": "a.png", "mime": mime, "sizeBytes": len(content)}
        input = {"organizationId": str(self.organization.id), **file}
        announced = (await self.api.run(REQUEST, self.coach, input=input))["requestUpload"]["upload"]
        headers = {header["name"]: header["value"] for header in announced["headers"]}
        sent = await self.api.client.put(announced["url"], content=content, headers=headers)
        assert sent.status_code == 204, sent.text
        return str(announced["id"])

    def comment(self, *upload_ids: str) -> Json:
        """The input of a comment with these files."""
        return {"movementId": self.movement_id, "body": "Look", "uploadIds": list(upload_ids)}

    async def attach(self, content: bytes | None = None, mime: str = "image/png") -> UUID:
        """The id of a file that was attached to a new comment."""
        return await self.add(await self.upload(content, mime))

    async def add(self, upload: str) -> UUID:
        """The id of an upload's attachment to a new comment."""
        added = await self.api.run(ADD, self.coach, input=self.comment(upload))
        return UUID(added["addComment"]["comment"]["attachments"][0]["id"])


async def scene_of(api: Api, world: World) -> Scene:
    """A new organization's scene."""
    organization = await world.organization()
    squat = await world.exercise_id("back-squat")
    return Scene(api, organization, await create(api, organization, section(movement(squat))))


async def job_of(owner: Pool, attachment_id: UUID) -> Any:
    """The one job of an attachment; None where there is none yet."""
    rows = await owner.fetch("SELECT * FROM jobs WHERE arguments ->> 'attachment_id' = $1", str(attachment_id))
    assert len(rows) <= 1
    return rows[0] if rows else None


async def open_queue(redis_url: str) -> ArqRedis:
    """A connection to the queue, as the worker opens it."""
    return await create_pool(RedisSettings.from_dsn(redis_url), default_queue_name=QUEUE)


async def expire(owner: Pool) -> None:
    """Let the leases of all running jobs expire."""
    await owner.execute("UPDATE jobs SET due_at = now() - interval '1 second' WHERE due_at IS NOT NULL")


async def file_of(owner: Pool, home: Path, attachment_id: UUID) -> Path:
    """The path of an attachment's file."""
    key = await owner.fetchval("SELECT url FROM attachments WHERE id = $1", attachment_id)
    return home / "media" / str(key)


async def thumbnail_of(owner: Pool, home: Path, attachment_id: UUID) -> bytes | None:
    """An attachment's thumbnail as it is stored."""
    key = await owner.fetchval("SELECT thumb_url FROM attachments WHERE id = $1", attachment_id)
    return None if key is None else (home / "media" / str(key)).read_bytes()


async def facts(owner: Pool, name: str) -> list[Any]:
    """The payloads of every fact of a name, oldest first."""
    rows = await owner.fetch("SELECT payload FROM outbox WHERE fact = $1 ORDER BY id", name)
    return [json.loads(row.payload) for row in rows]
