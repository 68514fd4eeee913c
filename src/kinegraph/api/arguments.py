"""The values that a document's arguments come to, with each variable counted wherever it is used.

A variable is sent once and may be used under hundreds of aliases, each of which converts and checks it anew: its size
times its uses is what it costs.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any  # nodes of a document, and values of variables

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
)

from kinegraph.api.limits import fragments_of
from kinegraph.api.requests import BadRequest

MAX_ARGUMENT_VALUES = 50_000
"""Limit of the values of all arguments of an operation. The largest workout has 11,000, sent once."""

CHARACTERS_PER_VALUE = 250
"""Characters of a text that count as one more value."""


@dataclass(slots=True)
class Arguments:
    """The arguments of an operation, its fragments written out."""

    literals: int = 0
    """Values that are written in the document."""
    uses: Counter[str] = field(default_factory=Counter)
    """The number of uses of each variable."""
    defaults: dict[str, int] = field(default_factory=dict)
    """The values that each variable's default has."""

    def may_exceed(self, length: int) -> bool:
        """Whether variables sent in so many bytes can come to more than MAX_ARGUMENT_VALUES; cheap to ask."""
        sent = length // 2  # a value and what separates it from the next take two bytes
        values = sent + sum(self.defaults.values())
        return self.literals + max(self.uses.values(), default=0) * values > MAX_ARGUMENT_VALUES

    def count(self, variables: Mapping[str, Any]) -> int:
        """The number of values with these variables."""
        return self.literals + sum(
            times * (values_in(variables[name]) if name in variables else self.defaults.get(name, 0))
            for name, times in self.uses.items()
        )

    def require_few(self, variables: Mapping[str, Any] | None, length: int) -> None:
        """Raise BadRequest where they come to too many values, with variables sent in so many bytes."""
        if not self.may_exceed(length):
            return
        count = self.count(variables or {})
        if count > MAX_ARGUMENT_VALUES:
            most = f"at most {MAX_ARGUMENT_VALUES:,}; these are {count:,}"
            message = "The arguments have too many values, with each variable counted wherever it is used"
            raise BadRequest(400, f"{message}: {most}. Use it less often, or send several requests.")

    def add(self, other: "Arguments") -> None:
        """Add the arguments of a part of the operation."""
        self.literals += other.literals
        self.uses.update(other.uses)


def arguments_of(document: DocumentNode, operation: OperationDefinitionNode) -> Arguments:
    """The arguments of an operation of a valid document. Each fragment is read once, however often it is spread."""
    found = _read(operation, fragments_of(document), {})
    for variable in operation.variable_definitions or ():
        if variable.default_value is not None:
            found.defaults[variable.variable.name.value] = _of_value(variable.default_value).literals
    return found


def _read(node: Any, fragments: Mapping[str, FragmentDefinitionNode], finished: dict[str, Arguments]) -> Arguments:
    """The arguments at a node and below it."""
    found = Arguments()
    for owner in (node, *(getattr(node, "directives", None) or ())):
        for argument in getattr(owner, "arguments", None) or ():
            found.add(_of_value(argument.value))
    selections: SelectionSetNode | None = getattr(node, "selection_set", None)
    for inner in selections.selections if selections else ():
        found.add(_read(inner, fragments, finished))
    if isinstance(node, FragmentSpreadNode):
        name = node.name.value
        if name not in finished:
            finished[name] = _read(fragments[name], fragments, finished)
        found.add(finished[name])
    return found


def _of_value(value: ValueNode) -> Arguments:
    """The values of one argument."""
    found = Arguments()
    for node in _nodes(value):
        if isinstance(node, VariableNode):
            found.uses[node.name.value] += 1
        else:
            found.literals += 1 + (len(node.value) // CHARACTERS_PER_VALUE if isinstance(node, StringValueNode) else 0)
    return found


def _nodes(value: ValueNode) -> Iterator[Node]:
    """A literal with everything inside it."""
    pending: list[ValueNode] = [value]
    for node in pending:  # grows by the values inside
        yield node
        if isinstance(node, ListValueNode):
            pending += node.values
        elif isinstance(node, ObjectValueNode):
            pending += [each.value for each in node.fields]


def values_in(value: Any) -> int:
    """The number of values in a variable's JSON, long texts counted by their length."""
    count = 0
    pending = [value]
    for each in pending:  # grows by the values inside
        count += 1
        if isinstance(each, str):
            count += len(each) // CHARACTERS_PER_VALUE
        elif isinstance(each, dict):
            pending += each.values()
        elif isinstance(each, list):
            pending += each
    return count
