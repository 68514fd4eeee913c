"""Conversion of HTML to plain text, for descriptions of exercises."""

import re
from html.parser import HTMLParser

_BLOCKS = {"p", "li", "ol", "ul", "br", "div", "h1", "h2", "h3", "h4", "tr"}
_HIDDEN = {"script", "style"}


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.hidden_depth = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden_depth += tag in _HIDDEN
        self.texts.append("\n- " if tag == "li" else "\n" if tag in _BLOCKS else "")

    def handle_endtag(self, tag: str) -> None:
        self.hidden_depth = max(0, self.hidden_depth - (tag in _HIDDEN))
        self.texts.append("\n" if tag in _BLOCKS else "")

    def handle_data(self, data: str) -> None:
        self.texts.append("" if self.hidden_depth else re.sub(r"\s+", " ", data))


def plain_text(html: str) -> str:
    """The text of some HTML: one line for each paragraph, and one with a dash for each item of a list."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    text = re.sub(r"\n-\s*\n\s*", "\n- ", "".join(reader.texts))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line not in ("", "-"))
