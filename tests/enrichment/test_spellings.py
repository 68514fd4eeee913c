"""Spellings that search does not tell apart are one proposal, and two aliases where a person wrote both."""

from collections.abc import Callable
from typing import Any  # answers of the language model

import pytest

from tests.enrichment.enriching import Enriching


async def proposals_of(enriching: Enriching) -> tuple[str, list[Any]]:
    """A new exercise, and what was proposed for it and is an alias already."""
    id = await enriching.exercise()
    await enriching.enrich(id, applyUnreviewed=True)
    return id, await enriching.proposals(id)


async def test_another_spelling_that_a_person_wrote_stays_when_the_proposal_is_taken_back(
    enriching: Enriching,
) -> None:
    id, proposals = await proposals_of(enriching)
    (written,) = [each for each in proposals if each["text"].endswith("ещё")]
    spelled = written["text"].replace("ё", "е")
    await enriching.update(id, aliases=[spelled, written["text"]])
    await enriching.review(written["id"], "REJECT")
    assert await enriching.aliases(id) == [spelled]


SPELLINGS = ["Зюм лёфка", "зюм-лефка", "ЗЮМ  ЛЕФКА", "зюмлёфка", "פלונ׳ץ", "פלונ'צ", "פלונץ", "זמר בלון", "זמר-בלונ"]


def answer_with(answer: Any) -> Callable[[Any], Any]:
    """A language model that answers this, whatever it is sent."""
    return lambda sent: answer


async def test_spellings_that_search_does_not_tell_apart_are_one_alias(
    enriching: Enriching, monkeypatch: pytest.MonkeyPatch
) -> None:
    hebrew, russian = SPELLINGS[4:], SPELLINGS[:4]

    async def proposed(id: str) -> list[tuple[str, str | None]]:
        await enriching.enrich(id, force=True)
        found = await enriching.proposals(id)
        return [(each["text"], each["sharedWith"] and each["sharedWith"]["name"]) for each in found]

    id, named = await enriching.exercise(), await enriching.exercise(None, *SPELLINGS[1::3])
    for start in range(4):
        answer = {"exercises": [{"number": 1, "aliases": {"he": hebrew[start:], "ru": russian[start:]}}]}
        monkeypatch.setattr(enriching.claude, "answer", answer_with(answer))
        name = await enriching.name(named)
        assert await proposed(id) == [(text, name) for text in ("פלונ׳ץ", "זמר בלון", "Зюм лёфка")]
        for each in await enriching.proposals(id, state="PROPOSED"):
            await enriching.review(each["id"], "REJECT")
        assert await proposed(named) == []
