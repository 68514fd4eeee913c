"""Seeding a changed entry retains the aliases that come from proposals, and brings none back that a person removed."""

from typing import Any  # entries of a file

import orjson
import pytest

from kinegraph.canonical import store as store_seed
from kinegraph.canonical.rules import entries_of
from tests.enrichment.enriching import Enriching

SLUG = "a-slug-of-these-tests"


def entries(name: str, *aliases: str) -> list[dict[str, Any]]:
    """A file of one exercise, as seeding takes it."""
    entry = {
        "slug": SLUG, "name": name, "description": "A text.", "category": "strength", "kind": "skill",
        "primaryMuscles": ["quads"], "equipment": [], "difficulty": 1, "aliases": aliases,
    }  # fmt: skip
    return [{**each, "terms": []} for each in entries_of("a file", orjson.dumps([entry]))]


async def seed(enriching: Enriching, name: str, *aliases: str) -> str:
    """Seed a file. Returns the exercise's id."""
    async with enriching.work.database.write(store_seed.act_as_curator) as session:
        await store_seed.seed(session, entries(name, *aliases))
    return str(await enriching.owner.fetchval("SELECT id FROM exercises WHERE slug = $1", SLUG))


@pytest.fixture(autouse=True)
async def without_the_exercise(enriching: Enriching) -> None:
    await enriching.owner.execute("DELETE FROM exercises WHERE slug = $1", SLUG)


async def test_accepted_and_applied_aliases_stand_after_those_of_the_changed_entry(enriching: Enriching) -> None:
    id = await seed(enriching, "Alpha bravo", "One", "Two")
    await enriching.enrich(id, locales=["he"], applyUnreviewed=True)
    await enriching.enrich(id, locales=["ru"])
    hebrew = await enriching.proposals(id, language="HE")
    russian = await enriching.proposals(id, language="RU")
    await enriching.review(hebrew[0]["id"], "REJECT")
    await enriching.review(russian[0]["id"])
    await enriching.update(id, aliases=[*await enriching.aliases(id), "Written by a person"])
    await seed(enriching, "Alpha bravo", "Three", "One")
    assert await enriching.aliases(id) == ["Three", "One", hebrew[1]["text"], russian[0]["text"]]


async def test_a_removed_alias_does_not_come_back_and_one_of_the_entry_stands_once(enriching: Enriching) -> None:
    id = await seed(enriching, "Alpha carol", "One")
    await enriching.enrich(id, applyUnreviewed=True)
    first, _, third, fourth = (await enriching.aliases(id))[1:]
    await enriching.update(id, aliases=["One", first, third, fourth])
    await seed(enriching, "Alpha carol", fourth.upper(), "One")
    assert await enriching.aliases(id) == [fourth.upper(), "One", first, third]


async def test_an_entry_with_fifty_aliases_is_seeded_as_it_is(enriching: Enriching) -> None:
    id = await seed(enriching, "Alpha delta", "One")
    await enriching.enrich(id, applyUnreviewed=True)
    shipped = [f"Alias {number}" for number in range(50)]
    await seed(enriching, "Alpha delta", *shipped)
    assert await enriching.aliases(id) == shipped
