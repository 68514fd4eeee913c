"""Muscles and equipment in filters that nobody knows are refused with the nearest known ones, in every list."""

from typing import Any  # filters and answers are JSON

import pytest

from kinegraph.canonical.rules_files import shipped_rows
from kinegraph.taxonomy.rules import equipment_names
from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import create
from tests.library.documents import upsert

CANONICAL = "query ($filter: ExerciseFilter) { exercises(first: 1, filter: $filter) { nodes { id } } }"
LIBRARY = """
query ($id: ID!, $filter: ExerciseFilter) {
  organization(id: $id) { exerciseLibrary(first: 1, filter: $filter) { nodes { id } } }
}
"""
SEARCH = """
query ($id: ID!, $filter: ExerciseFilter) {
  searchExercises(q: "squat", organizationId: $id, filter: $filter) { score }
}
"""
SAFE = """
query ($id: ID!, $filter: ExerciseFilter) {
  organization(id: $id) { safeExercises(conditions: ["knee_pain"], filter: $filter) { exercise { id } } }
}
"""
LISTS = {"canonical": CANONICAL, "library": LIBRARY, "search": SEARCH, "safe": SAFE}


@pytest.fixture(scope="module")
async def gym(api: Api, world: World, admin: Person) -> Organization:
    """An organization with a published exercise and an override whose equipment and muscles are in no vocabulary."""
    made = await world.organization()
    await create(api, made.coach, made, name="Own", equipment=["Kettle Drum"], primaryMuscles=["Brust"])
    shared = await create(api, admin, name="Shared")
    await upsert(api, made, shared["id"], equipment=["wind chime"])
    return made


async def refusal(api: Api, text: str, person: Person, gym: Organization, **filter: Any) -> Any:
    """The error of a list with this filter, or None."""
    errors = (await api.post(text, person, id=str(gym.id), filter=filter)).json().get("errors")
    return errors and errors[0]


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize(
    ("filter", "field", "nearest"),
    [
        ({"muscles": ["chest", "quadz"]}, "muscles.1", "quadriceps"),
        ({"excludeMuscles": ["hamstrungs"]}, "excludeMuscles.0", "hamstrings"),
        ({"primaryMuscles": ["glutaes"]}, "primaryMuscles.0", "glutes"),
        ({"excludeEquipment": ["barbel"]}, "excludeEquipment.0", "barbell"),
        ({"availableEquipment": ["dumbbell", "Kettlebel"]}, "availableEquipment.1", "kettlebell"),
        ({"requiresEquipment": ["qwertz"]}, "requiresEquipment.0", "facets.equipment"),
    ],
)
async def test_an_unknown_name_is_refused_by_its_path_with_the_nearest_known_ones(
    api: Api, gym: Organization, text: str, filter: dict[str, Any], field: str, nearest: str
) -> None:
    """A mistyped muscle or item of equipment does not find, or exclude, nothing without a word."""
    error = await refusal(api, text, gym.coach, gym, **filter)
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert error["extensions"]["field"] == ["filter", *field.split(".")]
    assert nearest in error["message"]


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
async def test_vocabularies_and_names_of_exercises_that_the_viewer_sees_are_known(
    api: Api, gym: Organization, text: str
) -> None:
    """Keys, synonyms, plurals, and what an own exercise or an override has, are accepted in each list."""
    for filter in (
        {"muscles": ["quads", "core", "Brust"], "excludeMuscles": ["lower back"]},
        {"excludeEquipment": ["Dumbbells", "trap bar", "kettle-drum"], "requiresEquipment": ["wind_chime"]},
        {"availableEquipment": ["bodyweight", "Kettle Drums", "Wind Chime", "weight vest"]},
    ):
        assert await refusal(api, text, gym.coach, gym, **filter) is None


async def test_names_of_another_organization_and_of_drafts_that_are_not_seen_are_unknown(
    api: Api, world: World, gym: Organization
) -> None:
    """The refusal does not tell what exercises have that the viewer does not see."""
    stranger = await world.organization()
    draft = await create(api, gym.coach, gym, name="Draft", equipment=["glass harp"], status="DRAFT")
    assert draft["id"]
    for person, whose, name in (
        (stranger.coach, stranger, "kettle drum"),
        (stranger.coach, stranger, "wind chime"),
        (gym.member, gym, "glass harp"),
    ):
        assert await refusal(api, LIBRARY, person, whose, excludeEquipment=[name])
    assert await refusal(api, LIBRARY, gym.coach, gym, excludeEquipment=["glass harp"]) is None


def test_the_vocabulary_of_equipment_is_what_the_shipped_library_uses() -> None:
    """Each name of the vocabulary is of a shipped exercise, and each of theirs is in it."""
    used = {name for row in shipped_rows() for key in ("equipment", "optionalEquipment") for name in row.get(key) or ()}
    assert equipment_names() == used
