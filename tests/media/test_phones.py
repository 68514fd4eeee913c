"""Files as phones and browsers make them: HEIC pictures, and recordings whose type names their codecs."""

import pytest

from kinegraph.media.rules import NO_THUMBNAIL
from kinegraph.media.rules_files import detect_type
from tests.media.files import REQUEST, Pool, Studio
from tests.media.test_uses import WEBM

COMMENT = """query ($id: ID!) { workout(id: $id) { sections { movements { comments {
  attachments { mime kind thumbnailUrl thumbnailError }
} } } } }"""


def heif(major: bytes, *compatible: bytes) -> bytes:
    """The first box of a picture of the ISO family with these brands."""
    brands = b"".join(compatible)
    return (16 + len(brands)).to_bytes(4, "big") + b"ftyp" + major + b"\0\0\0\0" + brands + b"\0" * 64


@pytest.mark.parametrize("mime", ["image/heic", "image/heif", "IMAGE/HEIC"])
@pytest.mark.parametrize("content", [heif(b"heic", b"mif1", b"heic"), heif(b"mif1", b"heic"), heif(b"mif1", b"mif1")])
async def test_image_heic_uploads_are_attached_and_served_and_say_why_there_is_no_thumbnail(
    studio: Studio, owner: Pool, mime: str, content: bytes
) -> None:
    attachment = await studio.attached(content, mime=mime, filename="IMG_0001.HEIC")
    assert (attachment["kind"], attachment["mime"], attachment["thumbnailUrl"]) == ("IMAGE", mime.lower(), None)
    served = await studio.get(attachment["url"])
    assert (served.content, served.headers["content-type"]) == (content, mime.lower())
    data = await studio.api.run(COMMENT, studio.coach, id=studio.workout)
    (comment,) = data["workout"]["sections"][0]["movements"][0]["comments"]
    assert comment["attachments"][0]["thumbnailError"] == NO_THUMBNAIL
    organization = str(studio.organization.id)
    facts = await owner.fetchval(
        "SELECT count(*) FROM outbox WHERE fact = 'AttachmentAdded' AND payload ->> 'organization_id' = $1",
        organization,
    )
    assert facts == 0


def test_pictures_of_other_brands_are_not_taken_for_heic() -> None:
    for content in (heif(b"avif", b"mif1"), heif(b"mif1", b"avif"), heif(b"avis", b"heic")):
        assert detect_type(content) is None


@pytest.mark.parametrize(
    "mime",
    [
        "video/webm;codecs=vp8",
        "video/webm; codecs=vp9,opus",
        'video/webm; codecs="vp9, opus"',
        "Video/WebM ; Codecs=vp09.00.10.08",
        "video/webm;",
    ],
)
async def test_video_webm_with_codecs_is_uploaded(studio: Studio, mime: str) -> None:
    upload = await studio.announce(len(WEBM), mime=mime, filename="recording.webm")
    assert upload["headers"] == [{"name": "Content-Type", "value": "video/webm"}]
    headers = {"Content-Type": mime}  # a browser sends the type that the recording has
    assert (await studio.api.client.put(upload["url"], content=WEBM, headers=headers)).status_code == 204
    (attachment,) = await studio.use(upload["id"])
    assert (attachment["kind"], attachment["mime"]) == ("VIDEO", "video/webm")


@pytest.mark.parametrize("mime", ["video/x-matroska;codecs=avc1", "video/webm;codecs", "video/webm codecs=vp8", ";a=b"])
async def test_other_types_with_parameters_are_refused(studio: Studio, mime: str) -> None:
    input = studio.announcement(9, mime=mime)
    assert await studio.api.refusals(REQUEST, studio.coach, input=input) == [("INVALID_INPUT", ["input", "mime"])]
