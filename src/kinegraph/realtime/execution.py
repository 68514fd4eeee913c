"""Executing a subscription: its arguments when it begins, and its selection for each event."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, cast  # arguments, and GraphQL errors as JSON

import orjson
from graphql import GraphQLError, GraphQLObjectType
from graphql.execution.collect_fields import collect_fields
from graphql.execution.values import get_argument_values

from kinegraph.api.execution import Resources, execute_timed
from kinegraph.api.executor import Executor
from kinegraph.api.failures import Failure, failures, unexpected
from kinegraph.api.requests import SubscriptionRequested
from kinegraph.api.schema import schema
from kinegraph.cost.meter import Meter
from kinegraph.events.rules import Delivery
from kinegraph.events.rules_ends import Hidden, SubscriptionEnded
from kinegraph.identity.rules import INVALID_TOKEN, Viewer
from kinegraph.kit.errors import Refusal, Refused, Unauthenticated
from kinegraph.kit.sessions import Authenticate
from kinegraph.outside.tokens import TokenError

log = logging.getLogger("kinegraph.realtime")

TRY_AGAIN = 1013
"""WebSocket's close code for a service that will be there again."""
FORBIDDEN = 4403
"""The close code of graphql-transport-ws for a client who may not be connected."""


def end_by(error: Exception) -> SubscriptionEnded:
    """The end of a subscription that an error causes, as its client gets it."""
    if isinstance(error, SubscriptionEnded):
        return error
    if isinstance(error, TokenError):
        log.info("a token was refused", extra={"reason": str(error)})
    if isinstance(error, (TokenError, Unauthenticated)):
        return SubscriptionEnded("UNAUTHENTICATED", INVALID_TOKEN, 401, FORBIDDEN)
    if isinstance(error, (Refusal, Refused)):
        return _ended(failures([GraphQLError(r.message, original_error=r) for r in error.refusals], suggests=False))
    return _ended([unexpected(error)])


def _ended(found: Sequence[Failure]) -> SubscriptionEnded:
    worst = max(found, key=lambda failure: failure.status)
    status, (first, *_) = worst.status, (failure.error for failure in (worst, *found))
    code, message = first["extensions"]["code"], first["message"]
    close_code = {401: FORBIDDEN, 503: TRY_AGAIN}.get(status)
    return SubscriptionEnded(code, message, status, close_code, [failure.error for failure in found])


def root_field(requested: SubscriptionRequested, *, suggests: bool) -> tuple[str, dict[str, Any]]:
    """The name of a subscription's field, and its arguments. Raises SubscriptionEnded where variables do not fit."""
    parameters = requested.parameters
    built: Any = Executor.build(
        schema._schema,
        requested.document.node,
        raw_variable_values=parameters.variables,
        operation_name=parameters.operation_name,
    )
    if isinstance(built, list):
        raise _ended(failures(built, suggests=suggests))
    root = cast(GraphQLObjectType, schema._schema.subscription_type)
    fields = collect_fields(schema._schema, built.fragments, built.variable_values, root, built.operation, False)
    for details in fields.grouped_field_set.values():
        name = details[0].node.name.value
        try:
            return name, get_argument_values(root.fields[name], details[0].node, built.variable_values)
        except GraphQLError as error:
            raise _ended(failures([error], suggests=suggests)) from None
    raise SubscriptionEnded("BAD_REQUEST", "The subscription selects no field: @skip or @include leave none.", 400)


class Execution:
    """Executes subscriptions for events, a few at a time: the others wait, first come, first served."""

    def __init__(self, resources: Resources, *, suggests: bool) -> None:
        self.database = resources.database
        self.suggests = suggests
        self._resources = resources
        self._turns = asyncio.Semaphore(resources.limits.max_by_graphql_core)

    async def run(
        self, requested: SubscriptionRequested, authenticate: Authenticate[Viewer], delivery: Delivery
    ) -> bytes | None:
        """The result for an event, as JSON; None where the viewer may not see it. Raises SubscriptionEnded."""
        meter = await requested.meter.event()
        try:
            async with self._turns:
                return await self._run(requested, authenticate, delivery, meter)
        except Hidden:
            return None
        except Exception as error:
            raise end_by(error) from error
        finally:
            meter.finish()

    async def _run(
        self, requested: SubscriptionRequested, authenticate: Authenticate[Viewer], delivery: Delivery, meter: Meter
    ) -> bytes:
        data, errors, _ = await execute_timed(
            self._resources, requested.document, requested.parameters, authenticate, meter, root=delivery
        )
        return self._payload(data, errors)

    def _payload(self, data: orjson.Fragment | None, errors: Sequence[GraphQLError]) -> bytes:
        """The result as JSON. Raises Hidden, and SubscriptionEnded where the next event would fare no better."""
        if any(isinstance(error.original_error, Hidden) for error in errors):
            raise Hidden
        found = failures(errors, suggests=self.suggests)
        if found and (data is None or any(failure.is_fatal or failure.status == 401 for failure in found)):
            raise _ended(found)
        return orjson.dumps({"data": data, **({"errors": [failure.error for failure in found]} if found else {})})
