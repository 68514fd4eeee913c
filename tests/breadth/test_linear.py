"""Twice as many objects take twice as many steps, whatever is selected of them and whatever goes wrong with them."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from graphql import GraphQLField, get_named_type, is_composite_type
from graphql.execution.executor import Executor

from tests.breadth.steps import Key, require_linear
from tests.breadth.test_cases import BREADTH_FIRST, WRONG
from tests.breadth.wild import THING, Breadth, Thing, run


class ByCore(Breadth):
    """The executor where it leaves everything to graphql-core."""

    is_breadth_first = False


ENDLESS = "a generator as a list"
"""Read once, it is gone."""


def thing(number: int, **values: Any) -> Thing:
    """A thing that has something of everything."""
    parent = Thing(id=f"p{number}", name=None, document={"title": "T", "pages": 3, "part": {"pages": 1}})
    made = Thing(
        id=number, parent=parent, children=[Thing(id=f"{number}.{n}", key=Key(n)) for n in range(2)],
        key=Key(number), keys=[Key(number), Key(number + 1), Key(-1)], document={"title": "t", "pages": number},
    )  # fmt: skip
    made.grid_of_children = [made.children, [], None]
    for name, value in values.items():
        setattr(made, name, value)
    return made


def friends(number: int) -> dict[Any, Thing]:
    """Those whom so many things refer to: each to one of its own, all to one."""
    return {Key(n): Thing(id=f"f{n}", key=Key(n + 1), keys=[Key(0)]) for n in range(-1, number + 1)}


class Refusing(dict[Any, Thing]):
    """Refuses every key."""

    def get(self, key: Any, default: Any = None) -> Any:
        """No thing."""
        raise ValueError("no friend")


def many(number: int) -> Thing:
    """A thing with so many children."""
    return thing(0, children=[thing(n) for n in range(number)])


def one_with_much(number: int) -> Thing:
    """One thing whose every list is so long."""
    below = [Thing(id=n, key=Key(n)) for n in range(number)]
    values = {"tags": ["x"] * number, "grid": [[1], *([2] for _ in range(number))], "children": below}
    matrix = [below[n : n + 4] for n in range(0, number, 4)]
    return thing(0, **values, keys=[Key(n) for n in range(number)], grid_of_children=matrix)


def all_refused(number: int) -> Thing:
    """A thing with so many children of which nothing can be read."""
    names = [field.name for field in fields(Thing) if field.name not in ("key", "keys")]
    wrong = {name: ValueError(f"no {name}") for name in names}
    return thing(0, children=[thing(n, **wrong) for n in range(number)])


def selection(name: str, field: GraphQLField) -> str:
    """A field with something below it."""
    if name in ("maybe", "matrix"):
        return f"{name} {{ id name tags }}"  # resolvers below lists that are not required are left to graphql-core
    below = {"Document": "pages part { pages }", "Inner": "size name", "Named": "name", "Either": "__typename"}
    named = get_named_type(field.type)
    inner = f" {{ {below.get(named.name, 'id path friend { id }')} }}" if is_composite_type(named) else ""
    return f"{name}{'(times: 2)' if field.args else ''}{inner}"


LISTS = ("tags", "grid", "children", "maybe", "matrix", "friends")
FIELDS = {name: selection(name, field) for name, field in THING.fields.items()}
SHAPES: dict[str, tuple[str, Callable[[int], Thing]]] = {
    **{f"{name} that is long": (f"{{ thing {{ {FIELDS[name]} }} }}", one_with_much) for name in LISTS},
    **{f"document of {name}": (text, many) for name, text in BREADTH_FIRST.items()},
}
for name, text in FIELDS.items():
    SHAPES[f"{name} of many"] = f"{{ thing {{ children {{ {text} }} }} }}", many
    SHAPES[f"{name} that fails"] = f"{{ thing {{ children {{ {text} }} }} }}", all_refused
    SHAPES[f"{name} of some that fails"] = f"{{ thing {{ maybe {{ {text} }} }} }}", all_refused
"""Documents by what is special about them, and the object that they are asked of."""


async def took(kind: type[Executor[Any]], name: str, number: int) -> None:
    """Run the document of a shape."""
    text, make = SHAPES[name]
    refuses = name.endswith("fails")
    found = await run(kind, text, make(number), Refusing() if refuses else friends(number))
    if name.endswith("some that fails") and not name.startswith("path"):
        assert len(found.errors or ()) == number
    assert bool(found.errors) is refuses or name.startswith("path")


@pytest.mark.parametrize("name", SHAPES)
async def test_steps_grow_with_the_objects_for_every_kind_of_field(name: str) -> None:
    await require_linear(lambda n: took(Breadth, name, n))


@pytest.mark.parametrize("name", [name for name in SHAPES if not name.endswith("fails")])
async def test_steps_grow_with_the_objects_where_graphql_core_answers(name: str) -> None:
    await require_linear(lambda n: took(ByCore, name, n))


@pytest.mark.parametrize("name", [name for name, (text, _) in WRONG.items() if "{ thing " in text and name != ENDLESS])
async def test_steps_grow_with_the_objects_where_each_is_wrong(name: str) -> None:
    text, wrong = WRONG[name]
    nested = text.replace("{ thing {", "{ thing { maybe {") + " }"
    await require_linear(lambda n: run(Breadth, nested, Thing(children=[wrong] * n), {}))
