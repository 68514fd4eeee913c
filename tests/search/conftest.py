"""Fixtures of the tests of search, and the document that they send."""

from typing import Any  # answers are JSON

import pytest

from tests.conftest import Api, Person, World
from tests.fixtures import admin, gym

__all__ = ["admin", "gym"]

SEARCH = """
query ($q: String!, $mode: SearchMode, $organizationId: ID, $filter: ExerciseFilter, $limit: Int) {
  searchExercises(q: $q, mode: $mode, organizationId: $organizationId, filter: $filter, limit: $limit) {
    exercise { exerciseId name slug customizedFields organization { id } }
    source score lexicalRank trigramRank semanticRank
  }
}
"""


async def search(api: Api, person: Person | None, q: str, **variables: Any) -> list[dict[str, Any]]:
    """The hits of a search."""
    hits: list[dict[str, Any]] = (await api.run(SEARCH, person, q=q, **variables))["searchExercises"]
    return hits


async def names(api: Api, person: Person | None, q: str, **variables: Any) -> list[str]:
    """The names of the found exercises, best first."""
    return [hit["exercise"]["name"] for hit in await search(api, person, q, **variables)]


async def refusal(api: Api, person: Person | None, **variables: Any) -> tuple[int, str, list[str]]:
    """The status, the code and the field of a search that is refused."""
    response = await api.post(SEARCH, person, **variables)
    (error,) = response.json()["errors"]
    return response.status_code, error["extensions"]["code"], error["extensions"]["field"]


@pytest.fixture(scope="module")
async def reader(world: World) -> Person:
    """Somebody who belongs to no organization."""
    return await world.person()
