"""The rows about search of the table of edge cases in seed 001, a test for each."""

from kinegraph.kit.rows import new_key
from tests.conftest import Api, Organization, Person
from tests.exercise.documents import create
from tests.search.conftest import SEARCH, names, refusal, search


async def test_a_search_without_an_organization_finds_canonical_rows_alone(api: Api, gym: Organization) -> None:
    await create(api, gym.coach, gym, name="Zanzibar Squat")
    assert "Zanzibar Squat" in await names(api, gym.coach, "zanzibar squat", organizationId=str(gym.id))
    found = await search(api, gym.coach, "zanzibar squat")
    assert {hit["source"] for hit in found} == {"CANONICAL"}
    assert "Zanzibar Squat" not in [hit["exercise"]["name"] for hit in found]


async def test_a_search_of_an_organization_by_an_outsider_finds_canonical_rows_alone_silently(
    api: Api, gym: Organization, reader: Person
) -> None:
    await create(api, gym.coach, gym, name="Mombasa Squat")
    outside = await search(api, reader, "mombasa squat", organizationId=str(gym.id))
    nowhere = await search(api, reader, "mombasa squat", organizationId=str(new_key()))
    assert outside == nowhere == await search(api, reader, "mombasa squat")
    assert {hit["source"] for hit in outside} == {"CANONICAL"}


async def test_a_semantic_search_without_a_service_for_embeddings_falls_back_to_the_lexical_lists(
    api: Api, reader: Person
) -> None:
    lexical = await api.post(SEARCH, reader, q="deadlift", mode="LEXICAL")
    assert "extensions" not in lexical.json()
    for mode in ("SEMANTIC", "HYBRID"):
        answer = (await api.post(SEARCH, reader, q="deadlift", mode=mode)).json()
        assert answer["data"] == lexical.json()["data"]
        said = {"path": ["searchExercises"], "mode": "LEXICAL", "reason": "NO_EMBEDDINGS"}
        assert answer["extensions"] == {"search": [said]}


async def test_a_lexical_search_with_an_empty_query_is_refused(api: Api, reader: Person) -> None:
    assert await refusal(api, reader, q="", mode="LEXICAL") == (400, "INVALID_INPUT", ["q"])
