"""JSON Schema (draft 2020-12) of the variables of an operation: the input schema of a tool."""

from collections.abc import Mapping
from typing import Any  # values of JSON

from graphql import (
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    ast_from_value,
    get_named_type,
    is_required_input_field,
    type_from_ast,
    value_from_ast_untyped,
)

JsonSchema = dict[str, Any]

SCALARS: Mapping[str, JsonSchema] = {
    "Int": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    "Float": {"type": "number"},
    "String": {"type": "string"},
    "Boolean": {"type": "boolean"},
    "ID": {"type": "string"},
    "Date": {"type": "string", "format": "date"},
    "DateTime": {"type": "string", "format": "date-time"},
}
"""Scalars; of any other, every value fits."""


def schema_of_variables(operation: OperationDefinitionNode, schema: GraphQLSchema) -> JsonSchema:
    """The schema of the variables as one object, with the input types that they have in `$defs`."""
    properties: JsonSchema = {}
    required: list[str] = []
    definitions: dict[str, JsonSchema] = {}
    for variable in operation.variable_definitions or ():
        name = variable.variable.name.value
        type_: Any = type_from_ast(schema, variable.type)
        added: JsonSchema = {} if variable.description is None else {"description": variable.description.value}
        if variable.default_value is not None:
            added["default"] = value_from_ast_untyped(variable.default_value)
        elif isinstance(type_, GraphQLNonNull):
            required.append(name)
        properties[name] = {**_schema_of(type_), **added}
        _define(get_named_type(type_), definitions)
    return {**_object(properties, required), **({"$defs": definitions} if definitions else {})}


def _define(type_: Any, definitions: dict[str, JsonSchema]) -> None:
    """Add an enum or an input type, and those within it; a type may contain itself."""
    if type_.name in definitions or not isinstance(type_, GraphQLEnumType | GraphQLInputObjectType):
        return
    described = {"description": type_.description} if type_.description else {}
    if isinstance(type_, GraphQLEnumType):
        definitions[type_.name] = {"type": "string", "enum": [*type_.values], **_described_values(type_)}
        return
    definitions[type_.name] = {}
    properties = {name: _field(field, is_nullable=not type_.is_one_of) for name, field in type_.fields.items()}
    required = [name for name, field in type_.fields.items() if is_required_input_field(field)]
    one = {"minProperties": 1, "maxProperties": 1} if type_.is_one_of else {}
    definitions[type_.name].update({**_object(properties, required), **described, **one})
    for field in type_.fields.values():
        _define(get_named_type(field.type), definitions)


def _described_values(type_: GraphQLEnumType) -> JsonSchema:
    """The description of an enum, with those of its values, one a line."""
    values = [f"{name}: {value.description}" for name, value in type_.values.items() if value.description]
    lines = [*([type_.description] if type_.description else ()), *values]
    return {"description": "\n".join(lines)} if lines else {}


def _object(properties: JsonSchema, required: list[str]) -> JsonSchema:
    return {
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _field(field: GraphQLInputField, *, is_nullable: bool) -> JsonSchema:
    """The schema of a field of an input type; null does not fit the fields of a @oneOf type."""
    found = _schema_of(field.type) if is_nullable else _schema_of_value(field.type)
    if field.description:
        found["description"] = field.description
    if (default := _default(field)) is not Undefined:
        found["default"] = default
    if field.deprecation_reason is not None:
        found["deprecated"] = True
    return found


def _default(field: GraphQLInputField) -> Any:
    """The default of a field of an input type as JSON; Undefined where it has none. Strawberry sets `default_value`."""
    if field.default is not None and field.default.literal is None:
        return field.default.value
    literal = field.default.literal if field.default else ast_from_value(field.default_value, field.type)
    return Undefined if literal is None else value_from_ast_untyped(literal)


def _schema_of(type_: GraphQLInputType) -> JsonSchema:
    """The schema of a type; null fits one that is nullable."""
    if isinstance(type_, GraphQLNonNull):
        return _schema_of_value(type_.of_type)
    found = _schema_of_value(type_)
    if "$ref" in found:
        return {"anyOf": [found, {"type": "null"}]}
    return {**found, "type": [found["type"], "null"]} if "type" in found else found


def _schema_of_value(type_: Any) -> JsonSchema:
    if isinstance(type_, GraphQLList):
        return {"type": "array", "items": _schema_of(type_.of_type)}
    if isinstance(type_, GraphQLEnumType | GraphQLInputObjectType):
        return {"$ref": f"#/$defs/{type_.name}"}
    return {**SCALARS.get(type_.name, {})}
