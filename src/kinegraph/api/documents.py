"""Documents: a text is parsed and validated once, and cached under the text itself.

The text as key costs one hash of a string, which Python stores with it; the parsed document as key, as is usual, costs
a walk over the whole tree at every request.
"""

import asyncio
import re
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    parse,
    validate,
    validate_schema,
)

from kinegraph.api.arguments import Arguments, arguments_of
from kinegraph.api.causes import add_paths_of_literals
from kinegraph.api.limits import (
    MAX_CHARACTERS,
    MAX_COMPARISONS,
    MAX_DIGITS,
    MAX_DIRECTIVES,
    MAX_KEYS,
    DocumentLimits,
    comparisons,
    excess,
    fragments_of,
    has_long_integer,
    has_many_directives,
    introspects,
    merged,
    nodes_of,
    selects_nothing,
    size,
)
from kinegraph.api.schema import schema
from kinegraph.breadth.executor import OperationPlans
from kinegraph.breadth.strawberry_adapter import assumed_size, has_statement
from kinegraph.cost.aliases import TooManyAliases, require_few
from kinegraph.cost.compile import Costs
from kinegraph.cost.estimate import Formula
from kinegraph.kit.cache import Cache

LONG_NUMBER = re.compile(rf"(?<![0-9])[0-9]{{{MAX_DIGITS + 1}}}", re.ASCII)
"""Digits of an integer that is too long, or of a text."""
LARGE_TEXT = 2_000
"""Length of a text, in characters, above which it is parsed and validated in a thread: others do not wait for it."""
THREADS = 2
"""Number of threads for it. They share the interpreter with the event loop, whose turns come later with more."""
MAX_TOOL_NAME = 64
"""Length of a tool's name, as clients of the Model Context Protocol take it."""
MAX_TOOL_TEXT = 50_000
BYTES_PER_NODE = 245
"""Memory of one node of a parsed document, in bytes. Measured: 210 to 260."""
BYTES_PER_FIELD = 1_700
"""Memory of one field of a plan, in bytes, with the functions generated for it at its first run: 1,600 to 1,800.

A plan that has found no objects yet has no generated functions, and takes half of it.
"""

DEFAULT_LIMITS = DocumentLimits()
COSTS = Costs(schema._schema, has_statement, assumed_size)


class DocumentError(Exception):
    """A document that cannot be executed; `errors` are the reasons."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = list(errors)


@dataclass(slots=True)
class Document:
    """A valid document, and the plans of its operations."""

    node: DocumentNode
    nodes: int = 0
    """Number of nodes of its tree."""
    formulas: dict[str, Formula] = field(default_factory=dict)
    """The cost formulas of the operations by name, which is empty for one without."""
    is_new: bool = True
    """True until it is found in the cache."""
    plans: dict[Hashable, OperationPlans] = field(default_factory=dict)
    on_change: Callable[["Document"], None] | None = None
    _arguments: dict[str, Arguments] = field(default_factory=dict)
    """By the name of an operation; empty for one without."""

    def arguments(self, operation: OperationDefinitionNode) -> Arguments:
        """The arguments of one of its operations."""
        name = operation.name.value if operation.name else ""
        if name not in self._arguments:
            self._arguments[name] = arguments_of(self.node, operation)
        return self._arguments[name]

    def formula(self, operation: OperationDefinitionNode) -> Formula:
        """The cost formula of one of its operations."""
        return self.formulas[operation.name.value if operation.name else ""]

    def changed(self) -> None:
        """A plan was added."""
        if self.on_change is not None:
            self.on_change(self)

    @property
    def plan_fields(self) -> int:
        """Number of fields of all its plans."""
        found = (plan for plans in self.plans.values() for plan in plans.by_values.values())
        return sum(1 if isinstance(plan, str) else plan.fields for plan in found)

    @property
    def weight(self) -> int:
        """Its memory in bytes."""
        formulas = sum(formula.weight for formula in self.formulas.values())
        return self.nodes * BYTES_PER_NODE + self.plan_fields * BYTES_PER_FIELD + formulas

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """Return the operation to execute. Raises DocumentError if the name does not select exactly one."""
        return operation_of(self.node, name)


class Documents:
    """Parses and validates documents, and caches those of callers who are signed in.

    The key is the document's text, on which alone it depends for one schema. There is no version.
    """

    def __init__(self, cache: Cache, limits: DocumentLimits, *, introspection: bool) -> None:
        self._introspection = introspection
        self._limits = limits
        self._cache = cache
        self._threads = ThreadPoolExecutor(THREADS, "documents")

    async def get(self, text: str, operation_name: str | None, *, is_cached: bool) -> Document:
        """The document of a text; a new one is cached if it `is_cached`.

        Raises DocumentError where it is not valid, or where the name does not select one of a new one's operations.
        """
        key = ("document", text)
        found: Document | None = self._cache.get(key)
        if found is not None:
            found.is_new = False
            return found
        if len(text) <= LARGE_TEXT:
            document = self._read(text, operation_name)
        else:
            read = partial(self._read, text, operation_name)
            document = await asyncio.get_running_loop().run_in_executor(self._threads, read)
        if is_cached:
            document.on_change = partial(self._put, key)
            self._put(key, document)
        return document

    def _put(self, key: tuple[str, str], document: Document) -> None:
        """Put a document in the cache, with its present weight."""
        self._cache.put(key, None, document, document.weight)

    def _read(self, text: str, operation_name: str | None) -> Document:
        node = valid(text, limits=self._limits, require=partial(operation_of, name=operation_name))
        if not self._introspection and introspects(node):
            raise refused("Introspection is switched off on this server.")
        try:
            formulas = COSTS.formulas(node, self._limits.alias_limits)
        except TooManyAliases as error:
            raise refused(str(error)) from None
        return Document(node, drop_tokens(node), formulas)


def operation_of(node: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation of a document to execute. Raises DocumentError if the name does not select exactly one."""
    operations = [each for each in node.definitions if isinstance(each, OperationDefinitionNode)]
    if name is None and len(operations) > 1:
        raise refused("The document has several operations: say which with operationName.")
    for operation in operations:
        if name is None or (operation.name is not None and operation.name.value == name):
            return operation
    missing = f"The document has no operation named {name!r}." if name else "The document has no operation."
    raise refused(missing)


def valid(
    text: str,
    against: GraphQLSchema = schema._schema,
    limits: DocumentLimits = DEFAULT_LIMITS,
    require: Callable[[DocumentNode], object] | None = None,
) -> DocumentNode:
    """The parsed document of a text that is valid against a schema and within the limits. Raises DocumentError.

    `require` checks the parsed document before it is validated, which takes longer.
    """
    if len(text) > MAX_CHARACTERS:
        raise refused(f"The document is too long: at most {MAX_CHARACTERS:,} characters. Send values as variables.")
    try:
        if has_many_directives(text):
            raise refused(f"The document has too many directives: at most {MAX_DIRECTIVES}.")
        node = parse(text, max_tokens=limits.tokens)
        if message := excess(node, limits):
            raise refused(message)
        if require is not None:
            require(node)
        if LONG_NUMBER.search(text) and has_long_integer(node):
            raise refused(f"An integer in the document is too long: at most {MAX_DIGITS:,} digits.")
        if selects_nothing(node):
            raise refused("A selection must select something: `{ }` does not.")
        _require_size(*size(node), limits)
        _require_few_at_the_root(node, limits)
        compared, widest = comparisons(node)
        if compared > MAX_COMPARISONS:
            limit = f"at most {MAX_COMPARISONS:,} pairs of them can be compared"
            raise refused(f"The document selects the same fields at the same place too often: {limit}.")
        if widest > MAX_KEYS:
            raise refused(f"The document selects too many fields of one object: at most {MAX_KEYS}.")
        if errors := validate(against, node, max_errors=20):
            add_paths_of_literals(errors, node)
            raise DocumentError(*errors)
    except GraphQLSyntaxError as error:
        raise DocumentError(error) from None
    except RecursionError:
        raise refused("The document is nested too deeply.") from None
    return node


def names_of(node: DocumentNode) -> list[str]:
    """The kinds and names of a document's operations, such as `query Screen`; of one without a name, its kind."""
    operations = [each for each in node.definitions if isinstance(each, OperationDefinitionNode)]
    return [f"{each.operation.value} {each.name.value}" if each.name else each.operation.value for each in operations]


def tool_of(node: DocumentNode) -> str | None:
    """The name of the tool that a document is; None where it is none.

    A tool is a document with one operation, a query or a mutation, that has a description, and a name of at most
    MAX_TOOL_NAME characters. Its text has at most MAX_TOOL_TEXT characters.
    """
    operations = [each for each in node.definitions if isinstance(each, OperationDefinitionNode)]
    if len(operations) != 1 or (operation := operations[0]).operation is OperationType.SUBSCRIPTION:
        return None
    description = operation.description.value.strip() if operation.description else ""
    name = operation.name.value if operation.name else ""
    length = len(node.loc.source.body) if node.loc else 0
    return name if description and 0 < len(name) <= MAX_TOOL_NAME and length <= MAX_TOOL_TEXT else None


def schema_of(sdl: str) -> GraphQLSchema:
    """The schema of a text in GraphQL's schema language. Raises DocumentError where it is none."""
    try:
        built = build_schema(sdl)
    except GraphQLError as error:
        raise DocumentError(error) from None
    except TypeError as error:  # several errors as one text
        raise refused(str(error)) from None
    except RecursionError:
        raise refused("The schema is nested too deeply.") from None
    if errors := validate_schema(built):
        raise DocumentError(*errors)
    return built


def drop_tokens(document: DocumentNode) -> int:
    """Drop the tokens that a tree was parsed from: a third of its memory, and cycles. Returns the number of nodes."""
    count = 0
    for count, node in enumerate(nodes_of(document), start=1):  # noqa: B007  # the last count is the result
        if node.loc is not None:
            node.loc.start_token = node.loc.end_token = None  # type: ignore[assignment]  # nothing reads them again
    return count


def _require_few_at_the_root(node: DocumentNode, limits: DocumentLimits) -> None:
    """Refuse too many fields before they are validated, which takes long."""
    fragments = fragments_of(node)
    try:
        for each in node.definitions:
            if isinstance(each, OperationDefinitionNode):
                fields, _ = merged([each], fragments)
                require_few((same[0] for same in fields.values()), limits.alias_limits, is_root=True)
    except TooManyAliases as error:
        raise refused(str(error)) from None


def _require_size(levels: int, fields: int, limits: DocumentLimits) -> None:
    if levels > limits.levels:
        raise refused(f"The document is nested too deeply: at most {limits.levels} levels of fields.")
    if fields > limits.fields:
        raise refused(f"The document asks for too much: at most {limits.fields:,} fields, fragments written out.")


def refused(message: str) -> DocumentError:
    """The error of a document that is not executed for this reason."""
    return DocumentError(GraphQLError(message))
