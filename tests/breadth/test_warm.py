"""A process with a warm cache gives the answers of one without a cache: no cached answer is mistaken for another.

Generated documents, with `__typename` everywhere, are sent by coaches and members of two organizations that use the
same exercises, with equal prescriptions and section configs.
"""

import itertools
import os

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinegraph.kit.rows import Row
from kinegraph.services import Services
from tests.api.routes import SCHEMA
from tests.api.sizes import Size, grow
from tests.breadth.test_project import HEAD, USED, selections
from tests.cached import TIMES, serving
from tests.conftest import Api, World

EXAMPLES = int(os.environ.get("KINEGRAPH_ORACLE_EXAMPLES", "60"))
EQUAL = '{"rest_seconds": 60}'
TYPES = """
query ($workout: ID!) { workout(id: $workout) { __typename sections { __typename
  config { __typename restSeconds } movements { __typename prescription { __typename restSeconds } }
} } }
"""


@pytest.fixture(scope="module")
async def size(plain: Api, world: World, owner: "asyncpg.Pool[Row]") -> Size:
    """Two organizations with rows of everything; what is stored as JSON is equal wherever it can be."""
    made = await grow(plain, world, owner, 2, 2)
    await owner.execute("UPDATE exercises SET status = 'published'")
    await owner.execute(f"UPDATE workout_sections SET shape = 'intervals', config = '{EQUAL}'")
    await owner.execute(f"UPDATE workout_movements SET prescription = '{EQUAL}'")
    return made


@pytest.fixture(scope="module")
async def ids(size: Size, owner: "asyncpg.Pool[Row]") -> list[dict[str, str]]:
    """The variables of the documents, for each organization."""
    found = []
    for gym in size.organizations:
        given = {"organization": str(gym.id)}
        for name, column, table in (
            ("workout", "id", "workouts"),
            ("exercise", "exercise_id", "exercise_org_overrides"),
            ("assignment", "id", "workout_assignments"),
        ):
            statement = f"SELECT {column}::text FROM {table} WHERE organization_id = $1 LIMIT 1"
            given[name] = await owner.fetchval(statement, gym.id)
        found.append(given)
    return found


assert SCHEMA.query_type is not None


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(selections(SCHEMA.query_type, 6), st.booleans(), st.permutations(range(4)))
async def test_generated_documents_get_the_same_answer_with_a_warm_cache_and_without(
    plain: Api, api: Api, size: Size, ids: list[dict[str, str]], selection: str, no: bool, order: list[int]
) -> None:
    text = f"{HEAD} {{ {USED} ...All }} fragment All on Query {selection}"
    callers = list(itertools.product((size.coach, size.member), ids))
    expected = {}
    for number in order:
        person, given = callers[number]
        answer = await plain.post(text, person, **given, no=no)
        assert answer.status_code == 200, answer.text
        expected[number] = answer.content
    for _, number in itertools.product(range(TIMES), order):
        person, given = callers[number]
        assert (await api.post(text, person, **given, no=no)).content == expected[number]


async def test_objects_with_equal_content_are_answered_with_their_own_types(
    services: Services, size: Size, ids: list[dict[str, str]]
) -> None:
    wrapped = ["sections { config { %s } }", "sections { movements { prescription { %s } } }"]
    async with serving(services, 64) as api:
        for shown, outer in itertools.product(("__typename restSeconds", "restSeconds t: __typename"), (0, 1, 0)):
            text = f"query ($workout: ID!) {{ workout(id: $workout) {{ {wrapped[outer] % shown} }} }}"
            for _, given in itertools.product(range(TIMES), ids):
                await api.run(text, size.coach, workout=given["workout"])
        for _, given in itertools.product(range(TIMES), ids):
            sections = (await api.run(TYPES, size.coach, workout=given["workout"]))["workout"]["sections"]
            assert sections
            for section in sections:
                assert section["config"] == {"__typename": "SectionConfig", "restSeconds": 60}
                for row in section["movements"]:
                    assert row["prescription"] == {"__typename": "Prescription", "restSeconds": 60}
