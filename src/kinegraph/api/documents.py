"""Documents: a text is parsed and validated once, and kept under the text itself.

Keeping it under the text costs one hash of a string that Python remembers; keeping it under the parsed
document, as is usual, costs a walk over the whole of it at every request.
"""

from collections import OrderedDict
from dataclasses import dataclass

from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError, OperationDefinitionNode, parse, validate

from kinegraph.api.limits import MOST_FIELDS, MOST_LEVELS, MOST_REPEATS, introspects, repeats, selects_nothing, size
from kinegraph.api.schema import schema

MOST_TOKENS = 10_000
MOST_KEPT = 1_000
LONGEST_KEPT = 64 * 1024


class DocumentError(Exception):
    """A document that cannot be run; `errors` say why."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = list(errors)


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document."""

    node: DocumentNode

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run. Raises DocumentError where the name leaves no choice or too much."""
        operations = [d for d in self.node.definitions if isinstance(d, OperationDefinitionNode)]
        if name is None and len(operations) > 1:
            raise _refused("The document has several operations: say which with operationName.")
        for operation in operations:
            if name is None or (operation.name is not None and operation.name.value == name):
                return operation
        missing = f"The document has no operation named {name!r}." if name else "The document has no operation."
        raise _refused(missing)


class Documents:
    """The documents that were asked for last."""

    def __init__(self, *, introspection: bool) -> None:
        self._introspection = introspection
        self._kept: OrderedDict[str, Document] = OrderedDict()

    def get(self, text: str) -> Document:
        """The document of a text. Raises DocumentError where it does not parse or is not valid."""
        found = self._kept.get(text)
        if found is not None:
            self._kept.move_to_end(text)
            return found
        document = Document(self._valid(text))
        if len(text) <= LONGEST_KEPT:
            self._kept[text] = document
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return document

    def _valid(self, text: str) -> DocumentNode:
        try:
            node = parse(text, max_tokens=MOST_TOKENS)
            if selects_nothing(node):
                raise _refused("A selection must select something: `{ }` does not.")
            if repeats(node) > MOST_REPEATS:
                raise _refused(f"A selection names one response key more than {MOST_REPEATS} times.")
            if errors := validate(schema._schema, node, max_errors=20):
                raise DocumentError(*errors)
            _require_size(*size(node))
        except GraphQLSyntaxError as error:
            raise DocumentError(error) from None
        except RecursionError:
            raise _refused("The document is nested too deeply.") from None
        if not self._introspection and introspects(node):
            raise _refused("Introspection is switched off on this server.")
        return node


def _require_size(levels: int, fields: int) -> None:
    if levels > MOST_LEVELS:
        raise _refused(f"The document is nested too deeply: at most {MOST_LEVELS} levels of fields.")
    if fields > MOST_FIELDS:
        raise _refused(f"The document asks for too much: at most {MOST_FIELDS:,} fields, fragments written out.")


def _refused(message: str) -> DocumentError:
    return DocumentError(GraphQLError(message))
