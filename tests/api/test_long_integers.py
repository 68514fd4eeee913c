"""Integers of thousands of digits are refused in plain words, wherever a client can send one."""

import base64
import hashlib
import hmac

import httpx
import orjson
import pytest

from kinegraph.identity.rules import INVALID_TOKEN
from tests.api.documents import send
from tests.conftest import SECRET, Api

DIGITS = "9" * 5_000
TOO_LONG = "An integer in the document is too long: at most 1,000 digits."
TOO_LARGE = "The body has a number that is too large."
DOCUMENTS = [
    "{ exercises(first: %s) { nodes { id } } }",
    "{ exercises(first: -%s) { nodes { id } } }",
    "query ($first: Int = %s) { exercises(first: $first) { nodes { id } } }",
    "{ workout(id: %s) { id } }",
    "{ exercises(filter: { difficultyMin: %s }) { nodes { id } } }",
    "{ exercises(filter: %s) { nodes { id } } }",
    "{ __typename @include(if: %s) }",
    'mutation { createExercise(input: { name: "A", difficulty: %s }) { userErrors { code } } }',
]
VARIABLES = {
    "query ($value: Int) { exercises(first: $value) { nodes { id } } }": "%s",
    "query ($value: ID!) { workout(id: $value) { id } }": "-%s",
    "query ($value: ExerciseFilter) { exercises(filter: $value) { nodes { id } } }": '{"difficultyMin": %s}',
}


def message_of(response: httpx.Response) -> str:
    assert "limit" not in response.text and "set_int" not in response.text
    (error,) = response.json()["errors"]
    message: str = error["message"]
    return message


@pytest.mark.parametrize("executor", ["breadth-first", "graphql-core"])
@pytest.mark.parametrize("document", DOCUMENTS)
async def test_a_long_integer_in_a_document_is_refused(api: Api, document: str, executor: str) -> None:
    response = await send(api, {"query": document % DIGITS}, headers={"X-Kinegraph-Executor": executor})
    assert (response.status_code, message_of(response)) == (400, TOO_LONG)


async def test_long_digits_in_a_string_are_no_integer(api: Api) -> None:
    response = await send(api, {"query": f'{{ workout(id: "{DIGITS}") {{ id }} }}'})
    assert message_of(response) == "Must be an id that this API gave out (a UUID)."


@pytest.mark.parametrize("document", VARIABLES)
async def test_a_long_integer_in_variables_is_refused(api: Api, document: str) -> None:
    value = VARIABLES[document] % DIGITS
    body = b'{"query": %s, "variables": {"value": %s}}' % (orjson.dumps(document), value.encode())
    response = await send(api, body)
    assert (response.status_code, message_of(response)) == (400, TOO_LARGE)


async def test_a_long_integer_in_a_url_is_refused(api: Api) -> None:
    parameters = {"query": next(iter(VARIABLES)), "variables": f'{{"value": {DIGITS}}}'}
    response = await api.client.get("/graphql", params=parameters)
    assert (response.status_code, message_of(response)) == (
        400,
        "The parameter `variables` has a number that is too large.",
    )


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def signed(header: str, claims: str) -> str:
    text = f"{encoded(header)}.{encoded(claims)}"
    signature = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


@pytest.mark.parametrize(
    "token",
    [
        signed(f'{{"alg": "HS256", "x": {DIGITS}}}', '{"sub": "x"}'),
        signed('{"alg": "HS256"}', f'{{"sub": "x", "exp": {DIGITS}}}'),
    ],
    ids=["header", "claims"],
)
async def test_a_long_integer_in_a_token_is_refused(api: Api, token: str) -> None:
    response = await send(api, {"query": "{ __typename }"}, headers={"Authorization": f"Bearer {token}"})
    assert (response.status_code, message_of(response)) == (401, INVALID_TOKEN)
