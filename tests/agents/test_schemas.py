"""Input schemas of tools: JSON Schema that admits what GraphQL admits."""

from typing import Any  # values of JSON

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse
from graphql.execution.values import get_variable_values
from jsonschema import Draft202012Validator, FormatChecker

from kinegraph.agents.json_schema import schema_of_variables
from kinegraph.agents.tools import shipped_tools, tool
from kinegraph.api.documents import DocumentError, tool_of
from kinegraph.api.schema import schema

SDL = """
scalar Date
scalar JSON
enum Color { "As blood." RED GREEN }
input Leaf { id: ID!, color: Color = GREEN, count: Int! = 3, old: Boolean @deprecated(reason: "gone") }
input Tree { leaf: Leaf!, children: [Tree!], tags: [[String]] }
input Either @oneOf { name: String, tree: Tree }
type Query { find(tree: Tree, colors: [Color!], on: Date, any: JSON, either: Either, number: Float, is: Boolean): Int }
"""
DOCUMENT = """query (
  "What to find." $tree: Tree!, $colors: [Color!] = [RED], $on: Date, $any: JSON, $either: Either, $number: Float!,
  $is: Boolean! = true
) { find(tree: $tree, colors: $colors, on: $on, any: $any, either: $either, number: $number, is: $is) }"""
LEAF: dict[str, Any] = {"id": "1"}
GOOD: dict[str, Any] = {"tree": {"leaf": LEAF}, "number": 1.5}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "tree": {"$ref": "#/$defs/Tree", "description": "What to find."},
        "colors": {"type": ["array", "null"], "items": {"$ref": "#/$defs/Color"}, "default": ["RED"]},
        "on": {"type": ["string", "null"], "format": "date"},
        "any": {},
        "either": {"anyOf": [{"$ref": "#/$defs/Either"}, {"type": "null"}]},
        "number": {"type": "number"},
        "is": {"type": "boolean", "default": True},
    },
    "required": ["tree", "number"],
    "additionalProperties": False,
    "$defs": {
        "Tree": {
            "type": "object",
            "properties": {
                "leaf": {"$ref": "#/$defs/Leaf"},
                "children": {"type": ["array", "null"], "items": {"$ref": "#/$defs/Tree"}},
                "tags": {
                    "type": ["array", "null"],
                    "items": {"type": ["array", "null"], "items": {"type": ["string", "null"]}},
                },
            },
            "required": ["leaf"],
            "additionalProperties": False,
        },
        "Leaf": {
            "type": "object",
            "properties": {
                "id": {"type": "string"},
                "color": {"anyOf": [{"$ref": "#/$defs/Color"}, {"type": "null"}], "default": "GREEN"},
                "count": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1, "default": 3},
                "old": {"type": ["boolean", "null"], "deprecated": True},
            },
            "required": ["id"],
            "additionalProperties": False,
        },
        "Color": {"type": "string", "enum": ["RED", "GREEN"], "description": "RED: As blood."},
        "Either": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "tree": {"$ref": "#/$defs/Tree"},
            },
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        },
    },
}
"""The schema of its variables."""


def read(text: str, sdl: GraphQLSchema) -> tuple[OperationDefinitionNode, dict[str, Any]]:
    """The operation of a document, and the schema of its variables."""
    (operation,) = (each for each in parse(text).definitions if isinstance(each, OperationDefinitionNode))
    found = schema_of_variables(operation, sdl)
    Draft202012Validator.check_schema(found)
    return operation, found


def test_a_schema_has_types_enums_inputs_defaults_and_descriptions() -> None:
    found = read(DOCUMENT, build_schema(SDL))[1]
    assert found == SCHEMA


@pytest.mark.parametrize(
    "values",
    [
        GOOD,
        {},
        {**GOOD, "number": None},
        {**GOOD, "number": "1"},
        {**GOOD, "tree": None},
        {**GOOD, "tree": {}},
        {**GOOD, "tree": {"leaf": LEAF, "more": 1}},
        {**GOOD, "tree": {"leaf": {"id": "1", "count": 2**31}}},
        {**GOOD, "tree": {"leaf": {"id": "1", "count": None}}},
        {**GOOD, "tree": {"leaf": {"id": "1", "color": None}}},
        {**GOOD, "tree": {"leaf": {"id": "1", "color": "BLUE"}}},
        {**GOOD, "tree": {"leaf": LEAF, "children": [{"leaf": LEAF, "children": [{"leaf": LEAF}]}]}},
        {**GOOD, "tree": {"leaf": LEAF, "children": [{"leaf": LEAF, "children": [{"leaf": 1}]}]}},
        {**GOOD, "tree": {"leaf": LEAF, "children": [None]}},
        {**GOOD, "tree": {"leaf": LEAF, "tags": [["a", None], None]}},
        {**GOOD, "colors": ["RED", "GREEN"]},
        {**GOOD, "colors": ["BLUE"]},
        {**GOOD, "colors": None},
        {**GOOD, "is": None},
        {**GOOD, "is": 1},
        {**GOOD, "either": {"name": "a"}},
        {**GOOD, "either": {}},
        {**GOOD, "either": {"name": "a", "tree": {"leaf": LEAF}}},
        {**GOOD, "either": {"name": None}},
        {**GOOD, "any": {"a": [1]}},
    ],
)
def test_a_schema_admits_what_graphql_admits(values: dict[str, Any]) -> None:
    sdl = build_schema(SDL)
    operation, found = read(DOCUMENT, sdl)
    admitted = not isinstance(get_variable_values(sdl, operation.variable_definitions or (), values), list)
    assert Draft202012Validator(found, format_checker=FormatChecker()).is_valid(values) == admitted


def test_every_input_of_the_api_has_a_schema() -> None:
    mutation = schema._schema.mutation_type
    assert mutation is not None
    checked = 0
    for name, field in mutation.fields.items():
        for argument, taken in field.args.items():
            found = read(f"mutation ($a: {taken.type}) {{ {name}({argument}: $a) {{ __typename }} }}", schema._schema)[
                1
            ]
            assert not Draft202012Validator(found).is_valid({"b": 1})
            checked += 1
    assert checked > 50


def test_the_shipped_tools_are_valid_documents_whose_variables_are_described() -> None:
    assert len(shipped_tools()) == 9
    for each in shipped_tools():
        Draft202012Validator.check_schema(each.input_schema)
        assert each.is_query and not each.refusals and each.name.replace("_", "").isalpha()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('"d" query q { viewer { id } }', "q"),
        ('"""d""" mutation Add($input: AddCommentInput!) { addComment(input: $input) { userErrors { code } } }', "Add"),
        ('"d" query q { viewer { ...F } } "f" fragment F on Viewer { id }', "q"),
        ("query q { viewer { id } }", None),
        ('" " query q { viewer { id } }', None),
        ('"d" query { viewer { id } }', None),
        ('"d" query a { viewer { id } } "d" query b { viewer { id } }', None),
        ('"d" subscription s { jobProgress(id: 1) { cursor } }', None),
        (f'"d" query {"q" * 65} {{ viewer {{ id }} }}', None),
        (f'"{"d" * 50_000}" query q {{ viewer {{ id }} }}', None),
        ("# d\nquery q { viewer { id } }", None),
    ],
)
def test_a_document_with_one_named_query_or_mutation_that_is_described_is_a_tool(text: str, name: str | None) -> None:
    assert tool_of(parse(text)) == name
    found = tool(text)
    assert (found.name if found else None) == name


def test_a_document_that_is_not_valid_is_no_tool() -> None:
    with pytest.raises(DocumentError, match="no_such"):
        tool('"d" query q { no_such }')
