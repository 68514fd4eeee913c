"""Filters of lists by the layers: safe lists agree with `safetyFor`; muscles by groups and synonyms; profiles."""

from collections.abc import Callable
from typing import Any  # inputs and answers are JSON
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kinegraph.taxonomy.rules_conditions import vocabulary
from tests.conftest import Api, Organization, World
from tests.layers.documents import Pool, cloned, restrict
from tests.training.documents import classified, own

LIST = """query ($id: ID!, $conditions: [String!]! = [], $filter: ExerciseFilter, $after: String) {
  organization(id: $id) { exerciseLibrary(first: 100, filter: $filter, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { name slug exercise { planeOfMotion } safetyFor(conditions: $conditions) { isSafe riskScore isClassified }
      programming { classKey forceType stabilityDemand skillDemand restSeconds(goal: POWER) } } } } }"""
KEYS = sorted(vocabulary())
SAMPLES = settings(
    max_examples=4, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)


async def listed(api: Api, gym: Organization, *conditions: str, **filter: Any) -> list[Any]:
    """The exercises of a list, each with its assessment."""
    found: list[Any] = []
    after = None
    while True:
        variables = {"id": str(gym.id), "filter": filter, "conditions": list(conditions), "after": after}
        page = (await api.run(LIST, gym.coach, **variables))["organization"]["exerciseLibrary"]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            assert len(found) == page["totalCount"]
            return found
        after = page["pageInfo"]["endCursor"]


async def slugs(api: Api, gym: Organization, **filter: Any) -> set[str]:
    """The slugs of a list."""
    return {node["slug"] for node in await listed(api, gym, **filter)}


@pytest.fixture(scope="module")
async def restricted(api: Api, world: World, owner: Pool, squat: str) -> Organization:
    """An organization with restrictions, forks, a classified and an unclassified exercise."""
    gym = await world.organization()
    fork = await cloned(api, gym, squat)
    await owner.execute("DELETE FROM exercise_contraindications WHERE exercise_id = $1", UUID(fork))
    await cloned(api, gym, fork)
    await restrict(owner, gym, squat, "vertigo", "absolute")
    await restrict(owner, gym, fork, "asthma", "restriction")
    await restrict(owner, gym, await world.exercise_id("eccentric-heel-drop"), "achilles_tendinopathy", "warning")
    await own(api, gym, name="Unclassified")
    await classified(api, gym.coach, await own(api, gym, name="Classified"), stressors=["axial_load"])
    return gym


@SAMPLES
@given(conditions=st.lists(st.sampled_from(KEYS), min_size=1, max_size=5, unique=True))
async def test_a_safe_list_has_exactly_the_exercises_whose_assessment_says_so(
    plain: Api, restricted: Organization, conditions: list[str]
) -> None:
    everything = await listed(plain, restricted, *conditions)
    for strictness, limit in ((None, 100), ("RESTRICTION", 60)):
        found = await listed(plain, restricted, *conditions, safeFor=conditions, safeForStrictness=strictness)
        expected = [
            node for node in everything if node["safetyFor"]["isClassified"] and node["safetyFor"]["riskScore"] < limit
        ]
        assert found == expected


async def test_every_condition_at_once_is_answered(plain: Api, restricted: Organization) -> None:
    assert await listed(plain, restricted, *KEYS, safeFor=KEYS, safeForStrictness="RESTRICTION") == []


async def test_unclassified_exercises_are_listed_only_where_they_are_included(
    api: Api, restricted: Organization
) -> None:
    names = {node["name"] for node in await listed(api, restricted, safeFor=["neck pain"])}
    assert "Classified" in names and "Unclassified" not in names
    included = await listed(api, restricted, safeFor=["neck pain"], includeUnclassified=True)
    assert {node["name"] for node in included} == names | {"Unclassified"}


@pytest.mark.parametrize(
    ("muscle", "same"),
    [("quads", "quadriceps"), ("QUADS", "quadriceps"), ("abs", "abdominals"), ("трапеция", "traps"), ("lats", "lats")],
)
async def test_a_synonym_in_any_of_three_languages_finds_what_the_muscle_finds(
    api: Api, gym: Organization, muscle: str, same: str
) -> None:
    found = await slugs(api, gym, muscles=[muscle])
    assert found == await slugs(api, gym, muscles=[same]) and len(found) > 2


@pytest.mark.parametrize(
    ("group", "members"),
    [("core", ["abdominals", "obliques"]), ("shoulders", ["anterior_deltoid"]), ("lower back", ["erector_spinae"])],
)
async def test_a_group_finds_what_its_muscles_find(api: Api, gym: Organization, group: str, members: list[str]) -> None:
    found = await slugs(api, gym, primaryMuscles=[group])
    assert found >= await slugs(api, gym, primaryMuscles=members) and found
    assert not found & await slugs(api, gym, excludeMuscles=[group])


async def test_free_texts_of_own_exercises_are_found_by_themselves_and_by_the_muscle_that_they_mean(
    api: Api, world: World
) -> None:
    gym = await world.organization()
    await own(api, gym, name="A", primaryMuscles=["Quads"])
    await own(api, gym, name="B", primaryMuscles=["My muscle"])
    for muscle, name in (("quadriceps", "A"), ("quads", "A"), ("my MUSCLE", "B")):
        names = {node["name"] for node in await listed(api, gym, primaryMuscles=[muscle]) if node["slug"] is None}
        assert names == {name}


async def test_filters_by_values_of_profiles(api: Api, gym: Organization) -> None:
    read = await listed(api, gym)
    filters: list[tuple[dict[str, Any], Callable[[Any], bool]]] = [
        ({"classKey": ["sprint", "carry"]}, lambda node: node["programming"]["classKey"] in ("sprint", "carry")),
        ({"forceType": "ISOLATION"}, lambda node: node["programming"]["forceType"] == "ISOLATION"),
        ({"stabilityMax": 2}, lambda node: node["programming"]["stabilityDemand"] <= 2),
        ({"skillMax": 1}, lambda node: node["programming"]["skillDemand"] <= 1),
        ({"goal": "POWER"}, lambda node: node["programming"]["restSeconds"] is not None),
        ({"planeOfMotion": ["FRONTAL"]}, lambda node: node["exercise"]["planeOfMotion"] == "FRONTAL"),
    ]  # fmt: skip
    for filter, is_wanted in filters:
        found = await listed(api, gym, **filter)
        assert found == [node for node in read if is_wanted(node)] and 0 < len(found) < len(read), filter


async def test_bounds_of_demands_are_checked(api: Api, gym: Organization) -> None:
    for name, value in (("stabilityMax", 6), ("skillMax", 0)):
        response = (await api.post(LIST, gym.coach, id=str(gym.id), filter={name: value})).json()
        assert [error["extensions"]["field"] for error in response["errors"]] == [["filter", name]]


RISKS = """query ($id: ID!, $conditions: [String!]!, $filter: ExerciseFilter, $first: Int! = 100) {
  organization(id: $id) { safeExercises(conditions: $conditions, filter: $filter, first: $first) {
    exercise { name } assessment { riskScore isSafe isClassified } } } }"""


@SAMPLES
@given(conditions=st.lists(st.sampled_from(KEYS), max_size=4, unique=True))
async def test_the_risk_ordered_list_begins_with_the_lowest_scores_of_the_safe_list(
    plain: Api, restricted: Organization, conditions: list[str]
) -> None:
    variables = {"id": str(restricted.id), "conditions": conditions}
    found = (await plain.run(RISKS, restricted.coach, **variables))["organization"]["safeExercises"]
    scores = [each["assessment"]["riskScore"] for each in found]
    filter = {"safeFor": conditions, "safeForStrictness": "RESTRICTION"}
    safe = [node["safetyFor"]["riskScore"] for node in await listed(plain, restricted, *conditions, **filter)]
    assert scores == sorted(safe)[:100]
    names = [(each["assessment"]["riskScore"], each["exercise"]["name"].lower()) for each in found]
    assert [score for score, _ in names] == sorted(scores)


async def test_the_risk_ordered_list_takes_filters_and_refuses_what_it_cannot_answer(
    api: Api, world: World, gym: Organization
) -> None:
    async def refused(**variables: Any) -> list[list[str]]:
        sent = {"id": str(gym.id), "conditions": ["knee pain"], **variables}
        return [e["extensions"]["field"] for e in (await api.post(RISKS, gym.coach, **sent)).json()["errors"]]

    filter = {"classKey": ["barbell_squat"], "safeForStrictness": "ABSOLUTE"}
    variables = {"id": str(gym.id), "conditions": ["knee pain"], "filter": filter, "first": 3}
    found = (await api.run(RISKS, gym.coach, **variables))["organization"]["safeExercises"]
    assert len(found) == 3 and all(each["assessment"]["riskScore"] < 100 for each in found)
    assert await refused(conditions=["knee pain", "kneee pain"]) == [["conditions", "1"]]
    assert await refused(conditions=["knee pain"] * 61) == [["conditions"]]
    assert await refused(first=101) == [["first"]]
    assert await refused(filter={"safeFor": ["kneee pain"]}) == [["filter", "safeFor", "0"]]
    both = {"id": str(gym.id), "conditions": [], "filter": {"safeFor": ["knee pain"]}, "first": 3}
    alone = {"id": str(gym.id), "conditions": ["knee pain"], "first": 3}
    assert await api.run(RISKS, gym.coach, **both) == await api.run(RISKS, gym.coach, **alone)
