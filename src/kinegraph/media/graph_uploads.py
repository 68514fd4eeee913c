"""The GraphQL type of uploads.

One that a mutation returns has its targets (`SignedUpload`). One that `node` finds is a row, whose addresses are signed
as they are selected: the storage itself is asked only for the state of parts, within STORAGE_SECONDS.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any  # columns of an upload, by name; an upload is a row or a SignedUpload
from uuid import UUID

import strawberry

from kinegraph.kit.context import Info
from kinegraph.kit.graph import Node, field, node
from kinegraph.kit.sessions import ReadSession
from kinegraph.kit.user_errors import payload
from kinegraph.media import rules, store
from kinegraph.media.graph import UploadHeader, UploadPart, headers_of
from kinegraph.media.graph_parts import UNAVAILABLE, parts_of, received_parts, targets, whole_target
from kinegraph.media.rules_files import staged_key
from kinegraph.outside.storage import ObjectStorage, Target

STORAGE_SECONDS = 5
"""Maximum time in seconds that a query waits for the object storage; it holds a connection meanwhile."""


@dataclass(frozen=True, slots=True)
class SignedUpload:
    """An upload with the targets that its file is sent to."""

    id: UUID
    target: Target
    parts: list[UploadPart] | None = None


@node(store.waiting, "uploads")
@strawberry.type(
    description="Send the file with `method` and `headers` to `url` before `expiresAt`, or in `parts`, then name the "
    "id where the upload is used. An upload can be used once; one that is not used within 24 hours is deleted. Until "
    "then `node` finds it for the user who announced it, with its addresses signed anew."
)
class Upload(Node):
    id: strawberry.ID = strawberry.field(description="The upload's id.")

    @field("The signed address to send the whole file to.")
    async def url(root: strawberry.Parent[Any], info: Info) -> str:
        return (await _target(root, info)).url

    @field("The HTTP method to send it with.")
    async def method(root: strawberry.Parent[Any], info: Info) -> str:
        return (await _target(root, info)).method

    @field("Headers that must be sent as they are.", assumed_size=2)
    async def headers(root: strawberry.Parent[Any], info: Info) -> list[UploadHeader]:
        return headers_of(await _target(root, info))

    @field("When its addresses stop to work; see resumeUpload.")
    async def expires_at(root: strawberry.Parent[Any], info: Info) -> datetime:
        return (await _target(root, info)).expires_at

    @field(
        "The parts that a file of more than 32 MiB may be sent in instead, in any order and some at a time, so that a "
        "connection that breaks loses one of them. They are joined where the upload is used. Null for smaller files.",
        assumed_size=4,
    )
    async def parts(root: strawberry.Parent[Any], info: Info) -> list[UploadPart] | None:
        if isinstance(root, SignedUpload):
            return root.parts
        storage, staged = _until_cleared(info.context.storage, root), staged_key(root.id, root.key)
        try:
            async with asyncio.timeout(STORAGE_SECONDS):
                received = await received_parts(storage, staged, root)
        except TimeoutError:
            raise rules.StorageUnavailable(UNAVAILABLE) from None
        return await parts_of(storage, staged, _columns(root), received)


@payload("The upload that was announced or resumed.")
class UploadPayload:
    upload: Upload | None = strawberry.field(default=None, description="Where and how to send the file.")


async def _target(upload: Any, info: Info) -> Target:
    """The target of an upload's whole file; of a row it is signed once in a request."""
    if isinstance(upload, SignedUpload):
        return upload.target
    target: Target = await info.context.load(_signed, upload, storage=info.context.storage)
    return target


async def resumed(storage: ObjectStorage, upload: rules.WaitingUpload) -> SignedUpload:
    """A waiting upload with new targets, and the state of its parts. Raises StorageUnavailable and UploadNotFound."""
    staged = staged_key(upload.id, upload.key)
    received = await received_parts(storage, staged, upload)
    return SignedUpload(upload.id, *await targets(storage, staged, _columns(upload), received))


async def _signed(session: ReadSession, uploads: Sequence[rules.WaitingUpload], storage: ObjectStorage) -> list[Target]:
    """Batch function: the targets of waiting uploads' whole files. Raises StorageUnavailable."""
    return [
        await whole_target(_until_cleared(storage, each), staged_key(each.id, each.key), _columns(each))
        for each in uploads
    ]


def _until_cleared(storage: ObjectStorage, upload: rules.WaitingUpload) -> ObjectStorage:
    """The storage, signing for no longer than until the worker deletes the upload (`store.take_stale_uploads`)."""
    end = max(upload.created_at + rules.UPLOAD_LIFETIME, upload.expires_at)
    return storage.with_seconds(max(1, min(storage.seconds, int((end - datetime.now(UTC)).total_seconds()))))


def _columns(upload: rules.WaitingUpload) -> dict[str, Any]:
    """The columns of an upload that its targets depend on."""
    return {name: getattr(upload, name) for name in ("mime", "size_bytes", "parts_id", "part_bytes")}
