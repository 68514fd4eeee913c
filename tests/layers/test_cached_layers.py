"""Layers in cached trees and pages: few statements, right after every write, and never of another organization."""

import pytest

from kinegraph.services import Services
from tests.cached import TIMES, agree
from tests.conftest import Api, Organization, World, counted
from tests.layers.documents import ASSESSMENT, CONSTRAINT, Pool, restrict
from tests.workout.documents import create, movement, section

LAYERS = f"""exercise {{ name
  programming {{ fatigueScore repRange(goal: $goal) {{ min max }} prescription(goal: $goal) {{ unit min }} }}
  safety {{ {CONSTRAINT} }} safetyFor(conditions: $conditions) {{ {ASSESSMENT} }} }}"""
VARIABLES = '$id: ID!, $goal: TrainingGoal! = STRENGTH, $conditions: [String!]! = ["knee pain"]'
TREE = f"query ({VARIABLES}) {{ workout(id: $id) {{ sections {{ movements {{ id {LAYERS} }} }} }} }}"
PAGE = f"""query ({VARIABLES}) {{ organization(id: $id) {{ exerciseLibrary(first: 20) {{
  totalCount nodes {LAYERS.removeprefix("exercise")} }} }} }}"""

WRITES = {
    "profile": "UPDATE exercise_programming_profiles SET fatigue_score = 10, recommended_rep_ranges = '{}' WHERE {e}",
    "no profile": "DELETE FROM exercise_programming_profiles WHERE {e}",
    "constraints": "UPDATE exercise_safety_constraints SET avoid_if = avoid_if || '{knee_pain}'::text[] WHERE {e}",
    "no constraints": "DELETE FROM exercise_safety_constraints WHERE {e}",
    "restriction": """INSERT INTO safety_restrictions (organization_id, exercise_id, condition, severity)
                      SELECT $2, exercise_id, 'knee_pain', 'absolute' FROM exercise_programming_profiles WHERE {e}""",
    "contraindication": """
        INSERT INTO exercise_contraindications (exercise_id, condition, condition_key, severity, sort_order)
        SELECT exercise_id, 'Knee pain', 'another', 'absolute', 99 FROM exercise_programming_profiles WHERE {e}""",
}
IS_SQUAT = """exercise_id = (SELECT id FROM exercises WHERE slug = 'back-squat' AND organization_id IS NULL)
  AND $2::uuid IS NOT NULL AND $1::int = 1"""


@pytest.fixture(scope="module")
async def workout(api: Api, gym: Organization, world: World) -> str:
    """The id of a workout with two canonical exercises."""
    exercises = [await world.exercise_id(slug) for slug in ("back-squat", "plank")]
    return str((await create(api, gym, section(*map(movement, exercises))))["id"])


@pytest.mark.parametrize("write", WRITES)
async def test_a_write_of_any_layer_shows_at_once_in_cached_trees_and_pages(
    api: Api, plain: Api, owner: Pool, gym: Organization, workout: str, write: str
) -> None:
    for text, id in ((TREE, workout), (PAGE, str(gym.id))):
        await agree(plain, api, (gym.coach, gym.member), (text,), {"id": id})
    async with owner.acquire() as connection, connection.transaction():
        await connection.execute(WRITES[write].replace("{e}", IS_SQUAT), 1, gym.id)
    for text, id in ((TREE, workout), (PAGE, str(gym.id))):
        await agree(plain, api, (gym.coach, gym.member), (text,), {"id": id})


async def test_each_arguments_values_have_a_fragment_of_their_own(
    api: Api, plain: Api, gym: Organization, workout: str
) -> None:
    answers = set()
    for conditions in (["knee pain"], ["pregnancy"], ["knee pain", "pregnancy"], []):
        for goal in ("STRENGTH", "ENDURANCE"):
            variables = {"id": workout, "conditions": conditions, "goal": goal}
            await agree(plain, api, (gym.coach,), (TREE,), variables)
            answers.add((await api.post(TREE, gym.coach, **variables)).content)
    assert len(answers) == 8


async def test_an_answer_with_one_organizations_restrictions_reaches_no_other(
    api: Api, plain: Api, owner: Pool, world: World
) -> None:
    gyms, plank = [await world.organization() for _ in range(2)], await world.exercise_id("plank")
    await restrict(owner, gyms[0], plank, "asthma", "absolute")
    trees = [(await create(api, gym, section(movement(plank))))["id"] for gym in gyms]
    seen = []
    for gym, tree in (*zip(gyms, trees, strict=True), *zip(gyms, trees, strict=True)):
        variables = {"id": tree, "conditions": ["asthma"]}
        await agree(plain, api, (gym.coach, gym.member), (TREE,), variables)
        answer = (await api.run(TREE, gym.coach, **variables))["workout"]["sections"][0]["movements"][0]
        seen.append(answer["exercise"]["safetyFor"]["riskScore"] == 100)
    assert seen == [True, False, True, False]


async def test_a_refused_condition_is_refused_each_time_and_nothing_is_cached_for_it(
    api: Api, plain: Api, gym: Organization, world: World
) -> None:
    """Of one exercise: which of several that fail at once an answer names is not specified (GraphQL, 6.4.4)."""
    tree = (await create(api, gym, section(movement(await world.exercise_id("plank")))))["id"]
    for conditions in (["nonsense of any kind"], ["knee pain"] * 61):
        await agree(plain, api, (gym.coach, gym.member), (TREE,), {"id": tree, "conditions": conditions})


@pytest.mark.parametrize(("cache_mb", "expected"), [(0, [8, 8, 8]), (64, [8, 7, 2])])
async def test_layers_of_a_tree_take_a_statement_each_and_none_where_the_tree_is_cached(
    services: Services, world: World, cache_mb: int, expected: list[int]
) -> None:
    gym = await world.organization()
    async with counted(services, cache_mb) as counter:
        listed = await counter.api.run("{ exercises(first: 60) { nodes { id } } }", gym.coach)
        ids = [node["id"] for node in listed["exercises"]["nodes"]]
        for size in (2, 60):
            made = await create(counter.api, gym, section(*map(movement, ids[:size])))
            counts = []
            for _ in range(TIMES):
                with counter.counting() as statements:
                    await counter.api.run(TREE, gym.coach, id=made["id"])
                counts.append(len(statements))
            assert counts == expected
