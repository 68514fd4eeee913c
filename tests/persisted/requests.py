"""Requests as clients send them: Apollo Client, urql, and Relay with persisted documents."""

import json
from itertools import count
from typing import Any  # JSON of requests

import httpx

from kinegraph.persisted.rules import hash_of
from tests.conftest import Api, Person

APOLLO = {"Accept": "application/graphql-response+json,application/json;q=0.9"}
URQL = {
    "Accept": "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, "
    "multipart/mixed"
}
PLAIN = {"Accept": "application/json"}
_numbers = count()


def new_text(selection: str = "viewer { user { name } }") -> str:
    """A document that no other test has."""
    return f"query Screen{next(_numbers)} {{ {selection} }}"


def by_hash(hash: object, **others: Any) -> dict[str, Any]:
    """The parameters of an automatic persisted query."""
    return {**others, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash}}}


def with_text(text: str, **others: Any) -> dict[str, Any]:
    """The parameters that register a text."""
    return by_hash(hash_of(text), query=text, **others)


async def post(api: Api, body: object, person: Person | None = None, **headers: str) -> httpx.Response:
    """The response to a POST request."""
    return await api.client.post("/graphql", json=body, headers={**_authorization(person), **headers})


async def get(api: Api, parameters: dict[str, Any], person: Person | None = None, **headers: str) -> httpx.Response:
    """The response to a GET request."""
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}
    return await api.client.get("/graphql", params=texts, headers={**_authorization(person), **headers})


def _authorization(person: Person | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.token}"} if person else {}


def outcome(response: httpx.Response) -> tuple[int, str]:
    """The status, and the code of the only error; `data` where there is none."""
    body = response.json()
    if "errors" not in body:
        return response.status_code, "data"
    (error,) = body["errors"]
    assert body.get("data") is None, body
    return response.status_code, error["extensions"]["code"]


DATA = (200, "data")
MISS = (200, "PERSISTED_QUERY_NOT_FOUND")
