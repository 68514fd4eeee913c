"""One tool: a document with a description, the schema of its arguments, and what is wrong with arguments."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any  # values of JSON

from graphql import FieldNode, OperationDefinitionNode, OperationType

from kinegraph.agents.argument_paths import ArgumentPaths
from kinegraph.agents.json_schema import JsonSchema, schema_of_variables
from kinegraph.api.documents import tool_of, valid
from kinegraph.api.schema import schema
from kinegraph.persisted.rules import hash_of

MAX_DESCRIPTION = 4_000
MAX_FAULTS = 20
"""Faults of arguments that are reported, at most."""
MAX_NAME = 100
"""Length of a name in a message, in characters, which a client has sent."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with an argument."""

    argument: str
    message: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A document that agents call."""

    name: str
    description: str
    text: str
    hash: str
    input_schema: JsonSchema
    is_query: bool
    refusals: tuple[tuple[str, str], ...]
    """Where the data have a mutation's `userErrors`: the keys of the payload and of the list in it."""
    paths: ArgumentPaths

    def faults(self, arguments: Mapping[str, Any]) -> Iterator[Fault]:
        """The arguments that are missing, and those that the tool does not have."""
        properties = self.input_schema["properties"]
        for name in self.input_schema.get("required", ()):
            if name not in arguments:
                yield Fault(name, f"The argument `{name}` is missing.")
        takes = f"takes {', '.join(f'`{name}`' for name in properties)}" if properties else "takes no arguments"
        for name in arguments:
            if name not in properties:
                yield Fault(name[:MAX_NAME], f"There is no argument `{name[:MAX_NAME]}`: {self.name} {takes}.")

    def is_refused(self, data: Mapping[str, Any]) -> bool:
        """Whether the data have an entry of `userErrors`."""
        payloads = ((data.get(key), errors) for key, errors in self.refusals)
        return any(payload and payload.get(errors) for payload, errors in payloads)


def tool(text: str) -> Tool | None:
    """The tool that a text is; None where it is none. Raises DocumentError where it is not valid."""
    node = valid(text)
    name = tool_of(node)
    if name is None:
        return None
    (operation,) = (each for each in node.definitions if isinstance(each, OperationDefinitionNode))
    description = operation.description.value.strip() if operation.description else ""
    return Tool(
        name,
        description[:MAX_DESCRIPTION],
        text,
        hash_of(text),
        schema_of_variables(operation, schema._schema),
        operation.operation is OperationType.QUERY,
        tuple(_refusals(operation)),
        ArgumentPaths(node),
    )


def _refusals(operation: OperationDefinitionNode) -> Iterator[tuple[str, str]]:
    for payload in operation.selection_set.selections:
        inner = payload.selection_set if isinstance(payload, FieldNode) else None
        for field in inner.selections if inner else ():
            if isinstance(field, FieldNode) and field.name.value == "userErrors":
                yield _key(payload), _key(field)


def _key(node: Any) -> str:
    """The key of a field in the data."""
    return str((node.alias or node.name).value)


@lru_cache(1)
def shipped_tools() -> tuple[Tool, ...]:
    """The tools that the product brings."""
    texts = sorted(
        (each.name, each.read_text("utf-8"))
        for each in files("kinegraph.agents").joinpath("shipped").iterdir()
        if each.name.endswith(".graphql")
    )
    found = [tool(text) for _, text in texts]
    return tuple(each for each in found if each is not None)
