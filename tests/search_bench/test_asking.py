"""Queries are asked through the API, and without each part by the function that the API calls."""

import pytest

from kinegraph.kit.database import Database
from kinegraph.language.rules_text import Part
from search_bench.ask import NotAnsweredError, ask, of_list, scored
from search_bench.misses import report
from search_bench.parts import without_each
from search_bench.queries import Query
from tests.conftest import Api


def query(text: str, kind: str, *, is_held_out: bool = False) -> Query:
    return Query(text, "en", kind, text, is_held_out, {"plank": 3, "side-plank": 2})


async def test_hits_have_the_slugs_of_rows_and_their_ranks_in_each_list(api: Api) -> None:
    hits = await ask(api.client, query("plank", "name"), "LEXICAL", "slug")
    assert hits[0].key == "plank" and hits[0].ranks["lexical"] == 1
    assert of_list(hits, "lexical")[0] == "plank" and of_list(hits, "semantic") == []
    assert scored(query("plank", "name"), [hit.key for hit in hits]).success == 1


async def test_an_answer_with_an_error_is_not_a_result(api: Api) -> None:
    with pytest.raises(NotAnsweredError, match="INVALID_INPUT"):
        await ask(api.client, query(" ", "name"), "LEXICAL", "slug")


async def test_every_query_is_asked_without_each_part(database: Database) -> None:
    plank, misspelled = query("plank", "name"), query("plnak", "misspelled")
    found = await without_each(database, [plank, misspelled], "slug")
    assert found.keys() == {"nothing", *(part.value.lower() for part in Part)}
    assert found["nothing"][plank].success == found["nothing"][misspelled].success == 1


def test_misses_are_of_the_open_part_alone() -> None:
    opened, held = query("opened", "name"), query("held", "name", is_held_out=True)
    text = report({opened: [], held: []})
    assert "'opened': meant plank; came nothing" in text and "held" not in text
