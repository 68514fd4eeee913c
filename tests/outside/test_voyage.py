"""Voyage through its real SDK, against a local server that speaks its protocol."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any  # responses, and faults

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import JSONResponse, PlainTextResponse

from kinegraph.outside import voyage as module
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.vendor_calls import PassingFault, VendorCalls, VendorUnavailable
from kinegraph.outside.voyage import (
    DIMENSIONS,
    MAX_REQUEST_TEXTS,
    MAX_REQUEST_TOKENS,
    RequestRefused,
    Voyage,
    batches,
    estimated_tokens,
    open_voyage,
)
from local_voyage.server import Fault, LocalVoyage, answer, failed, limited, refused


@pytest.fixture(scope="module")
def server() -> Iterator[LocalVoyage]:
    with LocalVoyage(key="the key") as server:
        yield server


@pytest.fixture
async def voyage(server: LocalVoyage) -> AsyncIterator[Voyage]:
    """The service, which does not sleep between its tries."""
    server.fault = lambda request: None
    server.received.clear()

    async def sleep(seconds: float) -> None:
        """Go on at once."""

    calls = VendorCalls("Voyage", requests_per_minute=10_000, tokens_per_minute=10_000_000, sleep=sleep)
    voyage = Voyage("the key", server.url, calls)
    yield voyage
    await voyage.close()


def first(*faults: Any) -> Fault:
    """Faults of the first requests, one each; later ones are answered."""
    left = [*faults]
    return lambda request: left.pop(0) if left else None


async def test_documents_and_queries_get_vectors_of_their_input_type(server: LocalVoyage, voyage: Voyage) -> None:
    documents = await voyage.embed_documents(["Back Squat\nAlso: squat", "Burpee"])
    query = await voyage.embed_query("בורפיס", 5)
    assert [len(each) for each in (*documents, query)] == [DIMENSIONS] * 3
    near = [sum(a * b for a, b in zip(query, each, strict=True)) for each in documents]
    assert near[1] > near[0] + 0.3
    assert [each.input_type for each in server.received] == ["document", "query"]


async def test_nothing_is_sent_for_no_texts(server: LocalVoyage, voyage: Voyage) -> None:
    assert await voyage.embed_documents([]) == []
    assert server.received == []


NONSENSE = {
    "not JSON": lambda: PlainTextResponse("<html>", media_type="text/html"),
    "a text": lambda: PlainTextResponse("hello"),
    "another shape": lambda: JSONResponse({"data": [{"vector": 1}]}),
    "a list": lambda: JSONResponse([1, 2]),
    "too few": lambda: answer([[0.1] * DIMENSIONS], 1),
    "short": lambda: answer([[0.1] * 5] * 2, 1),
    "zero": lambda: answer([[0.0] * DIMENSIONS] * 2, 1),
    "words": lambda: answer([["x"] * DIMENSIONS] * 2, 1),
    "bad base64": lambda: answer(["!!!"] * 2, 1),
}


@pytest.mark.parametrize("kind", [*NONSENSE, "429", "500", "503"])
async def test_what_passes_is_tried_again_and_the_vectors_come(server: LocalVoyage, voyage: Voyage, kind: str) -> None:
    faults: Any = {"429": lambda: limited(3), "500": failed, "503": lambda: failed(503), **NONSENSE}
    server.fault = first(faults[kind]())
    assert len(await voyage.embed_documents(["one", "two"])) == 2
    assert len(server.received) == 2


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 10**400, "1", None, True])
def test_vectors_with_anything_but_finite_numbers_are_refused(number: Any) -> None:
    for vector in ([number] * DIMENSIONS, [number, *[0.5] * (DIMENSIONS - 1)], [number, float("inf"), *[0.5] * 1022]):
        with pytest.raises(PassingFault):
            module.checked([vector], 1)


async def test_silence_ends_with_the_callers_deadline(server: LocalVoyage, voyage: Voyage) -> None:
    server.fault = first(2.0)
    with pytest.raises(ServiceError, match="did not answer in time"):
        await voyage.embed_query("squat", 0.2)


async def test_a_server_that_is_not_there_is_a_service_error() -> None:
    async with open_voyage("key", "http://127.0.0.1:9/v1") as voyage:
        assert voyage is not None
        with pytest.raises(PassingFault, match="cannot be reached"):
            await voyage.embed_query("squat", 2)


async def test_after_failures_in_a_row_nothing_is_sent_for_a_while(server: LocalVoyage, voyage: Voyage) -> None:
    server.fault = lambda request: failed()
    for _ in range(2):
        with pytest.raises(ServiceError):
            await voyage.embed_documents(["one"])
    sent = len(server.received)
    with pytest.raises(VendorUnavailable):
        await voyage.embed_query("squat", 1)
    assert len(server.received) == sent == 5


async def test_a_wrong_key_and_a_refused_request_are_not_tried_again(server: LocalVoyage, voyage: Voyage) -> None:
    server.fault = first(refused())
    with pytest.raises(RequestRefused):
        await voyage.embed_documents(["one"])
    async with open_voyage("wrong secret", server.url) as wrong:
        assert wrong is not None
        with pytest.raises(ServiceError, match="KINEGRAPH_VOYAGE_API_KEY") as caught:
            await wrong.embed_documents(["one"])
    assert "wrong secret" not in str(caught.value)
    assert len(server.received) == 1


async def test_many_texts_are_sent_in_requests_within_the_vendors_limits(server: LocalVoyage, voyage: Voyage) -> None:
    texts = [f"text {number} " + "x" * 10_000 for number in range(30)]
    vectors = await voyage.embed_documents(texts)
    assert len(vectors) == 30 and vectors[7] == (await voyage.embed_documents([texts[7]]))[0]
    assert len(server.received) == 1 + 3
    assert [text for each in server.received[:-1] for text in each.texts] == texts


@given(st.lists(st.integers(0, 3 * MAX_REQUEST_TOKENS), max_size=30), st.sampled_from("aж"))
def test_every_batch_is_within_the_limits_and_none_is_lost(sizes: list[int], letter: str) -> None:
    texts = [letter * size for size in sizes]
    made = [*batches(texts)]
    assert [text for batch in made for text in batch] == texts
    assert all(0 < len(batch) <= MAX_REQUEST_TEXTS for batch in made)
    assert all(sum(map(estimated_tokens, batch)) <= MAX_REQUEST_TOKENS or len(batch) == 1 for batch in made)
    assert [*map(len, batches([""] * 2_500))] == [1_000, 1_000, 500]


def test_the_sdk_is_imported_at_the_first_call_alone() -> None:
    code = (
        "import json, sys, kinegraph.services, kinegraph.worker\n"
        "print(json.dumps([name for name in sys.modules if name.split('.')[0] == 'voyageai']))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert json.loads(found.stdout) == []
