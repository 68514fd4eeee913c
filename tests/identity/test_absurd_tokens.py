"""Signed tokens with absurd headers or claims: refused with 401, never an internal error."""

import json
import time
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kinegraph.services import Services
from tests.conftest import SECRET, Api, Person
from tests.identity.keys import assert_signed_in, assert_unauthenticated, encoded, request, served, signed_by_hand

CLAIMS = ("exp", "nbf", "iat", "sub", "aud", "iss", "jti", "email", "email_verified")
HEADERS = ("alg", "typ", "kid", "crit", "b64", "cty", "jku", "jwk", "x5c", "zip")
NUMBERS = (
    "1" + "0" * 309, "-1" + "0" * 309, "1" + "0" * 5000, "1e400", "-1e400", "1e308", "NaN", "Infinity", "-Infinity",
    "253402300800", "1760000000000", "1e12", "9223372036854775808", "true", "false", "null", '"1760000000"', '"soon"',
    "[]", "{}", "[1]", '{"exp": 1}', "[" * 300 + "]" * 300,
)  # fmt: skip
"""JSON texts that are no time of a token."""

texts = st.recursive(
    st.sampled_from(NUMBERS)
    | st.integers().map(str)
    | st.floats().map(json.dumps)
    | st.sampled_from([json.dumps(text) for text in ("HS256", "RS256", "b64", "\ud800", "\0", "x" * 3000, "none", "")])
    | st.text(max_size=8).map(json.dumps),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda each: f"[{','.join(each)}]")
        | st.dictionaries(st.text(max_size=3), inner, max_size=3).map(
            lambda each: f"{{{','.join(f'{json.dumps(key)}:{value}' for key, value in each.items())}}}"
        )
    ),
    max_leaves=6,
)
"""The text of any JSON value, and of some that only Python accepts as JSON."""


def written(claims: dict[str, str]) -> bytes:
    """A JSON object whose values are given as JSON text."""
    return f"{{{','.join(f'{json.dumps(name)}:{text}' for name, text in claims.items())}}}".encode()


def token(person: Person, claims: dict[str, str], header: dict[str, str]) -> str:
    """A token signed with our secret, valid but for these claims and headers."""
    well = {"sub": json.dumps(str(person.id)), "exp": str(int(time.time()) + 3600)}
    return signed_by_hand(written({"alg": '"HS256"', **header}), written({**well, **claims}), SECRET.encode())


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("text", NUMBERS, ids=lambda text: text[:24])
async def test_an_invalid_time_is_refused(api: Api, person: Person, claim: str, text: str) -> None:
    for _ in range(2):  # a token that was accepted once would be cached
        assert_unauthenticated(await request(api, token(person, {claim: text}, {})))


async def test_a_time_with_a_fraction_is_valid(api: Api, person: Person) -> None:
    now = time.time()
    times = {"exp": str(now + 60.5), "nbf": str(now - 0.5), "iat": "1e9"}
    assert_signed_in(await request(api, token(person, times, {})), person)


@given(
    st.dictionaries(st.sampled_from(CLAIMS), texts, max_size=3),
    st.dictionaries(st.sampled_from(HEADERS), texts, max_size=3),
)
@example({}, {"crit": '["\\ud800"]'})
@example({}, {"alg": '["\\ud800"]'})
@example({}, {"alg": json.dumps("x" * 3000)})
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_signed_token_signs_in_or_is_refused(
    api: Api, person: Person, claims: dict[str, str], header: dict[str, str]
) -> None:
    response = await request(api, token(person, claims, header))
    if response.status_code == 200:
        assert_signed_in(response, person)
    else:
        assert_unauthenticated(response)


@given(st.dictionaries(st.sampled_from(CLAIMS), texts, min_size=1, max_size=3))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_signed_token_signs_in_or_is_refused_where_users_are_named_by_email(
    bound: Api, person: Person, claims: dict[str, str]
) -> None:
    well = {"aud": '"kinegraph"', "iss": '"https://id.example/"', "email": json.dumps(person.email)}
    response = await request(bound, token(person, {**well, **claims}, {}))
    if response.status_code == 200:
        assert_signed_in(response, person)
    else:
        assert_unauthenticated(response)


@pytest.fixture(scope="module")
async def bound(services: Services) -> AsyncIterator[Api]:
    """The API where tokens name users by e-mail, and must have an audience and an issuer."""
    changed = {"jwt_audience": "kinegraph", "jwt_issuer": "https://id.example/", "jwt_user_claim": "email"}
    async with served(services, SECRET, **changed) as api:
        yield api


@given(st.binary(max_size=60), st.binary(max_size=60))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_token_segments_of_any_bytes_are_refused(api: Api, head: bytes, payload: bytes) -> None:
    assert_unauthenticated(await request(api, signed_by_hand(head, payload, SECRET.encode())))
    assert_unauthenticated(
        await request(api, b"Bearer " + head.replace(b"\n", b"").replace(b"\r", b"") + b"." + encoded(payload))
    )
