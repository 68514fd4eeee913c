"""The thumbnail of an image: a JPEG of 400 by 400 pixels without metadata (docs/domain.md, Files)."""

import io
import struct

from PIL import Image, ImageMath, ImageOps, UnidentifiedImageError

SIZE = (400, 400)
MAX_PIXELS = 50_000_000
"""More pixels than a camera's picture within the size limit has; a file with more is a decompression bomb."""
MIME = "image/jpeg"
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


class NotAnImage(Exception):
    """No thumbnail can be made of the file; the message says why."""


def thumbnail(content: bytes) -> bytes:
    """The centre of an image, upright, as a JPEG; of an animation, of its first frame. Raises NotAnImage."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise NotAnImage(f"The image unfolds to {width} × {height} pixels; at most {MAX_PIXELS:,} are taken.")
            image.draft("RGB", (SIZE[0] * 2, SIZE[1] * 2))
            fitted = ImageOps.fit(_on_white(_upright(image)), SIZE)
        fitted.info = {}
        made = io.BytesIO()
        fitted.save(made, "JPEG", quality=82, optimize=True)
        return made.getvalue()
    except NotAnImage:
        raise
    except UnidentifiedImageError:
        raise NotAnImage("The file is no JPEG, PNG, WebP or GIF image.") from None
    except Image.DecompressionBombError:
        raise NotAnImage(f"The image unfolds to far more than the {MAX_PIXELS:,} pixels that are taken.") from None
    except Exception as error:  # decoders raise errors of any class for malformed bytes
        raise NotAnImage(f"The image is damaged: {error}.") from error


def _upright(image: Image.Image) -> Image.Image:
    """The image rotated as its EXIF data say, if they can be read."""
    try:
        return ImageOps.exif_transpose(image)
    except (struct.error, SyntaxError, ValueError, TypeError, KeyError, OSError):
        return image


def _on_white(image: Image.Image) -> Image.Image:
    """The image as JPEG can store it: without transparency, and with 8 bits where it has 16 (X-rays do)."""
    if image.mode.startswith("I"):
        return _eight_bits(image)
    if not image.has_transparency_data:
        return image.convert("RGB")
    below = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(below, image.convert("RGBA")).convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """A grey image of 16 bits with 8 bits; one of its greys may mean transparent."""
    wide = image.convert("I")
    grey = wide.point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    clear = image.info.get("transparency")
    if not isinstance(clear, int):
        return grey
    shown = ImageMath.lambda_eval(lambda of: of["convert"]((of["image"] != clear) * 255, "L"), image=wide)
    return Image.composite(grey, Image.new("RGB", image.size, "white"), shown)
