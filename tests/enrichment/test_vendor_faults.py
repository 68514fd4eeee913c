"""When Anthropic fails, is slow or answers nonsense, nothing is lost, and the job says what is the matter."""

import asyncio
from dataclasses import replace
from typing import Any  # JSON of answers

import pytest

from kinegraph.enrichment.jobs import MAX_PASSES
from kinegraph.enrichment.jobs_batches import MAX_REQUESTS
from kinegraph.main import create_app
from kinegraph.outside.claude import Claude
from kinegraph.outside.vendor_breaker import Breaker
from kinegraph.outside.vendor_calls import Patience, VendorCalls
from kinegraph.services import Services
from tests.conftest import Api, running
from tests.enrichment.conftest import at_once
from tests.enrichment.enriching import BUDGET, ENRICH, KEY, Enriching, enricher_of
from tests.settings import with_settings
from tests.vendors.claude import (
    FAILED,
    HANGS,
    NO_JSON,
    NO_MESSAGE,
    OVERLOADED,
    RATE_LIMITED,
    Fault,
    regular_answer,
)


@pytest.mark.parametrize("fault", [RATE_LIMITED, FAILED, OVERLOADED], ids=["429", "500", "529"])
async def test_a_fault_that_passes_is_tried_again_within_the_run(enriching: Enriching, fault: Fault) -> None:
    id = await enriching.exercise()
    enriching.claude.faults.append(fault)
    shown: list[str] = []
    loop = asyncio.get_running_loop()

    def read_message() -> None:
        read = enriching.owner.fetchval("SELECT message FROM jobs")
        shown.append(asyncio.run_coroutine_threadsafe(read, loop).result(10))

    enriching.claude.before_answer = read_message
    job = await enriching.enrich(id)
    assert (job["status"], job["error"], len(enriching.claude.requests)) == ("SUCCEEDED", None, 2)
    assert len(shown) == 1 and shown[0].startswith("Anthropic ") and shown[0].endswith("It is tried again.")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (RATE_LIMITED, "Anthropic answered with status 429."),
        (OVERLOADED, "Anthropic answered with status 529."),
        (HANGS, "Anthropic did not answer in time"),
    ],
    ids=["429", "529", "silence"],
)
async def test_a_fault_that_lasts_postpones_the_job_which_says_so_and_loses_nothing(
    enriching: Enriching, fault: Fault, message: str
) -> None:
    ids = [await enriching.exercise() for _ in range(10)]
    job = await enriching.enqueue(*ids)

    def fail_after_the_first() -> None:
        enriching.claude.fault = fault

    enriching.claude.before_answer = fail_after_the_first
    waiting = await enriching.run(job, patient(enriching))
    assert (waiting["status"], waiting["done"], waiting["total"]) == ("QUEUED", 8, 10)
    assert waiting["error"].startswith(message)
    enriching.claude.fault, enriching.claude.before_answer = None, lambda: None
    done = await enriching.run(job, patient(enriching))
    assert (done["status"], done["done"], done["error"]) == ("SUCCEEDED", 10, None)
    assert done["enrichment"]["requests"] == 2
    for id in ids:
        assert [each["text"] for each in await enriching.proposals(id)] == await enriching.proposed(id)


def patient(enriching: Enriching) -> Any:
    """The worker with a breaker of its own, which waits for a request half a second."""
    calls = VendorCalls(
        "Anthropic",
        requests_per_minute=10**5,
        tokens_per_minute=10**9,
        breaker=Breaker(lambda: 0.0),
        sleep=at_once,
    )
    claude = Claude(KEY, "claude-haiku-4-5", enriching.claude.url, calls=calls, patience=Patience(2, 0.5, 10))
    return replace(enriching.work, enricher=enricher_of(claude, BUDGET))


def without_number_two(exercises: list[dict[str, Any]]) -> Any:
    answer = regular_answer(exercises)
    return {"exercises": [each for each in answer["exercises"] if each["number"] != 2]}


NONSENSE = {
    "no object": lambda exercises: ["nonsense"],
    "another form": lambda exercises: {"aliases": {"he": ["סקוואט"]}},
    "a number twice": lambda exercises: {"exercises": [{"number": 1, "aliases": {}}] * 2},
    "a foreign number": lambda exercises: {"exercises": [{"number": 99, "aliases": {}}]},
    "a further field": lambda exercises: {**regular_answer(exercises), "sql": "DROP TABLE exercises"},
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
async def test_an_answer_of_another_form_stores_nothing_and_is_requested_again(
    enriching: Enriching, answer: Any
) -> None:
    ids = [await enriching.exercise() for _ in range(2)]
    enriching.claude.answer = answer
    job = await enriching.enqueue(*ids)
    waiting = await enriching.run(job)
    assert (waiting["status"], waiting["done"]) == ("QUEUED", 0)
    assert waiting["error"] == "Anthropic's answers for 2 exercises could not be read."
    assert waiting["enrichment"]["requests"] == waiting["enrichment"]["unreadable"] == MAX_REQUESTS
    assert waiting["enrichment"]["cost"] > 0
    assert await enriching.proposals() == []
    enriching.claude.answer = regular_answer
    done = await enriching.run(job)
    assert (done["status"], done["enrichment"]["enriched"]) == ("SUCCEEDED", 2)


@pytest.mark.parametrize("fault", [NO_JSON, NO_MESSAGE], ids=["no JSON", "no message"])
async def test_a_response_that_is_no_message_is_requested_again(enriching: Enriching, fault: Fault) -> None:
    id = await enriching.exercise()
    enriching.claude.faults.append(fault)
    job = await enriching.enrich(id)
    assert (job["status"], job["enrichment"]["requests"], job["enrichment"]["unreadable"]) == ("SUCCEEDED", 2, 1)


async def test_an_answer_that_was_cut_off_is_not_read(enriching: Enriching) -> None:
    id = await enriching.exercise()
    enriching.claude.stop_reason = "max_tokens"
    assert (await enriching.enrich(id))["status"] == "QUEUED"
    assert await enriching.proposals(id) == []


async def test_exercises_without_a_readable_answer_are_left_to_the_next_run_and_hold_up_no_other(
    enriching: Enriching,
) -> None:
    """One of them makes every answer unreadable that it is in: batches grow smaller until it is alone."""
    ids = [await enriching.exercise() for _ in range(8)]
    bad = await enriching.name(ids[2])
    enriching.claude.answer = lambda sent: None if bad in [each["name"] for each in sent] else regular_answer(sent)
    job = await enriching.enqueue(*ids)
    for tries in range(1, MAX_PASSES):
        waiting = await enriching.run(job)
        assert waiting["status"] == "QUEUED", tries
    done = await enriching.run(job)
    assert (done["status"], done["done"]) == ("SUCCEEDED", 7)
    assert "Answers for 1 exercises could not be read: they are left for the next run." in done["message"]
    enriching.claude.answer = regular_answer
    assert (await enriching.enrich(*ids))["enrichment"]["enriched"] == 1


async def test_exercises_that_an_answer_leaves_out_are_requested_again(enriching: Enriching) -> None:
    ids = [await enriching.exercise() for _ in range(3)]
    enriching.claude.answer = without_number_two
    job = await enriching.enqueue(*ids)
    assert (await enriching.run(job))["done"] == 2
    assert (await enriching.run(job))["status"] == "SUCCEEDED"
    assert [len(sent) for sent in enriching.claude.sent] == [3, 1]


async def test_a_key_that_anthropic_refuses_is_named(enriching: Enriching) -> None:
    id = await enriching.exercise()
    claude = Claude("another key", "claude-haiku-4-5", enriching.claude.url)
    work = replace(enriching.work, enricher=enricher_of(claude, BUDGET))
    job = await enriching.run(await enriching.enqueue(id), work)
    await claude.close()
    assert job["error"] == "Anthropic refused the request with status 401: check KINEGRAPH_ANTHROPIC_API_KEY."
    assert job["status"] == "QUEUED"


async def test_without_a_key_the_mutation_says_what_to_set(enriching: Enriching, services: Services) -> None:
    async with running(create_app(with_settings(services, anthropic_api_key=None))) as api:
        (refused,) = await Api.user_errors(api, ENRICH, enriching.admin, input={})
    assert refused == {
        "code": "CONFLICT",
        "message": "No language model is configured: set KINEGRAPH_ANTHROPIC_API_KEY for the API and the worker.",
        "field": None,
    }


async def test_a_worker_without_a_key_or_a_price_fails_the_job_at_once(enriching: Enriching) -> None:
    id = await enriching.exercise()
    without_key = replace(enriching.work, enricher=None)
    assert enriching.work.enricher is not None
    without_price = replace(enriching.work, enricher=replace(enriching.work.enricher, price=None))
    for work, setting in ((without_key, "KINEGRAPH_ANTHROPIC_API_KEY"), (without_price, "KINEGRAPH_ANTHROPIC_INPUT")):
        job = await enriching.run(await enriching.enqueue(id), work)
        assert job["status"] == "FAILED"
        assert setting in job["error"]
