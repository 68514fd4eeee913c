"""Facets are the counts over the whole filtered list, as the same viewer finds it."""

from functools import partial
from typing import Any  # inputs and answers are JSON

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.catalog.libraries import (
    FACETS,
    OWN_FILTERS,
    StoredLibrary,
    canonical_of,
    counted,
    library_of,
    stored_library,
)
from tests.catalog.model import PLAIN, Exercise, Json, Pool, filters, libraries
from tests.conftest import Counter, World

LAW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
sources = st.sampled_from(["ALL", "CANONICAL", "ORG", "CUSTOMIZED"])
TAKEN_BY = {
    **{name: name for name in ("category", "kind", "movementPattern", "status", "primaryMuscles", "secondaryMuscles")},
    "muscles": "muscles",
    "discipline": "discipline",
    "difficulty": "difficultyIn",
    "equipment": "requiresEquipment",
    "categories": "categoryId",
    "bodyRegions": "bodyRegionId",
    "equipmentItems": "equipmentId",
}
"""The field of the filter that takes each facet's values."""

NOTHING: dict[str, Any] = {}
FACETS_ALONE = f"""query ($id: ID!, $filter: ExerciseFilter) {{
  organization(id: $id) {{ exerciseLibrary(first: 1, filter: $filter) {{ {FACETS} }} }}
  exercises(first: 1, filter: $filter) {{ {FACETS} }}
}}"""


@LAW
@given(library=libraries(), arguments=st.lists(st.tuples(filters, sources), min_size=3, max_size=3))
async def test_the_facets_of_a_library_count_the_exercises_that_the_viewer_finds(
    stored: StoredLibrary, library: list[Exercise], arguments: list[tuple[Json, str]]
) -> None:
    await stored.replace(library)
    for filter, source in arguments:
        for person, coached in ((stored.gym.coach, True), (stored.gym.member, False)):
            wanted = stored.facets(partial(library_of, library, source=source, coached=coached), filter)
            page = await stored.page(person, filter, source=source, first=1)
            assert counted(page) == wanted, (filter, source)


@LAW
@given(library=libraries(), filter=filters)
async def test_the_facets_of_the_canonical_list_count_stored_values(
    stored: StoredLibrary, library: list[Exercise], filter: Json
) -> None:
    await stored.replace(library)
    for person, admin in ((stored.gym.coach, False), (stored.admin, True)):
        wanted = stored.facets(partial(canonical_of, library, admin=admin), filter)
        assert counted(await stored.page(person, filter, canonical=True)) == wanted


@LAW
@given(library=libraries(), filter=filters)
async def test_facet_values_are_what_the_filter_takes_and_find_as_many_as_each_counts(
    stored: StoredLibrary, library: list[Exercise], filter: Json
) -> None:
    await stored.replace(library)
    slugs = {str(id): slug for slug, (_, id, _) in stored.ids.items()}
    facets = (await stored.page(filter=filter, first=1))["facets"]
    for facet, field in TAKEN_BY.items():
        others = {name: wanted for name, wanted in filter.items() if name not in OWN_FILTERS[facet]}
        for each in facets[facet]:
            value: Any = slugs[each["term"]["id"]] if "term" in each else each["value"]
            value = int(value) if facet == "difficulty" else value
            chosen = value if field.endswith("Id") else [value]
            page = await stored.page(filter={**others, field: chosen}, first=1)
            assert page["totalCount"] == each["count"], (facet, value)


@LAW
@given(library=libraries())
async def test_facets_are_ordered_by_frequency_and_then_by_value(
    stored: StoredLibrary, library: list[Exercise]
) -> None:
    await stored.replace(library)
    facets = (await stored.page(first=1))["facets"]
    for name, counts in facets.items():
        ranks = [(-each["count"], each["value"]) for each in counts if "value" in each]
        assert ranks == sorted(ranks), name
        assert [each["count"] for each in counts] == sorted((each["count"] for each in counts), reverse=True), name


async def test_the_facets_of_an_empty_list_are_empty_lists(stored: StoredLibrary) -> None:
    await stored.replace([])
    for arguments in (NOTHING, {"canonical": True}, {"source": "CUSTOMIZED"}):
        assert set(map(len, (await stored.page(**arguments))["facets"].values())) == {0}


async def test_members_who_may_not_see_the_library_get_empty_facets(
    stored: StoredLibrary, owner: Pool, world: World
) -> None:
    closed = await stored_library(stored.api, world, owner)
    await owner.execute("UPDATE organizations SET members_see_library = false WHERE id = $1", closed.gym.id)
    assert set(map(len, (await closed.page(closed.gym.member))["facets"].values())) == {0}


async def test_facets_of_two_organizations_in_one_request_are_separate(
    stored: StoredLibrary, world: World, owner: Pool
) -> None:
    other = await stored_library(stored.api, world, owner)
    await world.join(other.gym.id, "coach", stored.gym.coach)
    for whose, count in ((stored, 1), (other, 2)):
        for number in range(count):
            await owner.execute(
                "INSERT INTO exercises (organization_id, name, discipline) VALUES ($1, $2, $3)",
                whose.gym.id,
                f"Ours {number}",
                [whose.gym.slug],
            )
    shown = "exerciseLibrary(source: ORG) { facets { discipline { value count } } }"
    text = f"{{ viewer {{ memberships {{ organization {{ slug {shown} }} }} }} }}"
    data = await stored.api.run(text, stored.gym.coach)
    found = {m["organization"]["slug"]: m["organization"]["exerciseLibrary"]["facets"]["discipline"]
             for m in data["viewer"]["memberships"]}  # fmt: skip
    assert found[stored.gym.slug] == [{"value": stored.gym.slug, "count": 1}]
    assert found[other.gym.slug] == [{"value": other.gym.slug, "count": 2}]


async def test_all_facets_of_a_library_of_any_size_take_one_statement_and_one_for_their_terms(
    counter: Counter, stored: StoredLibrary, owner: Pool
) -> None:
    counts = []
    for tagged in (1, 5):
        slugs = ("stretching", "static-stretching", "knee", "yoga-mat", "ours")[:tagged]
        values = {**PLAIN, "primaryMuscles": ["lats"], "difficulty": 1}
        await stored.replace([Exercise(True, values, terms=slugs) for _ in range(tagged)])
        with counter.counting() as statements:
            await counter.api.run(FACETS_ALONE, stored.gym.coach, id=str(stored.gym.id), filter={})
        counts.append(len(statements))
    assert counts[1] <= counts[0] + 1


@LAW
@given(library=libraries(), filter=filters)
async def test_both_executors_answer_facets_with_the_same_bytes(
    stored: StoredLibrary, library: list[Exercise], filter: Json
) -> None:
    await stored.replace(library)
    variables = {"id": str(stored.gym.id), "filter": stored.sent(filter)}
    answers = []
    for executor in ("graphql-core", "breadth-first"):
        headers = {"Authorization": f"Bearer {stored.gym.coach.token}", "X-Kinegraph-Executor": executor}
        body = {"query": FACETS_ALONE, "variables": variables}
        answers.append((await stored.api.client.post("/graphql", json=body, headers=headers)).content)
    assert answers[0] == answers[1] and b'"errors"' not in answers[0]


async def test_each_facet_is_counted_without_its_own_filter_so_that_a_multi_select_needs_one_request(
    stored: StoredLibrary,
) -> None:
    values = ({"category": "strength", "difficulty": 1}, {"category": "cardio", "difficulty": 1},
              {"category": "cardio", "difficulty": 3}, {"category": "other", "difficulty": 5})  # fmt: skip
    await stored.replace([Exercise(True, {**PLAIN, **each}) for each in values])
    found = counted(await stored.page(filter={"category": ["STRENGTH"], "difficultyIn": [1, 3]}, first=1))
    assert found["category"] == {"CARDIO": 2, "STRENGTH": 1}
    assert found["difficulty"] == {"1": 1}
    assert found["status"] == {"PUBLISHED": 1}


async def test_the_numbers_of_the_facet_of_difficulties_are_what_its_filter_takes(stored: StoredLibrary) -> None:
    await stored.replace([Exercise(True, {**PLAIN, "difficulty": 4})])
    text = """query ($id: ID!) { organization(id: $id) { exerciseLibrary {
      facets { difficulty { value number count } category { value number } } } } }"""
    facets = (await stored.api.run(text, stored.gym.coach, id=str(stored.gym.id)))["organization"]["exerciseLibrary"]
    assert facets == {
        "facets": {
            "difficulty": [{"value": "4", "number": 4, "count": 1}],
            "category": [{"value": "OTHER", "number": None}],
        }
    }
