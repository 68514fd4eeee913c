"""Enrichment proposes aliases for what is due, once, within a budget; nothing becomes an alias before a review."""

import asyncio
from dataclasses import replace
from typing import Any  # jobs, as the API shows them
from uuid import UUID

import pytest

from kinegraph.enrichment import jobs, store
from kinegraph.enrichment.rules import AliasLanguage, content_hash
from kinegraph.enrichment.rules_requests import Entry
from kinegraph.worker_runs import run_job
from tests.enrichment.enriching import Enriching, enricher_of, new_name


async def test_proposals_in_both_languages_wait_for_a_review(enriching: Enriching) -> None:
    id = await enriching.exercise(None, "Their alias")
    job = await enriching.enrich(id)
    assert (job["status"], job["total"], job["done"], job["error"]) == ("SUCCEEDED", 1, 1, None)
    proposals = await enriching.proposals(id)
    assert [each["text"] for each in proposals] == await enriching.proposed(id)
    assert [each["language"] for each in proposals] == ["HE", "HE", "RU", "RU"]
    assert {(each["state"], each["appliedAt"], each["model"]) for each in proposals} == {
        ("PROPOSED", None, "claude-haiku-4-5")
    }
    assert await enriching.aliases(id) == ["Their alias"]


async def test_a_job_shows_its_requests_tokens_and_cost(enriching: Enriching) -> None:
    ids = [await enriching.exercise() for _ in range(10)]
    job = await enriching.enrich(*ids)
    account = job["enrichment"]
    assert {key: account[key] for key in ("model", "requests", "enriched", "proposed", "applied", "refused")} == {
        "model": "claude-haiku-4-5", "requests": 2, "enriched": 10, "proposed": 40, "applied": 0, "refused": 0,
    }  # fmt: skip
    assert account["cost"] == account["inputTokens"] + 5 * account["outputTokens"] > 0
    assert [len(sent) for sent in enriching.claude.sent] == [8, 2]
    assert job["message"].startswith("10 exercises enriched: 40 aliases proposed, 0 of them applied")


async def test_proposals_that_are_applied_at_once_stand_after_the_aliases_of_people(enriching: Enriching) -> None:
    id = await enriching.exercise(None, "Their alias", "כינוי שלהם")
    job = await enriching.enrich(id, applyUnreviewed=True)
    assert await enriching.aliases(id) == ["Their alias", "כינוי שלהם", *await enriching.proposed(id)]
    assert job["enrichment"]["applied"] == 4
    assert {(each["state"], each["appliedAt"] is None) for each in await enriching.proposals(id)} == {
        ("PROPOSED", False)
    }


async def test_a_text_that_another_exercise_has_is_marked_and_never_applied_without_a_review(
    enriching: Enriching,
) -> None:
    id = await enriching.exercise()
    first, second, third, fourth = await enriching.proposed(id)
    other, name = await enriching.exercise(None, first.upper()), await enriching.exercise(third.title())
    await enriching.enrich(id, applyUnreviewed=True)
    assert await enriching.aliases(id) == [second, fourth]
    shared = [(each["sharedWith"] or {}).get("name") for each in await enriching.proposals(id)]
    assert shared == [await enriching.name(other), None, await enriching.name(name), None]


async def test_what_an_exercise_is_called_already_is_not_proposed(enriching: Enriching) -> None:
    name = new_name()
    first, *others = [text for id in [await enriching.exercise(name)] for text in await enriching.proposed(id)]
    id = await enriching.exercise(name, first.title())
    await enriching.enrich(id)
    assert [each["text"] for each in await enriching.proposals(id)] == others


async def test_an_exercise_is_sent_again_when_its_names_changed_or_when_it_is_forced(enriching: Enriching) -> None:
    id = await enriching.exercise()
    await enriching.enrich(id)
    assert (await enriching.enrich(id))["enrichment"]["requests"] == 0
    for proposal in await enriching.proposals(id):
        await enriching.review(proposal["id"])
    await enriching.update(id, description="Another text.")
    assert (await enriching.enrich(id))["enrichment"]["requests"] == 0
    assert (await enriching.enrich(id, force=True))["enrichment"]["requests"] == 1
    await enriching.update(id, aliases=[*await enriching.aliases(id), "Written by a person"])
    assert (await enriching.enrich(id))["enrichment"]["requests"] == 1
    await enriching.update(id, name=new_name())
    assert (await enriching.enrich(id))["enrichment"]["requests"] == 1


async def test_only_the_languages_that_are_requested_and_due_are_sent(enriching: Enriching) -> None:
    id = await enriching.exercise()
    await enriching.enrich(id, locales=["ru"])
    await enriching.enrich(id)
    sent = [
        request["messages"][0]["content"].partition('"languages":')[2].rstrip("}]") for request in
        enriching.claude.requests
    ]  # fmt: skip
    assert sent == ['["ru"', '["he"']
    assert len(await enriching.proposals(id)) == 4


async def test_a_run_ends_at_its_budget_and_the_next_goes_on_from_there(enriching: Enriching) -> None:
    ids = [await enriching.exercise() for _ in range(30)]
    small = replace(enriching.work, enricher=enricher_of(enriching.work.enricher.claude, 27_000))  # type: ignore[union-attr]  # there is one
    runs: list[Any] = []
    while not runs or "is spent" in runs[-1]["message"]:
        runs.append(await enriching.run(await enriching.enqueue(*ids), small))
    assert 2 <= len(runs) <= 5
    assert {job["status"] for job in runs} == {"SUCCEEDED"}
    assert all(0 < job["enrichment"]["cost"] <= job["enrichment"]["maxCost"] == 27_000 for job in runs)
    left = 30 - runs[0]["enrichment"]["enriched"]
    assert f"The budget of 0.0270 USD is spent: {left} exercises are left for the next run." in runs[0]["message"]
    names = [name for sent in enriching.claude.sent for name in sent]
    assert sorted(names) == sorted([await enriching.name(id) for id in ids])


async def test_a_request_may_lower_the_budget_and_not_raise_it(enriching: Enriching) -> None:
    id = await enriching.exercise()
    lower, higher = await enriching.enrich(id, maxCost=10), await enriching.enrich(id, maxCost=5_000_000)
    assert (lower["enrichment"]["requests"], lower["enrichment"]["maxCost"]) == (0, 10)
    assert (higher["enrichment"]["requests"], higher["enrichment"]["maxCost"]) == (1, 5_000_000)


async def test_a_job_that_is_delivered_twice_is_done_once(enriching: Enriching) -> None:
    id = await enriching.exercise()
    job = await enriching.enqueue(id, applyUnreviewed=True, force=True)
    await asyncio.gather(*(run_job({"work": enriching.work}, job) for _ in range(2)))
    await run_job({"work": enriching.work}, job)
    assert (await enriching.job(job))["done"] == 1
    assert len(enriching.claude.requests) == 1


async def test_a_job_that_a_second_worker_takes_over_stores_each_answer_once(enriching: Enriching) -> None:
    ids = [await enriching.exercise() for _ in range(10)]
    job = await enriching.enqueue(*ids, applyUnreviewed=True, force=True)
    taken = asyncio.Event()
    loop = asyncio.get_running_loop()

    def answer() -> None:
        loop.call_soon_threadsafe(taken.set)

    enriching.claude.before_answer = answer
    first = asyncio.create_task(enriching.run(job))
    await taken.wait()
    await asyncio.gather(first, enriching.run(job))
    assert (await enriching.job(job))["done"] == 10
    for id in ids:
        assert await enriching.aliases(id) == await enriching.proposed(id)
    counts = {
        row.count for row in await enriching.owner.fetch("SELECT count(*) FROM alias_proposals GROUP BY exercise_id")
    }
    assert counts == {4}


async def test_two_jobs_at_once_do_not_send_the_same_exercise(enriching: Enriching) -> None:
    ids = [await enriching.exercise() for _ in range(20)]
    both = [await enriching.enqueue(*ids) for _ in range(2)]
    done = await asyncio.gather(*map(enriching.run, both))
    names = [name for sent in enriching.claude.sent for name in sent]
    assert sorted(names) == sorted([await enriching.name(id) for id in ids])
    assert sum(job["enrichment"]["enriched"] for job in done) == 20


async def test_an_exercise_that_was_answered_after_it_was_read_is_not_claimed_again(enriching: Enriching) -> None:
    id, unanswered = await enriching.exercise(), await enriching.exercise()
    this, other = await enriching.enqueue(id, unanswered), await enriching.enqueue(id)
    async with enriching.work.database.write(store.act_as_enricher) as session:
        rows = await store.page_after(session, None, [UUID(id), UUID(unanswered)])
        await enriching.run(other)
        entries = [Entry.of(row, [AliasLanguage.HE], content_hash(row)) for row in rows]
        assert await store.claim(session, UUID(this), entries, rows) == {(UUID(unanswered), "he")}


async def test_a_claim_of_a_job_that_has_ended_keeps_nobody_out(enriching: Enriching) -> None:
    id = await enriching.exercise()
    ended, waiting = await enriching.enqueue(id), await enriching.enqueue(id)
    claim = "INSERT INTO exercise_enrichments (exercise_id, language, job_id, is_claimed) VALUES ($1, 'he', $2, true)"
    await enriching.owner.execute(claim, id, waiting)
    elsewhere = await enriching.enrich(id)
    assert "1 exercises are with another job" in elsewhere["message"]
    await enriching.owner.execute("UPDATE exercise_enrichments SET job_id = $1", ended)
    await enriching.owner.execute(
        "UPDATE jobs SET status = 'failed', finished_at = now(), due_at = NULL WHERE id = $1", ended
    )
    assert (await enriching.enrich(id))["enrichment"]["enriched"] == 1


async def test_a_run_takes_a_bounded_number_of_exercises_and_says_that_there_are_more(
    enriching: Enriching, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [await enriching.exercise() for _ in range(5)]
    monkeypatch.setattr(jobs, "MAX_EXERCISES", 3)
    monkeypatch.setattr(store, "PAGE_SIZE", 4)
    first, second = await enriching.enrich(*ids), await enriching.enrich(*ids)
    assert (first["done"], first["total"], second["done"], second["total"]) == (3, 3, 2, 2)
    assert first["message"].endswith("Further exercises are left for the next run.")
    assert "left" not in second["message"]


async def test_a_cancelled_job_stores_nothing_more_and_its_cost_is_counted(enriching: Enriching) -> None:
    ids = [await enriching.exercise() for _ in range(20)]
    job = await enriching.enqueue(*ids)
    loop = asyncio.get_running_loop()
    cancel = "mutation ($input: CancelJobInput!) { cancelJob(input: $input) { job { id } userErrors { message } } }"

    shown: list[str] = []

    def cancel_during_the_second() -> None:
        shown.append(asyncio.run_coroutine_threadsafe(enriching.job(job), loop).result(10)["message"])
        if len(enriching.claude.requests) == 2:
            asking = enriching.api.run(cancel, enriching.admin, input={"id": job})
            asyncio.run_coroutine_threadsafe(asking, loop).result(10)

    enriching.claude.before_answer = cancel_during_the_second
    ended = await enriching.run(job)
    assert (ended["status"], ended["done"], ended["total"]) == ("CANCELLED", 8, 20)
    assert [*shown, ended["message"]] == [f"{done} of 20 exercises are enriched." for done in (0, 8, 8)]
    assert (ended["enrichment"]["requests"], ended["enrichment"]["enriched"]) == (2, 8)
    assert await enriching.owner.fetchval("SELECT count(*) FROM alias_proposals") == 32
    assert (await enriching.enrich(*ids))["enrichment"]["enriched"] == 12


async def test_an_exercise_that_is_deleted_meanwhile_gets_nothing(enriching: Enriching) -> None:
    ids = [await enriching.exercise() for _ in range(2)]
    loop = asyncio.get_running_loop()
    delete = "UPDATE exercises SET deleted_at = now() WHERE id = $1"
    enriching.claude.before_answer = lambda: asyncio.run_coroutine_threadsafe(
        enriching.owner.execute(delete, ids[0]), loop
    ).result(10)
    job = await enriching.enrich(*ids)
    assert job["status"] == "SUCCEEDED"
    found = await enriching.owner.fetch("SELECT DISTINCT exercise_id::text FROM alias_proposals")
    assert [row.exercise_id for row in found] == [ids[1]]
