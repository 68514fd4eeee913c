"""Floods of aliases, batches, fragments, directives, levels and introspection are refused before an execution."""

import json
from collections.abc import AsyncIterator
from typing import Any  # bodies of requests
from uuid import uuid4

import graphql
import pytest

from kinegraph.api import documents
from kinegraph.api.limits import MAX_DIRECTIVES
from kinegraph.main import create_app
from kinegraph.services import Services
from kinegraph.settings import Settings
from tests.api.documents import outcome, send
from tests.conftest import Api, World, running
from tests.settings import with_settings

DEFAULTS = ("max_cost", "max_aliases", "max_root_fields", "max_depth", "max_fields", "max_tokens",
            "max_definitions", "max_variables", "max_arguments")  # fmt: skip


@pytest.fixture(scope="module")
async def guarded(services: Services) -> AsyncIterator[Api]:
    """The API with the limits that it has by default."""
    defaults = {name: getattr(Settings(), name) for name in DEFAULTS}
    async with running(create_app(with_settings(services, **defaults))) as api:
        yield api


def aliases(count: int, field: str) -> str:
    return " ".join(f"a{number}: {field}" for number in range(count))


CYCLE = "{ ...F0 }" + "".join(f"fragment F{n} on Query {{ ...F{(n + 1) % 240} }}" for n in range(240))
FULL = "__schema { types { name fields { name args { name type { name ofType { name } } } type { name } } } }"
PAGES = """viewer { memberships { organization { workouts(first: 100) { nodes { assignments(first: 100) { nodes {
  workout { sections { id } } } } } } } } }"""
WIDE = " ".join(f"a{number}: name b{number}: description c{number}: isDeprecated" for number in range(50))
FLOODS: dict[str, tuple[str, str]] = {
    "aliases of the root": (aliases(1_000, "viewer { user { id } }"), "at most 50 fields of the root; these are 1000"),
    "aliases of a field": (
        f"viewer {{ user {{ {aliases(101, 'name')} }} }}",
        "asks for `name` of one object too",
    ),
    "aliases of __typename": (aliases(3_000, "__typename"), "asks for `__typename` of one object too often"),
    "aliases in introspection": (f"__schema {{ types {{ fields {{ {WIDE} }} }} }}", "at most 50,000 is allowed"),
    "a string without an end": ("@" * 501 + '"' + '\\"' * 49_000, "too many directives"),
    "aliases in a fragment": (f"...F }} fragment F on Query {{ {aliases(51, 'viewer { id }')} ", "at most 50 fields"),
    "a cycle of fragments": (
        "...F } fragment F on Query { ...G } fragment G on Query { ...F",
        "Cannot spread fragment",
    ),
    "a wide cycle of fragments": (CYCLE[1:-1], "too often"),
    "directives": ("__typename " + "@include(if: true) " * 1_000, f"too many directives: at most {MAX_DIRECTIVES}"),
    "unknown directives": ("__typename " + "@a" * 10_000, f"too many directives: at most {MAX_DIRECTIVES}"),
    "deep nesting": ("a{" * 10_000, "nested too deeply"),
    "introspections": (aliases(101, "__schema { types { name } }"), "at most 50 fields of the root"),
    "whole introspections": (aliases(5, FULL), "introspects too often: at most 4 times"),
    "introspection in itself": (
        "__schema { types { fields { type { fields { type { fields { type { name } } } } } } } }",
        "Maximum introspection depth exceeded",
    ),
    "unused fragments": (
        "viewer { id } }"
        + "".join(f"fragment F{n} on User {{ id }}" for n in range(1_400))
        + "fragment F on User { id ",
        "too many definitions: at most 250 operations and fragments together; these are 1,402",
    ),
    "operations": (
        "__typename }" + "".join(f"query A{n} {{ __typename }}" for n in range(1_900)) + "query A { id ",
        "too many definitions: at most 250 operations and fragments together; these are 1,902",
    ),
    "variables": (
        f"__typename }} query A({' '.join(f'$a{n}: ID' for n in range(1_500))}) {{ __typename",
        "too many variables: at most 250; these are 1,500",
    ),
    "unknown arguments": (
        f"viewer {{ id({' '.join(f'a{n}: 1' for n in range(2_300))}) }}",
        "too many arguments: at most 1,000, with the fields and items of their values; these are 2,300",
    ),
    "arguments of directives": (
        f"__typename @include({' '.join(f'a{n}: 1' for n in range(2_300))})",
        "these are 2,300",
    ),
    "fields of an object": (f"nodes(ids: {{ {' '.join(f'a{n}: 1' for n in range(2_300))} }}) {{ id }}", "are 2,301"),
    "items of a list": (f"nodes(ids: [{'1 ' * 9_000}]) {{ id }}", "these are 9,001"),
    "items of a default": (f"__typename }} query A($a: [Int] = [{'1 ' * 9_000}]) {{ __typename", "these are 9,000"),
    "pages in pages": (PAGES, "such as `first: "),
}


@pytest.mark.parametrize("kind", FLOODS)
async def test_a_flood_in_one_document_is_refused_with_its_reason_and_without_a_statement(
    guarded: Api, world: World, kind: str
) -> None:
    text, reason = FLOODS[kind]
    refused = await send(
        guarded, {"query": f"{{ {text} }}"}, person=await world.person(), headers={"X-Kinegraph-Cost": "1"}
    )
    assert refused.status_code == 400, refused.text
    assert reason in refused.text
    assert "data" not in refused.json()
    assert len(refused.content) < 8_000


@pytest.mark.parametrize("name", [None, "C", ""])
async def test_the_choice_of_an_operation_is_refused_before_a_document_is_validated(
    guarded: Api, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    validated: list[Any] = []

    def validate(*given: Any, **named: Any) -> list[Any]:
        validated.append(given)
        return graphql.validate(*given, **named)

    monkeypatch.setattr(documents, "validate", validate)
    text = "query A { __typename } query B { __typename }"
    refused = await send(guarded, {"query": text, "operationName": name})
    assert outcome(refused) == (400, ["BAD_REQUEST"]) and validated == []
    assert "say which with operationName" in refused.text or "has no operation" in refused.text
    chosen = await send(guarded, {"query": text, "operationName": "B"})
    assert chosen.json() == {"data": {"__typename": "Query"}} and len(validated) == 1


async def test_a_document_with_two_hundred_fragments_and_a_hundred_variables_is_answered(
    guarded: Api, world: World
) -> None:
    variables = " ".join(f"$a{n}: ID!" for n in range(100))
    fragments = "".join(f"fragment F{n} on Query {{ __typename }} " for n in range(200))
    spread = " ".join(f"...F{n}" for n in range(200))
    ids = " ".join(f"$a{n}" for n in range(100))
    text = f"query ({variables}) {{ {spread} nodes(ids: [{ids}]) {{ id }} }} {fragments}"
    body = {"query": text, "variables": {f"a{n}": str(uuid4()) for n in range(100)}}
    answer = await send(guarded, body, person=await world.person())
    assert answer.json() == {"data": {"__typename": "Query", "nodes": [None] * 100}}


async def test_a_batch_is_refused_whatever_its_size(guarded: Api) -> None:
    for count in (1, 1_000):
        refused = await send(guarded, [{"query": "{ __typename }"}] * count)
        assert outcome(refused) == (400, ["BAD_REQUEST"])


@pytest.mark.parametrize("kind", ["aliases of the root", "a wide cycle of fragments", "directives", "introspections"])
async def test_a_refused_document_is_neither_cached_nor_planned(
    guarded: Api, world: World, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[Any] = []
    monkeypatch.setattr(documents.Documents, "_put", lambda self, key, document: stored.append(key))
    await send(guarded, {"query": f"{{ {FLOODS[kind][0]} }}"}, person=await world.person())
    assert stored == []


SMALL: dict[str, tuple[dict[str, int], str, str]] = {
    "tokens": ({"max_tokens": 100}, "{ " + "viewer { user { id } } " * 20 + "}", "more than 100 tokens"),
    "depth": (
        {"max_depth": 5},
        "{ viewer { memberships { organization { members { nodes { id } } } } } }",
        "most 5",
    ),
    "fields": ({"max_fields": 100}, "{ viewer { " + aliases(101, "user { id }") + " } }", "at most 100 fields"),
    "root fields": ({"max_root_fields": 2}, "{ " + aliases(3, "viewer { id }") + " }", "at most 2 fields of the root"),
    "aliases": ({"max_aliases": 2}, "{ viewer { " + aliases(3, "user { id }") + " } }", "at most 2 times"),
    "definitions": ({"max_definitions": 1}, "{ ...F } fragment F on Query { __typename }", "at most 1 operations and"),
    "variables": ({"max_variables": 1}, "query ($a: ID, $b: ID) { __typename }", "at most 1; these are 2"),
    "arguments": ({"max_arguments": 10}, f"{{ nodes(ids: [{'1 ' * 10}]) {{ id }} }}", "at most 10, with the fields"),
    "cost": ({"max_cost": 10}, "{ viewer { memberships { role organization { id } } } }", "at most 10 is allowed"),
}


@pytest.mark.parametrize("kind", SMALL)
async def test_each_limit_of_a_document_is_a_setting_and_its_reason_is_in_the_error(
    services: Services, world: World, kind: str
) -> None:
    changes, text, reason = SMALL[kind]
    async with running(create_app(with_settings(services, **changes))) as api:
        refused = await send(api, {"query": text}, person=await world.person())
    assert refused.status_code == 400 and reason in json.loads(refused.text)["errors"][0]["message"]
