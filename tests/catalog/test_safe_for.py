"""The filter `safeFor`: synonyms, unknown conditions, strictness; and `contraindicationConditions`, the vocabulary."""

from typing import Any  # inputs and answers are JSON

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinegraph.taxonomy.rules_conditions import folded, meant, nearest, vocabulary
from tests.catalog.libraries import StoredLibrary, ids, stored_library
from tests.catalog.model import PLAIN, Exercise, Pool
from tests.conftest import Counter, World
from tests.shipped import entries
from tests.taxonomy.ancestors import with_ancestors

LIST = """query ($id: ID!, $filter: ExerciseFilter) {
  organization(id: $id) { exerciseLibrary(filter: $filter) { totalCount } } exercises(filter: $filter) { totalCount }
}"""
CONDITIONS = """query ($id: ID) {
  contraindicationConditions(organizationId: $id) { key parentKey synonyms isOwn }
}"""


def against(condition: str, severity: str = "absolute", is_own: bool = True, **values: Any) -> Exercise:
    """An exercise that is contraindicated for a condition."""
    return Exercise(is_own, {**PLAIN, **values}, contraindications=((condition, severity),))


async def safe(stored: StoredLibrary, *conditions: str, **filter: Any) -> list[str]:
    """The exercises that are listed as safe, with unclassified ones for which nothing is listed."""
    return ids(await stored.page(filter={"safeFor": list(conditions), "includeUnclassified": True, **filter}))


async def refused(stored: StoredLibrary, *conditions: str, **arguments: Any) -> list[tuple[list[str], str]]:
    """Path and message of each refusal."""
    variables = {"id": str(stored.gym.id), "filter": {"safeFor": list(conditions)}}
    response = await stored.api.post(LIST, arguments.get("person", stored.gym.coach), **variables)
    errors = [error for error in response.json()["errors"] if error["path"] == ["organization", "exerciseLibrary"]]
    assert {error["extensions"]["code"] for error in errors} <= {"INVALID_INPUT"}
    return [(error["extensions"]["field"], error["message"]) for error in errors]


@pytest.mark.parametrize(
    ("sent", "stored_as"),
    [("slipped disc", "lumbar_disc_herniation"), ("פריצת דיסק", "Lumbar disc herniation"),
     ("ГРЫЖА ДИСКА", "bulging disc"), ("LUMBAR-DISC-HERNIATION", "протрузия"), ("Runner\u2019s knee", "runner's knee"),
     ("BPPV", "vertigo"), ("Meniere", "VERTIGO"), ("labrum", "hip_impingement"), ("labrum", "shoulder_instability"),
     ("acute_lower_back_pain", "back pain"), ("unstable angina", "heart disease"), ("ＤＶＴ", "deep vein thrombosis")],
)  # fmt: skip
async def test_safe_for_accepts_the_vocabularys_synonyms_and_includes_parents(
    stored: StoredLibrary, sent: str, stored_as: str
) -> None:
    bad, good = against(stored_as), Exercise(True, PLAIN)
    await stored.replace([bad, good])
    assert await safe(stored, sent) == [str(good.id)]


async def test_what_speaks_against_a_narrower_condition_does_not_speak_against_the_wider_one(
    stored: StoredLibrary,
) -> None:
    exercise = against("sciatica")
    await stored.replace([exercise])
    assert await safe(stored, "back pain") == [str(exercise.id)]
    assert await safe(stored, "ишиас") == []


async def test_conditions_that_differ_in_one_sign_are_two_conditions(stored: StoredLibrary) -> None:
    names = [
        "Knee flexion <90°",
        "Flexion >90°",
        "Pain ++",
        "Pain",
        "कमर",
        "कमरा",
        "かた",
        "がた",
        "T -10",
        "T 10",
    ]
    exercises = [against(name) for name in names]
    await stored.replace(exercises)
    for name, one in zip(names, exercises, strict=True):
        assert set(await safe(stored, name.upper())) == {str(each.id) for each in exercises if each is not one}, name


async def test_strictness_says_whether_restrictions_exclude_too(stored: StoredLibrary, owner: Pool) -> None:
    severities = [against("knee_pain", severity) for severity in ("warning", "restriction", "absolute")]
    warned, restricted, _ = severities
    careful = Exercise(True, PLAIN)
    await stored.replace([*severities, careful])
    await owner.execute(
        "INSERT INTO exercise_safety_constraints (exercise_id, organization_id, caution_if) VALUES ($1, $2, $3)",
        careful.id,
        stored.gym.id,
        ["Knee-Pain"],
    )
    for strictness in (None, "ABSOLUTE"):
        found = await safe(stored, "knee pain", safeForStrictness=strictness)
        assert set(found) == {str(each.id) for each in (warned, restricted, careful)}
    found = await safe(stored, "knee pain", safeForStrictness="RESTRICTION")
    assert set(found) == {str(warned.id), str(careful.id)}
    assert await safe(stored, "knee pain", includeUnclassified=False) == [str(careful.id)]
    assert len(await safe(stored, safeForStrictness="RESTRICTION")) == 4


async def test_unknown_conditions_are_refused_by_name_with_the_nearest_known(stored: StoredLibrary) -> None:
    await stored.replace([against("Sore wing")])
    found = await refused(stored, "knee pain", "kneee pain", "zzzz", "sore wings")
    assert [path for path, _ in found] == [["filter", "safeFor", str(index)] for index in (1, 2, 3)]
    assert found[0][1].startswith("There is no condition 'kneee pain'; the nearest known: knee_pain")
    assert found[1][1] == "There is no condition 'zzzz'; contraindicationConditions lists them."
    assert found[2][1] == "There is no condition 'sore wings'; the nearest known: Sore wing."


def test_conditions_that_contain_the_word_are_suggested_first_and_nothing_that_is_not_alike() -> None:
    found = nearest("knee", ["Knee 5", "knee -5"])
    assert found[0] == "knee_pain" and len(found) == 3 and set(found) <= set(vocabulary())
    assert nearest("wing", ["Wing 5", "Sore wing"]) == ["Wing 5", "Sore wing"]
    assert nearest("nonsense", []) == nearest("", []) == []


async def test_an_organizations_own_conditions_are_known_to_those_who_see_its_exercises(
    stored: StoredLibrary, world: World, owner: Pool
) -> None:
    await stored.replace([against("Sore wing"), against("Secret", status="draft"), against("Sad", is_own=False)])
    gym, other = stored.gym, await stored_library(stored.api, world, owner)
    sad, wing, secret = ("Sad", True), ("Sore wing", True), ("Secret", True)
    for person, organization, wanted in (
        (gym.coach, gym, [sad, secret, wing]),
        (gym.member, gym, [sad, wing]),
        (other.gym.coach, other.gym, [sad]),
    ):
        data = await stored.api.run(CONDITIONS, person, id=str(organization.id))
        shown = [(each["key"], each["isOwn"]) for each in data["contraindicationConditions"][len(vocabulary()) :]]
        assert sorted(shown) == sorted(wanted)
    assert await refused(stored, "secret", person=gym.coach) == []
    assert [path for path, _ in await refused(stored, "secret", person=gym.member)] == [["filter", "safeFor", "0"]]
    assert "Secret" not in str(await refused(stored, "secrets", person=gym.member))
    response = await stored.api.post(LIST, other.gym.coach, id=str(other.gym.id), filter={"safeFor": ["Sore wing"]})
    assert "Sore wing'; " in response.text and "nearest known: Sore wing" not in response.text


async def test_contraindication_conditions_list_the_vocabulary(stored: StoredLibrary) -> None:
    await stored.replace([])
    found = (await stored.api.run(CONDITIONS, stored.gym.member))["contraindicationConditions"]
    assert len(found) == len(vocabulary()) == 60
    sciatica = next(each for each in found if each["key"] == "sciatica")
    assert sciatica["parentKey"] == "lower_back_pain" and "ишиас" in sciatica["synonyms"] and not sciatica["isOwn"]
    for each in found:
        for name in (each["key"], *each["synonyms"]):
            assert await safe(stored, name) == []


def test_every_condition_of_the_canonical_library_is_in_the_vocabulary() -> None:
    named = {against["condition"] for entry in entries() for against in entry["contraindications"]}
    assert len(named) > 50 and named <= set(vocabulary())


def test_no_two_names_of_the_vocabulary_differ_in_hyphens_alone() -> None:
    meanings: dict[str, set[frozenset[str]]] = {}
    for condition in vocabulary().values():
        for name in (condition.key, *condition.synonyms):
            meanings.setdefault(" ".join(folded(name).replace("-", " ").split()), set()).add(meant(name))
            assert meant(f"{name} -") == meant(name)
    assert [name for name, each in meanings.items() if len(each) > 1] == []


def test_parents_are_conditions_and_have_no_cycle() -> None:
    for condition in vocabulary().values():
        above = with_ancestors([condition.key])
        assert condition.key in above and above <= set(vocabulary()) and len(above) <= 3


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_and_every_text_has_an_answer(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert meant(text) == meant(folded(text).replace(" ", "_"))
    assert len(nearest(text, ["own"])) <= 3


async def test_lists_of_safe_exercises_take_as_many_statements_for_many_conditions_as_for_one(
    counter: Counter, stored: StoredLibrary
) -> None:
    costs = []
    for size in (1, 20):
        await stored.replace([against(f"Own {number}") for number in range(size)])
        sent = {"safeFor": [f"own {number}" for number in range(size)]}
        with counter.counting() as statements:
            text = LIST.partition(" exercises(")[0] + " }"
            await counter.api.run(text, stored.gym.coach, id=str(stored.gym.id), filter=sent)
        costs.append(len(statements))
    assert costs[0] == costs[1]
