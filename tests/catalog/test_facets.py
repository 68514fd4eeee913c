"""Facets are the counts over the whole filtered list, as the same viewer finds it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.catalog.libraries import FACETS, Stocked, canonical_of, counted, library_of, stocked_library
from tests.catalog.model import PLAIN, Exercise, Json, Pool, filters, libraries
from tests.conftest import Api, Counter, World

LAW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
sources = st.sampled_from(["ALL", "CANONICAL", "ORG", "CUSTOMIZED"])
NOTHING: dict[str, Any] = {}
FACETS_ALONE = f"""query ($id: ID!, $filter: ExerciseFilter) {{
  organization(id: $id) {{ exerciseLibrary(first: 1, filter: $filter) {{ {FACETS} }} }}
  exercises(first: 1, filter: $filter) {{ {FACETS} }}
}}"""


@pytest.fixture(scope="module")
async def stocked(api: Api, world: World, owner: Pool) -> Stocked:
    """A library that is replaced for each example."""
    return await stocked_library(api, world, owner)


@LAW
@given(library=libraries(), asked=st.lists(st.tuples(filters, sources), min_size=3, max_size=3))
async def test_the_facets_of_a_library_count_what_the_same_viewer_finds_in_it(
    stocked: Stocked, library: list[Exercise], asked: list[tuple[Json, str]]
) -> None:
    await stocked.stock(library)
    for filter, source in asked:
        for person, coached in ((stocked.gym.coach, True), (stocked.gym.member, False)):
            wanted = stocked.facets(library_of(library, filter, source, coached=coached))
            page = await stocked.page(person, filter, source=source, first=1)
            assert counted(page) == wanted, (filter, source)


@LAW
@given(library=libraries(), filter=filters)
async def test_the_facets_of_the_canonical_list_count_stored_values(
    stocked: Stocked, library: list[Exercise], filter: Json
) -> None:
    await stocked.stock(library)
    for person, admin in ((stocked.gym.coach, False), (stocked.admin, True)):
        wanted = stocked.facets(canonical_of(library, filter, admin=admin))
        assert counted(await stocked.page(person, filter, canonical=True)) == wanted


@LAW
@given(library=libraries(), filter=filters)
async def test_narrowing_to_a_counted_value_finds_as_many_as_it_counts(
    stocked: Stocked, library: list[Exercise], filter: Json
) -> None:
    await stocked.stock(library)
    page = await stocked.page(filter=filter, first=1)
    fields = {"category": "category", "kind": "kind", "movementPattern": "movementPattern",
              "primaryMuscles": "primaryMuscles", "discipline": "discipline"}  # fmt: skip
    for facet, name in fields.items():
        for value, count in counted(page)[facet].items() if name not in filter else ():
            assert (await stocked.page(filter={**filter, name: [value]}, first=1))["totalCount"] == count
    slugs = {str(id): slug for slug, (_, id, _) in stocked.ids.items()}
    for facet, name in (
        ("categories", "categoryId"),
        ("bodyRegions", "bodyRegionId"),
        ("equipmentItems", "equipmentId"),
    ):
        for id, count in counted(page)[facet].items() if name not in filter else ():
            assert (await stocked.page(filter={**filter, name: slugs[id]}, first=1))["totalCount"] == count


@LAW
@given(library=libraries())
async def test_facets_stand_most_frequent_first_and_equals_by_value(stocked: Stocked, library: list[Exercise]) -> None:
    await stocked.stock(library)
    facets = (await stocked.page(first=1))["facets"]
    for name, counts in facets.items():
        places = [(-each["count"], each["value"]) for each in counts if "value" in each]
        assert places == sorted(places), name
        assert [each["count"] for each in counts] == sorted((each["count"] for each in counts), reverse=True), name


async def test_the_facets_of_an_empty_list_are_empty_and_not_missing(stocked: Stocked) -> None:
    await stocked.stock([])
    for asked in (NOTHING, {"canonical": True}, {"source": "CUSTOMIZED"}):
        assert set(map(len, (await stocked.page(**asked))["facets"].values())) == {0}


async def test_members_who_may_not_see_the_library_get_empty_facets(
    stocked: Stocked, owner: Pool, world: World
) -> None:
    closed = await stocked_library(stocked.api, world, owner)
    await owner.execute("UPDATE organizations SET members_see_library = false WHERE id = $1", closed.gym.id)
    assert set(map(len, (await closed.page(closed.gym.member))["facets"].values())) == {0}


async def test_facets_of_two_organizations_in_one_request_are_each_ones_own(
    stocked: Stocked, world: World, owner: Pool
) -> None:
    other = await stocked_library(stocked.api, world, owner)
    await world.join(other.gym.id, "coach", stocked.gym.coach)
    for whose, count in ((stocked, 1), (other, 2)):
        for number in range(count):
            await owner.execute(
                "INSERT INTO exercises (organization_id, name, discipline) VALUES ($1, $2, $3)",
                whose.gym.id,
                f"Ours {number}",
                [whose.gym.slug],
            )
    shown = "exerciseLibrary(source: ORG) { facets { discipline { value count } } }"
    text = f"{{ viewer {{ memberships {{ organization {{ slug {shown} }} }} }} }}"
    data = await stocked.api.run(text, stocked.gym.coach)
    found = {m["organization"]["slug"]: m["organization"]["exerciseLibrary"]["facets"]["discipline"]
             for m in data["viewer"]["memberships"]}  # fmt: skip
    assert found[stocked.gym.slug] == [{"value": stocked.gym.slug, "count": 1}]
    assert found[other.gym.slug] == [{"value": other.gym.slug, "count": 2}]


async def test_all_facets_of_a_library_of_any_size_take_one_statement_and_one_for_their_terms(
    counter: Counter, stocked: Stocked, owner: Pool
) -> None:
    counts = []
    for tagged in (1, 5):
        slugs = ("stretching", "static-stretching", "knee", "yoga-mat", "ours")[:tagged]
        values = {**PLAIN, "primaryMuscles": ["lats"], "difficulty": 1}
        await stocked.stock([Exercise(True, values, terms=slugs) for _ in range(tagged)])
        with counter.counting() as statements:
            await counter.api.run(FACETS_ALONE, stocked.gym.coach, id=str(stocked.gym.id), filter={})
        counts.append(len(statements))
    assert counts[1] <= counts[0] + 1


@LAW
@given(library=libraries(), filter=filters)
async def test_both_executors_answer_facets_with_the_same_bytes(
    stocked: Stocked, library: list[Exercise], filter: Json
) -> None:
    await stocked.stock(library)
    variables = {"id": str(stocked.gym.id), "filter": stocked.sent(filter)}
    answers = []
    for executor in ("graphql-core", "breadth-first"):
        headers = {"Authorization": f"Bearer {stocked.gym.coach.token}", "X-Kinegraph-Executor": executor}
        body = {"query": FACETS_ALONE, "variables": variables}
        answers.append((await stocked.api.client.post("/graphql", json=body, headers=headers)).content)
    assert answers[0] == answers[1] and b'"errors"' not in answers[0]
