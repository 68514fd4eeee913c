"""The argument of a tool that a refusal is about, which names a place in an argument of a field of its document."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any  # values of JSON

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

Key = str | int


class ArgumentPaths:
    """The paths of a document with one operation."""

    def __init__(self, document: DocumentNode) -> None:
        nodes = document.definitions
        (self._operation,) = (node for node in nodes if isinstance(node, OperationDefinitionNode))
        self._fragments = {node.name.value: node for node in nodes if isinstance(node, FragmentDefinitionNode)}

    def of(self, path: Sequence[Key], place: Sequence[Key]) -> list[Key]:
        """The path from a variable on, of a place in the arguments of the field at this path of the answer.

        The place itself where the document has no variable there: a path into the variables, or a literal.
        """
        selections: SelectionSetNode | None = self._operation.selection_set
        field: FieldNode | None = None
        for key in path:
            if isinstance(key, str):
                field = next((each for each in self._fields(selections) if _key(each) == key), None)
                selections = field.selection_set if field else None
        arguments = {} if field is None else {each.name.value: each.value for each in field.arguments or ()}
        value: ValueNode | None = arguments.get(str(place[0])) if place else None
        for depth, key in enumerate(place[1:], 1):
            if value is None or isinstance(value, VariableNode):
                return [*place] if value is None else [value.name.value, *place[depth:]]
            value = _below(value, key)
        return [value.name.value] if isinstance(value, VariableNode) else [*place]

    def in_payloads(self, data: Mapping[str, Any], payload: str, errors: str) -> None:
        """Replace the `field` of each entry of a payload's `userErrors`."""
        for error in (data.get(payload) or {}).get(errors) or ():
            if isinstance(error.get("field"), list):
                error["field"] = [str(each) for each in self.of([payload], error["field"])]

    def _fields(self, selections: SelectionSetNode | None) -> Iterator[FieldNode]:
        """The fields of a selection set, those of fragments included."""
        for each in selections.selections if selections else ():
            if isinstance(each, FieldNode):
                yield each
            elif isinstance(each, FragmentSpreadNode):
                yield from self._fields(self._fragments[each.name.value].selection_set)
            else:
                yield from self._fields(getattr(each, "selection_set", None))


def _key(field: FieldNode) -> str:
    return field.alias.value if field.alias else field.name.value


def _below(value: ValueNode, key: Key) -> ValueNode | None:
    """The value of a field of a literal object, or of an entry of a literal list."""
    if isinstance(value, ObjectValueNode):
        return next((each.value for each in value.fields if each.name.value == key), None)
    if isinstance(value, ListValueNode) and str(key).isdecimal() and int(key) < len(value.values):
        return value.values[int(key)]
    return None
