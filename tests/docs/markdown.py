"""Reading the repository's Markdown: its pages, their headings, links, tables and blocks of code."""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from docsite.pages import PAPERS, pages

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
GENERATED = {ROOT / "docs" / path: text for path, text in pages() if path.startswith("reference/")}
"""Pages that exist in the site only."""


def sources() -> list[Path]:
    """Every page that somebody writes."""
    return [*(ROOT / name for name in PAPERS), *sorted((ROOT / "docs").rglob("*.md"))]


def text_of(path: Path) -> str:
    """A page's Markdown. Raises FileNotFoundError."""
    return GENERATED.get(path) or path.read_text()


def blocks(path: Path, language: str) -> Iterator[str]:
    """The blocks of code in a language."""
    yield from (textwrap.dedent(code) for _, named, code in FENCE.findall(text_of(path)) if named == language)


def links(path: Path) -> Iterator[str]:
    """The targets of a page's links, those in code left out."""
    yield from LINK.findall(re.sub(r"`[^`\n]*`", "", FENCE.sub("", text_of(path))))


def headings(path: Path) -> list[str]:
    """A page's headings."""
    return re.findall(r"^#+ (.+)$", FENCE.sub("", text_of(path)), re.MULTILINE)


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings(path)}


def table(path: Path, first_head: str) -> list[list[str]]:
    """The rows of the table whose first column has this head; a regular expression, which may have further columns."""
    (found,) = re.findall(rf"^\| {first_head} \|.*\n\|[-|]+\n((?:\|.*\n)+)", text_of(path), re.MULTILINE)
    return [line.strip("| ").split(" | ") for line in found.splitlines()]
