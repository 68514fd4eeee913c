"""Helpers of the tests of the API: raw requests, and a checksum of the stored rows."""

import json
from typing import Any  # bodies that are JSON or not

import httpx

from tests.conftest import Api, Person

GRAPHQL_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"

CREATE_EXERCISE = """
mutation ($input: CreateExerciseInput!) {
  createExercise(input: $input) { exercise { id } userErrors { code message field } }
}
"""
CREATE_WORKOUT = """
mutation ($input: CreateWorkoutInput!) {
  createWorkout(input: $input) {
    workout { id sections { id movements { id comments { body } } } } userErrors { code message field }
  }
}
"""


async def send(
    api: Api,
    body: Any = None,
    *,
    method: str = "POST",
    url: str = "/graphql",
    person: Person | None = None,
    content_type: str | None = PLAIN_JSON,
    accept: str | None = GRAPHQL_JSON,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """One request, its body as bytes or (anything else) as JSON; a header that is None is not sent."""
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    request = api.client.build_request(method, url, content=content, headers=headers)
    del request.headers["accept"]
    if content_type is not None and method == "POST":
        request.headers["content-type"] = content_type
    if accept is not None:
        request.headers["accept"] = accept
    if person is not None:
        request.headers["authorization"] = f"Bearer {person.token}"
    return await api.client.send(request)


def outcome(response: httpx.Response) -> tuple[int, list[str]]:
    """The status, and the code of each error, of an answer that must be well-formed GraphQL over HTTP."""
    body = response.json()
    assert set(body) <= {"data", "errors", "extensions"}, body
    errors = body.get("errors", [])
    assert errors or "data" in body, body
    assert all(isinstance(error["message"], str) and error["message"] for error in errors), body
    return response.status_code, [error["extensions"]["code"] for error in errors]
