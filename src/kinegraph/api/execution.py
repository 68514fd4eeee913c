"""One operation from the document to the answer's data, in a transaction of its own, within the limits of a request.

Requests over HTTP, and the queries of subscriptions' events, are executed here.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple  # Any: JSON of notes

import asyncpg
import orjson
from graphql import GraphQLError
from starlette.types import Receive

from kinegraph.api.context import RequestContext
from kinegraph.api.documents import Document
from kinegraph.api.executor import Gate, execute, json_fragment
from kinegraph.api.hang_ups import Deadline, TimeLimit
from kinegraph.api.limits import DocumentLimits
from kinegraph.api.preparations import has_preparations, prepared_for
from kinegraph.api.requests import Parameters
from kinegraph.api.schema import schema
from kinegraph.audit.store import record, record_in
from kinegraph.breadth.budget import Budget
from kinegraph.cost.meter import Meter
from kinegraph.events.rules import Delivery
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store import authenticate_nobody
from kinegraph.kit.context import Capabilities, Prepare
from kinegraph.kit.database import Database
from kinegraph.kit.errors import AnswerTooLarge
from kinegraph.kit.sessions import Authenticate, ReadSession, WriteSession
from kinegraph.outside.addresses import SignedAddresses
from kinegraph.outside.storage import ObjectStorage
from kinegraph.vectors.jobs import QueryVectors

MAX_TRIES = 8
"""Maximum number of executions of a request that a deadlock ends."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one request."""

    max_body_bytes: int
    max_objects: int
    max_answer_bytes: int
    execution_seconds: float
    max_by_graphql_core: int
    """Executions by graphql-core at a time, each of which takes a connection for long."""
    document: DocumentLimits = field(default_factory=DocumentLimits)


@dataclass(frozen=True, slots=True)
class Resources:
    """The parts of the application that an execution uses."""

    database: Database
    storage: ObjectStorage
    limits: Limits
    address: str
    """The address of this server, for the addresses in answers."""
    addresses: SignedAddresses
    """Signs the addresses of charts and handouts."""
    vectors: QueryVectors
    """The vectors of queries."""
    capabilities: Capabilities
    """Those of the optional services."""


class Executed(NamedTuple):
    """The data of an execution as JSON text, and its errors; a mutation with errors was rolled back, without data."""

    data: orjson.Fragment | None
    errors: list[GraphQLError]
    notes: Mapping[str, Any] = MappingProxyType({})
    """Notes of fields on their answers, sent as `extensions` of the response (`Context.note`)."""


Before = Callable[[RequestContext], Awaitable[bool]]
"""Called before the execution, within its time; where it returns True, nothing is executed, and there is no data."""

BeforeCommit = Callable[[RequestContext, orjson.Fragment | None], Awaitable[bool]]
"""Called with the data of an execution without errors, within its transaction; returns whether to commit."""


async def execute_timed(
    resources: Resources,
    document: Document,
    parameters: Parameters,
    authenticate: Authenticate[Viewer] | None,
    meter: Meter,
    *,
    writes: bool = False,
    gate: Gate | None = None,
    root: Delivery | None = None,
    before: Before | None = None,
    before_commit: BeforeCommit | None = None,
    limit: TimeLimit | None = None,
    receive: Receive | None = None,
) -> Executed:
    """The result of an operation, whose transaction has ended when this returns: committed if nothing failed.

    The meter is charged with what all tries did. Two requests that wait for each other's locks are no fault of theirs:
    PostgreSQL ends one, which goes again. What fields need of other services is obtained before the first transaction
    begins. Raises OutOfTime at the end of `limit`, which all tries share, and ClientDisconnect where the client whose
    request has this `receive` (ASGI) is seen to hang up before the COMMIT is sent (it is watched from the 50th
    millisecond of each try on, `hang_ups.WATCH_AFTER_SECONDS`): all is rolled back, as with any error.
    """
    limit = limit or TimeLimit.begin(resources.limits.execution_seconds)
    prepared = await _prepare(resources, document, parameters, authenticate, meter, Deadline(limit, receive))
    for tries in range(1, MAX_TRIES + 1):
        context = RequestContext(
            resources.database,
            authenticate,
            document,
            writes=writes,
            storage=resources.storage,
            address=resources.address,
            prepared=prepared,
            capabilities=resources.capabilities,
            addresses=resources.addresses,
        )
        try:
            data, errors, _ = await _once(
                context, parameters, resources.limits, limit, gate, root, before, before_commit, receive, meter
            )
            lost = any(isinstance(error.original_error, asyncpg.DeadlockDetectedError) for error in errors)
        except asyncpg.DeadlockDetectedError:  # of a plan, or of COMMIT, which writes versions
            if tries == MAX_TRIES:
                raise
            lost = True
        if not lost or tries == MAX_TRIES:
            break
        await asyncio.sleep(random.uniform(0, 0.1 * tries))
    return Executed(None if writes and errors else data, errors, context.notes)


async def _prepare(
    resources: Resources,
    document: Document,
    parameters: Parameters,
    authenticate: Authenticate[Viewer] | None,
    meter: Meter,
    deadline: Deadline,
) -> Mapping[Prepare, Any]:
    """The values that fields of the root obtain from other services. Raises OutOfTime and ClientDisconnect."""
    if authenticate is None or not has_preparations(document, parameters):
        return {}
    is_signed_in = authenticate is not authenticate_nobody
    async with deadline:
        return await prepared_for(document, parameters, resources, meter.prepared, is_signed_in=is_signed_in)


async def _once(
    context: RequestContext,
    parameters: Parameters,
    limits: Limits,
    limit: TimeLimit,
    gate: Gate | None,
    root: Delivery | None,
    before: Before | None,
    before_commit: BeforeCommit | None,
    receive: Receive | None,
    meter: Meter,
) -> Executed:
    """One try in the context's transaction, down to the writing of the answer, and of what it read of patients."""
    budget = Budget(limits.max_objects, limits.max_answer_bytes, AnswerTooLarge)
    commit = False
    session: ReadSession[Viewer] | None = None
    try:
        async with Deadline(limit, receive):
            if before is not None and await before(context):
                commit = True
                return Executed(None, [])
            result = await execute(
                schema._schema,
                context,
                parameters.variables,
                parameters.operation_name,
                breadth_first=parameters.breadth_first,
                has_large_variables=parameters.has_large_variables,
                budget=budget,
                gate=gate,
                root=root,
            )
            data = None if result.data is None else json_fragment(result.data, budget)
            commit = not result.errors and (before_commit is None or await before_commit(context, data))
            session = context.opened
            if commit and isinstance(session, WriteSession):
                await record_in(session)
    finally:
        await context.finish(commit=commit)
        meter.add(budget.objects, budget.values, context.statements, budget.hits)
        meter.finish()
    is_shown = not (result.errors and isinstance(session, WriteSession))
    is_recorded = commit and isinstance(session, WriteSession)
    if session is not None and is_shown and not is_recorded:  # after `finish`, so that no connection is waited for
        await record(context.database, session.viewer, session.subjects)
    return Executed(data, result.errors or [])
