"""The highlights of found exercises, over the API."""

from typing import Any  # answers are JSON

import pytest

from tests.conftest import Api, Organization, Person
from tests.exercise.documents import create

SEARCH = """query ($q: String!, $organizationId: ID) {
  searchExercises(q: $q, organizationId: $organizationId, limit: 10) {
    exercise { name } highlights { field text ranges { start length } }
  }
}"""


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("turkish getup", [("NAME", "Half Turkish Get-Up 💪🏽", ["Turkish", "Get", "Up"])]),
        ("gimnastika", []),
        ("подъем половинный", [("ALIAS", "💪🏽 Подъём половинный", ["Подъём", "половинный"])]),
    ],
)
async def test_the_words_that_matched_are_highlighted_in_name_and_aliases(
    api: Api, gym: Organization, q: str, expected: list[tuple[str, str, list[str]]]
) -> None:
    name, aliases = "Half Turkish Get-Up 💪🏽", ["💪🏽 Подъём половинный", "Гимнастика"]
    await create(api, gym.coach, gym, name=name, aliases=aliases)
    hits = (await api.run(SEARCH, gym.coach, q=q, organizationId=str(gym.id)))["searchExercises"]
    found: list[Any] = next((hit["highlights"] for hit in hits if hit["exercise"]["name"] == name), [])
    shown = [(each["field"], each["text"], [_part(each["text"], range) for range in each["ranges"]]) for each in found]
    assert [each for each in shown if each in expected] == expected


def _part(text: str, range: dict[str, Any]) -> str:
    units = text.encode("utf-16-le")
    return units[2 * range["start"] : 2 * (range["start"] + range["length"])].decode("utf-16-le")


async def test_a_term_of_the_lexicon_is_highlighted_where_it_stands(api: Api, reader: Person) -> None:
    hits = (await api.run(SEARCH, reader, q="становая тяга"))["searchExercises"]
    texts = {each["text"] for hit in hits for each in hit["highlights"] if hit["exercise"]["name"] == "Deadlift"}
    assert "Deadlift" in texts
