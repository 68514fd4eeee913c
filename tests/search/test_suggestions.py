"""Suggestions while somebody types: starts of words in three languages, highlights, access and bounds."""

from typing import Any  # answers are JSON

import pytest

from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import create
from tests.identity.rows import Pool
from tests.library.documents import upsert

SUGGEST = """query ($prefix: String!, $organizationId: ID, $limit: Int) {
  suggestExercises(prefix: $prefix, organizationId: $organizationId, limit: $limit) {
    text highlights { start length } exercise { name }
  }
}"""


async def suggested(api: Api, person: Person, prefix: str, **variables: Any) -> list[dict[str, Any]]:
    """The suggestions for what was typed so far."""
    found: list[dict[str, Any]] = (await api.run(SUGGEST, person, prefix=prefix, **variables))["suggestExercises"]
    return found


@pytest.mark.parametrize(
    ("prefix", "name"),
    [
        ("burp", "Burpees"),
        ("back sq", "Back Squat"),
        ("sq back", "Back Squat"),
        ("אגרוף צ", "Shadow Boxing"),
        ("становая", "Deadlift"),
    ],
)
async def test_starts_of_words_in_any_order_and_language_are_suggested(
    api: Api, reader: Person, prefix: str, name: str
) -> None:
    assert name in [each["exercise"]["name"] for each in await suggested(api, reader, prefix, limit=20)]


async def test_the_parts_that_were_typed_are_highlighted(api: Api, gym: Organization) -> None:
    await create(api, gym.coach, gym, name="\U0001f4aa Zorilla's Jump", aliases=["zebu hop"])
    scope = {"organizationId": str(gym.id)}
    (found,) = await suggested(api, gym.coach, "jum zorillas", **scope)
    assert (found["text"], found["highlights"]) == (
        "\U0001f4aa Zorilla's Jump",
        [{"start": 3, "length": 9}, {"start": 13, "length": 3}],
    )
    (found,) = await suggested(api, gym.coach, "zeb", **scope)
    assert (found["text"], found["highlights"]) == ("zebu hop", [{"start": 0, "length": 3}])


async def test_of_equal_slugs_the_organizations_row_is_suggested_in_the_place_of_the_canonical_one(
    api: Api, world: World, owner: Pool
) -> None:
    gym = await world.organization()
    made = await create(api, gym.coach, gym, name="A Row of the Gym that has Burpees")
    await owner.execute("UPDATE exercises SET slug = 'burpees' WHERE id = $1", made["id"])
    found = await suggested(api, gym.coach, "burp", organizationId=str(gym.id))
    names = [each["exercise"]["name"] for each in found]
    assert names[0] == "A Row of the Gym that has Burpees" and "Burpees" not in names


async def test_only_what_the_viewer_finds_is_suggested_by_its_effective_name(api: Api, world: World) -> None:
    one, other = await world.organization(), await world.organization()
    await upsert(api, one, await world.exercise_id("front-squat"), name="Kudu Squat")
    await create(api, one.coach, one, name="Kudu Draft", status="DRAFT")
    for person, names in ((one.coach, ["Kudu Draft", "Kudu Squat"]), (one.member, ["Kudu Squat"]), (other.coach, [])):
        found = await suggested(api, person, "kudu", organizationId=str(one.id))
        assert sorted(each["exercise"]["name"] for each in found) == names


async def test_the_text_of_a_suggestion_has_everything_that_was_typed(
    api: Api, reader: Person, gym: Organization
) -> None:
    scope = {"organizationId": str(gym.id)}
    await create(api, gym.coach, gym, name="Quagga Reach", aliases=["Single-Leg Quagga", "Single-Leg Quagga Row"])
    (found,) = await suggested(api, gym.coach, "single-leg quagga r", **scope)
    assert found["text"] == "Single-Leg Quagga Row" and len(found["highlights"]) == 4
    assert await suggested(api, gym.coach, "single quagga reach", **scope) == []
    for each in await suggested(api, reader, "single-leg r"):
        assert all(f" {word}" in f" {each['text'].lower().replace('-', ' ')}" for word in ("single", "leg", "r"))


@pytest.mark.parametrize("prefix", ["", "  ", "?", "a" * 201, "squat\0"])
async def test_a_prefix_without_words_is_refused(api: Api, reader: Person, prefix: str) -> None:
    response = await api.post(SUGGEST, reader, prefix=prefix)
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "INVALID_INPUT", "field": ["prefix"]}


@pytest.mark.parametrize("prefix", ["%", "\\m(", "s.*", "[a-", "^", "a|b", "(?=x)", "$1"])
async def test_nothing_in_a_prefix_is_a_pattern(api: Api, reader: Person, prefix: str) -> None:
    assert (await api.post(SUGGEST, reader, prefix=prefix)).status_code in (200, 400)


async def test_the_number_of_suggestions_is_bounded(api: Api, reader: Person) -> None:
    assert len(await suggested(api, reader, "s")) == 8
    assert (await api.post(SUGGEST, reader, prefix="s", limit=101)).status_code == 400
