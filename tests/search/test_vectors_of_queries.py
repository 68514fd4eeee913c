"""Vectors of queries: obtained before the transaction, by one call, once for all; and searches without them."""

import asyncio

import pytest

from kinegraph.services import Services
from local_voyage.server import LocalVoyage, failed
from tests.conftest import Api, Person
from tests.identity.rows import Pool
from tests.search.conftest import SEARCH
from tests.search.semantic import EXECUTORS, embedding, semantic, sent, voyage
from tests.waiting import until

__all__ = ["semantic", "voyage"]

FIELDS = "{ exercise { name } semanticRank }"
DOCUMENT = f"""
query ($q: String!, $yes: Boolean!, $mode: SearchMode) {{
  a: searchExercises(q: "one %(n)s") {FIELDS}
  b: searchExercises(q: "ONE, %(n)s!", mode: SEMANTIC) {FIELDS}
  c: searchExercises(q: $q, mode: $mode) {FIELDS}
  d: searchExercises(q: "left out %(n)s") @skip(if: $yes) {FIELDS}
  e: searchExercises(q: "lexical %(n)s", mode: LEXICAL) {FIELDS}
  f: searchExercises(q: "???") @include(if: false) {FIELDS}
  ...More
}}
fragment More on Query {{ g: searchExercises(q: "four %(n)s", mode: null) {FIELDS} }}
"""
BUSY = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'kinegraph' AND xact_start IS NOT NULL
"""


@pytest.fixture(autouse=True)
def healthy(voyage: LocalVoyage) -> None:
    """The service answers, and has received nothing yet."""
    voyage.fault = lambda request: None
    voyage.received.clear()


@pytest.mark.parametrize("executor", EXECUTORS)
async def test_all_texts_of_a_document_are_sent_by_one_call(
    semantic: Api, reader: Person, voyage: LocalVoyage, executor: str
) -> None:
    n = str(EXECUTORS.index(executor))
    body = await sent(semantic, DOCUMENT % {"n": n}, reader, executor, q=f"three {n}", yes=True, mode="HYBRID")
    assert [(each.texts, each.input_type) for each in voyage.received] == [
        ((f"one {n}", f"three {n}", f"four {n}"), "query")
    ]
    assert "extensions" not in body
    assert all(any(hit["semanticRank"] for hit in body["data"][key]) for key in "abcg")


async def test_nothing_is_sent_for_a_search_that_is_refused(semantic: Api, voyage: LocalVoyage) -> None:
    for q in ("?!", "x" * 201, "a\x00b"):
        assert (await semantic.post(SEARCH, None, q=q)).status_code == 400
    mixed = f'{{ viewer {{ user {{ id }} }} searchExercises(q: "secret") {FIELDS} }}'
    assert (await semantic.post(mixed, None)).status_code == 401
    assert voyage.received == []


async def test_a_text_is_sent_once_for_all_spellings_users_and_processes(
    semantic: Api, services: Services, reader: Person, voyage: LocalVoyage, owner: Pool
) -> None:
    for person, q in ((reader, "Wall-Sit  hold"), (None, "wall sit HOLD"), (reader, "“wall sit” hold!")):
        await sent(semantic, SEARCH, person, q=q)
    assert [each.texts for each in voyage.received] == [("wall sit hold",)]
    await until(lambda: owner.fetchval("SELECT count(*) > 0 FROM query_embeddings"))
    async with embedding(services, voyage) as other:
        body = await sent(other, SEARCH, None, q="wall sit hold")
    assert len(voyage.received) == 1 and "extensions" not in body
    rows = await owner.fetch("SELECT to_jsonb(q)::text AS row FROM query_embeddings q")
    assert rows and not any("wall" in row.row for row in rows)


async def test_equal_searches_at_the_same_time_are_sent_once(
    semantic: Api, reader: Person, voyage: LocalVoyage
) -> None:
    voyage.fault = lambda request: 0.2
    bodies = await asyncio.gather(*(sent(semantic, SEARCH, reader, q="copenhagen plank twice") for _ in range(8)))
    assert len(voyage.received) == 1
    assert all("extensions" not in body for body in bodies)


@pytest.mark.parametrize("executor", EXECUTORS)
async def test_a_search_without_vectors_is_lexical_and_says_why(
    api: Api, semantic: Api, reader: Person, voyage: LocalVoyage, executor: str
) -> None:
    off = await sent(api, SEARCH, reader, executor, q="bench press", mode="SEMANTIC")
    assert off["data"]["searchExercises"][0]["lexicalRank"] == 1
    assert off["extensions"]["search"] == [{"path": ["searchExercises"], "mode": "LEXICAL", "reason": "NO_EMBEDDINGS"}]
    voyage.fault = lambda request: failed(500)
    away = await sent(semantic, SEARCH, reader, executor, q=f"bench press {executor}", mode="SEMANTIC")
    assert away["data"]["searchExercises"][0]["lexicalRank"] == 1
    assert [each["reason"] for each in away["extensions"]["search"]] == ["EMBEDDINGS_UNAVAILABLE"]


async def test_a_document_has_at_most_10_new_texts_embedded(semantic: Api, reader: Person, voyage: LocalVoyage) -> None:
    document = " ".join(f'a{n}: searchExercises(q: "many texts {n}") {FIELDS}' for n in range(12))
    body = await sent(semantic, f"{{ {document} }}", reader)
    assert [len(each.texts) for each in voyage.received] == [10]
    notes = [(each["path"], each["reason"]) for each in body["extensions"]["search"]]
    assert notes == [([f"a{n}"], "EMBEDDINGS_LIMITED") for n in (10, 11)]


async def test_no_transaction_and_no_other_request_waits_for_the_service(
    services: Services, reader: Person, voyage: LocalVoyage, owner: Pool
) -> None:
    voyage.fault = lambda request: 3.0
    async with embedding(services, voyage, pool_size=1) as api:
        await sent(api, SEARCH, reader, q="bench press", mode="LEXICAL")
        waiting = asyncio.create_task(sent(api, SEARCH, reader, q="the service hangs"))

        async def is_received() -> bool:
            return bool(voyage.received)

        async def is_idle() -> bool:
            return bool(await owner.fetchval(BUSY) == 0)

        await until(is_received)
        await until(is_idle)
        await sent(api, SEARCH, reader, q="bench press", mode="LEXICAL")  # by the only connection
        await until(is_idle)
        assert not waiting.done()
        body = await waiting
    assert [each["reason"] for each in body["extensions"]["search"]] == ["EMBEDDINGS_UNAVAILABLE"]
    assert body["data"]["searchExercises"] is not None
