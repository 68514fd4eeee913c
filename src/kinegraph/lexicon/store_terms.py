"""SQL by which PostgreSQL analyses the terms of the lexicon once for a process, instead of in each search."""

from collections.abc import Sequence
from contextlib import suppress
from functools import cache

from kinegraph.kit.database import Database
from kinegraph.kit.leases import STATEMENT_ERRORS
from kinegraph.language.rules_fulltext import Words, conjunction, is_parsed, store_parsed
from kinegraph.lexicon.rules_lexicon import lexicon
from kinegraph.lexicon.rules_query import MAX_TERMS, analysed, words_of_parts

BATCH = 1_000
"""Terms of one statement: more would take more memory, which the process keeps."""


@cache
def searched_terms() -> Sequence[Words]:
    """The terms that searches have rows for, and their single words."""
    kinds = (terms[: MAX_TERMS[True]] for concept in lexicon().values() for terms in concept.terms.values())
    found = {term.words for terms in kinds for term in terms}
    found.update(words_of_parts(concept) for concept in lexicon().values() if len(concept.parts) > 1)
    return sorted(found.union((word,) for words in found for word in words))


async def parse_terms(database: Database) -> None:
    """Read the full-text queries of the terms, about 20,000, which takes a quarter of a second.

    Where the database cannot answer, or is not migrated yet, each search analyses its words, and finds the same.
    """
    terms = [words for words in searched_terms() if not is_parsed(words)]
    parsed: dict[Words, str] = {}
    with suppress(*STATEMENT_ERRORS):
        for start in range(0, len(terms), BATCH):
            parsed |= await _parse(database, terms[start : start + BATCH])
    store_parsed(parsed)
    analysed.cache_clear()


async def _parse(database: Database, terms: Sequence[Words]) -> dict[Words, str]:
    rows = await database.fetch(
        """
        SELECT to_tsquery('kinegraph', query)::text AS parsed
        FROM unnest($1::text[]) WITH ORDINALITY AS sent (query, position)
        ORDER BY position
        """,
        [*map(conjunction, terms)],
    )
    return dict(zip(terms, (row["parsed"] for row in rows), strict=True))
