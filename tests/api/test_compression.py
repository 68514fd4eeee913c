"""Responses are compressed where that pays; `Vary`, HEAD and the headers that pages of other origins may send."""

import gzip
import json
from collections.abc import AsyncIterator
from typing import Any  # the decoders of the libraries have no types

import brotli
import httpx
import pytest
from zstandard import ZstdDecompressor

from kinegraph.main import create_app
from kinegraph.services import Services
from tests.conftest import Api, Organization, World, running
from tests.settings import with_settings

LARGE = "{ exercises(first: 100) { nodes { id name description cues } } }"
SMALL = "{ __typename }"
DECODERS: dict[str, Any] = {
    "zstd": lambda body: ZstdDecompressor().decompressobj().decompress(body),
    "br": brotli.decompress,
    "gzip": gzip.decompress,
}
ORIGIN = "http://localhost:3000"


@pytest.fixture(scope="module")
async def organization(world: World) -> Organization:
    return await world.organization()


async def raw(
    api: Api, organization: Organization, encoding: str | None, query: str = LARGE, method: str = "POST", **more: str
) -> tuple[httpx.Response, bytes]:
    """A response, and its body as it was sent."""
    content = json.dumps({"query": query}).encode() if method == "POST" else None
    url = "/graphql" if method == "POST" else httpx.URL("/graphql", params={"query": query})
    request = api.client.build_request(method, url, content=content, headers=more)
    del request.headers["accept-encoding"]
    request.headers.update({"authorization": f"Bearer {organization.coach.token}", "content-type": "application/json"})
    if encoding is not None:
        request.headers["accept-encoding"] = encoding
    response = await api.client.send(request, stream=True)
    body = b"".join([part async for part in response.aiter_raw()])
    return response, body


@pytest.mark.parametrize(
    ("accepted", "used"),
    [
        ("zstd", "zstd"),
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("GZIP;q=0.5, br;q=0", "gzip"),
        ("*", "zstd"),
        ("*, zstd;q=0", "br"),
        ("gzip;q=0", None),
        ("*;q=0", None),
        ("identity", None),
        ("deflate", None),
        ("gzip;q=x", None),
        ("", None),
        (None, None),
    ],
)
async def test_responses_are_compressed_by_what_the_client_accepts(
    api: Api, organization: Organization, accepted: str | None, used: str | None
) -> None:
    plain, body = await raw(api, organization, None)
    response, compressed = await raw(api, organization, accepted)
    assert (response.status_code, response.headers.get("content-encoding")) == (200, used)
    assert (DECODERS[used](compressed) if used else compressed) == body
    assert not used or len(compressed) < len(body) / 2
    assert response.headers["vary"] == plain.headers["vary"] == "Accept, Accept-Encoding, Origin"


async def test_both_media_types_are_compressed_and_tiny_answers_are_not(api: Api, organization: Organization) -> None:
    for accept in ("application/json", "application/graphql-response+json"):
        response, _ = await raw(api, organization, "gzip", accept=accept)
        assert response.headers["content-encoding"] == "gzip"
        response, body = await raw(api, organization, "gzip", SMALL, accept=accept)
        assert "content-encoding" not in response.headers and body == b'{"data":{"__typename":"Query"}}'


async def test_a_large_answer_is_compressed_in_slices(
    api: Api, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kinegraph.http_responses.SLICE_BYTES", 10_000)
    _, body = await raw(api, organization, None)
    assert len(body) > 30_000
    for encoding, decode in DECODERS.items():
        response, compressed = await raw(api, organization, encoding)
        assert decode(compressed) == body and "content-length" not in response.headers


@pytest.fixture(scope="module")
async def uncompressed(services: Services) -> AsyncIterator[Api]:
    """The API without compression, with headers of the setting."""
    app = create_app(with_settings(services, compression=False, cors_headers=("X-Tenant",)))
    async with running(app) as api:
        yield api


async def test_compression_can_be_switched_off(uncompressed: Api, organization: Organization) -> None:
    response, _ = await raw(uncompressed, organization, "gzip")
    assert "content-encoding" not in response.headers
    assert response.headers["vary"] == "Accept, Accept-Encoding, Origin"


async def test_vary_names_each_header_once_and_is_there_on_errors_too(api: Api, organization: Organization) -> None:
    for query in (LARGE, SMALL, "{ nothing }"):
        response, _ = await raw(api, organization, "gzip", query, origin=ORIGIN)
        assert response.headers.get_list("vary") == ["Accept, Accept-Encoding, Origin"]


async def test_head_is_answered_with_the_headers_of_get_and_without_a_body(
    api: Api, organization: Organization
) -> None:
    for query in (LARGE, SMALL, "{ nothing }", "mutation { __typename }"):
        for encoding in (None, "gzip"):
            got, _ = await raw(api, organization, encoding, query, "GET")
            head, body = await raw(api, organization, encoding, query, "HEAD")
            assert body == b"" and head.status_code == got.status_code
            own = {"x-request-id"}
            assert {k: v for k, v in head.headers.items() if k not in own} == {
                k: v for k, v in got.headers.items() if k not in own
            }
    for url in ("/healthz", "/readyz", "/metrics", "/"):
        head = await api.client.head(url)
        assert (head.status_code, head.content) == ((await api.client.get(url)).status_code, b"")


HEADERS = (
    "authorization", "content-type", "idempotency-key", "x-request-id", "apollographql-client-name",
    "apollographql-client-version", "apollo-require-preflight", "x-apollo-operation-name", "traceparent", "tracestate",
    "sentry-trace", "baggage", "GraphQL-Client-Name", "graphql-client-version",
)  # fmt: skip


async def test_cors_allows_the_headers_that_clients_really_send_and_those_of_a_setting(
    api: Api, uncompressed: Api
) -> None:
    asking = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    for server, more, status in ((api, (), 200), (api, ("x-tenant",), 400), (uncompressed, ("x-tenant",), 200)):
        wanted = {"Access-Control-Request-Headers": ", ".join((*HEADERS, *more))}
        assert (await server.client.options("/graphql", headers={**asking, **wanted})).status_code == status
    answer = await api.client.post("/graphql", json={"query": SMALL}, headers={"Origin": ORIGIN})
    assert "Idempotent-Replayed" in answer.headers["access-control-expose-headers"]
