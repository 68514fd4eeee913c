"""RS256 and ES256 tokens are checked by the keys of a JWKS, which is a file or is fetched."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any  # Any: claims are JSON; keys of two classes

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from kinegraph.main import create_app
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.tokens import Tokens
from kinegraph.services import Services
from tests.conftest import SECRET, Api, Person
from tests.identity.keys import (
    Published,
    assert_signed_in,
    assert_unauthenticated,
    by_hand,
    claims,
    ec_key,
    encoded,
    key_server,
    key_set,
    public_pem,
    request,
    rsa_key,
    served,
)

KEYS: dict[str, Any] = {"RS256": rsa_key, "ES256": ec_key}


def signed(payload: dict[str, Any], algorithm: str, kid: str | None = None, number: int = 0) -> str:
    headers = {"kid": kid or algorithm}
    return jwt.encode(payload, KEYS[algorithm](number), algorithm=algorithm, headers=headers)


@pytest.fixture(scope="module")
def published() -> Iterator[Published]:
    with key_server() as server:
        server.body = json.dumps(key_set(RS256=rsa_key(), ES256=ec_key())).encode()
        yield server


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys with spaces") / "jwks.json"
    path.write_text(json.dumps(key_set(RS256=rsa_key(), ES256=ec_key())))
    return path


@pytest.fixture(params=["file", "url"])
async def keyed(
    request: pytest.FixtureRequest, services: Services, file: Path, published: Published
) -> AsyncIterator[Api]:
    """The API where tokens are signed elsewhere: its keys in a file, and fetched."""
    where = str(file) if request.param == "file" else published.url
    async with served(services, None, jwt_jwks=where) as api:
        yield api


@pytest.mark.parametrize("algorithm", KEYS)
async def test_a_token_of_a_key_pair_signs_in(keyed: Api, person: Person, algorithm: str) -> None:
    for _ in range(2):
        assert_signed_in(await request(keyed, signed(claims(person), algorithm)), person)


@pytest.mark.parametrize("algorithm", KEYS)
async def test_a_token_of_another_key_under_an_existing_key_id_is_refused(
    keyed: Api, person: Person, algorithm: str
) -> None:
    assert_unauthenticated(await request(keyed, signed(claims(person), algorithm, number=1)))


@pytest.mark.parametrize("algorithm", KEYS)
async def test_a_token_with_a_missing_or_unknown_key_id_is_refused(keyed: Api, person: Person, algorithm: str) -> None:
    assert_unauthenticated(await request(keyed, signed(claims(person), algorithm, kid="unknown")))
    assert_unauthenticated(await request(keyed, jwt.encode(claims(person), KEYS[algorithm](), algorithm=algorithm)))


@pytest.mark.parametrize("algorithm", KEYS)
async def test_times_are_checked_for_tokens_of_key_pairs_too(keyed: Api, person: Person, algorithm: str) -> None:
    for wrong in ({"exp": 1}, {"exp": None}, {"nbf": 4_000_000_000}):
        assert_unauthenticated(await request(keyed, signed(claims(person, **wrong), algorithm)))


@pytest.mark.parametrize("kid", KEYS)
async def test_a_published_key_is_not_accepted_as_a_secret(keyed: Api, person: Person, kid: str) -> None:
    """Algorithm confusion: HS256, with the public key's text as the secret."""
    payload = json.dumps(claims(person)).encode()
    pem = public_pem(KEYS[kid]())
    for secret in (pem, pem.strip(), SECRET.encode()):
        assert_unauthenticated(await request(keyed, by_hand({"alg": "HS256", "kid": kid}, payload, secret)))


async def test_a_key_of_one_kind_does_not_check_tokens_of_the_other(keyed: Api, person: Person) -> None:
    assert_unauthenticated(await request(keyed, signed(claims(person), "RS256", kid="ES256")))
    assert_unauthenticated(await request(keyed, signed(claims(person), "ES256", kid="RS256")))


@pytest.mark.parametrize("algorithm", ["RS512", "PS256", "ES384", "none", "EdDSA"])
async def test_other_algorithms_of_an_existing_key_are_refused(keyed: Api, person: Person, algorithm: str) -> None:
    payload = json.dumps(claims(person)).encode()
    assert_unauthenticated(await request(keyed, by_hand({"alg": algorithm, "kid": "RS256"}, payload, b"x" * 32)))
    if algorithm in ("RS512", "PS256"):
        token = jwt.encode(claims(person), rsa_key(), algorithm=algorithm, headers={"kid": "RS256"})
        assert_unauthenticated(await request(keyed, token))


async def test_a_token_that_brings_its_own_key_is_refused(keyed: Api, person: Person, published: Published) -> None:
    own = key_set(own=rsa_key(7))["keys"][0]
    for header in ({"jwk": own}, {"jwk": own, "kid": "own"}, {"jku": published.url, "kid": "own"}):
        token = jwt.encode(claims(person), rsa_key(7), algorithm="RS256", headers=header)
        assert_unauthenticated(await request(keyed, token))


@pytest.mark.parametrize("kid", [5, [], {}, "x" * 5000, "\0", "../RS256"], ids=lambda kid: repr(kid)[:20])
async def test_a_malformed_key_id_is_refused(keyed: Api, person: Person, kid: Any) -> None:
    payload = json.dumps(claims(person)).encode()
    for algorithm in KEYS:
        assert_unauthenticated(await request(keyed, by_hand({"alg": algorithm, "kid": kid}, payload, b"x" * 64)))


@pytest.mark.parametrize("payload", [b"[" * 5000, b"", b"null", b"\xff"], ids=lambda payload: repr(payload[:9]))
async def test_an_unreadable_payload_is_refused_before_its_signature_is_checked(keyed: Api, payload: bytes) -> None:
    token = encoded(b'{"alg":"RS256","kid":"RS256"}') + b"." + encoded(payload) + b".AAAA"
    assert_unauthenticated(await request(keyed, token.decode()))


async def test_a_secret_and_a_key_set_can_be_used_together(
    services: Services, person: Person, published: Published
) -> None:
    async with served(services, SECRET, jwt_jwks=published.url) as api:
        assert_signed_in(await request(api, person.token), person)
        assert_signed_in(await request(api, signed(claims(person), "ES256")), person)
        payload = json.dumps(claims(person)).encode()
        confused = by_hand({"alg": "HS256", "kid": "RS256"}, payload, public_pem(rsa_key()))
        assert_unauthenticated(await request(api, confused))


async def test_a_provider_may_name_users_by_email(services: Services, person: Person, published: Published) -> None:
    settings = {"jwt_user_claim": "email", "jwt_audience": "kinegraph", "jwt_issuer": "https://id.example/"}
    async with served(services, None, jwt_jwks=published.url, **settings) as api:
        payload = claims(person, sub="auth0|6543", email=person.email, aud="kinegraph", iss="https://id.example/")
        assert_signed_in(await request(api, signed(payload, "RS256")), person)
        assert_unauthenticated(await request(api, signed({**payload, "email_verified": False}, "RS256")))
        assert_unauthenticated(await request(api, signed({**payload, "aud": "another"}, "RS256")))


async def test_keys_are_fetched_once_for_many_requests(services: Services, person: Person) -> None:
    with key_server() as server:
        server.body = json.dumps(key_set(ES256=ec_key())).encode()
        async with served(services, None, jwt_jwks=server.url) as api:
            for _ in range(5):
                assert_signed_in(await request(api, signed(claims(person), "ES256")), person)
            for number in range(20):
                assert_unauthenticated(await request(api, signed(claims(person), "ES256", kid=f"unknown-{number}")))
        assert server.requests <= 2


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b""), (404, b"{}"), (200, b"<html>Sign in to the Wi-Fi</html>"), (200, b"[]"), (200, b'{"keys": []}'),
     (200, b"{}"), (200, b""), (200, b"\xff"), (200, b'{"keys": 5}'), (200, b'{"keys": [5]}'), (302, b"")],
)  # fmt: skip
async def test_an_unusable_answer_of_the_key_server_is_503_and_not_401(
    services: Services, person: Person, status: int, body: bytes
) -> None:
    """A client that gets 401 would discard its valid token."""
    with key_server() as server:
        server.status, server.body = status, body
        async with served(services, None, jwt_jwks=server.url) as api:
            response = await request(api, signed(claims(person), "RS256"))
            assert response.status_code == 503, response.text
            assert response.json()["errors"][0]["extensions"] == {"code": "SERVICE_UNAVAILABLE"}
            # And it recovers by itself.
            server.status, server.body = 200, json.dumps(key_set(RS256=rsa_key())).encode()
            assert_signed_in(await request(api, signed(claims(person), "RS256")), person)


async def test_an_answer_of_the_key_server_that_breaks_off_is_503_and_not_401(
    services: Services, person: Person
) -> None:
    with key_server() as server:
        server.body = json.dumps(key_set(RS256=rsa_key())).encode()
        server.missing = 10
        async with served(services, None, jwt_jwks=server.url) as api:
            response = await request(api, signed(claims(person), "RS256"))
            assert (response.status_code, response.headers["Retry-After"]) == (503, "5"), response.text
            server.missing = 0
            assert_signed_in(await request(api, signed(claims(person), "RS256")), person)


async def test_a_key_server_that_cannot_be_reached_is_503_and_not_401(services: Services, person: Person) -> None:
    with key_server() as server:
        url = server.url
    async with served(services, None, jwt_jwks=url) as api:
        response = await request(api, signed(claims(person), "RS256"))
        assert response.status_code == 503
        assert url not in response.text


def test_the_api_does_not_start_without_a_secret_or_a_key_set(services: Services) -> None:
    with pytest.raises(ServiceError, match="KINEGRAPH_JWT_SECRET or KINEGRAPH_JWT_JWKS"):
        create_app(Services(services.settings, services.database_url, services.redis_url, None))


@pytest.mark.parametrize("content", ["", "{", "[]", "5", "null", '{"keys": []}', '{"keys": [{}]}', "{}", None])
def test_a_file_without_a_key_set_is_refused_at_start(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "jwks.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ServiceError, match=r"KINEGRAPH_JWT_JWKS=.*jwks\.json"):
        Tokens(None, str(path))


def test_the_key_sets_of_the_tests_have_no_private_members() -> None:
    """The key sets of these tests have public members only, as those of a provider."""
    private = {"d", "p", "q", "dp", "dq", "qi", "k"}
    kinds: tuple[rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey] = (rsa_key(), ec_key())
    for key in key_set(RS256=kinds[0], ES256=kinds[1])["keys"]:
        assert private.isdisjoint(key)
