"""Facets are the counts over the whole filtered list, as the same viewer finds it."""

from typing import Any  # inputs and answers are JSON

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.catalog.libraries import FACETS, StoredLibrary, canonical_of, counted, library_of, stored_library
from tests.catalog.model import PLAIN, Exercise, Json, Pool, filters, libraries
from tests.conftest import Counter, World

LAW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
sources = st.sampled_from(["ALL", "CANONICAL", "ORG", "CUSTOMIZED"])
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
            wanted = stored.facets(library_of(library, filter, source, coached=coached))
            page = await stored.page(person, filter, source=source, first=1)
            assert counted(page) == wanted, (filter, source)


@LAW
@given(library=libraries(), filter=filters)
async def test_the_facets_of_the_canonical_list_count_stored_values(
    stored: StoredLibrary, library: list[Exercise], filter: Json
) -> None:
    await stored.replace(library)
    for person, admin in ((stored.gym.coach, False), (stored.admin, True)):
        wanted = stored.facets(canonical_of(library, filter, admin=admin))
        assert counted(await stored.page(person, filter, canonical=True)) == wanted


@LAW
@given(library=libraries(), filter=filters)
async def test_narrowing_to_a_counted_value_finds_as_many_as_it_counts(
    stored: StoredLibrary, library: list[Exercise], filter: Json
) -> None:
    await stored.replace(library)
    page = await stored.page(filter=filter, first=1)
    fields = {"category": "category", "kind": "kind", "movementPattern": "movementPattern",
              "primaryMuscles": "primaryMuscles", "discipline": "discipline"}  # fmt: skip
    for facet, name in fields.items():
        for value, count in counted(page)[facet].items() if name not in filter else ():
            assert (await stored.page(filter={**filter, name: [value]}, first=1))["totalCount"] == count
    slugs = {str(id): slug for slug, (_, id, _) in stored.ids.items()}
    for facet, name in (
        ("categories", "categoryId"),
        ("bodyRegions", "bodyRegionId"),
        ("equipmentItems", "equipmentId"),
    ):
        for id, count in counted(page)[facet].items() if name not in filter else ():
            assert (await stored.page(filter={**filter, name: slugs[id]}, first=1))["totalCount"] == count


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
