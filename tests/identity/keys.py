"""Keys, tokens and key sets (JWKS) for the tests of tokens, and an HTTP server that hands a key set out."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any  # Any: claims and keys are JSON

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kinegraph.identity.rules import INVALID_TOKEN
from kinegraph.main import create_app
from kinegraph.services import Services
from tests.conftest import Api, Person, running
from tests.settings import with_settings

VIEWER = {"query": "{ viewer { user { id } } }"}


@cache
def _rsa_key(number: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def _ec_key(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def rsa_key(number: int = 0) -> rsa.RSAPrivateKey:
    """An RSA key, the same for the same number."""
    return _rsa_key(number)


def ec_key(number: int = 0) -> ec.EllipticCurvePrivateKey:
    """A P-256 key, the same for the same number."""
    return _ec_key(number)


def public_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    """The public half, as it is published."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def key_set(**keys: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    """A JWKS of the public halves, under their names as `kid`."""
    return {"keys": [_public_jwk(kid, key) for kid, key in keys.items()]}


def _public_jwk(kid: str, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    if isinstance(key, rsa.RSAPrivateKey):
        jwk = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        return {**jwk, "kid": kid, "use": "sig", "alg": "RS256"}
    jwk = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**jwk, "kid": kid, "use": "sig", "alg": "ES256"}


def claims(person: Person, **others: Any) -> dict[str, Any]:
    """The claims of a token that is valid for an hour; one that is None is left out."""
    whole = {"sub": str(person.id), "exp": int(time.time()) + 3600, **others}
    return {name: value for name, value in whole.items() if value is not None}


def encoded(segment: bytes) -> bytes:
    """A segment of a token, in base64url without padding (RFC 7515)."""
    return base64.urlsafe_b64encode(segment).rstrip(b"=")


def by_hand(header: Any, payload: bytes, secret: bytes | None) -> str:
    """A token made without a library, which would refuse some; without a secret its signature is empty."""
    return signed_by_hand(json.dumps(header).encode(), payload, secret)


def signed_by_hand(header: bytes, payload: bytes, secret: bytes | None) -> str:
    """A token made without a library, whose header may be any bytes."""
    text = encoded(header) + b"." + encoded(payload)
    signature = hmac.new(secret, text, hashlib.sha256).digest() if secret else b""
    return (text + b"." + encoded(signature)).decode()


@asynccontextmanager
async def served(services: Services, secret: str | None, **settings: Any) -> AsyncIterator[Api]:
    """The API under other settings of tokens."""
    changed = replace(with_settings(services, **settings), jwt_secret=secret)
    async with running(create_app(changed)) as api:
        yield api


async def request(api: Api, token: str | bytes | None, query: Any = None) -> httpx.Response:
    """The response to a request for the viewer's id with this token; a header that is bytes is sent as it is."""
    headers: dict[str, Any] = {}
    if token is not None:
        headers["Authorization"] = token if isinstance(token, bytes) else f"Bearer {token}"
    return await api.client.post("/graphql", json=query or VIEWER, headers=headers)


def assert_signed_in(response: httpx.Response, person: Person) -> None:
    """Assert that the request was answered for this person."""
    assert (response.status_code, response.json()) == (200, {"data": {"viewer": {"user": {"id": str(person.id)}}}})


def assert_unauthenticated(response: httpx.Response) -> None:
    """Assert that the request was refused as RFC 6750 says, and that the refusal does not say why."""
    assert response.status_code == 401, response.text
    assert response.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    (error,) = response.json()["errors"]
    assert (error["message"], error["extensions"]) == (INVALID_TOKEN, {"code": "UNAUTHENTICATED"})
    assert response.json().get("data") is None


def assert_not_signed_in(response: httpx.Response) -> None:
    """Assert that a request without a token was refused, which is no fault of a token (RFC 6750, 3.1)."""
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer"), response.text
    assert [error["extensions"] for error in response.json()["errors"]] == [{"code": "UNAUTHENTICATED"}]
    assert response.json().get("data") is None


@dataclass
class Published:
    """The answer of the key server, and the number of its requests."""

    url: str
    body: bytes = b""
    status: int = 200
    missing: int = 0
    """Number of bytes of the body that are announced and not sent."""
    requests: int = 0


@contextmanager
def key_server() -> Iterator[Published]:
    """An HTTP server on this machine that publishes a key set."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            published.requests += 1
            self.send_response(published.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(published.body) + published.missing))
            self.end_headers()
            self.wfile.write(published.body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    published = Published(f"http://127.0.0.1:{server.server_address[1]}/.well-known/jwks.json")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield published
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


GARBAGE = [
    b"", b" ", b"Bearer", b"Bearer ", b"Bearer  ", b"Basic dTpw", b"Token x", b"Bearer x", b"Bearer .", b"Bearer ..",
    b"Bearer a.b.c", b"Bearer \xff\xfe", b"Bearer \xd7\xa9", b"\xff", b"Bearer null",
    b"Bearer a.b.c.d.e", b"Bearer " + b"." * 5000,
    b"Bearer " + encoded(b"[" * 5000) + b".e30.AA",
    b"Bearer " + encoded(b'{"a":' * 5000) + b".e30.AA",
    b"Bearer " + encoded(b"[]") + b".e30.AA",
    b"Bearer " + encoded(b"null") + b".e30.AA",
    b"Bearer " + encoded(b'"HS256"') + b".e30.AA",
    b"Bearer " + encoded(b"\xff\xfe") + b".e30.AA",
    b"Bearer " + encoded(b'{"alg":"HS256","kid":5}') + b".e30.AA",
    b"Bearer " + encoded(b'{"alg":"HS256","crit":["b64"],"b64":false}') + b".e30.AA",
    b"Bearer " + encoded(b'{"alg":' + b"9" * 5000 + b"}") + b".e30.AA",
    b"Bearer " + encoded(b'{"alg":"HS256","zip":"DEF"}') + b".e30.AA",
]  # fmt: skip
