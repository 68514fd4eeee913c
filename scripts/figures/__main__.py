"""Render the figures of exercises into the package: python -m figures [--sheet FILE.png] [SLUG …].

With `--sheet`, four frames of each figure are drawn into one picture, to look at, and no file of the package changes.
"""

import argparse
from pathlib import Path

from PIL import Image, ImageDraw

from figures.drawing import SIZE
from figures.files import TARGET, exercises, frames, rendered

COLUMNS = 4
"""Frames of each figure on a sheet."""


def main() -> None:
    """Render the figures that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m figures", description=__doc__)
    parser.add_argument("slugs", nargs="*", metavar="SLUG")
    parser.add_argument("--sheet", type=Path, metavar="FILE.png")
    options = parser.parse_args()
    slugs = options.slugs or sorted(exercises())
    if options.sheet:
        sheet(slugs).save(options.sheet)
        return
    TARGET.mkdir(exist_ok=True)
    for slug in slugs:
        content = rendered(slug)
        (TARGET / f"{slug}.webp").write_bytes(content)
        print(f"{slug}.webp: {len(content):,} bytes")


def sheet(slugs: list[str]) -> Image.Image:
    """Frames of figures, four of each, two figures in a row."""
    side = SIZE // 2
    found = Image.new("RGB", (2 * COLUMNS * side, (len(slugs) + 1) // 2 * side), "white")
    for number, slug in enumerate(slugs):
        pictures, _ = frames(slug)
        left, top = number % 2 * COLUMNS * side, number // 2 * side
        for column in range(COLUMNS):
            shown = pictures[(column * len(pictures) // COLUMNS - 1) % len(pictures)]
            found.paste(shown.reduce(2), (left + column * side, top))
        ImageDraw.Draw(found).text((left + 4, top + 2), slug, "black")
    return found


if __name__ == "__main__":
    main()
