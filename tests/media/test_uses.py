"""Using uploads: the stored file is checked, and a refused comment leaves its uploads usable."""

from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import Api, World
from tests.exercise.documents import create as create_exercise
from tests.media.files import Pool, Studio, encoded, key_stored, picture, png_of_equal_length, stored_of, studio_of
from tests.workout.documents import NO_ID, Json

AT = ["input", "uploadIds", "0"]
NOT_FOUND = [("UPLOAD_NOT_FOUND", AT)]
BRANDS = {"mp4": b"isom", "mov": b"qt  ", "heic": b"heic", "avif": b"avif"}


def container(kind: str) -> bytes:
    """The first box of a file of the ISO family."""
    return b"\0\0\0\x18ftyp" + BRANDS[kind] + b"\0" * 64


WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + b"\0" * 64
MATROSKA = WEBM.replace(b"webm", b"matr")
REAL = {
    "image/png": picture(kind="PNG"),
    "image/jpeg": picture(kind="JPEG"),
    "image/webp": picture(kind="WEBP"),
    "image/gif": picture(kind="GIF"),
    "image/heic": container("heic"),
    "video/mp4": container("mp4"),
    "video/quicktime": container("mov"),
    "video/webm": WEBM,
}


@pytest.mark.parametrize("mime", REAL)
async def test_a_file_of_the_announced_type_becomes_an_attachment(studio: Studio, mime: str) -> None:
    attachment = await studio.attached(REAL[mime], mime=mime)
    kind = "IMAGE" if mime.startswith("image/") else "VIDEO"
    assert (attachment["kind"], attachment["mime"], attachment["thumbnailUrl"]) == (kind, mime, None)
    served = await studio.get(attachment["url"])
    assert (served.content, served.headers["content-type"]) == (REAL[mime], mime)


WRONG = {
    "html": b"<!doctype html><script>alert(1)</script>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "pdf": b"%PDF-1.7\n%",
    "zip": b"PK\x03\x04" + b"\0" * 40,
    "one byte": b"\x89",
    "half a signature": b"\x89PNG\r\n",
    "a signature after a space": b" " + REAL["image/png"],
    "bmp": encoded(Image.new("RGB", (2, 2)), "BMP"),
    "tiff": encoded(Image.new("RGB", (2, 2)), "TIFF"),
    "sound in RIFF": b"RIFF\x24\0\0\0WAVEfmt ",
    "avif": container("avif"),
    "matroska": MATROSKA,
    "zeros": b"\0" * 100,
}


@pytest.mark.parametrize("mime", REAL)
async def test_a_file_of_another_type_than_announced_is_refused_whatever_its_name(
    studio: Studio, owner: Pool, mime: str
) -> None:
    alternative = {"video/mp4": "video/quicktime", "video/quicktime": "video/mp4"}.get(mime)
    others = {
        **WRONG,
        **{other: content for other, content in REAL.items() if other not in (mime, alternative)},
    }
    for name, content in others.items():
        refused = await studio.refused(await studio.uploaded(content, mime=mime, filename="a.png"))
        assert refused == [("INVALID_INPUT", AT)], name
    assert await stored_of(owner, studio.organization) == (0, 0)


async def test_mp4_and_quicktime_may_be_announced_as_each_other(studio: Studio) -> None:
    await studio.attached(REAL["video/mp4"], mime="video/quicktime")
    await studio.attached(REAL["video/quicktime"], mime="video/mp4")


@pytest.mark.parametrize(
    ("size", "code"), [(0, "INVALID_INPUT"), (20 * 2**20, None), (20 * 2**20 + 1, "INVALID_INPUT")]
)
async def test_the_stored_size_is_compared_with_the_limit(
    studio: Studio, owner: Pool, home: Path, size: int, code: str | None
) -> None:
    id = await studio.uploaded(picture())
    path = home / "media" / "staging" / id / await key_stored(owner, id)
    path.write_bytes((picture() + b"\0" * 21 * 2**20)[:size])
    assert await studio.refused(id) == ([(code, AT)] if code else [])
    assert await stored_of(owner, studio.organization) == ((0, 0) if code else (1, 1))


async def test_an_upload_whose_file_has_not_arrived_is_refused_until_it_has(studio: Studio) -> None:
    upload = await studio.announce(len(picture()))
    assert await studio.refused(upload["id"]) == NOT_FOUND
    await studio.send(upload, picture())
    assert await studio.refused(upload["id"]) == []


async def test_a_file_that_is_sent_again_after_its_use_changes_nothing_that_is_served(studio: Studio) -> None:
    red, blue = png_of_equal_length("red"), png_of_equal_length("blue")
    upload = await studio.announce(len(red))
    await studio.send(upload, red)
    (attachment,) = await studio.use(upload["id"])
    assert (await studio.send(upload, blue)).status_code == 204
    assert (await studio.get(attachment["url"])).content == red
    assert await studio.refused(upload["id"]) == NOT_FOUND


async def test_only_the_user_who_announced_an_upload_can_use_it(studio: Studio, world: World, owner: Pool) -> None:
    id = await studio.uploaded(picture())
    for person in (studio.organization.owner, await world.join(studio.organization.id, "coach")):
        assert await studio.refused(id, person=person) == NOT_FOUND
    assert await stored_of(owner, studio.organization) == (0, 0)
    assert len(await studio.use(id)) == 1


async def test_an_upload_for_one_organization_is_not_used_in_another(
    studio: Studio, api: Api, world: World, owner: Pool
) -> None:
    other = await studio_of(api, world)
    await world.join(other.organization.id, "coach", studio.coach)
    id = await studio.uploaded(picture())
    assert await other.refused(id, person=studio.coach) == NOT_FOUND
    assert await stored_of(owner, other.organization) == (0, 0)
    assert len(await studio.use(id)) == 1


async def test_a_former_member_cannot_use_their_uploads(studio: Studio, api: Api, owner: Pool) -> None:
    id = await studio.uploaded(picture())
    await owner.execute("DELETE FROM memberships WHERE user_id = $1", studio.coach.id)
    assert await studio.refused(id) == [*NOT_FOUND, ("NOT_FOUND", ["input", "movementId"])]
    assert await stored_of(owner, studio.organization) == (0, 0)


async def test_an_upload_for_another_purpose_is_no_attachment(studio: Studio, api: Api) -> None:
    exercise = (await create_exercise(api, studio.coach, studio.organization))["id"]
    for purpose in ("EXERCISE_THUMBNAIL", "INSTRUCTION_IMAGE"):
        id = await studio.uploaded(picture(), purpose=purpose, exerciseId=exercise)
        assert await studio.refused(id) == NOT_FOUND


async def test_an_upload_is_used_once(studio: Studio, owner: Pool) -> None:
    id = await studio.uploaded(picture())
    await studio.use(id)
    for ids in ((id,), (id.upper(),), (id, await studio.uploaded(picture()))):
        assert await studio.refused(*ids) == NOT_FOUND
    assert await stored_of(owner, studio.organization) == (1, 1)


async def test_of_two_comments_in_one_request_the_second_does_not_get_the_upload(studio: Studio, owner: Pool) -> None:
    id = await studio.uploaded(picture())
    text = """mutation ($input: AddCommentInput!) {
      a: addComment(input: $input) { comment { attachments { kind } } userErrors { code field } }
      b: addComment(input: $input) { comment { id } userErrors { code field } }
    }"""
    data = (await studio.api.post(text, studio.coach, input=studio.comment(id))).json()["data"]
    assert data["a"] == {"comment": {"attachments": [{"kind": "IMAGE"}]}, "userErrors": []}
    assert data["b"] == {"comment": None, "userErrors": [{"code": "UPLOAD_NOT_FOUND", "field": AT}]}
    assert await stored_of(owner, studio.organization) == (1, 1)


async def test_a_comment_has_up_to_ten_files_in_their_order_and_an_eleventh_is_refused(
    studio: Studio, owner: Pool
) -> None:
    files = [picture(size=(index + 1, 1)) for index in range(11)]
    ids = [await studio.uploaded(content) for content in files]
    assert await studio.refused(*ids) == [("INVALID_INPUT", ["input", "uploadIds"])]
    ten = [ids[index] for index in (3, 1, 4, 0, 5, 9, 2, 6, 8, 7)]
    served = [(await studio.get(attachment["url"])).content for attachment in await studio.use(*ten)]
    assert served == [files[ids.index(id)] for id in ten]
    ((again,),) = ([entry["attachments"] for entry in await studio.comments()],)
    assert [(await studio.get(attachment["url"])).content for attachment in again] == served
    assert await stored_of(owner, studio.organization) == (1, 10)


async def test_a_list_that_names_an_upload_twice_or_no_upload_is_refused_entry_by_entry(
    studio: Studio, owner: Pool
) -> None:
    id = await studio.uploaded(picture())
    twice = [("INVALID_INPUT", ["input", "uploadIds", "1"]), ("INVALID_INPUT", ["input", "uploadIds", "2"])]
    assert await studio.refused(id, id, id.upper()) == twice
    assert await studio.refused(id, "", "../x") == twice
    assert await studio.refused(id, NO_ID) == [("UPLOAD_NOT_FOUND", ["input", "uploadIds", "1"])]
    assert await stored_of(owner, studio.organization) == (0, 0)
    assert len(await studio.use(id)) == 1


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"movementId": NO_ID}, ("NOT_FOUND", ["input", "movementId"])),
        ({"parentCommentId": NO_ID}, ("NOT_FOUND", ["input", "parentCommentId"])),
        ({"body": " "}, ("INVALID_INPUT", ["input", "body"])),
    ],
)
async def test_a_refused_comment_leaves_its_uploads_usable(
    studio: Studio, owner: Pool, values: Json, refusal: tuple[str, list[str]]
) -> None:
    id = await studio.uploaded(picture())
    assert await studio.refused(id, **values) == [refusal]
    assert await stored_of(owner, studio.organization) == (0, 0)
    (attachment,) = await studio.use(id)
    assert (await studio.get(attachment["url"])).content == picture()


async def test_an_image_records_a_fact_for_its_thumbnail_and_a_video_none(studio: Studio, owner: Pool) -> None:
    facts = "SELECT payload ->> 'attachment_id' FROM outbox WHERE fact = 'AttachmentAdded' ORDER BY id"
    ids = [await studio.uploaded(REAL[mime], mime=mime) for mime in ("video/mp4", "image/gif", "image/png")]
    _, *images = await studio.use(*ids)
    assert [row[0] for row in await owner.fetch(facts)][-2:] == [image["id"] for image in images]
    count = await owner.fetchval(
        "SELECT count(*) FROM outbox WHERE fact = 'AttachmentAdded' AND payload ->> 'organization_id' = $1",
        str(studio.organization.id),
    )
    assert count == 2
