"""A schema of one type, Thing, with the features of GraphQL that the product's own schema does not use."""

import asyncio
import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any  # values of fields: right ones, wrong ones and exceptions

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    parse,
)
from graphql.execution.executor import Executor

from kinegraph.breadth.adapter import Adapter
from kinegraph.breadth.executor import BreadthFirst, Plans
from kinegraph.breadth.strategies import Edge, Embedded, Read, Resolve, Strategy


class Color(enum.Enum):
    RED = "red"
    GREEN = "green"


@dataclass
class Thing:
    """An object of the schema; every field is a value, or an exception that reading the field raises."""

    id: Any = 1
    name: Any = "a"
    size: Any = 2
    weight: Any = 1.5
    good: Any = True
    color: Any = Color.RED
    odd: Any = 7
    tags: Any = field(default_factory=lambda: ["x", "y"])
    grid: Any = field(default_factory=lambda: [[1, 2], [], None])
    inner_name: Any = "inside"
    inner_size: Any = 3
    document: Any = None
    parent: Any = None
    children: Any = field(default_factory=list)
    key: Any = None
    keys: Any = field(default_factory=list)
    grid_of_children: Any = None


def _raise(value: Any) -> Any:
    if isinstance(value, Exception):
        raise value
    return value


def _read(name: str) -> Any:
    def resolve(source: Any, info: Any, **arguments: Any) -> Any:
        return _raise(source.get(name) if isinstance(source, dict) else getattr(source, name))

    return resolve


ODD = GraphQLScalarType("Odd", serialize=lambda value: _raise(ValueError("even")) if value % 2 == 0 else str(value))
COLOR = GraphQLEnumType("Color", {"RED": Color.RED, "GREEN": Color.GREEN, "TEXT": "text"})
NAMED = GraphQLInterfaceType("Named", {"name": GraphQLField(GraphQLString)}, resolve_type=lambda *_: "Thing")


def _thing_fields() -> dict[str, GraphQLField]:
    text, whole, required = GraphQLString, GraphQLInt, GraphQLNonNull
    plain: dict[str, Any] = {
        "id": required(GraphQLID), "name": text, "size": whole, "weight": GraphQLFloat,
        "good": required(GraphQLBoolean),
        "color": COLOR, "odd": ODD, "tags": required(GraphQLList(required(text))),
        "grid": GraphQLList(GraphQLList(whole)), "document": DOCUMENT,
        "parent": THING, "children": required(GraphQLList(required(THING))), "maybe": GraphQLList(THING),
        "matrix": GraphQLList(GraphQLList(required(THING))),
    }  # fmt: skip
    fields = {name: GraphQLField(type, resolve=_read(_stored(name))) for name, type in plain.items()}
    fields["inner"] = GraphQLField(required(INNER), resolve=inner)
    fields["shout"] = GraphQLField(text, {"times": GraphQLArgument(whole, default_value=1)}, resolve=_shout)
    fields["later"] = GraphQLField(text, resolve=_later)
    fields["path"] = GraphQLField(required(text), resolve=lambda source, info: str(info.path.as_list()))
    fields["friend"] = GraphQLField(THING, resolve=_friend)
    fields["friends"] = GraphQLField(required(GraphQLList(required(THING))), resolve=_friends)
    fields["named"] = GraphQLField(NAMED, resolve=_read("parent"))
    fields["either"] = GraphQLField(EITHER, resolve=_read("parent"))
    return fields


def _stored(name: str) -> str:
    return {"maybe": "children", "matrix": "grid_of_children"}.get(name, name)


def inner(source: Any, *_: Any) -> Any:
    """The object that a thing embeds."""
    return {"name": source.inner_name, "size": source.inner_size}


def _shout(source: Any, info: Any, times: int | None) -> Any:
    return f"{_raise(source.name)}!" * (times or 0)


async def _later(source: Any, info: Any) -> Any:
    await asyncio.sleep(0)
    return _raise(source.name)


async def _friend(source: Any, info: Any) -> Any:
    (found,) = await friends(info.context, [source.key])
    return found


async def _friends(source: Any, info: Any) -> Any:
    return [found for found in await friends(info.context, source.keys) if found is not None]


async def friends(context: dict[Any, Thing], keys: Sequence[Any]) -> list[Thing | None]:
    """The batch function of the field `friend`."""
    await asyncio.sleep(0)
    return [_raise(context.get(key)) for key in keys]


async def friends_of(context: dict[Any, Thing], keys: Sequence[Any]) -> list[list[Thing]]:
    """The batch function of the field `friends`."""
    return [[found for found in await friends(context, key) if found is not None] for key in keys]


INNER = GraphQLObjectType(
    "Inner",
    {
        "name": GraphQLField(GraphQLString, resolve=_read("name")),
        "size": GraphQLField(GraphQLNonNull(GraphQLInt), resolve=_read("size")),
    },
)
DOCUMENT: GraphQLObjectType = GraphQLObjectType(
    "Document",
    lambda: {
        "title": GraphQLField(GraphQLString, resolve=_read("title")),
        "pages": GraphQLField(GraphQLNonNull(GraphQLInt), resolve=_read("pages")),
        "chapter": GraphQLField(DOCUMENT, resolve=_read("chapter")),
    },
)
THING: GraphQLObjectType = GraphQLObjectType("Thing", _thing_fields, interfaces=[NAMED])
EITHER = GraphQLUnionType("Either", [THING, INNER], resolve_type=lambda *_: "Thing")
SCHEMA = GraphQLSchema(
    GraphQLObjectType(
        "Query",
        {
            "thing": GraphQLField(THING, resolve=lambda root, info: root),
            "things": GraphQLField(
                GraphQLNonNull(GraphQLList(GraphQLNonNull(THING))), resolve=lambda root, info: [root, *root.children]
            ),
        },
    )
)

READ = (
    "id",
    "name",
    "size",
    "weight",
    "good",
    "color",
    "odd",
    "tags",
    "grid",
    "document",
    "parent",
    "children",
    "maybe",
)


def strategy(parent: GraphQLObjectType, definition: GraphQLField) -> Strategy:
    """The strategy of a field: values, an embedded object and edges where possible, else its resolver."""
    name = next(name for name, field in parent.fields.items() if field is definition)
    if parent is THING:
        if name == "inner":
            return Embedded("inner_", inner)
        if name == "friend":
            return Edge(friends, "key")
        if name == "friends":
            return Edge(friends_of, lambda thing: tuple(thing.keys))
        if name == "path":
            return Resolve()
        if name == "shout":
            return Resolve()
        return Read(_stored(name)) if name in READ else Resolve()
    return Read(name) if parent in (INNER, DOCUMENT) else Resolve()


async def load(context: Any, batch: Any, keys: list[Any], names: Any) -> Any:
    """Call a batch function (`Adapter.load`)."""
    return await batch(context, keys)


PLANS = Plans(
    Adapter(strategy=strategy, load=load, is_document=lambda named: named is DOCUMENT, is_trusted=lambda named: True)
)


class Breadth(BreadthFirst, Executor[Any]):
    plans = PLANS


async def run(
    kind: type[Executor[Any]], document: DocumentNode | str, root: Thing, friends: dict[Any, Thing], **variables: Any
) -> ExecutionResult:
    """The result of a document by one of the two executors."""
    node = parse(document) if isinstance(document, str) else document
    built = kind.build(SCHEMA, node, root, friends, variables)
    if isinstance(built, list):
        return ExecutionResult(None, built)
    result: Any = built.execute_operation()
    found: ExecutionResult = await result if built.is_awaitable(result) else result
    return found
