"""Searching without one part of the analysis, by the function that the API calls."""

from collections.abc import Mapping, Sequence

from kinegraph.catalog.rules_checks import checked_filter
from kinegraph.identity.rules import NOBODY
from kinegraph.kit.database import Database
from kinegraph.language.rules_text import EVERY_PART, Part
from kinegraph.search import store
from kinegraph.search.store_scope import scope_of
from search_bench.ask import scored
from search_bench.metrics import DEPTH, Score
from search_bench.queries import Query


async def without_each(database: Database, queries: Sequence[Query], key: str) -> Mapping[str, Mapping[Query, Score]]:
    """By part: the scores of all answers in the lexical mode without it. The first entry is with every part."""
    async with database.read() as session:
        rows = await session.fetch("SELECT id, coalesce(slug, name) AS slug, name FROM exercises")
        keys = {row.id: getattr(row, key) for row in rows}
    wanted = checked_filter({})
    scope = scope_of(NOBODY, wanted, None)
    found: dict[str, dict[Query, Score]] = {}
    for title, parts in {"nothing": EVERY_PART, **{part.value.lower(): EVERY_PART - {part} for part in Part}}.items():
        async with database.read() as session:
            hits = await store.search(session, [query.text for query in queries], scope, wanted, DEPTH, parts)
        answers = zip(queries, hits, strict=True)
        found[title] = {query: scored(query, [keys[hit.id] for hit in of]) for query, of in answers}
    return found
