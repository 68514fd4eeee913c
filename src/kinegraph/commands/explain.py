"""`kinegraph explain --plan FILE`: print how the breadth-first executor would execute a GraphQL document.

No database is needed. The fields are printed level by level, each with its strategy (`breadth.strategies`); fields that
return rows, with the columns that they need (a store may select a few more) and how their answers are cached. Then
follows the code that is generated to build the dicts of the answer (`breadth.leaves`). For
`{ workout(id: 1) { title sections { id } } }`:

    query, breadth first: 4 fields

    Level 1
      workout: resolver kinegraph.workout.graph.Query.workout, called for each object
          columns: id, organization_id, title, tree_version

    Level 2
      workout.title: column title
      workout.sections: batch function kinegraph.workout.store.sections_of, by id, organization_id, tree_version
          columns: id
          cached by kinegraph.workout.rules_cache.cached_trees

    Level 3
      workout.sections.id: column id

    Generated for the root, one object
      def build(objects, c0):
          ...

Fields of one level are resolved together, each batch function in one call. "columns: all" stands for fields that do not
say what they read. Where a field could be cached, but for a field below it, that is named: "not cached, because of
EffectiveExercise.overrides". The class of the objects is known only when there are objects: the code is shown as it is
for rows (or what the product makes of rows) of just these columns, in alphabetical order.

Variables in @include count as true, others in @skip as false. An operation that graphql-core has to execute is shown
with the reason alone. Exit code 2, with one line on standard error: there is no plan to print.
"""

import argparse
import sys
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import NoReturn, cast

from graphql import (
    DirectiveNode,
    DocumentNode,
    GraphQLError,
    NonNullTypeNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    validate,
    visit,
)

from kinegraph.api.executor import PLANS, Executor
from kinegraph.api.schema import schema
from kinegraph.breadth.executor import OperationPlans
from kinegraph.breadth.plan import Plan
from kinegraph.commands.plan_text import describe


class ExplainError(Exception):
    """The document has no plan to print; the message is one line."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("--plan", type=Path, metavar="FILE", required=True, help="a file with a GraphQL document")
    parser.add_argument("--operation", metavar="NAME", help="the operation, where the document has several")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Print the plan of a document. Returns 2 where there is none, with the reason on standard error."""
    try:
        lines = list(explain(options.plan, options.operation))
    except ExplainError as error:
        print(f"kinegraph: {error}", file=sys.stderr)
        return 2
    print("\n".join(lines))
    return 0


def explain(file: Path, operation_name: str | None) -> Iterator[str]:
    """Yield the lines that describe the plan of an operation. Raises ExplainError."""
    document = _read(file)
    operation = _choose(document, operation_name, file)
    title = " ".join([operation.operation.value, *([operation.name.value] if operation.name else [])])
    plan = _plan(document, operation, file)
    if isinstance(plan, str):
        yield f"{title}, by graphql-core (fallback): {plan}"
    else:
        yield from describe(plan, title)


def _read(file: Path) -> DocumentNode:
    """Parse and validate the document of a file."""
    try:
        document = parse(file.read_text("utf-8"))
        errors = validate(schema._schema, document)
    except OSError as error:
        raise ExplainError(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ExplainError(f"{file} is not a text in UTF-8.") from None
    except RecursionError:
        raise ExplainError(f"{file} is nested too deeply.") from None
    except GraphQLError as error:
        _refuse(file, [error])
    if errors:
        _refuse(file, errors)
    return document


def _refuse(file: Path, errors: list[GraphQLError]) -> NoReturn:
    first, *others = errors
    position = "".join(f":{each.line}:{each.column}" for each in (first.locations or [])[:1])
    more = f" (and {len(others)} more)" if others else ""
    raise ExplainError(f"{file}{position}: {' '.join(first.message.split())}{more}")


def _choose(document: DocumentNode, name: str | None, file: Path) -> OperationDefinitionNode:
    """The operation of this name, or the only one."""
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    names = ", ".join(each.name.value for each in operations if each.name) or "none with a name"
    if name is None and len(operations) > 1:
        raise ExplainError(f"{file} has several operations: say which with --operation ({names}).")
    for operation in operations:
        if name is None or (operation.name and operation.name.value == name):
            return operation
    raise ExplainError(f"{file} has no operation {name} ({names}).")


def _plan(document: DocumentNode, operation: OperationDefinitionNode, file: Path) -> Plan | str:
    """The plan of an operation, or the reason why it has none."""
    switches = _Switches()
    visit(document, switches)
    executor = _Planner.build(
        schema._schema,
        visit(document, _OptionalVariables()),
        raw_variable_values=switches.values,
        operation_name=operation.name.value if operation.name else None,
    )
    if isinstance(executor, list):
        raise ExplainError(f"{file}: {' '.join(executor[0].message.split())}")
    return PLANS.compile(cast(_Planner, executor))


class _Planner(Executor):
    """An executor that only compiles; nothing is executed, and there is no request."""

    def plan_store(self) -> dict[Hashable, OperationPlans]:
        """Store plans nowhere."""
        return {}


class _Switches(Visitor):
    """Collects values for the variables in @skip and @include with which everything is selected."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, bool] = {}

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        """Add the variable of one directive."""
        for argument in node.arguments or ():
            if node.name.value in ("skip", "include") and isinstance(argument.value, VariableNode):
                name = argument.value.name.value
                self.values[name] = self.values.get(name, False) or node.name.value == "include"


class _OptionalVariables(Visitor):
    """Makes all variables nullable: a plan does not depend on the values of the others."""

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: object) -> VariableDefinitionNode | None:
        """Replace one definition, if it is required."""
        if not isinstance(node.type, NonNullTypeNode):
            return None
        return VariableDefinitionNode(
            variable=node.variable, type=node.type.type, default_value=node.default_value, directives=node.directives
        )
