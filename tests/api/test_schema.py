"""The schema: exported as it is, and described throughout."""

import re
from collections.abc import Iterator
from pathlib import Path

from graphql import (
    GraphQLDirective,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    is_required_input_field,
    lexicographic_sort_schema,
    print_schema,
    validate_schema,
)

from kinegraph.api.schema import schema, sdl
from tests.shipped import exported_schema

ROOT = Path(__file__).parents[2]
OWN = ("Boolean", "Float", "ID", "Int", "String", "__")
exported = exported_schema()


def test_the_exported_schema_is_the_one_that_is_served() -> None:
    assert (ROOT / "schema.graphql").read_text() == sdl(), "run `make schema`"
    assert print_schema(lexicographic_sort_schema(exported)) == print_schema(lexicographic_sort_schema(schema._schema))


def test_the_schema_is_valid() -> None:
    assert validate_schema(exported) == []


def described(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Everything that must be described, with its description."""
    for type in schema.type_map.values():
        if type.name.startswith(OWN):
            continue
        yield type.name, type.description
        if isinstance(type, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in type.fields.items():
                yield f"{type.name}.{name}", field.description
                yield from _arguments(f"{type.name}.{name}", field)
        elif isinstance(type, GraphQLInputObjectType):
            yield from ((f"{type.name}.{name}", field.description) for name, field in type.fields.items())
        elif isinstance(type, GraphQLEnumType):
            yield from ((f"{type.name}.{name}", value.description) for name, value in type.values.items())
    for directive in schema.directives:
        yield f"@{directive.name}", directive.description
        yield from _arguments(f"@{directive.name}", directive)


def _arguments(owner: str, field: GraphQLField | GraphQLDirective) -> Iterator[tuple[str, str | None]]:
    for name, argument in field.args.items():
        yield f"{owner}({name}:)", argument.description


def test_everything_in_the_schema_has_a_description_that_is_a_sentence() -> None:
    found = dict(described(exported))
    assert len(found) > 300
    assert [name for name, text in found.items() if not text or not text.strip()] == []
    faulty = [
        f"{name}: {text}"
        for name, text in found.items()
        if text and (text != text.strip() or text[-1] not in ".:)" or not re.match(r"[A-Z0-9]|http", text))
    ]
    assert faulty == []


def test_a_description_says_more_than_the_name() -> None:
    def plain(text: str) -> str:
        return "".join(character for character in text.lower() if character.isalnum())

    empty = [n for n, text in described(exported) if text and plain(text) == plain(n.rpartition(".")[2])]
    assert empty == []


def test_no_two_enum_values_of_a_type_have_the_same_description() -> None:
    for type in exported.type_map.values():
        if isinstance(type, GraphQLEnumType) and not type.name.startswith(OWN):
            texts = [value.description for value in type.values.values()]
            assert len(set(texts)) == len(texts), type.name


def test_the_schema_itself_is_described() -> None:
    assert exported.description == schema._schema.description
    assert exported.description and "organizations" in exported.description


def test_required_input_fields_stand_first() -> None:
    for type in exported.type_map.values():
        if isinstance(type, GraphQLInputObjectType):
            required = [is_required_input_field(field) for field in type.fields.values()]
            assert required == sorted(required, reverse=True), type.name


def test_no_description_says_nothing() -> None:
    empty = {"In their order.", "How much.", "At most 10 characters."}
    assert [name for name, description in described(exported) if description in empty] == []


SHORT = re.compile(r"The \w+'s id\.|[\d,]+ to [\d,]+\.|The new \w+\.|A new \w+\.|By [\w ]+\.|In this program\.")
"""Descriptions of fewer than four words that say all there is: ids, bounds, new things, and what a facet counts by."""


def test_descriptions_say_more_than_three_words_except_of_ids_bounds_and_values() -> None:
    values = {
        f"{type.name}.{name}"
        for type in exported.type_map.values()
        if isinstance(type, GraphQLEnumType)
        for name in type.values
    }
    short = {name: text for name, text in described(exported) if text and len(text.split()) < 4}
    assert {n: t for n, t in short.items() if n not in values and n[0] != "@" and not SHORT.fullmatch(t)} == {}


def test_superset_groups_and_labels_are_described_as_the_demo_has_them() -> None:
    found = {name: text or "" for name, text in described(exported) if name.endswith((".label", ".supersetGroup"))}
    assert {"Movement.label", "Movement.supersetGroup", "MovementInput.label"} <= set(found)
    for name, text in found.items():
        assert ("such as A1" if name.endswith(".label") else "such as A,") in text.replace("A;", "A,"), name
