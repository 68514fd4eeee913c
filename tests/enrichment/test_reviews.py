"""Reviews decide once what becomes an alias; what was rejected, or removed later, does not come back."""

import asyncio
from typing import Any  # JSON of the API
from uuid import UUID, uuid4

import pytest

from tests.conftest import Organization
from tests.enrichment.enriching import BUDGET, CREATE, ENRICH, PROPOSAL, PROPOSALS, REVIEW, Enriching, new_name

REVIEW_MANY = f"""mutation ($input: ReviewAliasProposalsInput!) {{
  reviewAliasProposals(input: $input) {{ aliasProposals {{ {PROPOSAL} }} userErrors {{ code message field }} }}
}}"""


async def proposals_of(enriching: Enriching, *aliases: str, **input: Any) -> tuple[str, list[Any]]:
    """A new exercise, and what was proposed for it."""
    id = await enriching.exercise(None, *aliases)
    await enriching.enrich(id, **input)
    return id, await enriching.proposals(id)


async def enrich_anew(enriching: Enriching, id: str) -> Any:
    """What is applied when an exercise is enriched again by all means."""
    return (await enriching.enrich(id, force=True, applyUnreviewed=True))["enrichment"]


async def test_an_accepted_proposal_becomes_the_last_alias(enriching: Enriching) -> None:
    id, proposals = await proposals_of(enriching, "Their alias")
    reviewed = (await enriching.review(proposals[1]["id"]))["aliasProposal"]
    assert (reviewed["state"], reviewed["text"]) == ("ACCEPTED", proposals[1]["text"])
    assert reviewed["reviewedAt"] == reviewed["appliedAt"] is not None
    assert reviewed["exercise"]["aliases"] == ["Their alias", proposals[1]["text"]] == await enriching.aliases(id)


async def test_an_accepted_alias_marks_the_embedding_of_its_exercise_as_stale(enriching: Enriching) -> None:
    id, proposals = await proposals_of(enriching)
    await enriching.owner.execute("DELETE FROM stale_embeddings WHERE row_id = $1", id)
    is_stale = "SELECT EXISTS (SELECT FROM stale_embeddings WHERE kind = 'exercise' AND row_id = $1)"
    await enriching.review(proposals[0]["id"], "REJECT")
    assert not await enriching.owner.fetchval(is_stale, id)
    await enriching.review(proposals[1]["id"])
    assert await enriching.owner.fetchval(is_stale, id)


async def test_a_rejected_proposal_does_not_come_back(enriching: Enriching) -> None:
    id, proposals = await proposals_of(enriching)
    for proposal in proposals:
        assert (await enriching.review(proposal["id"], "REJECT"))["aliasProposal"]["state"] == "REJECTED"
    assert (await enrich_anew(enriching, id))["proposed"] == 0
    assert await enriching.aliases(id) == []


async def test_an_accepted_alias_that_a_person_removed_does_not_come_back(enriching: Enriching) -> None:
    id, proposals = await proposals_of(enriching)
    for proposal in proposals:
        await enriching.review(proposal["id"])
    await enriching.update(id, aliases=[proposals[2]["text"]])
    assert (await enrich_anew(enriching, id))["proposed"] == 0
    assert await enriching.aliases(id) == [proposals[2]["text"]]


async def test_an_edited_proposal_becomes_the_reviewers_text_and_neither_is_proposed_again(
    enriching: Enriching,
) -> None:
    id, proposals = await proposals_of(enriching)
    edited = proposals[3]["text"] + " стоя"
    reviewed = (await enriching.review(proposals[2]["id"], text=f" {edited} "))["aliasProposal"]
    assert (reviewed["text"], reviewed["proposedText"]) == (edited, proposals[2]["text"])
    assert await enriching.aliases(id) == [edited]
    await enriching.update(id, aliases=[])
    number = {"number": 1, "aliases": {"ru": [edited.upper(), proposals[2]["text"]]}}
    enriching.claude.answer = lambda sent: {"exercises": [number]}
    assert (await enrich_anew(enriching, id))["proposed"] == 0


async def test_a_rejected_alias_that_was_applied_is_taken_back_and_no_other(enriching: Enriching) -> None:
    id, proposals = await proposals_of(enriching, "Their alias", applyUnreviewed=True)
    rejected = (await enriching.review(proposals[0]["id"], "REJECT"))["aliasProposal"]
    assert (rejected["state"], rejected["appliedAt"]) == ("REJECTED", None)
    edited = (await enriching.review(proposals[1]["id"], text="כינוי אחר"))["aliasProposal"]
    assert edited["appliedAt"] == proposals[1]["appliedAt"]
    assert await enriching.aliases(id) == ["Their alias", *(each["text"] for each in proposals[2:]), "כינוי אחר"]


async def test_a_rejection_does_not_remove_what_a_person_wrote_meanwhile(enriching: Enriching) -> None:
    id, proposals = await proposals_of(enriching)
    await enriching.update(id, aliases=[proposals[0]["text"]])
    await enriching.review(proposals[0]["id"], "REJECT")
    assert await enriching.aliases(id) == [proposals[0]["text"]]


async def test_an_alias_that_a_person_adds_again_is_the_persons_and_stays(enriching: Enriching) -> None:
    id, proposals = await proposals_of(enriching, applyUnreviewed=True)
    first, second, *others = [each["text"] for each in proposals]
    await enriching.update(id, aliases=[second.upper(), *others])
    assert [each["appliedAt"] for each in await enriching.proposals(id)] == [
        None,
        *(each["appliedAt"] for each in proposals[1:]),
    ]
    await enriching.update(id, aliases=[first, second.upper(), *others])
    for proposal in proposals[:2]:
        rejected = (await enriching.review(proposal["id"], "REJECT"))["aliasProposal"]
        assert (rejected["state"], rejected["appliedAt"]) == ("REJECTED", None)
    assert await enriching.aliases(id) == [first, *others]


async def test_of_two_reviewers_at_once_one_decides_and_the_other_gets_a_conflict(enriching: Enriching) -> None:
    id, proposals = await proposals_of(enriching)
    for proposal in proposals:
        both = await asyncio.gather(
            enriching.review(proposal["id"], "ACCEPT"), enriching.review(proposal["id"], "REJECT")
        )
        (winner,) = [each["aliasProposal"] for each in both if each["aliasProposal"]]
        (refused,) = [error for each in both for error in each["userErrors"]]
        assert (refused["code"], refused["field"]) == ("CONFLICT", ["input", "id"])
        assert refused["message"].startswith(f"It was {winner['state'].lower()} already")
        assert (proposal["text"] in await enriching.aliases(id)) == (winner["state"] == "ACCEPTED")


async def test_many_proposals_are_reviewed_together_or_none_of_them(enriching: Enriching) -> None:
    id, proposals = await proposals_of(enriching)
    ids = [each["id"] for each in proposals]

    async def review(ids: list[str], decision: str = "ACCEPT") -> Any:
        return await enriching.api.payload(REVIEW_MANY, enriching.admin, input={"ids": ids, "decision": decision})

    await enriching.review(ids[1], "REJECT")
    refused = await review([*ids, str(uuid4())])
    assert [(each["code"], each["field"]) for each in refused["userErrors"]] == [
        ("CONFLICT", ["input", "ids", "1"]),
        ("NOT_FOUND", ["input", "ids", "4"]),
    ]
    assert await enriching.aliases(id) == []
    done = await review([ids[3], ids[0], ids[2]])
    assert [each["id"] for each in done["aliasProposals"]] == [ids[3], ids[0], ids[2]]
    assert await enriching.aliases(id) == [proposals[3]["text"], proposals[0]["text"], proposals[2]["text"]]
    assert (await review([]))["aliasProposals"] == []
    for wrong in ([str(uuid4()) for _ in range(101)], [ids[0], ids[0]]):
        assert (await review(wrong))["userErrors"][0]["code"] == "INVALID_INPUT"


async def test_an_exercise_with_fifty_aliases_takes_no_more(enriching: Enriching) -> None:
    id, proposals = await proposals_of(enriching, *(f"Alias {number}" for number in range(50)))
    refused = await enriching.review(proposals[0]["id"])
    assert [each["code"] for each in refused["userErrors"]] == ["CONFLICT"]
    assert (await enrich_anew(enriching, id))["applied"] == 0
    assert len(await enriching.aliases(id)) == 50
    assert (await enriching.review(proposals[0]["id"], "REJECT"))["userErrors"] == []


async def test_proposals_of_a_deleted_exercise_are_not_in_the_queue(enriching: Enriching) -> None:
    id, proposals = await proposals_of(enriching)
    await enriching.owner.execute("UPDATE exercises SET deleted_at = now() WHERE id = $1", id)
    assert await enriching.proposals(id) == []
    refused = await enriching.review(proposals[0]["id"])
    assert [(each["code"], each["field"]) for each in refused["userErrors"]] == [("CONFLICT", ["input", "id"])]


async def test_the_queue_is_filtered_by_any_id_that_the_api_gave_out_for_an_exercise(
    enriching: Enriching, gym: Organization
) -> None:
    (id, proposals), _ = await proposals_of(enriching), await proposals_of(enriching)
    wanted = [each["id"] for each in proposals]
    for shown in (id, f"{gym.id}:{id}"):
        assert [each["id"] for each in await enriching.proposals(shown)] == wanted
    await enriching.update(id, status="ARCHIVED")
    assert [each["id"] for each in await enriching.proposals(id)] == wanted
    own = {"name": new_name(), "organizationId": str(gym.id)}
    foreign = (await enriching.api.run(CREATE, gym.coach, input=own))["createExercise"]["exercise"]["id"]
    for none in (foreign, f"{gym.id}:{foreign}", str(uuid4())):
        assert await enriching.proposals(none) == []
    for wrong in ("", "x", f"{id}:", f"x:{id}", f"{id}:{id}:{id}"):
        (error,) = (await enriching.api.post(PROPOSALS, enriching.admin, exercise=wrong)).json()["errors"]
        assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["exerciseId"]}


async def test_the_queue_is_oldest_first_in_pages_and_filtered(enriching: Enriching) -> None:
    first, second = await proposals_of(enriching), await proposals_of(enriching)
    await enriching.review(first[1][0]["id"])
    ids = [each["id"] for _, proposals in (first, second) for each in proposals]
    walked: list[str] = []
    after, has_more = None, True
    while has_more:
        answer = await enriching.api.run(PROPOSALS, enriching.admin, first=3, after=after)
        page = answer["aliasProposals"]
        walked += [each["id"] for each in page["nodes"]]
        after, has_more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert page["totalCount"] == 8
    assert walked == ids
    assert [each["id"] for each in await enriching.proposals(second[0])] == ids[4:]
    assert [each["id"] for each in await enriching.proposals(state="ACCEPTED")] == ids[:1]
    hebrew = await enriching.proposals(state="PROPOSED", language="HE")
    assert [each["id"] for each in hebrew] == [ids[1], ids[4], ids[5]]


@pytest.mark.parametrize("role", ["owner", "coach", "member"])
async def test_nobody_but_platform_admins_sees_reviews_or_requests_anything(
    enriching: Enriching, gym: Organization, role: str
) -> None:
    id, proposals = await proposals_of(enriching)
    person, api = getattr(gym, role), enriching.api
    seen = (await api.post(PROPOSALS, person)).json()
    assert [error["extensions"]["code"] for error in seen["errors"]] == ["FORBIDDEN"]
    found = await api.run("query ($id: ID!) { node(id: $id) { id } }", person, id=proposals[0]["id"])
    assert found["node"] is None
    review = {"id": proposals[0]["id"], "decision": "ACCEPT"}
    many = {"ids": [proposals[0]["id"]], "decision": "ACCEPT"}
    for text, input in ((ENRICH, {"ids": [id]}), (REVIEW, review), (REVIEW_MANY, many)):
        assert [code for code, _ in await api.refusals(text, person, input=input)] == ["FORBIDDEN"]
    assert await enriching.aliases(id) == []


NO_NAMES = (
    "\u05b8\u05b0",
    "\u0301",
    "-",
    "12",
    "\U0001f600",
    "жим\u202e лёжа",
    "жим\u200f",
    "жим \U0001f600",
    "<b>жим</b>",
    "א",
)


async def test_a_text_of_a_reviewer_is_stored_without_points_and_may_be_in_latin_letters(enriching: Enriching) -> None:
    id, proposals = await proposals_of(enriching)
    texts = ["סְקְוָואט  קדמי", "TRX-жим (узкий)", "Front squat"]
    for proposal, text in zip(proposals, texts, strict=False):
        await enriching.review(proposal["id"], text=text)
    assert await enriching.aliases(id) == ["סקוואט קדמי", *texts[1:]]


async def test_what_is_not_there_or_above_the_budget_is_refused_with_a_reason(enriching: Enriching) -> None:
    async def refused(**input: Any) -> list[tuple[str, str]]:
        errors = (await enriching.api.payload(ENRICH, enriching.admin, input=input))["userErrors"]
        return [(each["code"], each["message"]) for each in errors]

    assert await refused(ids=[str(uuid4())]) == [("NOT_FOUND", "There is no such canonical exercise.")]
    ((code, message),) = await refused(maxCost=2**31 - 1)
    assert code == "INVALID_INPUT" and "5,000,000 micro-dollars (5.0000 USD), the budget" in message


async def test_bad_input_is_refused_with_its_path(enriching: Enriching, gym: Organization) -> None:
    id, proposals = await proposals_of(enriching)
    clone = """mutation ($input: CloneExerciseInput!) {
      cloneExercise(input: $input) { exercise { id } userErrors { code } }
    }"""
    own = await enriching.api.run(clone, gym.coach, input={"id": id, "organizationId": str(gym.id)})
    cases: list[tuple[str, Any, list[str]]] = [
        (ENRICH, {"ids": [own["cloneExercise"]["exercise"]["id"]]}, ["input", "ids", "0"]),
        (ENRICH, {"ids": ["x"]}, ["input", "ids", "0"]),
        (ENRICH, {"ids": [id] * 501}, ["input", "ids"]),
        (ENRICH, {"ids": []}, ["input", "ids"]),
        (ENRICH, {"ids": [id, str(uuid4())]}, ["input", "ids", "1"]),
        (ENRICH, {"ids": [id, str(UUID(int=0))]}, ["input", "ids", "1"]),
        (ENRICH, {"maxCost": BUDGET + 1}, ["input", "maxCost"]),
        (ENRICH, {"locales": []}, ["input", "locales"]),
        (ENRICH, {"locales": ["he"] * 3}, ["input", "locales"]),
        (ENRICH, {"locales": ["he", "fr"]}, ["input", "locales", "1"]),
        (ENRICH, {"maxCost": 0}, ["input", "maxCost"]),
        (REVIEW, {"id": "x", "decision": "ACCEPT"}, ["input", "id"]),
        (REVIEW, {"id": str(uuid4()), "decision": "ACCEPT"}, ["input", "id"]),
        (REVIEW, {"id": proposals[0]["id"], "decision": "ACCEPT", "text": " "}, ["input", "text"]),
        (REVIEW, {"id": proposals[0]["id"], "decision": "ACCEPT", "text": "x" * 256}, ["input", "text"]),
        (REVIEW, {"id": proposals[0]["id"], "decision": "ACCEPT", "text": "a\nb"}, ["input", "text"]),
        (REVIEW, {"id": proposals[0]["id"], "decision": "REJECT", "text": "Squat"}, ["input", "text"]),
        *(
            (REVIEW, {"id": proposals[0]["id"], "decision": "ACCEPT", "text": text}, ["input", "text"])
            for text in NO_NAMES
        ),
    ]
    for text, input, path in cases:
        assert [field for _, field in await enriching.api.refusals(text, enriching.admin, input=input)] == [path], input
