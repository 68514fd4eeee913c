"""Two names are two terms: a term's name is its identity, and its slug an address with a number where it is taken."""

import asyncio

import pytest

from tests.conftest import Api, Organization, World
from tests.taxonomy.terms import CREATE, KINDS, RENAME, make

PAIRS = [("Hook C++", "Hook C#"), ("ハト", "バト"), ("हिप", "हप"), ("💪", "🦵"), ("x" * 99 + "é", "x" * 99 + "e")]


@pytest.fixture
async def gym(world: World) -> Organization:
    """An organization without terms of its own."""
    return await world.organization()


@pytest.mark.parametrize(("one", "other"), PAIRS)
async def test_terms_whose_names_make_one_slug_are_two(api: Api, gym: Organization, one: str, other: str) -> None:
    first, second = [await make(api, gym.coach, gym, "CATEGORY", name) for name in (one, other)]
    assert (first["name"], second["name"]) == (one, other)
    assert len({first["slug"], second["slug"]}) == 2 and len(second["slug"]) <= 100


async def test_a_slug_that_is_taken_gets_a_number(api: Api, gym: Organization) -> None:
    found = [(await make(api, gym.coach, gym, "EQUIPMENT", name))["slug"] for name in ("C", "C++", "C#", "!!!", "💪")]
    assert found == ["c", "c-2", "c-3", "term", "term-2"]
    knee = await make(api, gym.coach, gym, "BODY_REGION", "Knee!")
    assert knee["slug"] == "knee-2", "a global term has the other one"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_name_is_unique_in_its_taxonomy_and_scope_whatever_its_slug(
    api: Api, world: World, gym: Organization, kind: str
) -> None:
    area = {"bodyArea": "Core"} if kind == "BODY_REGION" else {}
    await make(api, gym.coach, gym, kind, "Straße  é")
    for name in ("STRASSE É", " straße e\u0301"):
        input = {"organizationId": str(gym.id), "kind": kind, "name": name, "slug": "other", **area}
        assert await api.refusals(CREATE, gym.coach, input=input) == [("CONFLICT", ["input", "name"])]
    other = await make(api, gym.coach, gym, kind, "Other")
    assert await api.refusals(RENAME, gym.coach, id=other["id"], name="Strasse É") == [("CONFLICT", ["name"])]
    elsewhere = await world.organization()
    await make(api, elsewhere.coach, elsewhere, kind, "Straße  é")


async def test_concurrent_terms_whose_names_make_one_slug_are_all_stored(api: Api, gym: Organization) -> None:
    names = [f"Hook {symbol}" for symbol in ("+", "#")]
    made = await asyncio.gather(*(make(api, gym.coach, gym, "EQUIPMENT", name) for name in names))
    assert {term["slug"] for term in made} == {"hook", "hook-2"}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_name_that_is_taken_is_quoted_as_it_is_stored(api: Api, gym: Organization, kind: str) -> None:
    area = {"bodyArea": "Core"} if kind == "BODY_REGION" else {}
    await make(api, gym.coach, gym, kind, "Straße  é")
    other = await make(api, gym.coach, gym, kind, "Other")
    message = "The taxonomy has a term of the name Straße  é already; use that, or choose another name."
    input = {"organizationId": str(gym.id), "kind": kind, "name": "STRASSE É", **area}
    created, renamed = [
        await api.user_errors(text, gym.coach, **variables)
        for text, variables in ((CREATE, {"input": input}), (RENAME, {"id": other["id"], "name": "strasse É"}))
    ]
    assert [error["message"] for error in created + renamed] == [message, message]
    again = await api.run(RENAME, gym.coach, id=other["id"], name="OTHER")
    assert next(iter(again.values()))["term"]["name"] == "OTHER"
