"""Filters, sorts and pages of generated libraries, compared with an oracle in plain Python."""

import re
from pathlib import Path
from typing import Any  # inputs and answers are JSON

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.catalog.libraries import StoredLibrary, canonical_of, ids, library_of
from tests.catalog.model import FILTERS, PLAIN, Exercise, Json, filters, libraries, ordered
from tests.exercise.documents import SORTS

LAW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
SOURCES = ["ALL", "CANONICAL", "ORG", "CUSTOMIZED"]
sorts = st.sampled_from(SORTS)
questions = st.lists(st.tuples(filters, sorts, st.sampled_from(SOURCES)), min_size=4, max_size=4)


def exercise(is_own: bool = True, **details: Any) -> Exercise:
    """An exercise of this name or these values."""
    values = {name: details.pop(name) for name in list(details) if name in PLAIN}
    return Exercise(is_own, {**PLAIN, **values}, **details)


def test_every_field_of_the_filter_is_tested_here() -> None:
    schema = (Path(__file__).parents[2] / "schema.graphql").read_text()
    declared = schema.partition("input ExerciseFilter {")[2].partition("\n}")[0]
    profiles = {"stabilityMax", "skillMax", "forceType", "classKey", "goal"}  # tests/layers/test_safe_lists.py
    assert {*FILTERS} | profiles == set(re.findall(r"^  (\w+): ", declared, re.MULTILINE))


@LAW
@given(library=libraries(), questions=questions)
async def test_a_library_is_filtered_and_sorted_as_plain_python_would(
    stored: StoredLibrary, library: list[Exercise], questions: list[tuple[Json, str, str]]
) -> None:
    await stored.replace(library)
    for filter, sort, source in questions:
        for person, coached in ((stored.gym.coach, True), (stored.gym.member, False)):
            wanted = ordered(library_of(library, filter, source, coached=coached), sort)
            page = await stored.page(person, filter, sort=sort, source=source, first=100)
            assert (ids(page), page["totalCount"]) == (wanted, len(wanted)), (filter, sort, source)


@LAW
@given(library=libraries(), questions=questions)
async def test_the_canonical_list_is_filtered_and_sorted_on_stored_values_as_plain_python_would(
    stored: StoredLibrary, library: list[Exercise], questions: list[tuple[Json, str, str]]
) -> None:
    await stored.replace(library)
    for filter, sort, _ in questions:
        for person, admin in ((stored.gym.coach, False), (stored.admin, True)):
            wanted = ordered(canonical_of(library, filter, admin=admin), sort)
            page = await stored.page(person, filter, sort=sort, first=100, canonical=True)
            assert (ids(page), page["totalCount"]) == (wanted, len(wanted)), (filter, sort)


@LAW
@given(library=libraries(), filter=filters, sort=sorts, size=st.integers(1, 4), source=st.sampled_from(SOURCES))
async def test_pages_of_any_size_walk_a_filtered_library_in_the_order_of_its_single_page(
    stored: StoredLibrary, library: list[Exercise], filter: Json, sort: str, size: int, source: str
) -> None:
    await stored.replace(library)
    wanted = ordered(library_of(library, filter, source, coached=True), sort)
    assert await stored.walk(size, filter=filter, sort=sort, source=source) == wanted
    canonical = ordered(canonical_of(library, filter, admin=False), sort)
    assert await stored.walk(size, filter=filter, sort=sort, canonical=True) == canonical


@pytest.mark.parametrize("name", sorted(FILTERS))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), library=libraries())
async def test_each_field_alone_finds_exactly_the_matching_exercises(
    stored: StoredLibrary, name: str, data: st.DataObject, library: list[Exercise]
) -> None:
    filter = {name: data.draw(FILTERS[name])}
    await stored.replace(library)
    wanted = ordered(library_of(library, filter, "ALL", coached=True), "NAME_ASC")
    assert ids(await stored.page(filter=filter, first=100)) == wanted


@pytest.mark.parametrize(
    "condition", ["knee  pain", "Knee - pain", " knee\u00a0pain", "knee__pain", "knee pain-", "ΠΌΝΟΣ", "ÉPAULE"]
)
async def test_an_absolute_contraindication_excludes_an_exercise_however_its_condition_is_spelled(
    stored: StoredLibrary, condition: str
) -> None:
    await stored.replace([exercise(contraindications=((condition.strip(), "absolute"),))])
    arguments = (condition, condition.upper(), condition.lower(), " ".join(condition.replace("-", " ").split()))
    found = {spelling: ids(await stored.page(filter={"safeFor": [spelling]})) for spelling in arguments}
    assert found == {spelling: [] for spelling in arguments}


async def test_a_clone_of_a_clone_has_the_fatigue_of_the_first_source(stored: StoredLibrary) -> None:
    source = exercise(False, fatigue=3)
    clone = exercise(source=source)
    again = exercise(source=clone)
    await stored.replace([source, clone, again])
    found = ids(await stored.page(filter={"maxFatigue": 3}, sort="CREATED_AT_ASC"))
    assert sorted(found) == sorted(str(each.id) for each in (source, clone, again))


async def test_a_clone_of_a_clone_inherits_the_safety_constraints_of_the_first_source(stored: StoredLibrary) -> None:
    source = exercise(False, avoid=("knee_pain",))
    clone = exercise(source=source)
    await stored.replace([source, clone, exercise(source=clone)])
    assert ids(await stored.page(filter={"safeFor": ["knee pain"]})) == []


async def test_a_clone_with_a_layer_of_its_own_does_not_take_its_sources(stored: StoredLibrary) -> None:
    source = exercise(False, fatigue=3, avoid=("knee_pain",))
    clone = exercise(source=source, fatigue=9, avoid=())
    await stored.replace([source, clone])
    assert ids(await stored.page(filter={"maxFatigue": 3})) == [str(source.id)]
    assert ids(await stored.page(filter={"safeFor": ["knee pain"]})) == [str(clone.id)]


@pytest.mark.parametrize("name", ["categoryId", "bodyRegionId", "equipmentId"])
async def test_a_missing_term_finds_nothing_and_a_malformed_id_is_refused(stored: StoredLibrary, name: str) -> None:
    await stored.replace([exercise()])
    query = "query ($filter: ExerciseFilter) { exercises(filter: $filter) { nodes { id } } }"
    unknown = await stored.api.run(query, stored.gym.coach, filter={name: str(exercise().id)})
    response = await stored.api.post(query, stored.gym.coach, filter={name: "knee"})
    assert unknown == {"exercises": {"nodes": []}}
    assert response.json()["errors"][0]["extensions"]["field"] == ["filter", name]
