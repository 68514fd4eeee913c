"""Helpers of the tests of idempotency keys: a request that makes a workout, and sending it with a key."""

from typing import Any  # requests are JSON

import httpx

from tests.api.documents import send
from tests.conftest import Api, Organization, Person

CREATE = """mutation ($input: CreateWorkoutInput!) {
  createWorkout(input: $input) { workout { id title } userErrors { code message field } }
}"""
COUNT = "SELECT count(*) FROM workouts WHERE organization_id = $1"


def body(organization: Organization, title: str = "Once") -> dict[str, Any]:
    """A request that makes a workout."""
    return {"query": CREATE, "variables": {"input": {"organizationId": str(organization.id), "title": title}}}


async def keyed(api: Api, person: Person | None, request: Any, key: str | None, **options: Any) -> httpx.Response:
    """The response to a request with this key."""
    return await send(api, request, person=person, headers={"Idempotency-Key": key} if key else {}, **options)
