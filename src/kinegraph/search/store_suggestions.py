"""Exercises whose names or aliases have words that begin as what was typed so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Protocol
from uuid import UUID

from kinegraph.kit.sessions import ReadSession
from kinegraph.language.rules_highlights import begun
from kinegraph.language.rules_text import search_text
from kinegraph.search.store import statement
from kinegraph.search.store_scope import Scope


class NamedRow(Protocol):
    """An exercise with its effective name and aliases."""

    id: UUID
    organization_id: UUID | None
    name: str
    aliases: Sequence[str]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An exercise, its name or alias that has what was typed, and where, in UTF-16 code units."""

    id: UUID
    organization_id: UUID | None
    text: str
    highlights: list[dict[str, int]]


@cache
def _statement() -> str:
    """The rows of `search.sql`, and the choice of those that are suggested."""
    library = statement().partition("wanted AS MATERIALIZED")[0]
    return library[library.index("WITH\n") :] + (files("kinegraph.search") / "suggestions.sql").read_text()


async def suggestions(
    session: ReadSession, prefixes: Sequence[str], scope: Scope, limit: int
) -> list[list[Suggestion]]:
    """The suggestions for each text that was typed so far, best first."""
    return [await _suggestions(session, search_text(prefix).split(), scope, limit) for prefix in prefixes]


def _has_all(text: str, words: Sequence[str]) -> bool:
    """True if each of these begins a word of the text."""
    searched = f" {search_text(text)}"
    return all(f" {word}" in searched for word in words)


async def _suggestions(session: ReadSession, words: Sequence[str], scope: Scope, limit: int) -> list[Suggestion]:
    longest = max(words, key=len)
    rows: list[NamedRow] = await session.fetch(
        _statement(),
        scope.organization_id,
        scope.is_coached,
        list(scope.canonical_statuses),
        list(scope.own_statuses),
        list(words),
        longest,
        f"{longest}\U0010ffff",
        limit,
    )
    found = []
    for row in rows:
        text = next((each for each in (row.name, *row.aliases) if _has_all(each, words)), row.name)
        highlights = [{"start": start, "length": length} for start, length in begun(text, words)]
        found.append(Suggestion(row.id, row.organization_id, text, highlights))
    return found
