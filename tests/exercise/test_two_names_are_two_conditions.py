"""Two names are two conditions: `safeFor` never hides an exercise for another condition, in whatever script."""

import pytest

from tests.conftest import Api, Organization, World
from tests.exercise.documents import CREATE, create

SAFE = """
query ($id: ID!, $conditions: [String!]!) {
  organization(id: $id) {
    exerciseLibrary(source: ORG, filter: {safeFor: $conditions, includeUnclassified: true}) { nodes { name } }
  }
}
"""
PAIRS = [
    ("Flexion <90°", "Flexion >90°"),
    ("Flexion 10", "Flexion -10"),
    ("Rh", "Rh-"),
    ("Rh+", "Rh-"),
    ("Ze flex", "Ze flex-"),
    ("Ze flex", "Ze -flex"),
    ("Ze -flex", "Ze flex-"),
    ("Ze ext 5", "Ze ext - 5"),
    ("Ze < 5", "Ze <- 5"),
    ("Ze", "Ze_"),
    ("ハト", "バト"),
    ("हिप", "हप"),
    ("💪", "🦵"),
    ("x" * 119 + "a", "x" * 119 + "b"),
]


@pytest.fixture
async def gym(world: World) -> Organization:
    """An organization without exercises."""
    return await world.organization()


def against(*conditions: str) -> list[dict[str, str]]:
    """Absolute contraindications."""
    return [{"condition": each, "severity": "ABSOLUTE"} for each in conditions]


async def safe(api: Api, gym: Organization, *conditions: str) -> list[str]:
    """The names of the organization's own exercises that are safe for these conditions."""
    found = await api.run(SAFE, gym.coach, id=str(gym.id), conditions=list(conditions))
    return [node["name"] for node in found["organization"]["exerciseLibrary"]["nodes"]]


@pytest.mark.parametrize(("one", "other"), PAIRS)
async def test_an_exercise_is_hidden_for_its_own_condition_alone(
    api: Api, gym: Organization, one: str, other: str
) -> None:
    await create(api, gym.coach, gym, name="A", contraindications=against(one))
    await create(api, gym.coach, gym, name="B", contraindications=against(other))
    assert (await safe(api, gym, one), await safe(api, gym, other)) == (["B"], ["A"])


@pytest.mark.parametrize("stored", ["Sacro-iliac pain", "SACRO_ILIAC_PAIN", "sacro iliac  pain"])
async def test_each_spelling_of_a_condition_finds_it(api: Api, gym: Organization, stored: str) -> None:
    await create(api, gym.coach, gym, name="A", contraindications=against(stored))
    for sought in ("SACRO_ILIAC_PAIN", "sacro-iliac-pain", "Sacro-iliac pain", "sacro iliac pain"):
        assert await safe(api, gym, sought) == []


async def test_the_list_of_conditions_has_both_of_two_that_differ_in_a_hyphen_at_the_edge_of_a_word(
    api: Api, gym: Organization
) -> None:
    names = ["Ze flex", "Ze flex-", "Ze -flex", "Ze ext 5", "Ze ext - 5"]
    await create(api, gym.coach, gym, name="A", contraindications=against(*names))
    found = await api.run("query ($id: ID) { contraindicationConditions(organizationId: $id) { key isOwn } }",
                          gym.coach, id=str(gym.id))  # fmt: skip
    listed = {each["key"] for each in found["contraindicationConditions"] if each["isOwn"]}
    assert {*names} <= listed


@pytest.mark.parametrize("stored", ["घुटने-दर्द", "כאב-ברך", "C5-C6", "knee _ pain"])
async def test_a_hyphen_between_words_of_any_script_equals_a_space(api: Api, gym: Organization, stored: str) -> None:
    await create(api, gym.coach, gym, name="A", contraindications=against(stored))
    assert await safe(api, gym, stored.replace("-", " ").replace("_", " ")) == []


async def test_conditions_that_differ_in_a_symbol_stand_in_one_list(api: Api, gym: Organization) -> None:
    exercise = {"organizationId": str(gym.id), "name": "A"}
    both = {**exercise, "contraindications": against("Flexion <90°", "Flexion >90°")}
    assert await api.refusals(CREATE, gym.coach, input=both) == []
    twice = {**exercise, "contraindications": against("Knee pain", " knee  PAIN")}
    assert await api.refusals(CREATE, gym.coach, input=twice) == [
        ("INVALID_INPUT", ["input", "contraindications", "1", "condition"])
    ]
