"""The targets of an upload, of its whole file and of its parts, from the object storage."""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import accumulate
from typing import Any  # columns of an upload, by name

from kinegraph.media import rules
from kinegraph.media.graph import UploadPart
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.storage import ObjectStorage, Target

log = logging.getLogger("kinegraph.media")

UNAVAILABLE = "The files' storage does not answer; try again later."


async def targets(
    storage: ObjectStorage, staged: str, columns: Mapping[str, Any], received: Mapping[int, int]
) -> tuple[Target, list[UploadPart] | None]:
    """The target of an upload's whole file, and its parts where it has any. Raises StorageUnavailable.

    `received` has the sizes of the parts that have arrived, by number.
    """
    return await whole_target(storage, staged, columns), await parts_of(storage, staged, columns, received)


async def whole_target(storage: ObjectStorage, staged: str, columns: Mapping[str, Any]) -> Target:
    """The target of an upload's whole file. Raises StorageUnavailable."""
    with _unavailable():
        return await storage.upload_target(staged, columns["mime"], columns["size_bytes"])


async def parts_of(
    storage: ObjectStorage, staged: str, columns: Mapping[str, Any], received: Mapping[int, int]
) -> list[UploadPart] | None:
    """The parts of an upload with their targets; None where it has none. Raises StorageUnavailable."""
    if columns.get("parts_id") is None:
        return None
    sizes = rules.part_sizes(columns["size_bytes"], columns["part_bytes"])
    with _unavailable():
        found = await asyncio.gather(
            *(storage.part_target(staged, columns["parts_id"], number, size) for number, size in enumerate(sizes, 1))
        )
    offsets = accumulate(sizes, initial=0)
    return [
        UploadPart.of(number, offset, size, part, is_uploaded=received.get(number) == size)
        for number, (size, offset, part) in enumerate(zip(sizes, offsets, found, strict=False), 1)
    ]


async def begin_parts(storage: ObjectStorage, staged: str, mime: str) -> str:
    """Begin a file that is sent in parts. Returns the id of its parts. Raises StorageUnavailable."""
    with _unavailable():
        return await storage.begin_parts(staged, mime)


async def drop_parts(storage: ObjectStorage, staged: str, parts_id: str) -> None:
    """Delete the parts of a file that was not announced after all; a lifecycle rule of the bucket is a second net."""
    try:
        await storage.drop_parts(staged, parts_id)
    except ServiceError as error:
        log.warning("the parts of a refused upload stay in the storage: %s", error)


async def received_parts(storage: ObjectStorage, staged: str, upload: rules.WaitingUpload) -> Mapping[int, int]:
    """The sizes of the parts that have arrived, by number; all of them where the whole file is there.

    Raises StorageUnavailable, and UploadNotFound where the storage has dropped them.
    """
    if upload.parts_id is None or upload.part_bytes is None:
        return {}
    with _unavailable():
        received = await storage.received_parts(staged, upload.parts_id)
        if received is not None:
            return received
        if await storage.inspect(staged) is None:
            raise rules.UploadNotFound("The storage has dropped its parts: call requestUpload again.", "id")
    return dict(enumerate(rules.part_sizes(upload.size_bytes, upload.part_bytes), 1))


@contextmanager
def _unavailable() -> Iterator[None]:
    """A block in which errors of the object storage become refusals."""
    try:
        yield
    except ServiceError:
        raise rules.StorageUnavailable(UNAVAILABLE) from None
