"""The merge in Python and the filter in SQL agree on what an organization customized, for any stored diff.

The diffs are written straight into the table, past the application's checks, with keys and nulls that it
would never write itself.
"""

import json
from typing import Any  # inputs and answers are JSON

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kinegraph.exercise.rules_columns import REGISTRY, Column, Kind
from tests.conftest import Api, Organization, World
from tests.exercise.samples import OVERRIDABLE
from tests.library.documents import effective, library, upsert
from tests.workout.documents import Pool

letters = st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S"))
texts = st.text(letters, min_size=1, max_size=8)
terms = texts.map(str.strip).filter(bool)
lists = st.lists(terms, max_size=3)


def values_of(column: Column) -> st.SearchStrategy[Any]:
    """Values of a column as a diff stores them."""
    if column.terms:
        return st.sampled_from([member.value for member in column.terms])
    by_kind: dict[Kind, st.SearchStrategy[Any]] = {Kind.LIST: lists, Kind.FLAG: st.booleans()}
    return st.integers(*column.bounds) if column.kind is Kind.NUMBER else by_kind.get(column.kind, texts)


VALUES = {column.api_name: values_of(column) for column in REGISTRY if column.is_overridable}
ENUMS = tuple(column.api_name for column in REGISTRY if column.is_overridable and column.terms)
json_values = st.none() | st.booleans() | st.integers(-9, 9) | texts | lists | st.dictionaries(texts, st.none())
allowed = st.fixed_dictionaries({}, optional={name: st.none() | values for name, values in VALUES.items()})
odd = st.dictionaries(st.sampled_from(["slug", "status", "id", "athlete_notes", "Name", "sets"]) | texts, json_values)
diffs = st.tuples(odd, allowed).map(lambda pair: {**{k: v for k, v in pair[0].items() if k not in VALUES}, **pair[1]})


async def write(owner: Pool, gym: Organization, exercise_id: str, diff: dict[str, Any]) -> None:
    """Store a diff past the application."""
    await owner.execute(
        """
        INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides) VALUES ($1, $2, $3::text::jsonb)
        ON CONFLICT (organization_id, exercise_id) DO UPDATE SET overrides = excluded.overrides
        """,
        gym.id,
        exercise_id,
        json.dumps(diff),
    )


def supplied(diff: dict[str, Any]) -> dict[str, Any]:
    """The values that the diff overrides: allowlisted keys that are not null."""
    return {key: value for key, value in diff.items() if key in OVERRIDABLE and value is not None}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(diff=diffs)
@example(diff={})
@example(diff={"slug": "x"})
@example(diff={"name": None})
@example(diff={"name": None, "sets": 3, "cues": []})
@example(diff={"sets": {"name": "x"}})
@example(diff={"name": "", "difficulty": 5})
async def test_sql_and_merge_agree_on_which_exercises_are_customized(
    api: Api, gym: Organization, owner: Pool, squat: str, diff: dict[str, Any]
) -> None:
    await write(owner, gym, squat, diff)
    wanted = supplied(diff)
    seen = await effective(api, gym, squat)
    assert seen is not None and seen["customizedFields"] == sorted(wanted)
    for key, value in wanted.items():
        assert seen[key] == (value.upper() if key in ENUMS else value)
    page = await library(api, gym, source="CUSTOMIZED")
    assert page["nodes"] == ([seen] if wanted else [])
    assert page["totalCount"] == len(page["nodes"])
    assert seen["isCustomizedByOrg"] is bool(wanted)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(diff=diffs)
async def test_filters_in_sql_find_an_exercise_by_every_value_that_the_merge_shows(
    api: Api, gym: Organization, owner: Pool, squat: str, diff: dict[str, Any]
) -> None:
    await write(owner, gym, squat, diff)
    seen = await effective(api, gym, squat)
    assert seen is not None
    filter = {
        "category": [seen["category"]],
        "kind": [seen["kind"]],
        "movementPattern": [seen["movementPattern"]],
        "difficultyMin": seen["difficulty"],
        "difficultyMax": seen["difficulty"],
        "availableEquipment": seen["equipment"],
        "muscles": [*seen["primaryMuscles"], *seen["secondaryMuscles"]] or None,
        "discipline": seen["discipline"] or None,
    }
    page = await library(api, gym, source="CANONICAL", filter=filter, first=100)
    assert page["totalCount"] == len(page["nodes"])
    assert seen in page["nodes"]


async def test_an_organization_can_clear_an_odd_diff_after_an_upsert(
    api: Api, world: World, owner: Pool, squat: str
) -> None:
    gym = await world.organization()
    await write(owner, gym, squat, {"name": "Ours", "slug": "odd", "cues": None})
    assert (await upsert(api, gym, squat, difficulty=1))["customizedFields"] == ["difficulty", "name"]
    cleared = await upsert(api, gym, squat, name=None, difficulty=None, cues=None)
    assert (cleared["isCustomizedByOrg"], cleared["customizedFields"]) == (False, [])
    assert (await library(api, gym, source="CUSTOMIZED"))["totalCount"] == 0


async def test_an_override_row_on_an_organizations_own_exercise_is_never_merged_nor_customized(
    api: Api, world: World, owner: Pool
) -> None:
    gym = await world.organization()
    own = await owner.fetchval(
        "INSERT INTO exercises (organization_id, name, difficulty) VALUES ($1, 'Own', 1) RETURNING id", gym.id
    )
    await write(owner, gym, str(own), {"name": "Overridden", "difficulty": 5})
    seen = await effective(api, gym, str(own))
    assert seen is not None
    assert (seen["name"], seen["customizedFields"], seen["isCustomizedByOrg"]) == ("Own", [], False)
    assert (await library(api, gym, source="CUSTOMIZED"))["totalCount"] == 0
    assert (await library(api, gym, source="ORG", filter={"q": "Own"}))["nodes"] == [seen]
    assert (await library(api, gym, source="ORG", filter={"q": "Overridden"}))["totalCount"] == 0
    assert (await library(api, gym, source="ORG", filter={"difficulty": "BEGINNER"}))["nodes"] == [seen]
