"""The GraphQL types of files: the parts of an upload, attachments."""

import strawberry

from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import Node, field
from kinegraph.media import rules
from kinegraph.outside.storage import ObjectStorage, Target

described_enum(
    rules.UploadPurpose,
    "What a file is uploaded for.",
    EXERCISE_VIDEO="The video of an exercise: MP4, QuickTime or WebM, at most 500 MiB.",
    EXERCISE_THUMBNAIL="The poster frame of an exercise: JPEG, PNG or WebP, at most 10 MiB.",
    INSTRUCTION_IMAGE="The picture of an instruction: JPEG, PNG or WebP, at most 10 MiB.",
    COMMENT_ATTACHMENT="A comment's attachment: an image (also GIF and HEIC) of at most 20 MiB or a video of at most "
    "200 MiB.",
)
described_enum(
    rules.AttachmentKind,
    "How an attachment is shown.",
    IMAGE="A picture, to be shown as it is.",
    VIDEO="A video, to be played.",
)


@strawberry.type(description="An HTTP header to send with the bytes.")
class UploadHeader:
    name: str = strawberry.field(description="The header's name, such as Content-Type.")
    value: str = strawberry.field(description="The header's value, to be sent exactly so: it is signed.")


def headers_of(target: Target) -> list[UploadHeader]:
    """The headers of a target, as the API shows them."""
    return [UploadHeader(name=name, value=value) for name, value in target.headers.items()]


@strawberry.type(description="A part of a file: send its bytes with `method` and `headers` to `url`.")
class UploadPart:
    number: int = strawberry.field(description="Its number, from 1.")
    offset: int = strawberry.field(description="Where in the file it begins, in bytes.")
    size_bytes: int = strawberry.field(description="Its exact size in bytes.")
    url: str = strawberry.field(description="The signed address to send it to.")
    method: str = strawberry.field(description="The HTTP method to send it with.")
    headers: list[UploadHeader] = strawberry.field(
        description="Headers that must be sent as they are.", metadata={"assumed_size": 2}
    )
    is_uploaded: bool = strawberry.field(description="Whether it has arrived, so that it need not be sent again.")

    @classmethod
    def of(cls, number: int, offset: int, size: int, target: Target, *, is_uploaded: bool) -> "UploadPart":
        """The part of this number, with the target that it is sent to."""
        return cls(
            number=number,
            offset=offset,
            size_bytes=size,
            url=target.url,
            method=target.method,
            headers=headers_of(target),
            is_uploaded=is_uploaded,
        )


@strawberry.type(
    description="A file that belongs to a comment. Its addresses are signed, and end by default within about an hour."
)
class Attachment(Node):
    id: strawberry.ID = strawberry.field(description="The attachment's id.")
    kind: rules.AttachmentKind = strawberry.field(description="How it is shown.")
    mime: str = strawberry.field(description="Its type, such as image/png.")

    @field("A signed address that serves the file until it expires.")
    async def url(root: strawberry.Parent[rules.AttachmentFile], info: Info) -> str:
        storage: ObjectStorage = info.context.storage
        return await storage.read_url(root.url, root.mime)

    thumb_error: str | None = strawberry.field(
        name="thumbnailError", description="Why there is no thumbnail, where none can be made."
    )

    @field("A signed address of the 400 × 400 JPEG of an image; null for videos, and until the thumbnail is made.")
    async def thumbnail_url(root: strawberry.Parent[rules.AttachmentFile], info: Info) -> str | None:
        storage: ObjectStorage = info.context.storage
        return None if root.thumb_url is None else await storage.read_url(root.thumb_url, "image/jpeg")
