"""A handout as HTML, and as the data of the PDF's template: QR codes, pictures, escaped texts."""

import io
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from importlib.resources import files
from typing import Any  # the values of JSON

import segno
from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image

from kinegraph.canonical.rules_figures import FILES, versions
from kinegraph.handout.rules import MAX_ADDRESS, MAX_PAGES, Card, Handout
from kinegraph.handout.rules_words import drawable

TEMPLATE = (files("kinegraph.handout") / "page.typ").read_bytes()
"""The template of the PDF. The texts of a handout are its input, and are never read as markup."""

_environment = Environment(
    loader=PackageLoader("kinegraph.handout", "."),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

Pictures = Mapping[int, bytes]
"""The picture of each card that has one, by its number: PNG or JPEG."""


@lru_cache(maxsize=128)  # by the slug and the version of the file, so that an entry is never wrong
def _figure(slug: str, version: str) -> bytes:
    """Two moments of a figure side by side, its first one and that in the middle, as PNG."""
    with Image.open(FILES / f"{slug}.webp") as animation:
        frames = []
        for number in (0, getattr(animation, "n_frames", 1) // 2):
            animation.seek(number)
            frames.append(animation.convert("RGB"))
    width, height = frames[0].size
    both = Image.new("RGB", (2 * width, height), "white")
    for index, frame in enumerate(frames):
        both.paste(frame, (index * width, 0))
    made = io.BytesIO()
    both.quantize(64).save(made, "PNG", optimize=True)
    return made.getvalue()


def figures_of(handout: Handout) -> dict[int, bytes]:
    """The figures of the cards that have one, by number."""
    return {card.number: _figure(card.figure, versions()[card.figure]) for card in handout.cards if card.figure}


@lru_cache(maxsize=256)  # by the address, of which the code is a function; an entry has at most 20 kB
def code_of(address: str | None) -> str | None:
    """The QR code of an address as SVG; None for one that is too long for a camera to read."""
    if address is None or len(address) > MAX_ADDRESS:
        return None
    made = io.BytesIO()
    segno.make_qr(address, error="m").save(
        made, kind="svg", border=4, light="white", omitsize=True, xmldecl=False, nl=False
    )
    return made.getvalue().decode()


def html(handout: Handout, pictures: Pictures) -> str:
    """The page, complete in itself: it loads nothing."""
    return _environment.get_template("page.html").render(
        handout=handout,
        words=handout.words,
        codes={card.number: code_of(card.address) for card in handout.cards},
        pictures={number: _data_address(content) for number, content in pictures.items()},
    )


def _data_address(content: bytes) -> str:
    kind = "png" if content.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{b64encode(content).decode()}"


def picture_name(number: int) -> str:
    """The name of a card's picture beside the template; its type follows from the content."""
    return f"picture-{number}"


def typeset_input(handout: Handout, pictures: Pictures) -> str:
    """The input of the PDF's template, as JSON."""
    content = _drawable({**asdict(handout), "printed_on": None})
    for card, shown in zip(handout.cards, content["cards"], strict=True):
        shown["code"] = code_of(card.address)
        shown["url"] = card.address
        shown["picture"] = picture_name(card.number) if card.number in pictures else None
        shown["picture_format"] = _format(pictures, card)
    day = handout.printed_on
    return json.dumps({**content, "printed_on": [day.year, day.month, day.day], "max_pages": MAX_PAGES})


def _format(pictures: Pictures, card: Card) -> str:
    return "png" if pictures.get(card.number, b"").startswith(b"\x89PNG") else "jpg"


def _drawable(value: Any) -> Any:
    """JSON values with their texts as the fonts of the PDF draw them."""
    if isinstance(value, str):
        return drawable(value)
    if isinstance(value, dict):
        return {key: _drawable(each) for key, each in value.items()}
    return [_drawable(each) for each in value] if isinstance(value, list | tuple) else value
