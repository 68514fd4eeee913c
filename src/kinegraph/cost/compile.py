"""Compilation of an operation to its Formula: the fields of the answer, with fragments merged as they are executed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast  # values of variables are JSON

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    value_from_ast_untyped,
)

from kinegraph.cost.aliases import AliasLimits, require_few
from kinegraph.cost.estimate import CostField, Formula
from kinegraph.cost.sizes import Size, Switch, count_of, introspection_sizes, is_introspective, page_size

MUTATION_STATEMENTS = 10
"""The statements of one mutation: the viewer, its checks, its writes."""

UNDECLARED = 10
"""The size of a list that declares none. (A test requires that all do.)"""


@dataclass(frozen=True, slots=True)
class Selected:
    """An occurrence of a field, and the variable that switches it on or off, if there is one."""

    node: FieldNode
    switch: Switch | None


Page = tuple[float, int]
"""The size of a page, or the index of its size."""


class Costs:
    """Compiles operations of one schema.

    `has_statement` says whether a field of a type is answered by a statement of its own, `assumed_size` how long a list
    without pages usually is.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        has_statement: Callable[[GraphQLObjectType, GraphQLField], bool],
        assumed_size: Callable[[GraphQLField], float | None],
    ) -> None:
        self.schema = schema
        self.has_statement = has_statement
        self.assumed_size = assumed_size
        self.introspection = introspection_sizes(schema)

    def formulas(self, document: DocumentNode, limits: AliasLimits) -> dict[str, Formula]:
        """The formula of each operation of a valid document, by its name. Raises TooManyAliases."""
        fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        operations = (d for d in document.definitions if isinstance(d, OperationDefinitionNode))
        return {
            each.name.value if each.name else "": _Compiler(self, fragments, limits).formula(each)
            for each in operations
        }


class _Compiler:
    """One compilation."""

    def __init__(self, costs: Costs, fragments: Mapping[str, FragmentDefinitionNode], limits: AliasLimits) -> None:
        self._costs = costs
        self._schema = costs.schema
        self._fragments = fragments
        self._limits = limits
        self._sizes: dict[Size, int] = {}
        """The sizes that variables decide, with their indexes."""

    def formula(self, operation: OperationDefinitionNode) -> Formula:
        """The formula of an operation. Raises TooManyAliases."""
        type = self._schema.get_root_type(operation.operation)
        root = CostField("")
        if type is not None:
            selected = self._collect(type, [operation.selection_set])
            require_few((each[0].node for each in selected.values()), self._limits, is_root=True)
            root.keys = len(selected)
            root.alternatives = [[*self._fields(type, selected, root)]]
        if operation.operation is OperationType.MUTATION:
            for field in root.alternatives[0]:
                field.statements = MUTATION_STATEMENTS
        return Formula(root, [*self._sizes], dict(_defaults(operation)))

    def _fields(
        self, type: GraphQLObjectType, selected: Mapping[str, Sequence[Selected]], parent: CostField
    ) -> Iterator[CostField]:
        """The fields of one object of the field `parent` that cost something."""
        for key, occurrences in selected.items():
            name = occurrences[0].node.name.value
            definition = self._schema.get_field(type, name)
            if definition is None or name == "__typename":
                continue
            field = CostField(key)
            is_plain = is_introspective(type, definition) or not self._costs.has_statement(type, definition)
            field.statements = 0 if is_plain else 1
            named = get_named_type(definition.type)
            if is_leaf_type(named):
                if not field.statements:
                    continue
                field.objects = 0
            else:
                field.is_introspective = named.name.startswith("__")
                self._measure(field, type, occurrences[0].node, definition, parent)
                inner = [each.node.selection_set for each in occurrences if each.node.selection_set]
                field.alternatives = [*self._alternatives(named, inner, field)]
            switches = {each.switch for each in occurrences}
            switch = switches.pop() if len(switches) == 1 else None
            field.switch = -1 if switch is None else self._index(switch)
            yield field

    def _measure(
        self, field: CostField, type: GraphQLObjectType, node: FieldNode, definition: GraphQLField, parent: CostField
    ) -> None:
        """Set the size of a field with objects, and of the page below it, which its connection (`parent`) has."""
        field.is_list = is_list_type(get_nullable_type(definition.type))
        found = self._costs.introspection.get((type.name, node.name.value))
        is_chosen = not type.name.startswith("__") or type.name == "__Schema"
        field.is_one_type = field.is_introspective and not field.is_list and is_chosen
        if "first" in definition.args or (field.is_list and "limit" in definition.args):
            field.page = self._page(page_size(node, definition))
            if field.is_list:
                field.size, field.variable = field.page
        elif field.is_list and "ids" in definition.args:
            field.size, field.variable = self._page(count_of(node, "ids"))
        elif field.is_list and parent.page is not None:
            field.is_row = True
            field.size, field.variable = parent.page
        elif found is not None:
            field.size = found.largest if parent.is_one_type else found.usual
        elif field.is_list:
            field.size = self._costs.assumed_size(definition) or UNDECLARED

    def _page(self, size: Size | float) -> Page:
        return (0, self._index(size)) if isinstance(size, Size) else (size, -1)

    def _index(self, size: Size) -> int:
        return self._sizes.setdefault(size, len(self._sizes))

    def _alternatives(
        self, named: Any, inner: Sequence[SelectionSetNode], field: CostField
    ) -> Iterator[Sequence[CostField]]:
        """The fields below `field`, whose keys are counted.

        Of an abstract type, those for each type that it may have and a fragment names.
        """
        types: Sequence[GraphQLObjectType] = [named]
        if is_abstract_type(named):
            possible = self._schema.get_possible_types(named)
            conditions = {*self._conditions(inner, set())}
            types = [each for each in possible if each.name in conditions] or possible[:1]
        for type in types:
            selected = self._collect(type, inner)
            require_few((each[0].node for each in selected.values()), self._limits)
            field.keys = max(field.keys, len(selected))
            yield [*self._fields(type, selected, field)]

    def _conditions(self, inner: Sequence[SelectionSetNode], spread: set[str]) -> Iterator[str]:
        """The names of the object types that the fragments of a selection are for."""
        for node in (node for selections in inner for node in selections.selections):
            fragment = self._fragment(node)
            if fragment is None or (isinstance(node, FragmentSpreadNode) and node.name.value in spread):
                continue
            if isinstance(node, FragmentSpreadNode):
                spread.add(node.name.value)
            condition = self._schema.get_type(fragment.type_condition.name.value) if fragment.type_condition else None
            if is_abstract_type(condition):
                yield from (each.name for each in self._schema.get_possible_types(cast(Any, condition)))
            elif condition is not None:
                yield condition.name
            yield from self._conditions([fragment.selection_set], spread)

    def _collect(self, type: GraphQLObjectType, inner: Sequence[SelectionSetNode]) -> dict[str, list[Selected]]:
        """The fields that are selected of an object of this type, by their response keys."""
        found: dict[str, list[Selected]] = {}
        spread: set[tuple[str, Switch | None]] = set()
        pending: list[tuple[Any, Switch | None]] = [(s, None) for selections in inner for s in selections.selections]
        for node, above in pending:  # grows by the fragments' fields
            is_selected, own = _switch(node)
            switch = above or own
            if not is_selected:
                continue
            if isinstance(node, FieldNode):
                found.setdefault((node.alias or node.name).value, []).append(Selected(node, switch))
                continue
            if isinstance(node, FragmentSpreadNode):
                if (node.name.value, switch) in spread:
                    continue
                spread.add((node.name.value, switch))
            fragment = self._fragment(node)
            if fragment is not None and self._applies(fragment, type):
                pending += [(below, switch) for below in fragment.selection_set.selections]
        return found

    def _fragment(self, node: Any) -> FragmentDefinitionNode | InlineFragmentNode | None:
        if isinstance(node, FragmentSpreadNode):
            return self._fragments.get(node.name.value)
        return node if isinstance(node, InlineFragmentNode) else None

    def _applies(self, fragment: FragmentDefinitionNode | InlineFragmentNode, type: GraphQLObjectType) -> bool:
        """True if the fragment's fields are selected of an object of this type."""
        if fragment.type_condition is None or fragment.type_condition.name.value == type.name:
            return True
        condition: Any = self._schema.get_type(fragment.type_condition.name.value)
        return is_abstract_type(condition) and self._schema.is_sub_type(condition, type)


def _switch(node: Any) -> tuple[bool, Switch | None]:
    """Whether the node may be selected, and the first variable that decides it."""
    switch = None
    for directive in node.directives or ():
        selects = directive.name.value == "include"
        if not selects and directive.name.value != "skip":
            continue
        value = directive.arguments[0].value if directive.arguments else None
        if isinstance(value, BooleanValueNode) and value.value is not selects:
            return False, None
        if isinstance(value, VariableNode):
            switch = switch or Switch(value.name.value, selects)
    return True, switch


def _defaults(operation: OperationDefinitionNode) -> Iterator[tuple[str, Any]]:
    for each in operation.variable_definitions or ():
        if each.default_value is not None:
            yield each.variable.name.value, value_from_ast_untyped(each.default_value)
