"""Values of other services that fields of the root need, obtained before the transaction of their request begins.

No transaction waits for another service, but for the state of an upload's parts (`media.graph_uploads`) and for files
of the second and later mutations of a request: it would hold a connection while the service is slow. So a field of
`Query` that needs one declares a function (`prepare` in `kit.graph.field`), which is called before, once for all
selections of the field in the operation, with the arguments of each: aliases and fragments included, those that @skip
and @include leave out excluded. Its result is in `Context.prepared` under the function, whichever executor runs, and in
every try of the request.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, cast  # arguments, and what fields prepared

from graphql import GraphQLError, GraphQLObjectType, OperationType
from graphql.execution.collect_fields import collect_fields
from graphql.execution.values import get_argument_values

from kinegraph.api.documents import Document
from kinegraph.api.executor import Executor
from kinegraph.api.requests import Parameters
from kinegraph.api.schema import schema
from kinegraph.breadth.aliases import CoreExecutor
from kinegraph.breadth.strawberry_adapter import preparation
from kinegraph.kit.context import Preparation, Prepare

ROOT = cast(GraphQLObjectType, schema._schema.query_type)

PREPARED = tuple(name for name, field in ROOT.fields.items() if preparation(field) is not None)
"""The names of the fields that declare a function."""


def has_preparations(document: Document, parameters: Parameters) -> bool:
    """True if a function may have to be called; False without a look at the fields of most documents."""
    if not any(name in parameters.query for name in PREPARED):
        return False
    return document.operation(parameters.operation_name).operation is OperationType.QUERY


async def prepared_for(
    document: Document, parameters: Parameters, services: Any, charge: Callable[[int], None], *, is_signed_in: bool
) -> Mapping[Prepare, Any]:
    """The values that fields of a query's root have obtained. Variables that do not fit are left to the execution."""
    build = partial(
        Executor.build,
        schema._schema,
        document.node,
        raw_variable_values=parameters.variables,
        operation_name=parameters.operation_name,
    )
    built: Any = await asyncio.to_thread(build) if parameters.has_large_variables else build()
    found: dict[Prepare, list[Mapping[str, Any]]] = {}
    if not isinstance(built, list):
        for function, arguments in _selected(built):
            found.setdefault(function, []).append(arguments)
    return {
        function: await function(Preparation(services, arguments, is_signed_in, charge))
        for function, arguments in found.items()
    }


def _selected(executor: CoreExecutor) -> Iterator[tuple[Prepare, Mapping[str, Any]]]:
    """The functions of the fields that an operation selects, with the arguments of each selection."""
    variables = executor.variable_values
    try:
        collected = collect_fields(
            executor.schema, executor.fragments, variables, ROOT, executor.operation, hide_suggestions=False
        )
    except (GraphQLError, RecursionError):  # the execution says what is wrong
        return
    for first, *_ in collected.grouped_field_set.values():
        definition = ROOT.fields.get(first.node.name.value)
        function = None if definition is None else preparation(definition)
        if definition is None or function is None:
            continue
        try:
            yield function, get_argument_values(definition, first.node, variables, first.fragment_variable_values)
        except GraphQLError:
            continue
