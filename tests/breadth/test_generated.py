"""Property test: generated documents on generated data get the same answer from both executors, byte for byte."""

import json
import os
from typing import Any  # values of fields, right ones and wrong ones

import pytest
from graphql.execution.executor import Executor
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinegraph.breadth import core
from tests.breadth.thing_schema import PLANS, Breadth, Color, Thing, run

EXAMPLES = int(os.environ.get("KINEGRAPH_ORACLE_EXAMPLES", "150"))
"""Number of documents; run 2,000 before merging a change of the executor."""

LEAVES = ("id", "name", "size", "weight", "good", "color", "odd", "tags", "grid", "later", "path", "__typename")
BELOW = {
    "Thing": {
        "parent": "Thing", "friend": "Thing", "friends": "Thing", "children": "Thing", "maybe": "Thing",
        "inner": "Inner", "document": "Document", "named": "Named", "either": "Either",
    },
    "Document": {"chapter": "Document"}, "Inner": {}, "Named": {}, "Either": {},
}  # fmt: skip
VALUES = {
    "Thing": (*LEAVES, "shout", "shout(times: 2)", "shout(times: $times)"),
    "Document": ("title", "pages", "__typename"),
    "Inner": ("name", "size"), "Named": ("name", "__typename"), "Either": ("__typename",),
}  # fmt: skip
SWITCHES = ("", "", "", " @include(if: $yes)", " @skip(if: $no)", " @include(if: $no)")


@st.composite
def selections(draw: st.DrawFn, type: str = "Thing", depth: int = 3) -> str:
    """A selection of a type, in braces."""
    fields = []
    for number in range(draw(st.integers(1, 4))):
        below = sorted(BELOW[type]) if depth else []
        name = draw(st.sampled_from((*VALUES[type], *below)))
        inner = f" {draw(selections(BELOW[type][name], depth - 1))}" if name in below else ""
        alias = f"a{number}: " if draw(st.booleans()) or "(" in name or name in below else ""
        switch = draw(st.sampled_from(SWITCHES))
        field = f"{alias}{name}{switch}{inner}"
        wrapped = type == "Thing" and draw(st.integers(0, 4)) == 0
        fields.append(f"... on Thing{draw(st.sampled_from(SWITCHES))} {{ {field} }}" if wrapped else field)
    return f"{{ __typename {' '.join(fields)} }}"


DOCUMENTS = st.builds(
    "query ($times: Int, $yes: Boolean!, $no: Boolean!) {{ t: thing {} all: things {} used: __typename "
    "thing {{ z: shout(times: $times) @include(if: $yes) @skip(if: $no) }} }}".format,
    selections(),
    selections(depth=2),
)
NAMES = st.one_of(st.text(max_size=3), st.none(), st.integers(0, 3), st.just(ValueError("bad name")))
WHOLE = st.one_of(st.integers(-3, 3), st.none(), st.just(2**31), st.just("x"), st.booleans())


def _is_plain(value: Any) -> bool:
    return not isinstance(value, Exception)


DOCUMENT = st.recursive(
    st.none(),
    lambda inner: st.fixed_dictionaries(
        {"pages": WHOLE}, optional={"title": NAMES.filter(_is_plain), "chapter": inner}
    ),
    max_leaves=3,
)
THINGS = st.recursive(
    st.builds(Thing),
    lambda inner: st.builds(
        Thing,
        id=st.one_of(st.text(max_size=2), st.integers(0, 5)),
        name=NAMES,
        size=WHOLE,
        weight=st.one_of(st.floats(), st.integers(0, 3), st.none()),
        good=st.sampled_from((True, False, True, None)),
        color=st.sampled_from((Color.RED, "text", None, "red")),
        odd=st.sampled_from((1, 3, None, 2)),
        tags=st.lists(st.sampled_from(("a", "b", None, 1)), max_size=2),
        document=DOCUMENT,
        parent=st.one_of(st.none(), inner),
        children=st.lists(st.one_of(inner, inner, st.none()), max_size=3),
        key=st.integers(0, 2),
        keys=st.lists(st.integers(0, 2), max_size=3),
    ),
    max_leaves=6,
)


@pytest.fixture(autouse=True)
def without_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """No list waits for a turn because time has passed: on a busy machine errors would change their order."""
    monkeypatch.setattr(core, "TURN_SECONDS", float("inf"))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(DOCUMENTS, THINGS, st.lists(THINGS, max_size=2), st.integers(0, 2), st.booleans(), st.booleans())
async def test_generated_documents_get_the_same_answer_from_both_executors(
    document: str, root: Thing, others: list[Thing], times: int, yes: bool, no: bool
) -> None:
    friends = dict(enumerate(others))
    variables = {"times": times, "yes": yes, "no": no}
    expected = await run(Executor, document, root, friends, **variables)
    found = await run(Breadth, document, root, friends, **variables)
    assert json.dumps(found.data) == json.dumps(expected.data)
    assert [error.formatted for error in found.errors or []] == [error.formatted for error in expected.errors or []]


def test_enough_documents_were_executed_breadth_first() -> None:
    """Otherwise the test above would compare graphql-core with itself."""
    assert PLANS.counted[""] > EXAMPLES / 20, PLANS.counted
