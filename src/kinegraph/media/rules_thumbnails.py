"""The thumbnail of an image: 400 by 400 pixels, JPEG (seed 003), of which nothing but the picture is kept."""

import io

from PIL import Image, ImageOps, UnidentifiedImageError

SIZE = (400, 400)
MOST_PIXELS = 50_000_000
"""More than any camera's picture that fits the size limit; a file that unfolds to more is a decompression bomb."""
MIME = "image/jpeg"
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


class NotAnImage(Exception):
    """The file is no image that a thumbnail can be made of; the message says why."""


def thumbnail(content: bytes) -> bytes:
    """The middle of an image, upright, as a JPEG; of an animation, its first picture. Raises NotAnImage."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise NotAnImage(f"The image unfolds to {width} × {height} pixels; at most {MOST_PIXELS:,} are taken.")
            image.draft("RGB", (SIZE[0] * 2, SIZE[1] * 2))
            fitted = ImageOps.fit(_on_white(ImageOps.exif_transpose(image)), SIZE)
    except UnidentifiedImageError:
        raise NotAnImage("The file is no JPEG, PNG, WebP or GIF image.") from None
    except Image.DecompressionBombError:
        raise NotAnImage(f"The image unfolds to far more than the {MOST_PIXELS:,} pixels that are taken.") from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise NotAnImage(f"The image is damaged: {error}.") from error
    made = io.BytesIO()
    fitted.save(made, "JPEG", quality=82, optimize=True)
    return made.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    """The image as JPEG can hold it: without transparency, and with 8 bits where it has 16 (X-rays do)."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    below = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(below, image.convert("RGBA")).convert("RGB")
