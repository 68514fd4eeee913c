"""Hand-written cases: the breadth-first executor gives the answer of graphql-core, without fallback where expected."""

import json
from typing import Any  # keys of batches, and values of variables

import pytest
from graphql.execution.executor import Executor

from tests.breadth.thing_schema import PLANS, Breadth, Color, Thing, run


async def both(document: str, root: Thing, friends: dict[Any, Thing] | None = None, **variables: Any) -> str:
    """Assert equal data, order of keys and errors by both executors. Returns the reason counted ("": breadth first)."""
    before = dict(PLANS.counted)
    expected = await run(Executor, document, root, friends or {}, **variables)
    found = await run(Breadth, document, root, friends or {}, **variables)
    assert json.dumps(found.data) == json.dumps(expected.data)
    assert [error.formatted for error in found.errors or []] == [error.formatted for error in expected.errors or []]
    (reason,) = [reason for reason, count in PLANS.counted.items() if count != before.get(reason, 0)]
    return reason


def family() -> Thing:
    """A thing with children, a parent and documents."""
    parent = Thing(id="p", name=None, document={"title": "T", "pages": 3, "chapter": {"pages": 1}})
    children = [Thing(id=n, name=f"c{n}", size=None, parent=parent, key=n % 2) for n in range(3)]
    return Thing(parent=parent, children=children, key=1, keys=[0, 1, 1, 5], color="text", document={"pages": 0})


FRIENDS = {0: Thing(id="f0", key=1), 1: Thing(id="f1", keys=[0])}

BREADTH_FIRST = {
    "leaves": "{ thing { id name size weight good color odd tags grid } }",
    "nulls": "{ thing { parent { name parent { id } document { title chapter { title pages chapter { pages } } } } } }",
    "lists": "{ thing { children { id name size } maybe { id } } things { name children { id } } }",
    "embedded": "{ thing { inner { name size } children { inner { size __typename } } } }",
    "edges": "{ thing { friend { id friend { id } } friends { id } children { friend { id friends { id } } } } }",
    "one row selected twice": "{ thing { friends { id name } children { friend { name } } } }",
    "arguments": "{ thing { shout a: shout(times: 2) b: shout(times: null) children { shout(times: 3) } } }",
    "resolvers that wait": "{ thing { later children { later id } } }",
    "paths in lists": "{ thing { path children { path parent { path } } friend { path } } }",
    "aliases": "{ a: thing { x: id y: id } b: thing { id } }",
    "merged fields": "{ thing { parent { id } } thing { parent { name } } }",
    "__typename": "{ __typename thing { __typename inner { __typename } children { t: __typename } } }",
    "an interface": "{ thing { named { __typename name ... on Thing { later path } } } }",
    "a union": "{ thing { either { ... on Thing { id children { path } } } children { either { __typename } } } }",
    "fragments": """{ thing { ...A ... on Thing { size } ... { good } children { ...A } } }
                    fragment A on Thing { id ...B } fragment B on Named { name }""",
}


@pytest.mark.parametrize("name", BREADTH_FIRST)
async def test_documents_with_a_plan_get_the_answer_of_graphql_core(name: str) -> None:
    assert await both(BREADTH_FIRST[name], family(), FRIENDS) == ""


@pytest.mark.parametrize("show", [True, False])
@pytest.mark.parametrize("hide", [True, False])
async def test_skip_and_include_are_applied_for_each_value_of_their_variables(show: bool, hide: bool) -> None:
    document = """query ($show: Boolean!, $hide: Boolean!) {
      thing { id @include(if: $show) name @skip(if: $hide) children @include(if: $show) { ...F @skip(if: $hide) id } }
    } fragment F on Thing { size @include(if: $show) }"""
    assert await both(document, family(), show=show, hide=hide) == ""


WITHOUT_PLAN = {
    "introspection": "{ __schema { queryType { name } } thing { id } }",
}


@pytest.mark.parametrize("name", WITHOUT_PLAN)
async def test_documents_without_a_plan_are_executed_by_graphql_core_and_counted(name: str) -> None:
    assert await both(WITHOUT_PLAN[name], family()) == "introspection"


WRONG: dict[str, tuple[str, Thing]] = {
    "null in a required leaf": ("{ thing { id good } }", Thing(good=None)),
    "null in a required list": ("{ thing { tags name } }", Thing(tags=None)),
    "null in a list of required texts": ("{ thing { name tags } }", Thing(tags=["a", None])),
    "a number in a list of texts": ("{ thing { tags } }", Thing(tags=["a", 1])),
    "a text for a number": ("{ thing { size name } }", Thing(size="no")),
    "a number that is too large": ("{ thing { size } }", Thing(size=2**31)),
    "a number as a boolean": ("{ thing { good size } }", Thing(good=1)),
    "not a number": ("{ thing { weight } }", Thing(weight=float("nan"))),
    "a whole number as a float": ("{ thing { weight } }", Thing(weight=3)),
    "a boolean as a number": ("{ thing { size } }", Thing(size=True)),
    "a float as a number": ("{ thing { size } }", Thing(size=4.0)),
    "a member by its value": ("{ thing { color } }", Thing(color="red")),
    "no member at all": ("{ thing { color name } }", Thing(color="blue")),
    "an unhashable member": ("{ thing { color name } }", Thing(color=["red"])),
    "a scalar that refuses": ("{ thing { odd name } }", Thing(odd=2)),
    "an exception below a nullable field": (
        "{ thing { name parent { name } } }",
        Thing(parent=Thing(name=ValueError("x"))),
    ),
    "an exception below required ones": ("{ things { id later } }", Thing(children=[Thing(name=ValueError("x"))])),
    "a text for a list": ("{ thing { children { id } } }", Thing(children="abc")),
    "a generator as a list": ("{ thing { maybe { id } } }", Thing(children=(Thing(id=n) for n in range(2)))),
    "null among required objects": ("{ thing { children { id } } }", Thing(children=[Thing(), None])),
    "null among objects": ("{ thing { maybe { id children { id } } } }", Thing(children=[None, Thing(), None])),
    "an object of another class": ("{ things { id name } }", Thing(children=[type("Sub", (Thing,), {})(id=5)])),
    "an embedded null": ("{ thing { name inner { size } } }", Thing(inner_size=None)),
    "a document without a required key": (
        "{ thing { document { pages title } name } }",
        Thing(document={"title": "a"}),
    ),
    "a text subclass": ("{ thing { name } }", Thing(name=type("Text", (str,), {})("sub"))),
    "an id that is a number": ("{ thing { id } }", Thing(id=12)),
    "an id that is nothing of the kind": ("{ thing { id } }", Thing(id=1.5)),
    "an enum in a list of lists": ("{ thing { grid } }", Thing(grid=[[Color.RED]])),
}


@pytest.mark.parametrize("name", WRONG)
async def test_invalid_values_get_the_answer_of_graphql_core(name: str) -> None:
    document, root = WRONG[name]
    if name == "a generator as a list":
        result = await run(Breadth, document, root, {})
        assert result.data == {"thing": {"maybe": [{"id": "0"}, {"id": "1"}]}}
        return
    await both(document, root)


async def test_a_failing_batch_function_gets_the_answer_of_graphql_core() -> None:
    reason = await both("{ thing { name friend { id } } }", Thing(key=0), {0: ValueError("gone")})  # type: ignore[dict-item]  # it raises
    assert reason == "ValueError was raised"


async def test_an_answer_is_not_shared_where_it_could_be_changed() -> None:
    result = await run(Breadth, "{ thing { friends { id tags } } }", Thing(keys=[0, 0]), FRIENDS)
    assert result.data is not None
    assert result.data["thing"]["friends"][0]["tags"] == ["x", "y"]
    again = await run(Breadth, "{ thing { friends { id tags } } }", Thing(keys=[0, 0]), FRIENDS)
    assert again.data == result.data
