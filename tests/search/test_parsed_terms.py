"""Queries of the lexicon's terms that a process has PostgreSQL parse once: searches with them find the same."""

import pytest

from kinegraph.catalog.rules_checks import checked_filter
from kinegraph.kit.database import Database
from kinegraph.language import rules_fulltext
from kinegraph.language.rules_fulltext import all_of, any_of, conjunction
from kinegraph.lexicon.rules_query import analysed
from kinegraph.lexicon.store_terms import parse_terms, searched_terms
from kinegraph.search import store
from kinegraph.search.store_scope import Scope

QUERIES = (
    "squat", "bench press", "жим лежа", "приседания с гантелями", "לחיצת חזה", "סקוואט גביע", "hip mobility drills",
    "romanain deadlfit", "qwzertyish squat", "glute bri", "knee pain", "упражнения для голеностопа",
)  # fmt: skip
SCOPE = Scope(None, False, ("published",), ("published",))


@pytest.fixture
async def parsed(database: Database, monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, ...], str]:
    """The stored queries, as this test's process has read them."""
    stored: dict[tuple[str, ...], str] = {}
    monkeypatch.setattr(rules_fulltext, "_PARSED", stored)
    await parse_terms(database)
    return stored


async def ids(database: Database) -> list[list[object]]:
    """The hits of each query, each time analysed anew."""
    analysed.cache_clear()
    async with database.read() as session:
        hits = await store.search(session, QUERIES, SCOPE, checked_filter({}), 50)
    return [[(hit.id, hit.score, hit.lexical_rank, hit.trigram_rank) for hit in found] for found in hits]


async def test_searches_find_the_same_with_parsed_terms_and_without(
    database: Database, parsed: dict[tuple[str, ...], str]
) -> None:
    """Hits, scores and ranks of queries in three languages are the same while no term is parsed."""
    found = await ids(database)
    parsed.clear()
    assert await ids(database) == found and all(found)


async def test_a_parsed_query_of_several_texts_is_what_postgresql_makes_of_their_words(
    database: Database, parsed: dict[tuple[str, ...], str]
) -> None:
    """Parsed texts that are joined with `or` and with `and` bind as the words do that they were made of."""
    texts = [("bench", "press"), ("сидя",), ("סקוואט",), ("squats",)]
    query = all_of([texts, texts[:2]])
    words = " & ".join(f"({' | '.join(map(conjunction, each))})" for each in (texts, texts[:2]))
    rows = await database.fetch("SELECT $1::tsquery::text = to_tsquery('kinegraph', $2)::text", query, words)
    assert "'" in query and [*map(tuple, rows)] == [(True,)]


async def test_a_query_with_a_word_that_is_no_term_is_left_to_postgresql(parsed: dict[tuple[str, ...], str]) -> None:
    """One text without a parsed query makes the whole query one of words."""
    assert any_of([("squat",), ("qwzertyish",)]) == "(squat) | (qwzertyish)"
    assert all_of([[("squat",)], [("qwzertyish",)]]) == "((squat)) & ((qwzertyish))"
    assert any_of([("squat",)]) == "'squat'"


async def test_terms_are_parsed_once_for_a_process(database: Database, parsed: dict[tuple[str, ...], str]) -> None:
    """All searched terms have a query, and reading them again asks for none."""
    assert parsed.keys() == {*searched_terms()}
    parsed[("squat",)] = "'as it was'"
    await parse_terms(database)
    assert parsed[("squat",)] == "'as it was'"


async def test_a_database_that_is_not_migrated_leaves_every_query_to_its_statement(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a database without the configuration of search no term is parsed, and nothing fails."""
    monkeypatch.setattr(rules_fulltext, "_PARSED", {})
    start, _, query = database_url.partition("?")
    empty = await Database.open(f"{start.rpartition('/')[0]}/postgres" + (f"?{query}" if query else ""), 1)
    try:
        await parse_terms(empty)
    finally:
        await empty.close()
    assert any_of([("squat",)]) == "(squat)"
