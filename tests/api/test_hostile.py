"""Requests that were made to break a server: each is answered below 500, and the next one is served as ever."""

import gzip
import json
from collections.abc import AsyncIterator, Callable
from typing import Any  # values that hypothesis makes

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinegraph.main import create_app
from kinegraph.services import Services
from tests.api.documents import GRAPHQL_JSON, PLAIN_JSON, outcome, send
from tests.conftest import Api, World, running
from tests.settings import with_settings

LIMIT = 2 * 1024 * 1024
GOOD = b'{"query": "{ __typename }"}'
EXERCISES = (
    "query ($v: ExerciseFilter, $n: Int, $a: String) { exercises(filter: $v, first: $n, after: $a) { totalCount } }"
)


def variables(text: str) -> bytes:
    """A body with these variables, as text, so that they may be no JSON."""
    return f'{{"query": {json.dumps(EXERCISES)}, "variables": {text}}}'.encode("utf-8", "surrogatepass")


def nested(depth: int, opening: str = "[", closing: str = "]", inner: str = "") -> str:
    return opening * depth + inner + closing * depth


BODIES = {
    "nothing": b"",
    "a NUL byte": b"\0",
    "invalid UTF-8": b'{"query": "{ \xff }"}',
    "an overlong encoding": b'{"query": "{ \xc0\x80 }"}',
    "UTF-16": '{"query": "{ __typename }"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "an encoded surrogate": '{"query": "{ \ud800 }"}'.encode("utf-8", "surrogatepass"),
    "a lone surrogate in the query": b'{"query": "{ \\ud800 }"}',
    "a lone surrogate in a key": b'{"query": "{ __typename }", "\\udfff": 1}',
    "a lone surrogate in operationName": b'{"query": "query A { __typename }", "operationName": "\\ud800"}',
    "a lone surrogate in variables": variables('{"a": "\\ud800"}'),
    "an open string": b'{"query": "{ __typename }',
    "two values": GOOD + GOOD,
    "NaN": variables('{"n": NaN}'),
    "Infinity": variables('{"n": -Infinity}'),
    "a trailing comma": b'{"query": "{ __typename }",}',
    "a gzip body without its header": gzip.compress(GOOD),
    "100,000 lists": nested(100_000).encode(),
    "100,000 lists left open": b"[" * 100_000,
    "100,000 objects": nested(100_000, '{"a":', "}", "1").encode(),
    "variables nested 100,000 deep": variables(nested(100_000)),
    "extensions nested 100,000 deep": GOOD[:-1] + b', "extensions": ' + nested(100_000).encode() + b"}",
    "a whole number of 10,000 digits": variables('{"n": ' + "9" * 10_000 + "}"),
    "a number with a huge exponent": variables('{"n": 1e999999}'),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_a_body_that_cannot_be_read_is_400_in_both_media_types(api: Api, body: bytes) -> None:
    for accept in (GRAPHQL_JSON, PLAIN_JSON):
        response = await send(api, body, accept=accept)
        assert outcome(response)[1] == ["BAD_REQUEST"]
        assert response.status_code == 400 or (accept == PLAIN_JSON and b"variables" in body)
    assert (await send(api, GOOD)).json() == {"data": {"__typename": "Query"}}


FEW = "The variables must have at most 20,000 values, 3,000 of them objects. Send several requests."
FEW_IN_ALL = "The body must have at most 20,000 objects and lists."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (json.dumps({"a": [1] * 20_000}), FEW),
        (json.dumps({"a": [{"of": {}}] * 1_500}), FEW),
        (json.dumps({"a": [{}] * 20_000}), FEW_IN_ALL),
    ],
    ids=["values", "objects", "objects of the body"],
)
async def test_variables_of_too_many_values_or_objects_are_400_with_the_number(
    api: Api, text: str, message: str
) -> None:
    response = await send(api, variables(text))
    assert outcome(response) == (400, ["BAD_REQUEST"])
    assert response.json()["errors"][0]["message"] == message


VALUES = [
    "9" * 30,
    "1e30",
    "1e308",
    "-1",
    "2147483648",
    "-2147483649",
    "1.5",
    "true",
    '"1"',
    "{}",
    "[]",
    nested(900),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value[:20])
async def test_a_number_outside_of_int_is_400_with_its_argument(api: Api, world: World, value: str) -> None:
    person = await world.person()
    response = await send(api, variables(f'{{"n": {value}}}'), person=person)
    assert response.status_code == 400, response.text
    assert any("$n" in e["message"] or e["extensions"].get("field") == ["first"] for e in response.json()["errors"])


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, identity", "x-unheard-of"])
async def test_an_encoded_body_is_415_with_the_accepted_encoding(api: Api, encoding: str) -> None:
    response = await send(api, gzip.compress(GOOD), headers={"Content-Encoding": encoding})
    assert outcome(response) == (415, ["BAD_REQUEST"])
    assert response.headers["accept-encoding"] == "identity"


async def chunks(size: int) -> AsyncIterator[bytes]:
    yield GOOD
    for start in range(len(GOOD), size, 65_536):
        yield b" " * min(65_536, size - start)


async def test_a_body_of_the_maximum_size_is_accepted_and_one_byte_more_is_413_with_and_without_its_length(
    api: Api,
) -> None:
    for size, status in ((LIMIT, 200), (LIMIT + 1, 413)):
        declared = await send(api, GOOD.ljust(size))
        assert declared.request.headers["content-length"] == str(size)
        request = api.client.build_request("POST", "/graphql", content=chunks(size))
        request.headers["content-type"] = PLAIN_JSON
        assert "content-length" not in request.headers
        undeclared = await api.client.send(request)
        assert (outcome(declared)[0], outcome(undeclared)[0]) == (status, status)


async def test_an_endless_body_is_refused_at_the_limit(api: Api) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while taken < 32 * LIMIT:
            taken += 65_536
            yield b" " * 65_536

    request = api.client.build_request("POST", "/graphql", content=endless(), headers={"Content-Type": PLAIN_JSON})
    assert outcome(await api.client.send(request)) == (413, ["BAD_REQUEST"])
    assert taken <= LIMIT + 2 * 65_536


@pytest.mark.parametrize("length", ["9" * 30, "99999999999", "-1", "0x10", "٣", "1e3", ""])
async def test_a_wrong_declared_length_never_causes_an_internal_error(api: Api, length: str) -> None:
    request = api.client.build_request("POST", "/graphql", content=GOOD, headers={"Content-Type": PLAIN_JSON})
    request.headers = httpx.Headers(
        [(k, v) for k, v in request.headers.raw if k.lower() != b"content-length"]
        + [(b"content-length", length.encode())]
    )
    assert (await api.client.send(request)).status_code in (200, 413)


async def test_the_limit_is_a_setting(services: Services) -> None:
    small = with_settings(services, max_body_bytes=1024)
    async with running(create_app(small)) as api:
        assert (await send(api, GOOD.ljust(1024))).status_code == 200
        assert (await send(api, GOOD.ljust(1025))).status_code == 413


DOCUMENTS: dict[str, str] = {
    "10,001 tokens": "{" + "a:__typename " * 3_333 + "}",
    "10,001 tokens of one list": "{ exercises(filter: {muscles: [" + '"a" ' * 9_985 + "]}) { totalCount } }",
    "a selection 3,000 deep": nested(3_000, "{ a ", "}"),
    "a list value 4,000 deep": "{ workout(id: " + nested(4_000) + ") { id } }",
    "an object value 2,000 deep": "{ exercises(filter: " + nested(2_000, "{q:", "}", "1") + ") { totalCount } }",
    "a type 4,000 deep": "query ($v: " + nested(4_000, inner="ID") + ") { workout(id: $v) { id } }",
    "inline fragments 3,000 deep": "{" + nested(3_000, "... {", "}", "__typename") + "}",
    "an open selection 9,999 deep": "{a" * 4_999,
    "the same field 3,000 times": "{" + "viewer { user { id } } " * 1_200 + "}",
    "a fragment in a circle": "{ ...F } fragment F on Query { ...F }",
    "fragments in a wide circle": "{ ...F0 }" + "".join(
        f"fragment F{i} on Query {{ ...F{(i + 1) % 500} }}" for i in range(500)
    ),
    "a literal of 10,000 digits": "{ exercises(first: " + "9" * 10_000 + ") { totalCount } }",
    "a literal beyond 32 bits": "{ exercises(first: 2147483648) { totalCount } }",
    "a NUL byte": "{ viewer \0 { user { id } } }",
    "a lone surrogate in a literal": '{ workout(id: "\\ud83d") { id } }',
    "a code point that does not exist": '{ workout(id: "\\u{110000}") { id } }',
    "an open block string": '{ workout(id: """' + "x" * 500_000,
    "a megabyte of a name": "{ " + "x" * 1_000_000 + " }",
    "type definitions": "type Query { x: Int } { __typename }",
    "an unknown directive": "{ __typename @skipp(if: true) }",
    "two anonymous operations": "{ __typename } { __typename }",
    "two operations of one name": "query A { __typename } query A { __typename }",
}  # fmt: skip


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS)
async def test_a_document_that_cannot_be_run_is_400_and_its_answer_is_small(api: Api, text: str) -> None:
    response = await send(api, {"query": text})
    status, codes = outcome(response)
    assert status == 400 and set(codes) == {"BAD_REQUEST"} and len(codes) <= 21
    assert (await send(api, GOOD)).status_code == 200


async def test_exactly_ten_thousand_tokens_are_accepted(api: Api) -> None:
    fields = " ".join(f"a{number}:__typename" for number in range(3_332))
    largest = await send(api, {"query": f"{{ {fields} __typename __typename }}"})
    assert largest.status_code == 200 and len(largest.json()["data"]) == 3_333
    assert outcome(await send(api, {"query": f"{{ {fields} __typename __typename __typename }}"}))[0] == 400


def links(length: int, inner: str) -> str:
    """Fragments on Organization that lead through each other."""
    chain = "".join(f"fragment F{i} on Organization {{ {inner % f'...F{i + 1}'} }} " for i in range(length))
    return f"{chain} fragment F{length} on Organization {{ id }}"


STEP = "members(first: 1) { nodes { organization { %s } } }"
DEEP: dict[str, tuple[Callable[[int], str], Callable[[int], str]]] = {
    "by fields": (lambda n: STEP.replace(" %s } } }", " ") * n + "id" + " } } }" * n, lambda n: ""),
    "by inline fragments": (lambda n: "... on Organization { " * n + "id" + " }" * n, lambda n: ""),
    "by fragments": (lambda n: "...F0", lambda n: links(n, "%s")),
    "by fields in fragments": (lambda n: "...F0", lambda n: links(n, STEP)),
}


@pytest.mark.parametrize("kind", DEEP)
async def test_a_valid_document_is_answered_or_refused_as_too_deep_however_deep_it_is(
    api: Api, world: World, kind: str
) -> None:
    organization = await world.organization()
    selection, fragments = DEEP[kind]
    for depth in (1, 10, 20, 40, 50, 60, 62, 63, 64, 66, 70, 80, 90, 120, 180, 300, 400, 1_000):
        text = f'{{ organization(id: "{organization.id}") {{ {selection(depth)} }} }} {fragments(depth)}'
        response = await send(api, {"query": text}, person=organization.member)
        assert outcome(response) in ((200, []), (400, ["BAD_REQUEST"])), (depth, response.text[:400])
        assert response.status_code == 200 or (depth > 12 and len(response.text) < 400), depth


@pytest.mark.parametrize(
    ("type", "value"),
    [("ExerciseSort!", "x" * 500_000), ("Int!", "1" * 500_000), ("ExerciseFilter", {"y" * 500_000: 1})],
)
async def test_a_message_does_not_repeat_a_whole_document(api: Api, type: str, value: Any) -> None:
    response = await send(
        api, {"query": f"query ($v: {type}) {{ viewer {{ isPlatformAdmin }} }}", "variables": {"v": value}}
    )
    assert outcome(response) == (400, ["BAD_REQUEST"])
    assert len(response.text) < 2_500


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=JSON_VALUES, given_variables=JSON_VALUES, name=JSON_VALUES, accept=st.sampled_from([GRAPHQL_JSON, "*/*"]))
async def test_any_json_is_answered_below_500(
    api: Api, query: Any, given_variables: Any, name: Any, accept: str
) -> None:
    for text in (query, EXERCISES):
        body = {"query": text, "variables": given_variables, "operationName": name}
        assert outcome(await send(api, body, accept=accept))[0] < 500


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200), accept=st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0")))
async def test_any_bytes_are_answered_below_500(api: Api, body: bytes, accept: str) -> None:
    request = api.client.build_request("POST", "/graphql", content=body)
    headers = {b"host": b"testserver", b"content-type": b"application/json", b"accept": accept.encode("latin-1")}
    request.headers = httpx.Headers(list(headers.items()))
    assert outcome(await api.client.send(request))[0] < 500
