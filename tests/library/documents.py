"""GraphQL documents about overrides and the library, and functions that send them."""

from typing import Any  # inputs and answers are JSON

from tests.conftest import Api, Organization, Person
from tests.exercise.samples import OVERRIDABLE

VALUES = " ".join(OVERRIDABLE)
FIELDS = f"""
  id exerciseId slug status isOrgCustom isCustomizedByOrg customizedFields isDiscontinued organization {{ id }}
  {VALUES} exercise {{ id {VALUES} }}
"""
ERRORS = "userErrors { code message field }"
TARGET = "$exerciseId: ID!, $organizationId: ID!"
UPSERT = (
    f"mutation ({TARGET}, $overrides: ExerciseOverrideInput!) {{ upsertExerciseOverride(exerciseId: $exerciseId, "
    f"organizationId: $organizationId, overrides: $overrides) {{ exercise {{ {FIELDS} }} {ERRORS} }} }}"
)
RESET = (
    f"mutation ({TARGET}) {{ resetExerciseOverride(exerciseId: $exerciseId, organizationId: $organizationId) "
    f"{{ exercise {{ {FIELDS} }} {ERRORS} }} }}"
)
EFFECTIVE = f"query ({TARGET}) {{ effectiveExercise(id: $exerciseId, organizationId: $organizationId) {{ {FIELDS} }} }}"
LIBRARY = f"""
query ($id: ID!, $source: LibrarySource! = ALL, $filter: ExerciseFilter, $sort: ExerciseSort! = NAME_ASC,
       $first: Int, $after: String) {{
  organization(id: $id) {{
    exerciseLibrary(source: $source, filter: $filter, sort: $sort, first: $first, after: $after) {{
      totalCount nodes {{ {FIELDS} }} edges {{ cursor node {{ exerciseId }} }}
      pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
    }}
  }}
}}
"""


def target(exercise_id: str, organization: Organization) -> dict[str, str]:
    """The variables of an exercise and an organization."""
    return {"exerciseId": exercise_id, "organizationId": str(organization.id)}


async def upsert(
    api: Api, organization: Organization, exercise_id: str, person: Person | None = None, **overrides: Any
) -> dict[str, Any]:
    """The exercise after an override by the organization's coach."""
    variables = target(exercise_id, organization)
    changed = await api.run(UPSERT, person or organization.coach, **variables, overrides=overrides)
    exercise: dict[str, Any] = changed["upsertExerciseOverride"]["exercise"]
    return exercise


async def reset(api: Api, organization: Organization, exercise_id: str) -> dict[str, Any]:
    """The exercise after a reset by the organization's coach."""
    changed = await api.run(RESET, organization.coach, **target(exercise_id, organization))
    exercise: dict[str, Any] = changed["resetExerciseOverride"]["exercise"]
    return exercise


async def effective(
    api: Api, organization: Organization, exercise_id: str, person: Person | None = None
) -> dict[str, Any] | None:
    """The exercise as the organization sees it, or None."""
    found = await api.run(EFFECTIVE, person or organization.coach, **target(exercise_id, organization))
    exercise: dict[str, Any] | None = found["effectiveExercise"]
    return exercise


async def library(
    api: Api, organization: Organization, person: Person | None = None, **arguments: Any
) -> dict[str, Any]:
    """A page of the organization's library."""
    found = await api.run(LIBRARY, person or organization.coach, id=str(organization.id), **arguments)
    page: dict[str, Any] = found["organization"]["exerciseLibrary"]
    return page


WALK = """
query ($id: ID!, $source: LibrarySource! = ALL, $sort: ExerciseSort!, $first: Int, $after: String) {
  organization(id: $id) {
    exerciseLibrary(source: $source, sort: $sort, first: $first, after: $after) {
      edges { node { exerciseId } } pageInfo { hasNextPage hasPreviousPage endCursor }
    }
  }
}
"""


async def walk(api: Api, organization: Organization, size: int, **arguments: Any) -> list[str]:
    """The ids of a whole library, read page by page."""
    found: list[str] = []
    after = None
    while True:
        data = await api.run(WALK, organization.coach, id=str(organization.id), first=size, after=after, **arguments)
        page = data["organization"]["exerciseLibrary"]
        found += [edge["node"]["exerciseId"] for edge in page["edges"]]
        assert len(page["edges"]) == size or not page["pageInfo"]["hasNextPage"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
