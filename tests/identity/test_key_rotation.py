"""A published key set is fetched and read again, within bounds of time and size."""

import asyncio
import json
import socket
from pathlib import Path
from typing import Any  # Any: keys of two classes

import jwt
import pytest

from kinegraph.outside.errors import ServiceError
from kinegraph.outside.key_sets import FRESH_SECONDS, MAX_BYTES, USABLE_SECONDS, TokenError
from kinegraph.outside.tokens import Tokens
from tests.conftest import Person
from tests.identity.keys import claims, ec_key, key_server, key_set, rsa_key

KEYS: dict[str, Any] = {"RS256": rsa_key, "ES256": ec_key}


def signed(payload: dict[str, Any], algorithm: str) -> str:
    return jwt.encode(payload, KEYS[algorithm](), algorithm=algorithm, headers={"kid": algorithm})


def age(tokens: Tokens, seconds: int) -> None:
    """Make the fetched key set this much older."""
    keys: Any = tokens._keys
    keys._fetched -= seconds
    keys._failed -= seconds


async def test_a_key_that_was_withdrawn_is_refused_once_the_fetched_set_is_stale(person: Person) -> None:
    withdrawn, remaining = signed(claims(person), "RS256"), signed(claims(person), "ES256")
    with key_server() as server:
        server.body = json.dumps(key_set(RS256=rsa_key(), ES256=ec_key())).encode()
        tokens = Tokens(None, server.url)
        assert (await tokens.check(withdrawn))["sub"] == str(person.id)
        server.body = json.dumps(key_set(ES256=ec_key())).encode()
        age(tokens, FRESH_SECONDS)
        with pytest.raises(TokenError):
            await tokens.check(withdrawn)
        assert (await tokens.check(remaining))["sub"] == str(person.id)


async def test_keys_that_cannot_be_fetched_again_are_used_for_an_hour(person: Person) -> None:
    token = signed(claims(person), "RS256")
    with key_server() as server:
        server.body = json.dumps(key_set(RS256=rsa_key())).encode()
        tokens = Tokens(None, server.url)
        await tokens.check(token)
        server.status = 500
        age(tokens, FRESH_SECONDS)
        for _ in range(5):
            assert (await tokens.check(token))["sub"] == str(person.id)
        assert server.requests == 2  # a failed fetch is not repeated at once
        age(tokens, USABLE_SECONDS)
        with pytest.raises(ServiceError):
            await tokens.check(token)


async def test_many_requests_wait_for_one_fetch_of_the_keys(person: Person) -> None:
    with key_server() as server:
        server.body = json.dumps(key_set(RS256=rsa_key(), ES256=ec_key())).encode()
        tokens = Tokens(None, server.url)
        checks = [tokens.check(signed(claims(person), algorithm)) for algorithm in [*KEYS] * 20]
        assert {found["sub"] for found in await asyncio.gather(*checks)} == {str(person.id)}
        assert server.requests == 1


async def test_a_key_server_that_does_not_answer_ends_the_wait(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinegraph.outside.key_sets.FETCH_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connections are accepted by the system, and never read
        tokens = Tokens(None, f"http://127.0.0.1:{silent.getsockname()[1]}/keys")
        with pytest.raises(ServiceError, match="TimeoutError"):
            await asyncio.wait_for(tokens.check(signed(claims(person), "RS256")), 10)
        await tokens.close()


@pytest.mark.parametrize("size", [MAX_BYTES - 1_000, MAX_BYTES])
async def test_a_key_set_has_a_maximum_size(person: Person, size: int) -> None:
    with key_server() as server:
        server.body = json.dumps(key_set(RS256=rsa_key())).encode() + b" " * size
        tokens, token = Tokens(None, server.url), signed(claims(person), "RS256")
        if size < MAX_BYTES - 900:
            await tokens.check(token)
        else:
            with pytest.raises(ServiceError):
                await tokens.check(token)


async def test_a_changed_key_file_is_read_again_and_a_broken_one_is_not_used(person: Person, tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps(key_set(RS256=rsa_key())))
    tokens = Tokens(None, str(path))
    keys: Any = tokens._keys
    await tokens.check(signed(claims(person), "RS256"))
    for text in ("{", json.dumps(key_set(ES256=ec_key()))):
        path.write_text(text)
        keys._next_look = 0
        accepted = "RS256" if text == "{" else "ES256"
        assert (await tokens.check(signed(claims(person), accepted)))["sub"] == str(person.id)
    with pytest.raises(TokenError):
        await tokens.check(signed(claims(person), "RS256"))
