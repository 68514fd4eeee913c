"""The thumbnail of an image: 400 by 400 pixels of JPEG, of whatever the four formats can hold, and nothing else."""

import io
import struct
import zlib
from contextlib import suppress

import pytest
from PIL import Image, PngImagePlugin

from kinegraph.media.rules_thumbnails import NotAnImage, thumbnail
from tests.media.files import chunk, encoded, picture, raw_png
from tests.workout.documents import Json

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
Colour = tuple[int, int, int]
RED, BLUE, WHITE, GREY = (255, 0, 0), (0, 0, 255), (255, 255, 255), (128, 128, 128)


def made(content: bytes) -> Image.Image:
    """The thumbnail of a file, which is a JPEG of the right size."""
    image = Image.open(io.BytesIO(thumbnail(content)))
    image.load()
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (400, 400))
    return image


def is_near(image: Image.Image, colour: Colour, at: tuple[int, int] = (200, 200)) -> bool:
    """True if a pixel has a colour, as exactly as JPEG stores it."""
    pixel = image.getpixel(at)
    assert isinstance(pixel, tuple)
    return all(abs(found - wanted) <= 8 for found, wanted in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    "size", [(40, 30), (400, 400), (401, 399), (1, 1), (1, 2), (3000, 2000), (10_000, 1), (1, 10_000)], ids=str
)
def test_an_image_of_any_size_and_format_becomes_400_by_400(kind: str, size: tuple[int, int]) -> None:
    assert is_near(made(picture("red", kind, size)), RED)


def test_the_middle_of_an_image_is_shown() -> None:
    wide = Image.new("RGB", (300, 100), "blue")
    wide.paste("red", (100, 0, 200, 100))
    for image in (wide, wide.transpose(Image.Transpose.ROTATE_90)):
        small = made(encoded(image))
        assert all(is_near(small, RED, at) for at in ((8, 8), (391, 8), (8, 391), (391, 391)))


SEEN = {
    "palette": (encoded(Image.new("RGB", (20, 20), "red").convert("P")), RED),
    "palette, transparent": (encoded(Image.new("P", (20, 20), 0), transparency=0), WHITE),
    "black and white": (encoded(Image.new("1", (20, 20), 1)), WHITE),
    "grey": (encoded(Image.new("L", (20, 20), 128)), GREY),
    "grey, transparent": (encoded(Image.new("LA", (20, 20), (0, 0))), WHITE),
    "grey, one grey transparent": (raw_png(2, 1, 8, 0, b"\0\x40\x40", chunk(b"tRNS", b"\0\x40")), WHITE),
    "transparent": (encoded(Image.new("RGBA", (20, 20), (255, 0, 0, 0))), WHITE),
    "half transparent": (encoded(Image.new("RGBA", (20, 20), (0, 0, 0, 127))), GREY),
    "half transparent WebP": (encoded(Image.new("RGBA", (20, 20), (0, 0, 0, 127)), "WEBP", lossless=True), GREY),
    "transparent GIF": (encoded(Image.new("P", (20, 20), 0), "GIF", transparency=0), WHITE),
    "16-bit colour": (raw_png(1, 1, 16, 2, b"\0" + struct.pack(">3H", 0xFFFF, 0, 0)), RED),
    "16-bit colour, transparent": (raw_png(1, 1, 16, 6, b"\0" + struct.pack(">4H", 0xFFFF, 0, 0, 0)), WHITE),
    "16-bit grey with transparency": (raw_png(1, 1, 16, 4, b"\0" + struct.pack(">2H", 0x8080, 0xFFFF)), GREY),
    "CMYK": (encoded(Image.new("CMYK", (20, 20), (0, 255, 255, 0)), "JPEG"), RED),
    "grey JPEG": (encoded(Image.new("L", (20, 20), 128), "JPEG"), GREY),
    "progressive": (encoded(Image.new("RGB", (900, 900), "red"), "JPEG", progressive=True), RED),
}


@pytest.mark.parametrize("name", SEEN)
def test_colours_come_out_as_they_went_in_and_transparency_as_white(name: str) -> None:
    content, colour = SEEN[name]
    assert is_near(made(content), colour)


@pytest.mark.parametrize("grey", [0x0000, 0x4040, 0x8080, 0xC0C0, 0xFFFF])
def test_a_16_bit_grey_image_has_the_same_greys(grey: int) -> None:
    row = b"\0" + struct.pack(">2H", grey, grey)
    assert is_near(made(raw_png(2, 1, 16, 0, row)), (grey >> 8, grey >> 8, grey >> 8))


def test_the_one_grey_of_a_16_bit_image_that_is_transparent_turns_white() -> None:
    row = b"\0" + struct.pack(">2H", 0x4040, 0x4040)
    assert is_near(made(raw_png(2, 1, 16, 0, row, chunk(b"tRNS", b"\x40\x40"))), WHITE)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_the_thumbnail_of_an_animation_is_its_first_frame(kind: str) -> None:
    options = {"save_all": True, "append_images": [Image.new("RGB", (20, 20), "blue")]}
    assert is_near(made(encoded(Image.new("RGB", (20, 20), "red"), kind, **options)), RED)


SIDES = {1: "left", 2: "right", 3: "right", 4: "left", 5: "top", 6: "top", 7: "bottom", 8: "bottom"}
POINTS = {"left": (40, 200), "right": (360, 200), "top": (200, 40), "bottom": (200, 360)}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", SIDES)
def test_a_picture_that_was_taken_sideways_is_turned_upright(kind: str, orientation: int) -> None:
    image = Image.new("RGB", (1600, 1600), "red")
    image.paste("blue", (0, 0, 800, 1600))
    exif = Image.Exif()
    exif[0x0112] = orientation
    small = made(encoded(image, kind, exif=exif))
    blue = SIDES[orientation]
    red = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}[blue]
    assert is_near(small, BLUE, POINTS[blue]) and is_near(small, RED, POINTS[red])


def with_secrets(kind: str, comment: str | None = None) -> bytes:
    """A picture that says where it was taken in every field that its format has but (unless given) a comment."""
    exif = Image.Exif()
    exif[0x010E] = "my home address"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0)})
    options: Json = {"exif": exif, "xmp": b"<x>my home address</x>", "icc_profile": b"my home address" * 20}
    if kind == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Author", "my home address")
        texts.add_text("comment", comment or "")
        options = {"exif": exif, "pnginfo": texts}
    elif comment:
        options["comment"] = comment.encode()
    return encoded(Image.new("RGB", (20, 20), "red"), kind, **(options if kind != "GIF" else {"comment": comment}))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_place_and_author_in_a_pictures_metadata_are_not_stored(kind: str) -> None:
    content = with_secrets(kind)
    assert b"my home address" in content
    small = made(content)
    assert b"my home address" not in thumbnail(content)
    assert {key for key in small.info if not str(key).startswith("jfif")} == set()
    assert dict(small.getexif()) == {}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_the_comment_in_a_picture_is_not_stored(kind: str) -> None:
    content = with_secrets(kind, "my home address")
    assert b"my home address" in content
    assert b"my home address" not in thumbnail(content)


def test_a_picture_with_a_very_long_comment_is_a_picture() -> None:
    assert is_near(made(with_secrets("PNG", "x" * 70_000)), RED)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(8_000, 8_000), (12_000, 12_000), (60_000, 60_000), (2**31 - 1, 1)], ids=str)
def test_a_decompression_bomb_is_not_decompressed(size: tuple[int, int]) -> None:
    bomb = raw_png(*size, 8, 2, b"")
    assert len(bomb) < 100
    with pytest.raises(NotAnImage):
        thumbnail(bomb)


def test_a_compressed_text_that_expands_too_far_is_refused() -> None:
    packed = chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 100_000_000))
    with pytest.raises(NotAnImage):
        thumbnail(raw_png(1, 1, 8, 0, b"\0\0", packed))


NO_IMAGES = {
    "nothing": b"", "html": b"<script>", "zeros": b"\0" * 100, "bmp": picture(kind="BMP"), "tiff": picture(kind="TIFF"),
    "ico": picture(kind="ICO"), "no pixels": raw_png(0, 5, 8, 2, b""),
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9",
    **{f"signature of {kind}": picture(kind=kind)[:12] for kind in FORMATS},
}  # fmt: skip


@pytest.mark.parametrize("name", NO_IMAGES)
def test_a_file_that_is_no_image_is_refused(name: str) -> None:
    with pytest.raises(NotAnImage):
        thumbnail(NO_IMAGES[name])


@pytest.mark.parametrize("kind", FORMATS)
def test_a_truncated_image_is_refused(kind: str) -> None:
    whole = encoded(Image.effect_noise((60, 60), 90).convert("RGB"), kind)
    for size in range(0, len(whole) - 40, max(1, len(whole) // 40)):
        with pytest.raises(NotAnImage):
            thumbnail(whole[:size])


@pytest.mark.filterwarnings("ignore:Tag data")
def test_a_picture_with_damaged_exif_gets_a_thumbnail_or_a_refusal_but_never_an_unexpected_error() -> None:
    width = struct.pack(">HHI4s", 0x0100, 2, 4, b"abc\0")
    upright = struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0)
    beyond = struct.pack(">HHII", 0x011A, 5, 0x3200, 5)
    exif = b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", 3) + width + upright + beyond + b"\0\0\0\0"
    with suppress(NotAnImage):
        made(encoded(Image.new("RGB", (20, 20), "red"), "JPEG", exif=exif))
