"""Finding what a new entry looks like: a row that is stored, or another of its file."""

from collections.abc import Sequence
from typing import Any

from kinegraph.exchange.rules import Entry
from kinegraph.exchange.rules_names import likenesses


class DuplicateFinder:
    """What is there, by its likenesses: of the scope or the file, and of the canonical library beside them."""

    def __init__(self, named: Sequence[Any], known: Sequence[Entry]) -> None:
        self.own: dict[str, str] = {}
        self.canonical: dict[str, str] = {}
        for row in named:
            found, told = (self.own, "the stored") if row["is_own"] else (self.canonical, "the canonical")
            for likeness in likenesses(row["name"], row["slug"]):
                found.setdefault(likeness, f'{told} "{row["name"]}"')
        for entry in known:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Let later entries be compared with this one."""
        for likeness in likenesses(entry.name, entry.content.get("slug")):
            self.own.setdefault(likeness, str(entry.place))

    def like(self, entry: Entry) -> tuple[str | None, str | None]:
        """What an entry looks like, in words: of its scope or file, and of the canonical library."""
        sought = [*likenesses(entry.name, entry.content.get("slug"))]
        own, canonical = (
            next((found[each] for each in sought if each in found), None) for found in (self.own, self.canonical)
        )
        return own, canonical
