"""A bearer token names the user of a request; an invalid token is refused as RFC 6750 says."""

import json
import time
from typing import Any  # Any: claims are JSON; keys of two classes
from uuid import UUID, uuid4

import jwt
import pytest

from kinegraph.outside.tokens import Tokens
from kinegraph.services import Services
from tests.conftest import SECRET, Api, Person, World
from tests.identity.keys import (
    GARBAGE,
    assert_not_signed_in,
    assert_signed_in,
    assert_unauthenticated,
    by_hand,
    claims,
    ec_key,
    encoded,
    public_pem,
    request,
    rsa_key,
    served,
)
from tests.identity.rows import Pool, stored


def signed(payload: dict[str, Any], secret: str = SECRET, **header: Any) -> str:
    return jwt.encode(payload, secret, algorithm="HS256", headers=header or None)


async def test_a_token_signed_with_the_shared_secret_signs_in(api: Api, person: Person) -> None:
    assert_signed_in(await request(api, signed(claims(person))), person)


async def test_the_scheme_is_bearer_in_any_case_and_its_token_may_have_spaces_around(api: Api, person: Person) -> None:
    for scheme in (b"bearer ", b"BEARER ", b"Bearer   "):
        assert_signed_in(await request(api, scheme + signed(claims(person)).encode() + b" "), person)


@pytest.mark.parametrize("seconds", [-31, -3600, -(10**9)])
async def test_an_expired_token_is_refused(api: Api, person: Person, seconds: int) -> None:
    assert_unauthenticated(await request(api, signed(claims(person, exp=int(time.time()) + seconds))))


async def test_a_clock_may_be_some_seconds_off(api: Api, person: Person) -> None:
    now = int(time.time())
    for off in ({"exp": now - 15}, {"nbf": now + 15}, {"iat": now + 15}):
        assert_signed_in(await request(api, signed(claims(person, **off))), person)


@pytest.mark.parametrize("claim", ["nbf", "iat"])
async def test_a_token_that_is_not_yet_valid_is_refused(api: Api, person: Person, claim: str) -> None:
    token = signed(claims(person, **{claim: int(time.time()) + 300}))
    assert_unauthenticated(await request(api, token))


async def test_a_token_of_another_secret_is_refused(api: Api, person: Person) -> None:
    assert_unauthenticated(await request(api, signed(claims(person), SECRET + "!")))


@pytest.mark.parametrize("secret", [None, SECRET.encode()])
@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", None, "HS512", "hs256", "RS256", ["HS256"], {}, 1])
async def test_only_configured_algorithms_are_accepted(
    api: Api, person: Person, alg: Any, secret: bytes | None
) -> None:
    token = by_hand({"alg": alg, "typ": "JWT"}, json.dumps(claims(person)).encode(), secret)
    assert_unauthenticated(await request(api, token))


async def test_a_token_without_signature_is_refused_whatever_algorithm_it_names(api: Api, person: Person) -> None:
    for alg in ("none", "HS256", "RS256", "ES256"):
        token = by_hand({"alg": alg}, json.dumps(claims(person)).encode(), None)
        assert_unauthenticated(await request(api, token))
        assert_unauthenticated(await request(api, token.rstrip(".")))


@pytest.mark.filterwarnings("ignore:The HMAC key is:jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
async def test_the_right_secret_under_another_algorithm_is_refused(api: Api, person: Person, algorithm: str) -> None:
    assert_unauthenticated(await request(api, jwt.encode(claims(person), SECRET, algorithm=algorithm)))


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_tokens_of_key_pairs_are_refused_where_no_key_set_is_configured(
    api: Api, person: Person, algorithm: str
) -> None:
    key: Any = rsa_key() if algorithm == "RS256" else ec_key()
    headers = {
        "kid": "one",
        "jku": "http://127.0.0.1:9/",
        "jwk": {"kty": "oct", "k": "AA"},
        "x5u": "http://127.0.0.1:9/",
    }
    assert_unauthenticated(await request(api, jwt.encode(claims(person), key, algorithm=algorithm, headers=headers)))


async def test_a_changed_payload_is_refused(api: Api, person: Person, world: World) -> None:
    head, _, signature = signed(claims(person)).split(".")
    other = encoded(json.dumps(claims(await world.person(is_platform_admin=True))).encode()).decode()
    assert_unauthenticated(await request(api, f"{head}.{other}.{signature}"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"exp": None},
        {"exp": "soon"},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"exp": {}},
        {"exp": True},
        {"nbf": float("inf")},
        {"nbf": "never"},
        {"iat": float("inf")},
        {"iat": []},
    ],
    ids=str,
)
async def test_a_signed_token_without_a_valid_time_is_refused(api: Api, person: Person, wrong: dict[str, Any]) -> None:
    payload = json.dumps(claims(person, **wrong)).encode()
    assert_unauthenticated(await request(api, by_hand({"alg": "HS256"}, payload, SECRET.encode())))


@pytest.mark.parametrize(
    "sub",
    [None, "", " ", "nobody", 5, True, [], {}, "\0", "\ud800", "x" * 5000, str(UUID(int=0))],
)
async def test_a_token_that_names_no_user_is_refused(api: Api, person: Person, sub: Any) -> None:
    payload = json.dumps(claims(person, sub=sub)).encode()
    assert_unauthenticated(await request(api, by_hand({"alg": "HS256"}, payload, SECRET.encode())))


async def test_a_user_who_does_not_exist_is_refused(api: Api, person: Person) -> None:
    assert_unauthenticated(await request(api, signed(claims(person, sub=str(uuid4())))))


async def test_a_removed_user_is_refused_though_their_token_is_valid(api: Api, world: World, owner: Pool) -> None:
    leaver = await world.person()
    assert_signed_in(await request(api, leaver.token), leaver)
    await owner.execute("DELETE FROM users WHERE id = $1", leaver.id)
    assert_unauthenticated(await request(api, leaver.token))


async def test_the_users_id_is_accepted_in_upper_case_too(api: Api, person: Person) -> None:
    assert_signed_in(await request(api, signed(claims(person, sub=str(person.id).upper()))), person)


async def test_the_email_claim_is_ignored_where_the_user_is_named_by_sub(
    api: Api, world: World, person: Person
) -> None:
    other = await world.person(is_platform_admin=True)
    assert_signed_in(await request(api, signed(claims(person, email=other.email))), person)
    assert_unauthenticated(await request(api, signed(claims(person, sub=None, email=other.email))))


@pytest.mark.parametrize("header", GARBAGE, ids=lambda header: repr(header[:40]))
async def test_garbage_instead_of_a_token_is_refused(api: Api, header: bytes) -> None:
    assert_unauthenticated(await request(api, header))


@pytest.mark.parametrize(
    "payload",
    [b"", b"[]", b"null", b"5", b'"x"', b"\xff", b"{", b"[" * 5000, b'{"a":' * 5000],
    ids=lambda payload: repr(payload[:9]),
)
async def test_a_signed_payload_without_claims_is_refused(api: Api, payload: bytes) -> None:
    assert_unauthenticated(await request(api, by_hand({"alg": "HS256"}, payload, SECRET.encode())))


async def test_without_a_token_only_the_schema_can_be_queried(api: Api, owner: Pool) -> None:
    assert_not_signed_in(await request(api, None))
    typename = await request(api, None, {"query": "{ __typename }"})
    assert (typename.status_code, typename.json()) == (200, {"data": {"__typename": "Query"}})
    before = await stored(owner)
    mutation = 'mutation { createExercise(input: {name: "X"}) { exercise { id } userErrors { code } } }'
    assert_not_signed_in(await request(api, None, {"query": mutation}))
    assert await stored(owner) == before


async def test_an_invalid_token_is_refused_even_where_no_token_is_needed(api: Api) -> None:
    assert_unauthenticated(await request(api, "a.b.c", {"query": "{ __typename }"}))


async def test_a_refusal_neither_repeats_the_token_nor_the_secret(api: Api, person: Person) -> None:
    token = signed(claims(person), "another secret, which is long enough too")
    response = await request(api, token)
    assert token not in response.text
    assert SECRET not in response.text


async def test_a_token_in_the_url_is_not_a_token(api: Api, person: Person) -> None:
    parameters = {"query": "{ viewer { user { id } } }", "access_token": person.token}
    assert_not_signed_in(await api.client.get("/graphql", params=parameters))


AUDIENCES = {"jwt_audience": "kinegraph", "jwt_issuer": "https://id.example/"}


@pytest.mark.parametrize(
    ("bounds", "is_valid"),
    [
        ({"aud": "kinegraph", "iss": "https://id.example/"}, True),
        ({"aud": ["other", "kinegraph"], "iss": "https://id.example/"}, True),
        ({"aud": "other", "iss": "https://id.example/"}, False),
        ({"aud": [], "iss": "https://id.example/"}, False),
        ({"aud": "kinegraph.evil", "iss": "https://id.example/"}, False),
        ({"iss": "https://id.example/"}, False),
        ({"aud": "kinegraph"}, False),
        ({"aud": "kinegraph", "iss": "https://id.example"}, False),
        ({"aud": "kinegraph", "iss": ["https://id.example/"]}, False),
        ({}, False),
    ],
)
async def test_audience_and_issuer_must_be_the_configured_ones(
    services: Services, person: Person, bounds: dict[str, Any], *, is_valid: bool
) -> None:
    async with served(services, SECRET, **AUDIENCES) as api:
        payload = json.dumps(claims(person, **bounds)).encode()
        response = await request(api, by_hand({"alg": "HS256"}, payload, SECRET.encode()))
        assert_signed_in(response, person) if is_valid else assert_unauthenticated(response)


async def test_a_token_may_name_an_audience_where_none_is_configured(api: Api, person: Person) -> None:
    assert_signed_in(await request(api, signed(claims(person, aud="whoever", iss="whoever"))), person)


async def test_tokens_that_we_sign_name_the_configured_audience_and_issuer(services: Services, person: Person) -> None:
    async with served(services, SECRET, **AUDIENCES) as api:
        ours = Tokens(SECRET, None, "kinegraph", "https://id.example/")
        assert_signed_in(await request(api, ours.sign({"sub": str(person.id)}, 60)), person)


@pytest.mark.parametrize("spelt", [str.lower, str.upper, str.title])
async def test_a_user_may_be_named_by_email_in_any_case_where_that_is_configured(
    services: Services, world: World, spelt: Any
) -> None:
    someone = await world.person()
    async with served(services, SECRET, jwt_user_claim="email") as api:
        payload = claims(someone, sub="auth0|1", email=spelt(someone.email))
        assert_signed_in(await request(api, signed(payload)), someone)
        assert_signed_in(await request(api, signed({**payload, "email_verified": True})), someone)


@pytest.mark.parametrize(
    "others",
    [
        {"email_verified": False},
        {"email_verified": "false"},
        {"email_verified": None, "email": None},
        {"email": ""},
        {"email": 5},
        {"email": ["x"]},
        {"email": "nobody@kinegraph.example"},
        {"email": "%"},
        {"email": "\0"},
        {"email": "person\0"},
        {"email": "\ud800@kinegraph.example"},
        {"email": "x" * 100_000},
    ],
    ids=lambda others: repr(others)[:40],
)
async def test_an_email_that_is_nobodys_or_not_verified_is_refused(
    services: Services, person: Person, others: dict[str, Any]
) -> None:
    async with served(services, SECRET, jwt_user_claim="email") as api:
        payload = json.dumps(claims(person, **{"email": person.email, **others})).encode()
        assert_unauthenticated(await request(api, by_hand({"alg": "HS256"}, payload, SECRET.encode())))


async def test_a_token_without_an_email_does_not_name_a_user_without_an_email(
    services: Services, owner: Pool, person: Person
) -> None:
    await owner.execute("INSERT INTO users (name) VALUES ('No address')")
    async with served(services, SECRET, jwt_user_claim="email") as api:
        for email in (None, ""):
            assert_unauthenticated(await request(api, signed(claims(person, email=email))))


async def test_a_published_key_is_not_accepted_as_the_secret(services: Services, person: Person) -> None:
    """Algorithm confusion: HS256, with the text of the public key as the secret."""
    payload = json.dumps(claims(person)).encode()
    async with served(services, SECRET) as api:
        for key in (rsa_key(), ec_key()):
            assert_unauthenticated(await request(api, by_hand({"alg": "HS256"}, payload, public_pem(key))))
