"""The API reference: one Markdown page for each kind of definition in a schema, and one with the map of the rooms."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    is_introspection_type,
    is_specified_scalar_type,
    print_ast,
)

PAGES: Mapping[str, tuple[str, tuple[type, ...]]] = {
    "types": ("Types", (GraphQLObjectType, GraphQLInterfaceType)),
    "inputs": ("Inputs", (GraphQLInputObjectType,)),
    "enums": ("Enums", (GraphQLEnumType,)),
    "scalars": ("Scalars", (GraphQLScalarType,)),
}
"""The pages of named types: each one's title and the classes of its types."""

ROOTS: Mapping[str, str] = {"Query": "queries", "Mutation": "mutations", "Subscription": "subscriptions"}
"""The pages of root fields by the root type."""


def reference(schema: GraphQLSchema) -> dict[str, str]:
    """The pages by name, without the ending `.md`."""
    pages = {page: "\n".join(_root_page(schema, root)) for root, page in ROOTS.items()}
    for page, (title, kinds) in PAGES.items():
        types = [type for type in _types(schema) if isinstance(type, kinds) and type.name not in ROOTS]
        pages[page] = "\n".join(_types_page(title, types))
    return pages


def _types(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    """The schema's own types, by name."""
    return [
        type
        for _, type in sorted(schema.type_map.items())
        if not is_introspection_type(type) and not is_specified_scalar_type(type)
    ]


def _root_page(schema: GraphQLSchema, root: str) -> Iterator[str]:
    type = schema.type_map[root]
    assert isinstance(type, GraphQLObjectType)
    yield from (f"# {ROOTS[root].capitalize()}", "", _text(type.description), "")
    for name, field in sorted(type.fields.items()):
        yield from (f"## {name}", "", _text(field.description), "", f"Returns {_link(field.type)}.", "")
        yield from _table(("argument", "type", "default", "meaning"), map(_argument, field.args.items()))


def _types_page(title: str, types: Iterable[GraphQLNamedType]) -> Iterator[str]:
    yield from (f"# {title}", "")
    for type in types:
        yield from (f"## {type.name}", "", _text(type.description), "")
        yield from _members(type)


def _members(type: GraphQLNamedType) -> Iterator[str]:
    """The members of a type: fields, input fields or enum values."""
    if isinstance(type, GraphQLObjectType | GraphQLInterfaceType):
        if type.interfaces:
            yield from (f"Implements {', '.join(map(_link, type.interfaces))}.", "")
        yield from _table(("field", "type", "meaning"), map(_field, type.fields.items()))
    elif isinstance(type, GraphQLInputObjectType):
        yield from _table(("field", "type", "default", "meaning"), map(_argument, type.fields.items()))
    elif isinstance(type, GraphQLEnumType):
        rows = ((f"`{name}`", _text(value.description)) for name, value in type.values.items())
        yield from _table(("value", "meaning"), rows)


def _field(entry: tuple[str, GraphQLField]) -> tuple[str, ...]:
    name, field = entry
    arguments = "".join(f"<br>`{given}`: {_text(argument.description)}" for given, argument in field.args.items())
    return f"`{name}`", _link(field.type), _text(field.description) + arguments


def _argument(entry: tuple[str, GraphQLArgument | GraphQLInputField]) -> tuple[str, ...]:
    name, argument = entry
    return f"`{name}`", _link(argument.type), _default(argument), _text(argument.description)


def _default(argument: GraphQLArgument | GraphQLInputField) -> str:
    """The default as it is written in the schema's text."""
    value = argument.ast_node.default_value if argument.ast_node else None
    return f"`{print_ast(value)}`" if value else ""


def _link(type: object) -> str:
    """A type as it is written, linked to its definition."""
    named: GraphQLNamedType = get_named_type(type)  # type: ignore[call-overload]  # any type of the schema
    if is_specified_scalar_type(named):
        return f"`{type}`"
    page = next(page for page, (_, kinds) in PAGES.items() if isinstance(named, kinds))
    return f"[`{type}`]({page}.md#{named.name.lower()})"


def _text(text: str | None) -> str:
    """A description on one line, fit for a cell of a table."""
    return " ".join((text or "").split()).replace("|", "\\|").replace("<", "&lt;")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A table, or nothing where it has no rows."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if lines:
        yield from (f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines, "")


def rooms(package: Path) -> str:
    """The page of the rooms: the map in the package's docstring, and each room's own docstring."""
    found = [_docstring(path) for path in sorted(package.glob("*/__init__.py"))]
    lines = ["# Rooms", "", "```text", _docstring(package / "__init__.py")[1], "```", ""]
    for name, text in found:
        lines += [f"## {name}", "", text, ""]
    return "\n".join(lines)


def _docstring(path: Path) -> tuple[str, str]:
    """A package's name, and its docstring."""
    return path.parent.name, ast.get_docstring(ast.parse(path.read_text())) or ""
