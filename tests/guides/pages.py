"""The pages of docs/guides as tests run them: their files, their commands, and what these print.

A block of code begins with a comment that names its file. A block of `sh` is run, in the order of the page and in one
shell; a block of `text` right after it is what it prints, in which `…` stands for anything.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.docs.markdown import FENCE, ROOT

GUIDES = ROOT / "docs" / "guides"
NAME = re.compile(r"(?://|#) ([\w./-]+\.\w+)\n")
INSTALLS = re.compile(r"(?:npm|pip) install (.+)")


@dataclass(frozen=True)
class Step:
    """Commands of one block, and what they print; None where the page does not show it."""

    commands: str
    printed: str | None

    @property
    def installs(self) -> list[str]:
        """The packages that the block installs, with their versions; it does nothing else then."""
        found = [INSTALLS.fullmatch(line) for line in self.commands.strip().splitlines()]
        return [word for line in found if line for word in line[1].split() if word[0] != "-"] if all(found) else []

    def is_printed(self, output: str) -> bool:
        """Whether the page shows this output."""
        if self.printed is None:
            return True
        pattern = ".*".join(map(re.escape, self.printed.strip().split("…")))
        return re.fullmatch(pattern, output.strip(), re.DOTALL) is not None


@dataclass(frozen=True)
class Guide:
    """A page: its files by their paths, and its steps. `nameless` are blocks of code that name no file."""

    files: dict[str, str]
    steps: list[Step]
    nameless: list[str]


def guide(name: str) -> Guide:
    """The page of a name."""
    return read((GUIDES / f"{name}.md").read_text())


def read(text: str) -> Guide:
    """The page of a Markdown text."""
    found, end = Guide({}, [], []), -1
    for block in FENCE.finditer(text):
        language, code = block[2], block[3]
        follows = not text[end : block.start()].strip()
        end = block.end()
        if language == "sh":
            found.steps.append(Step(code, None))
        elif language == "text" and follows and found.steps:
            found.steps[-1] = Step(found.steps[-1].commands, code)
        elif named := NAME.match(code):
            found.files[named[1]] = code
        else:
            found.nameless.append(code)
    return found


def names() -> list[str]:
    """The names of all guides."""
    return sorted(path.stem for path in Path(GUIDES).glob("*.md") if path.stem != "index")
