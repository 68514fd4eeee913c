"""The words of an organization's names and aliases: they are those of its rows, and find each row that has a query."""

from collections.abc import Iterator
from typing import Any  # rows of a table

import pytest

from kinegraph.catalog.rules_checks import checked_filter
from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from kinegraph.language import rules_fulltext
from kinegraph.language.rules_fulltext import conjunction, needed, stems_of
from kinegraph.lexicon.store_terms import parse_terms
from kinegraph.search import store
from kinegraph.search.store_scope import Scope
from tests.conftest import Api, Organization, Person
from tests.exercise.documents import create, update
from tests.identity.rows import Pool
from tests.library.documents import reset, upsert

STORED = """
SELECT organization_id, word, exercise_id, name_length FROM organization_words
WHERE organization_id = $1 ORDER BY exercise_id, word
"""
OF_TEXTS = """
SELECT organization_id, word, exercise_id, CASE WHEN word = ANY (tsvector_to_array(name_tsv)) THEN name_length END
FROM organization_search, unnest(tsvector_to_array(words_tsv)) AS word
WHERE organization_id = $1 ORDER BY exercise_id, word
"""
QUERIES = (
    "squat", "squats", "goblet squat", "gobletsquat", "squa", "house gob", "жим лежа", "לחיצת חזה", "bench press",
    "benchpress", "romanain deadlfit", "qwzertyish", "qwzertyi", "qwzertyish squat", "knee pain", "chest",
)  # fmt: skip
LACKING = """
SELECT word FROM unnest($1::text[], $2::text[], $3::text[]) AS sent (word, query, needed)
WHERE EXISTS (SELECT FROM unnest(string_to_array(query, '''')) WITH ORDINALITY AS part (stem, place)
              WHERE place % 2 = 0
                AND stem <> ALL (string_to_array(needed, E'\\n'))
              HAVING array_to_tsvector(array_agg(stem)) @@ query::tsquery)
"""
"""Texts whose query matches the vector of all its stems without those that are needed."""


@pytest.fixture
async def parsed(database: Database) -> None:
    """The terms of the lexicon are parsed in this process."""
    await parse_terms(database)


@pytest.fixture
def every_row(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Searches compare every row of the organization, whatever words it has."""
    text = store.statement()
    start, end = text.index("AND word = ANY (CASE"), text.index("-- { begun")
    monkeypatch.setattr(store, "statement", lambda: text[:start] + text[end:])
    store.filtered.cache_clear()
    yield
    store.filtered.cache_clear()


async def words(owner: Pool, gym: Organization) -> list[tuple[Any, ...]]:
    """The stored words of an organization, which are those of its texts."""
    stored = [tuple(row) for row in await owner.fetch(STORED, gym.id)]
    assert stored == [tuple(row) for row in await owner.fetch(OF_TEXTS, gym.id)]
    return stored


async def hits(database: Database, gym: Organization) -> list[list[tuple[Any, ...]]]:
    """The hits of each query for a member of the organization."""
    scope = Scope(gym.id, True, ("published",), ("draft", "published"))
    async with database.read(authenticate_as(gym.coach.id)) as session:
        found = await store.search(session, QUERIES, scope, checked_filter({}), 50)
    return [[(hit.id, hit.score, hit.lexical_rank, hit.trigram_rank) for hit in each] for each in found]


async def test_words_follow_every_change_of_the_texts_that_they_are_of(
    api: Api, admin: Person, gym: Organization, owner: Pool
) -> None:
    """Created, renamed and deleted rows, overrides and edits of what is overridden leave the words of the texts."""
    own = await create(api, gym.coach, gym, name="Quokka", aliases=["wombat press"])
    made = await create(api, admin, name="Tapir", slug="tapir", aliases=["uakari"], status="PUBLISHED")
    await upsert(api, gym, made["id"], name="Vicuna")
    assert {row[1] for row in await words(owner, gym)} >= {"quokka", "wombat", "press", "vicuna", "uakari"}
    await update(api, gym.coach, own["id"], name="Xerus", aliases=["quokka"])
    await update(api, admin, made["id"], aliases=["yapok"])
    after = await words(owner, gym)
    assert {row[1] for row in after} >= {"xerus", "quokka", "yapok"}
    assert not {row[1] for row in after} & {"wombat", "press", "uakari", "tapir"}
    assert {row[1]: row[3] for row in after if str(row[2]) == own["id"]} == {"xerus": 5, "quokka": None}
    await update(api, gym.coach, own["id"], name="Xerus xerus")
    assert ("xerus", 11) in {(row[1], row[3]) for row in await words(owner, gym)}
    await reset(api, gym, made["id"])
    await owner.execute("DELETE FROM exercises WHERE id = $1", own["id"])
    left = {str(row[2]) for row in await words(owner, gym)}
    assert not left & {own["id"], made["id"]}


async def test_every_term_of_the_lexicon_is_found_by_the_words_that_it_needs(owner: Pool, parsed: None) -> None:
    """No row can have a parsed text, and none of the stems that are said to be needed."""
    texts = list(rules_fulltext._PARSED)
    stems = [needed([[text]]).stems for text in texts]
    assert len(texts) > 15_000
    assert not await owner.fetch(LACKING, [*map(" ".join, texts)], [*rules_fulltext._PARSED.values()], stems)
    all_stems = map(stems_of, rules_fulltext._PARSED.values())
    assert sum(len(stem.split("\n")) < len(each) for stem, each in zip(stems, all_stems, strict=True)) > 5_000


async def test_a_text_that_is_no_term_needs_any_of_its_words_and_beginnings(parsed: None) -> None:
    assert needed([[("qwzertyish", "squat")]]) == ("", "qwzertyish squat qwzertyishsquat", "")
    assert needed([[("qwzertyi:*",), ("squat",)]]) == ("squat", "", "qwzertyi")
    assert needed([[("press",), ("pull",)], [("qwzertyish",)]]).words == "qwzertyish"
    assert conjunction(("qwzertyish", "squat")) == "((qwzertyish & squat) | qwzertyishsquat)"


async def test_searches_find_what_comparing_every_row_finds(
    api: Api, admin: Person, gym: Organization, database: Database, parsed: None, request: pytest.FixtureRequest
) -> None:
    """Hits, scores and ranks of queries in three languages are those of a search that compares all rows."""
    for name, aliases in (
        ("House Goblet Squat", ["присед с кубком"]), ("Gym-Bench-Press", ["לחיצת חזה שלנו", "benchpress at home"]),
        ("Жим лёжа зальный", []), ("Qwzertyish squat", ["deadlift of the house"]), ("Qwzertying", []),
    ):  # fmt: skip
        await create(api, gym.coach, gym, name=name, aliases=aliases, primaryMuscles=["chest"], status="PUBLISHED")
    found = await hits(database, gym)
    ids = {row[2] for row in await words_of(database, gym)}
    request.getfixturevalue("every_row")
    assert found == await hits(database, gym)
    assert sum(hit[0] in ids for each in found for hit in each) >= 12


async def words_of(database: Database, gym: Organization) -> list[Any]:
    """The words that a member of the organization reads."""
    async with database.read(authenticate_as(gym.coach.id)) as session:
        return await session.fetch(STORED, gym.id)
