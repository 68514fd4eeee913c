"""Requests to /mcp that are refused before the protocol's server reads them."""

import asyncio
import socket
from collections.abc import AsyncIterator

import asyncpg
import orjson
import pytest
from mcp.shared.exceptions import MCPError

from kinegraph.identity.rules import INVALID_TOKEN
from kinegraph.kit import pool
from kinegraph.kit.rows import Row
from kinegraph.outside.tokens import Tokens
from kinegraph.services import Services
from tests.agents.clients import MODES, Gym, agent, data_of, message, post
from tests.api.serving import Served, serving
from tests.conftest import SECRET, World

LIST = message("tools/list")
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "Tests", "version": "7"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
"""What each request says of its client, from 2026-07-28 on."""


async def test_each_request_needs_a_token(served: Served) -> None:
    for body in (message("initialize"), LIST, message("tools/call", name="show_account")):
        response = await post(served, None, body)
        assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
        assert "bearer token" in response.json()["error"]["message"]


@pytest.mark.parametrize("token", ["Bearer nonsense", "Basic YTpi", "Bearer", "Bearer a.b.c"])
async def test_a_token_that_is_not_valid_is_refused_without_its_reason(served: Served, token: str) -> None:
    response = await post(served, None, LIST, Authorization=token)
    assert (response.status_code, response.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')
    assert response.json()["error"]["message"] == INVALID_TOKEN


async def test_an_expired_token_and_one_of_nobody_are_refused(served: Served, gym: Gym) -> None:
    expired = Tokens(SECRET).sign({"sub": str(gym.stranger.id)}, -3600)
    nobody = Tokens(SECRET).sign({"sub": "00000000-0000-7000-8000-000000000000"}, 3600)
    for token in (expired, nobody):
        assert (await post(served, None, LIST, Authorization=f"Bearer {token}")).status_code == 401


@pytest.mark.parametrize("mode", MODES)
async def test_a_revoked_token_is_refused_at_the_next_request(
    served: Served, world: World, owner: "asyncpg.Pool[Row]", mode: str
) -> None:
    person = await world.person()
    async with agent(served, person, mode) as client:
        assert data_of(await client.call_tool("show_account"))["viewer"]["user"]["id"] == str(person.id)
        await owner.execute(
            "UPDATE users SET tokens_valid_after = now() + interval '1 minute' WHERE id = $1", person.id
        )
        response = await post(served, person, LIST)
        assert response.status_code == 401
        with pytest.raises(MCPError, match="The token is not valid"):
            await client.call_tool("show_account")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://elsewhere.example", 403),
        ("null", 403),
        ("http://localhost.elsewhere.example", 403),
        ("http://127.0.0.1:5173", 200),
        ("http://localhost", 200),
    ],
)
async def test_pages_of_other_origins_are_refused(served: Served, gym: Gym, origin: str, status: int) -> None:
    assert (await post(served, gym.stranger, LIST, Origin=origin)).status_code == status


async def test_a_page_whose_name_points_here_is_refused_in_production(services: Services, gym: Gym) -> None:
    settings = {"mcp": True, "environment": "production", "public_url": "https://api.example",
                "cors_origins": ("https://app.example",)}  # fmt: skip
    async with serving(services, **settings) as served:
        rebound = await post(served, gym.stranger, LIST, Origin="http://evil.example", Host="evil.example")
        assert rebound.status_code == 403
        for origin in ("https://api.example", "https://app.example"):
            assert (await post(served, gym.stranger, LIST, Origin=origin)).status_code == 200


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH", "HEAD"])
async def test_messages_go_by_post(served: Served, gym: Gym, method: str) -> None:
    response = await post(served, gym.stranger, LIST, method)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_over_the_limit_is_refused(services: Services, gym: Gym, declared: bool) -> None:
    async with serving(services, mcp=True, max_body_bytes=2000) as served:
        body = orjson.dumps({**LIST, "params": {"cursor": "x" * 2000}})

        async def parts() -> AsyncIterator[bytes]:
            yield body

        headers = {"Authorization": f"Bearer {gym.stranger.token}", "Content-Type": "application/json"}
        content = body if declared else parts()
        response = await served.api.client.post("/mcp", content=content, headers=headers)
    assert response.status_code == 413
    assert response.json()["error"]["message"] == "The body must be at most 2,000 bytes."


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (b"{", -32700, "The body is not JSON in UTF-8."),
        (b'{"a": "\xff"}', -32700, "The body is not JSON in UTF-8."),
        (b"[" * 100_000, -32600, "The body must have at most 20,000 objects and lists."),
        ([LIST], -32600, "Send one message at a time: a JSON object, as JSON-RPC 2.0 has it."),
        ({"id": 1, "method": "tools/list"}, -32600, '`jsonrpc` must be "2.0".'),
        ({"jsonrpc": "2.0", "id": 1, "result": {}}, -32600, "takes no responses"),
        ({**LIST, "id": None}, -32600, "`id` must be a text or a whole number."),
        ({**LIST, "id": True}, -32600, "`id` must be a text or a whole number."),
        ({**LIST, "params": []}, -32602, "`params` must be an object."),
    ],
)
async def test_a_body_that_is_no_message_is_refused(
    served: Served, gym: Gym, body: object, code: int, words: str
) -> None:
    response = await post(served, gym.stranger, body)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (400, code) and words in error["message"], error


async def test_other_types_of_content_are_refused(served: Served, gym: Gym) -> None:
    assert (await post(served, gym.stranger, LIST, **{"Content-Type": "text/plain"})).status_code == 415
    assert (await post(served, gym.stranger, LIST, **{"Content-Encoding": "gzip"})).status_code == 415
    assert (await post(served, gym.stranger, LIST, Accept="text/html")).status_code == 406


@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
async def test_arguments_that_are_nested_deeply_or_huge_are_refused(served: Served, gym: Gym, version: str) -> None:
    call = message("tools/call", name="show_workout", arguments={"workoutId": "?"}, _meta=META)
    headers = {"MCP-Protocol-Version": version, "Mcp-Method": "tools/call", "Mcp-Name": "show_workout"}
    for value in (b"[" * 200 + b"]" * 200, b"[" * 500 + b"]" * 500, b"[" * 5000 + b"]" * 5000, b"9" * 30, b"9" * 5000):
        response = await post(served, gym.stranger, orjson.dumps(call).replace(b'"?"', value), **headers)
        answer = response.json()
        if "result" in answer:
            assert answer["result"]["isError"], answer
        else:
            assert response.status_code == 400 and answer["error"]["code"] in (-32700, -32600), answer


async def test_where_no_connection_becomes_free_a_request_is_to_be_sent_again(
    services: Services, gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "ACQUIRE_SECONDS", 0.2)
    async with serving(services, mcp=True, pool_size=1) as served:
        lease = await served.database.pool.begin("BEGIN")
        response = await post(served, gym.stranger, LIST)
        await served.database.pool.end(lease, "ROLLBACK")
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")
        assert (await post(served, gym.stranger, LIST)).status_code == 200


async def test_a_client_who_hangs_up_leaves_nothing_behind(
    served: Served, gym: Gym, owner: "asyncpg.Pool[Row]"
) -> None:
    idle = await served.idle_tasks()
    body = orjson.dumps(message("tools/call", name="check_workout", arguments=gym.calls["check_workout"]))
    head = (
        f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {gym.organization.coach.token}\r\n"
        f"Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    for sent in (head + body, head + body[:20]):
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", served.port)) as connection:
                connection.sendall(sent)
                await asyncio.sleep(0.005)
    await served.require_idle(owner, 10, idle)


async def test_the_log_has_the_name_of_the_tool_and_nothing_that_was_sent(
    served: Served, gym: Gym, caplog: pytest.LogCaptureFixture
) -> None:
    secret, token = "knee-of-somebody", gym.organization.coach.token
    headers = {"Accept": "application/json", "MCP-Protocol-Version": "2025-11-25"}
    with caplog.at_level("INFO"):
        for arguments in (
            {"organizationId": secret, "text": secret},
            {"organizationId": secret, secret: secret},
            secret,
        ):
            call = message("tools/call", name="search_exercises", arguments=arguments)
            assert (await post(served, gym.organization.coach, call, **headers)).status_code in (200, 400)
        await post(served, gym.organization.coach, {**LIST, "method": secret}, **headers)
        await post(served, None, LIST, Authorization=f"Bearer {token}{secret}")
    logged = [str(record.__dict__) for record in caplog.records]
    assert not [line for line in logged if secret in line or token in line]
    assert [record.__dict__["operation"] for record in caplog.records if "operation" in record.__dict__] == (
        ["search_exercises"] * 2
    )
