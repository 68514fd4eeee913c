"""Filters, sorts and pages of generated libraries, held against an oracle in plain Python."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.catalog.libraries import Stocked, canonical_of, ids, library_of, stocked_library
from tests.catalog.model import FILTERS, PLAIN, Exercise, Json, Pool, filters, libraries, ordered
from tests.conftest import Api, World
from tests.exercise.documents import SORTS

LAW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
SOURCES = ["ALL", "CANONICAL", "ORG", "CUSTOMIZED"]
sorts = st.sampled_from(SORTS)
questions = st.lists(st.tuples(filters, sorts, st.sampled_from(SOURCES)), min_size=4, max_size=4)


@pytest.fixture(scope="module")
async def stocked(api: Api, world: World, owner: Pool) -> Stocked:
    """A library that is replaced for each example."""
    return await stocked_library(api, world, owner)


def exercise(is_own: bool = True, **parts: Any) -> Exercise:
    """An exercise of this name or these values."""
    values = {name: parts.pop(name) for name in list(parts) if name in PLAIN}
    return Exercise(is_own, {**PLAIN, **values}, **parts)


def test_every_field_of_the_filter_is_asked_for_here() -> None:
    schema = (Path(__file__).parents[2] / "schema.graphql").read_text()
    declared = schema.partition("input ExerciseFilter {")[2].partition("\n}")[0]
    assert sorted(FILTERS) == sorted(re.findall(r"^  (\w+): ", declared, re.MULTILINE))


@LAW
@given(library=libraries(), questions=questions)
async def test_a_library_is_filtered_and_sorted_as_plain_python_would(
    stocked: Stocked, library: list[Exercise], questions: list[tuple[Json, str, str]]
) -> None:
    await stocked.stock(library)
    for filter, sort, source in questions:
        for person, coached in ((stocked.gym.coach, True), (stocked.gym.member, False)):
            wanted = ordered(library_of(library, filter, source, coached=coached), sort)
            page = await stocked.page(person, filter, sort=sort, source=source, first=100)
            assert (ids(page), page["totalCount"]) == (wanted, len(wanted)), (filter, sort, source)


@LAW
@given(library=libraries(), questions=questions)
async def test_the_canonical_list_is_filtered_and_sorted_on_stored_values_as_plain_python_would(
    stocked: Stocked, library: list[Exercise], questions: list[tuple[Json, str, str]]
) -> None:
    await stocked.stock(library)
    for filter, sort, _ in questions:
        for person, admin in ((stocked.gym.coach, False), (stocked.admin, True)):
            wanted = ordered(canonical_of(library, filter, admin=admin), sort)
            page = await stocked.page(person, filter, sort=sort, first=100, canonical=True)
            assert (ids(page), page["totalCount"]) == (wanted, len(wanted)), (filter, sort)


@LAW
@given(library=libraries(), filter=filters, sort=sorts, size=st.integers(1, 4), source=st.sampled_from(SOURCES))
async def test_pages_of_any_size_walk_a_filtered_library_in_the_order_of_its_single_page(
    stocked: Stocked, library: list[Exercise], filter: Json, sort: str, size: int, source: str
) -> None:
    await stocked.stock(library)
    wanted = ordered(library_of(library, filter, source, coached=True), sort)
    assert await stocked.walk(size, filter=filter, sort=sort, source=source) == wanted
    canonical = ordered(canonical_of(library, filter, admin=False), sort)
    assert await stocked.walk(size, filter=filter, sort=sort, canonical=True) == canonical


@pytest.mark.parametrize("name", sorted(FILTERS))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), library=libraries())
async def test_each_field_alone_keeps_exactly_what_it_says(
    stocked: Stocked, name: str, data: st.DataObject, library: list[Exercise]
) -> None:
    filter = {name: data.draw(FILTERS[name])}
    await stocked.stock(library)
    wanted = ordered(library_of(library, filter, "ALL", coached=True), "NAME_ASC")
    assert ids(await stocked.page(filter=filter, first=100)) == wanted


@pytest.mark.parametrize(
    "condition", ["knee  pain", "Knee - pain", " knee\u00a0pain", "knee__pain", "knee pain-", "ΠΌΝΟΣ", "ÉPAULE"]
)
async def test_an_absolute_contraindication_rules_out_however_its_condition_is_spelled(
    stocked: Stocked, condition: str
) -> None:
    await stocked.stock([exercise(against=((condition.strip(), "absolute"),))])
    asked = (condition, condition.upper(), condition.lower(), " ".join(condition.replace("-", " ").split()))
    found = {spelling: ids(await stocked.page(filter={"safeFor": [spelling]})) for spelling in asked}
    assert found == {spelling: [] for spelling in asked}


async def test_a_clone_of_a_clone_has_the_fatigue_of_the_first_source(stocked: Stocked) -> None:
    source = exercise(False, fatigue=3)
    clone = exercise(source=source)
    again = exercise(source=clone)
    await stocked.stock([source, clone, again])
    found = ids(await stocked.page(filter={"maxFatigue": 3}, sort="CREATED_AT_ASC"))
    assert sorted(found) == sorted(str(each.id) for each in (source, clone, again))


async def test_a_clone_of_a_clone_avoids_what_the_first_source_avoids(stocked: Stocked) -> None:
    source = exercise(False, avoid=("knee_pain",))
    clone = exercise(source=source)
    await stocked.stock([source, clone, exercise(source=clone)])
    assert ids(await stocked.page(filter={"safeFor": ["knee pain"]})) == []


async def test_a_clone_with_a_layer_of_its_own_does_not_take_its_sources(stocked: Stocked) -> None:
    source = exercise(False, fatigue=3, avoid=("knee_pain",))
    clone = exercise(source=source, fatigue=9, avoid=())
    await stocked.stock([source, clone])
    assert ids(await stocked.page(filter={"maxFatigue": 3})) == [str(source.id)]
    assert ids(await stocked.page(filter={"safeFor": ["knee pain"]})) == [str(clone.id)]


@pytest.mark.parametrize("name", ["categoryId", "bodyRegionId", "equipmentId"])
async def test_a_term_that_does_not_exist_finds_nothing_and_what_is_no_id_is_refused(
    stocked: Stocked, name: str
) -> None:
    await stocked.stock([exercise()])
    query = "query ($filter: ExerciseFilter) { exercises(filter: $filter) { nodes { id } } }"
    unknown = await stocked.api.run(query, stocked.gym.coach, filter={name: str(exercise().id)})
    response = await stocked.api.post(query, stocked.gym.coach, filter={name: "knee"})
    assert unknown == {"exercises": {"nodes": []}}
    assert response.json()["errors"][0]["extensions"]["field"] == ["filter", name]
