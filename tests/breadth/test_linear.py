"""The cost of an execution is linear in the objects, whatever is selected of them and whatever errors they have."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any  # keys of batches, and values of fields

import pytest
from graphql import GraphQLField, get_named_type, is_composite_type
from graphql.execution.executor import Executor

from tests.breadth.cost import Key, require_linear
from tests.breadth.test_cases import BREADTH_FIRST, WRONG
from tests.breadth.thing_schema import THING, Breadth, Thing, run


class GraphqlCoreExecutor(Breadth):
    """The executor with breadth-first execution switched off."""

    is_breadth_first = False


ONE_TIME = "a generator as a list"
"""It can be read only once."""


def thing(number: int, **values: Any) -> Thing:
    """A thing with a value in every field."""
    parent = Thing(id=f"p{number}", name=None, document={"title": "T", "pages": 3, "chapter": {"pages": 1}})
    made = Thing(
        id=number, parent=parent, children=[Thing(id=f"{number}.{n}", key=Key(n)) for n in range(2)],
        key=Key(number), keys=[Key(number), Key(number + 1), Key(-1)], document={"title": "t", "pages": number},
    )  # fmt: skip
    made.grid_of_children = [made.children, [], None]
    for name, value in values.items():
        setattr(made, name, value)
    return made


def friends(number: int) -> dict[Any, Thing]:
    """The friends that `number` things refer to: each to one of its own, all to the same one."""
    return {Key(n): Thing(id=f"f{n}", key=Key(n + 1), keys=[Key(0)]) for n in range(-1, number + 1)}


class FailingFriends(dict[Any, Thing]):
    """Raises for every key."""

    def get(self, key: Any, default: Any = None) -> Any:
        """Raise."""
        raise ValueError("no friend")


def many(number: int) -> Thing:
    """A thing with this number of children."""
    return thing(0, children=[thing(n) for n in range(number)])


def one_with_much(number: int) -> Thing:
    """One thing whose lists all have this length."""
    below = [Thing(id=n, key=Key(n)) for n in range(number)]
    values = {"tags": ["x"] * number, "grid": [[1], *([2] for _ in range(number))], "children": below}
    matrix = [below[n : n + 4] for n in range(0, number, 4)]
    return thing(0, **values, keys=[Key(n) for n in range(number)], grid_of_children=matrix)


def all_failing(number: int) -> Thing:
    """A thing with this number of children, all of whose fields raise."""
    names = [field.name for field in fields(Thing) if field.name not in ("key", "keys")]
    wrong = {name: ValueError(f"no {name}") for name in names}
    return thing(0, children=[thing(n, **wrong) for n in range(number)])


def selection(name: str, field: GraphQLField) -> str:
    """The field with a selection below it."""
    if name in ("maybe", "matrix"):
        return f"{name} {{ id name tags }}"  # resolvers below lists that are not required are left to graphql-core
    below = {"Document": "pages chapter { pages }", "Inner": "size name", "Named": "name", "Either": "__typename"}
    named = get_named_type(field.type)
    inner = f" {{ {below.get(named.name, 'id path friend { id }')} }}" if is_composite_type(named) else ""
    return f"{name}{'(times: 2)' if field.args else ''}{inner}"


LISTS = ("tags", "grid", "children", "maybe", "matrix", "friends")
FIELDS = {name: selection(name, field) for name, field in THING.fields.items()}
CASES: dict[str, tuple[str, Callable[[int], Thing]]] = {
    **{f"{name} that is long": (f"{{ thing {{ {FIELDS[name]} }} }}", one_with_much) for name in LISTS},
    **{f"document of {name}": (text, many) for name, text in BREADTH_FIRST.items()},
}
for name, text in FIELDS.items():
    CASES[f"{name} of many"] = f"{{ thing {{ children {{ {text} }} }} }}", many
    CASES[f"{name} that fails"] = f"{{ thing {{ children {{ {text} }} }} }}", all_failing
    CASES[f"{name} of some that fails"] = f"{{ thing {{ maybe {{ {text} }} }} }}", all_failing
"""By name: a document, and a function that makes the root object for a size."""


async def run_case(kind: type[Executor[Any]], name: str, number: int) -> None:
    """Execute the document of a case."""
    text, make_root = CASES[name]
    is_failing = name.endswith("fails")
    found = await run(kind, text, make_root(number), FailingFriends() if is_failing else friends(number))
    if name.endswith("some that fails") and not name.startswith("path"):
        assert len(found.errors or ()) == number
    assert bool(found.errors) is is_failing or name.startswith("path")


@pytest.mark.parametrize("name", CASES)
async def test_cost_is_linear_for_every_kind_of_field(name: str) -> None:
    await require_linear(lambda n: run_case(Breadth, name, n))


@pytest.mark.parametrize("name", [name for name in CASES if not name.endswith("fails")])
async def test_cost_is_linear_where_graphql_core_executes(name: str) -> None:
    await require_linear(lambda n: run_case(GraphqlCoreExecutor, name, n))


@pytest.mark.parametrize("name", [name for name, (text, _) in WRONG.items() if "{ thing " in text and name != ONE_TIME])
async def test_cost_is_linear_where_every_object_has_an_error(name: str) -> None:
    text, wrong = WRONG[name]
    nested = text.replace("{ thing {", "{ thing { maybe {") + " }"
    await require_linear(lambda n: run(Breadth, nested, Thing(children=[wrong] * n), {}))
