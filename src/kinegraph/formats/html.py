"""Text out of HTML, as far as descriptions of exercises use it."""

import re
from html.parser import HTMLParser

_BLOCKS = {"p", "li", "ol", "ul", "br", "div", "h1", "h2", "h3", "h4", "tr"}
_SILENT = {"script", "style"}


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.silent += tag in _SILENT
        self.parts.append("\n- " if tag == "li" else "\n" if tag in _BLOCKS else "")

    def handle_endtag(self, tag: str) -> None:
        self.silent = max(0, self.silent - (tag in _SILENT))
        self.parts.append("\n" if tag in _BLOCKS else "")

    def handle_data(self, data: str) -> None:
        self.parts.append("" if self.silent else re.sub(r"\s+", " ", data))


def plain(html: str) -> str:
    """The text of some HTML: one line for each paragraph, and one with a dash for each item of a list."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    text = re.sub(r"\n-\s*\n\s*", "\n- ", "".join(reader.parts))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line not in ("", "-"))
