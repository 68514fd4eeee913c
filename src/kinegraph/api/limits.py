"""Limits of a request, and of a valid document: its depth, its number of fields, its length."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any  # nodes with and without a selection set

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    IntValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from kinegraph.cost.aliases import AliasLimits

MAX_LEVELS = 40
"""Maximum depth of nested fields. Frontends' documents have about ten levels, introspection about fifteen."""

MAX_FIELDS = 10_000
"""Maximum number of fields of a document with its fragments expanded."""

MAX_CHARACTERS = 100_000
"""Maximum length of a document's text. Values are sent as variables."""

MAX_DIGITS = 1_000
"""Maximum length of an integer literal. GraphQL's Int has ten digits; Python does not convert more than 4,300."""

MAX_TOKENS = 10_000
"""Maximum number of tokens of a document."""

MAX_ROOT_FIELDS = 50
"""Maximum number of fields of an operation's root, `__typename` aside. A dashboard has about ten."""

MAX_ALIASES = 100
"""Maximum number of aliases of one field at one place."""

MAX_DEFINITIONS = 250
"""Maximum number of operations and fragments of a document. Validating takes 150 microseconds for each, even unused."""

MAX_VARIABLES = 250
"""Maximum number of variables of a document, those of all its operations together."""

MAX_ARGUMENTS = 1_000
"""Maximum number of arguments of a document, with the fields and the items of the values that are written in it."""

MAX_DIRECTIVES = 500
"""Maximum number of directives of a document. Frontends' documents have some @include."""

MAX_COMPARISONS = 100_000
"""The limit of compared pairs in one document. Fifty fragments that share five fields make 6,000."""

MAX_KEYS = 300
"""The limit of response keys selected on one object below the root. The largest type has a seventh as many fields."""

NO_TOKENS = re.compile(r'"""(?:\\"""|.)*?(?:"""|\Z)|"(?:\\.|[^"\\\n])*"?|#[^\n]*', re.DOTALL)
"""Strings, also those without an end, and comments. Each is matched where it begins, so that the time is linear."""

COUNTED = ("arguments", "fields", "values")
WITH_VALUES = (*COUNTED, "value", "directives", "selection_set", "selections", "variable_definitions", "default_value")
"""The attributes of nodes below which there may be arguments and values, and those that count as arguments."""

INTROSPECTION = frozenset({"__schema", "__type"})

PRIVATE: Mapping[str, str] = {"recordPoseFrames": "frames"}
"""Mutations, and the key of their input that must be in a variable: documents are cached, and stored where a client
registers them."""


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """Limits of one document."""

    tokens: int = MAX_TOKENS
    levels: int = MAX_LEVELS
    fields: int = MAX_FIELDS
    root_fields: int = MAX_ROOT_FIELDS
    aliases: int = MAX_ALIASES
    definitions: int = MAX_DEFINITIONS
    variables: int = MAX_VARIABLES
    arguments: int = MAX_ARGUMENTS

    @property
    def alias_limits(self) -> AliasLimits:
        """The limits of fields that are selected of one object."""
        return AliasLimits(self.root_fields, self.aliases)


def selects_nothing(document: DocumentNode) -> bool:
    """True if any selection is empty, which graphql-core parses though the grammar does not allow it."""
    return any(not selections.selections for selections in _selection_sets(document))


def introspects(document: DocumentNode) -> bool:
    """True if any selection is an introspection field."""
    fields = (node for selections in _selection_sets(document) for node in selections.selections)
    return any(isinstance(node, FieldNode) and node.name.value in INTROSPECTION for node in fields)


def has_long_integer(document: DocumentNode) -> bool:
    """True if an integer literal has more digits than MAX_DIGITS."""
    integers = (node.value for node in nodes_of(document) if isinstance(node, IntValueNode))
    return any(len(value) > MAX_DIGITS for value in integers)


def excess(document: DocumentNode, limits: DocumentLimits) -> str | None:
    """The message that refuses a document of too many definitions, variables or arguments; None for any other."""
    definitions = len(document.definitions)
    if definitions > limits.definitions:
        most = f"at most {limits.definitions:,} operations and fragments together; these are {definitions:,}"
        return f"The document has too many definitions: {most}."
    variables = sum(len(getattr(each, "variable_definitions", None) or ()) for each in document.definitions)
    if variables > limits.variables:
        most = f"at most {limits.variables:,}; these are {variables:,}"
        return f"The document declares too many variables: {most}. Send one variable with an input object."
    for name, key in PRIVATE.items():
        if _has_literal(document, name, key):
            return f"Send `input` of {name}, or `input.{key}`, as a variable: it must not be stored with a document."
    length = len(document.loc.source.body) if document.loc else 0
    if length <= 2 * limits.arguments:  # each takes two characters: others need not be counted
        return None
    arguments = _arguments(document)
    if arguments > limits.arguments:
        most = f"at most {limits.arguments:,}, with the fields and items of their values; these are {arguments:,}"
        return f"The document has too many arguments: {most}. Send values as variables."
    return None


def _has_literal(document: DocumentNode, name: str, key: str) -> bool:
    """True if a field of this name has a literal in place of a variable for this key of its input."""
    if document.loc is not None and name not in document.loc.source.body:
        return False
    fields = (node for selections in _selection_sets(document) for node in selections.selections)
    named = (field for field in fields if isinstance(field, FieldNode) and field.name.value == name)
    values: list[ValueNode] = [argument.value for field in named for argument in field.arguments or ()]
    objects = [value for value in values if isinstance(value, ObjectValueNode)]
    private = [value for value in values if not isinstance(value, ObjectValueNode)]
    private += [field.value for value in objects for field in value.fields if field.name.value == key]
    variables = [each for node in document.definitions for each in getattr(node, "variable_definitions", None) or ()]
    has_default = bool(values) and any(each.default_value is not None for each in variables)
    return has_default or not all(isinstance(value, VariableNode) for value in private)


def _arguments(document: DocumentNode) -> int:
    """The number of arguments, with the fields of the objects and the items of the lists that are written in it."""
    count = 0
    pending: list[Any] = list(document.definitions)
    for node in pending:  # grows by the nodes below, without names
        for key in WITH_VALUES:
            below = getattr(node, key, None)
            if isinstance(below, list | tuple):
                pending += below
                count += len(below) if key in COUNTED else 0
            elif isinstance(below, Node):
                pending.append(below)
    return count


def has_many_directives(text: str) -> bool:
    """True if a document's text has more directives than MAX_DIRECTIVES; it need not be parsed."""
    return text.count("@") > MAX_DIRECTIVES and NO_TOKENS.sub("", text).count("@") > MAX_DIRECTIVES


def nodes_of(document: DocumentNode) -> Iterator[Node]:
    """Yield every node of a tree, parents before children."""
    nodes: list[Node] = [document]
    for node in nodes:  # grows by the nodes below
        yield node
        for key in node.keys:
            below = getattr(node, key, None)
            each = below if isinstance(below, list | tuple) else (below,)
            nodes += [inner for inner in each if isinstance(inner, Node)]


def _selection_sets(document: DocumentNode) -> Iterator[SelectionSetNode]:
    pending: list[Any] = list(document.definitions)
    while pending:
        node = pending.pop()
        selections = getattr(node, "selection_set", None)
        if selections is not None:
            yield selections
            pending.extend(selections.selections)


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The fragments by their names."""
    return {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}


Size = tuple[int, int]
"""The depth of nested fields, and their number."""


def size(document: DocumentNode) -> Size:
    """The size of a document, which may be invalid. A fragment is measured once, however often it is spread."""
    fragments = fragments_of(document)
    measured: dict[str, Size] = {}
    sizes = [_size(getattr(d, "selection_set", None), fragments, measured) for d in document.definitions]
    return max(levels for levels, _ in sizes), max(fields for _, fields in sizes)


def _size(
    selections: SelectionSetNode | None, fragments: Mapping[str, FragmentDefinitionNode], measured: dict[str, Size]
) -> Size:
    deepest, fields = 0, 0
    for node in selections.selections if selections else ():
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in measured:
                measured[name] = 0, 0  # where it is spread in itself
                measured[name] = _size(getattr(fragments.get(name), "selection_set", None), fragments, measured)
            inner = measured[name]
        else:
            levels, below = _size(getattr(node, "selection_set", None), fragments, measured)
            itself = isinstance(node, FieldNode)
            inner = levels + itself, below + itself
        deepest, fields = max(deepest, inner[0]), fields + inner[1]
    return deepest, fields


def comparisons(document: DocumentNode) -> tuple[int, int]:
    """Count compared pairs in a document, and the response keys of its widest selection below the root.

    The rule that fields with the same response key must be mergeable (OverlappingFieldsCanBeMerged) compares such
    fields pair by pair, so the time of validation is quadratic in their number.

    The first number is the sum, over every selection of the document, of its fields, of the pairs of fields with the
    same response key, and of the pairs of fragments spread there. Counting stops when it exceeds MAX_COMPARISONS.
    """
    fragments = fragments_of(document)
    pending: list[tuple[int, list[Any]]] = [(1, [definition]) for definition in document.definitions]
    count = widest = 0
    while pending and count <= MAX_COMPARISONS:
        level, nodes = pending.pop()
        fields, spread = merged(nodes, fragments)
        widest = max(widest, len(fields) if level > 1 else 0)
        count += _pairs(spread) + sum(len(each) + _pairs(len(each)) for each in fields.values())
        if level <= MAX_LEVELS:  # a fragment may be spread in itself, which validation refuses
            pending += [(level + 1, each) for each in fields.values()]
    return count, widest


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def merged(nodes: Sequence[Any], fragments: Mapping[str, Any]) -> tuple[Mapping[str, list[FieldNode]], int]:
    """The fields that are selected of one object by their response key, and how many fragments are spread for it."""
    fields: dict[str, list[FieldNode]] = {}
    spread: set[str] = set()
    pending = list(nodes)
    while pending:
        selections = getattr(pending.pop(), "selection_set", None)
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                fields.setdefault((node.alias or node.name).value, []).append(node)
            elif not isinstance(node, FragmentSpreadNode):
                pending.append(node)
            elif node.name.value not in spread:
                spread.add(node.name.value)
                pending.append(fragments.get(node.name.value))
    return fields, len(spread)


OPEN = frozenset(("searchExercises", "__typename"))
"""The fields that need no token (docs/domain.md, Access), in a query that has no others."""


def is_open(operation: OperationDefinitionNode) -> bool:
    """True if an operation is a query that needs no token."""
    fields = operation.selection_set.selections
    names = {node.name.value if isinstance(node, FieldNode) else "" for node in fields}
    return operation.operation is OperationType.QUERY and "searchExercises" in names and names <= OPEN
