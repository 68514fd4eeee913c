"""GraphQL over HTTP: one endpoint, from the request's bytes to the response's.

A query runs in a read-only snapshot; a mutation in one transaction, which is committed after its answer was
worked out and before it is sent, and rolled back whole if anything unexpected happened.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any, cast  # data of a response: JSON

import asyncpg
import orjson
from graphql import GraphQLError, OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from kinegraph.api.context import (
    RequestContext,
    authentication_by_token,
    is_answer_stored,
    keyed_request,
    meter_of,
    raise_if_not_executed,
)
from kinegraph.api.documents import Document, DocumentError, Documents
from kinegraph.api.executor import Gate, execute, written
from kinegraph.api.failures import RETRY_AFTER, Failure, failures, unexpected
from kinegraph.api.limits import Limits
from kinegraph.api.requests import (
    ANY,
    EVENT_STREAM,
    BadRequest,
    Media,
    Parameters,
    SubscriptionRequested,
    media,
    read_parameters,
)
from kinegraph.api.schema import schema
from kinegraph.breadth.budget import Budget
from kinegraph.cost.meter import Meter, Metering
from kinegraph.cost.refusals import CostRefused
from kinegraph.idempotency.rules import AnsweredBefore, KeyRefused
from kinegraph.idempotency.store import KeyedAuthentication, require_new
from kinegraph.identity.rules import INVALID_TOKEN, Viewer
from kinegraph.kit.cache import Cache
from kinegraph.kit.database import Database
from kinegraph.kit.errors import AnswerTooLarge, OutOfTime, Unauthenticated
from kinegraph.kit.sessions import Authenticate
from kinegraph.outside.storage import ObjectStorage
from kinegraph.outside.tokens import TokenError, Tokens
from kinegraph.persisted.rules import DocumentRefused
from kinegraph.persisted.store_lookup import PersistedDocuments

log = logging.getLogger("kinegraph.api")

MAX_TRIES = 8
"""Maximum number of executions of a request that a deadlock ends."""

SUBSCRIBE = "kinegraph.subscribe"
"""The key in a request's scope of the function that answers its subscription (SubscriptionRequested)."""

SWITCH = "x-kinegraph-executor"
"""The header that chooses the executor of one request, where introspection is on."""


class GraphQLEndpoint:
    """Answers /graphql. `stream` answers the requests that accept server-sent events."""

    stream: Callable[[Request], Awaitable[Response]] | None = None

    def __init__(
        self,
        database: Database,
        storage: ObjectStorage,
        tokens: Tokens,
        claim: str,
        limits: Limits,
        cache: Cache,
        *,
        introspection: bool,
        breadth_first: bool = True,
        address: str = "",
        persisted: PersistedDocuments,
        metering: Metering,
    ) -> None:
        self._database = database
        self._storage = storage
        self._tokens = tokens
        self._claim = claim
        self._limits = limits
        self._documents = Documents(cache, limits.document, introspection=introspection)
        self._suggests = introspection
        self._breadth_first = breadth_first
        self._gate = Gate(limits.max_by_core) if breadth_first else None
        self._address = address
        self.persisted = persisted
        self._metering = metering

    async def __call__(self, request: Request) -> Response:
        """One request."""
        how = ANY
        try:
            how = media(",".join(request.headers.getlist("accept")))
            if how is EVENT_STREAM and self.stream is not None and SUBSCRIBE not in request.scope:
                return await self.stream(request)
            parameters = await read_parameters(request, self._limits.max_body_bytes)
            request.scope["operation"] = parameters.operation_name
            wanted = request.headers.get(SWITCH) if self._suggests else None
            if wanted == "graphql-core" or not (self._breadth_first or wanted):
                parameters.breadth_first = False
            authorization = request.headers.get("authorization")
            authenticate = await authentication_by_token(authorization, self._tokens, self._claim)
            meter = meter_of(self._metering, authenticate, request, parameters.length)
            if parameters.identifier is not None or self.persisted.trusted_only:
                with meter.look_up():
                    await self.persisted.find_text(parameters, authenticate, request.scope["headers"])
            keys = request.headers.getlist("idempotency-key")
            return await self._run(parameters, authenticate, how, keys, meter, is_get=request.method != "POST")
        except CostRefused as error:
            body = {"message": error.message, "extensions": error.extensions}
            return _answer(how, {"errors": [body]}, error.status, error.headers)
        except AnsweredBefore as error:
            return _answer(how, {"data": orjson.Fragment(error.answer)}, 200, {"Idempotent-Replayed": "true"})
        except KeyRefused as error:
            return _answer(how, {"errors": [_error(error.message, error.code)]}, error.status)
        except DocumentRefused as error:
            status = error.legacy_status if how.is_legacy else error.status
            return _answer(how, {"errors": [_error(error.message, error.code)]}, status)
        except BadRequest as error:
            if isinstance(error, SubscriptionRequested) and SUBSCRIBE in request.scope:
                return cast(Response, await request.scope[SUBSCRIBE](error))
            return _answer(how, {"errors": [_error(error.message, error.code)]}, error.status, error.headers)
        except (TokenError, Unauthenticated) as error:
            log.info("a token was refused", extra={"reason": str(error)})
            return _unauthenticated(how, INVALID_TOKEN)
        except DocumentError as error:
            errors = [failure.error for failure in failures(error.errors, suggests=self._suggests)]
            return _answer(how, {"errors": errors}, 200 if how.is_legacy else 400)
        except ClientDisconnect:  # nobody is there to be answered, and nothing went wrong here
            raise
        except Exception as error:
            failure = unexpected(error)
            return _answer(how, {"errors": [failure.error]}, failure.status)
        except asyncio.CancelledError as error:
            if (task := asyncio.current_task()) is None or task.cancelling():
                raise
            failure = unexpected(RuntimeError(f"Something was cancelled, and not by whoever asked: {error!r}"))
            return _answer(how, {"errors": [failure.error]}, failure.status)

    async def _run(
        self,
        parameters: Parameters,
        authenticate: Authenticate[Viewer] | None,
        how: Media,
        keys: list[str],
        meter: Meter,
        *,
        is_get: bool,
    ) -> Response:
        document: Document | None = None
        try:
            is_cached = authenticate is not None and not parameters.registers
            document = await self._documents.get(parameters.query, is_cached=is_cached)
        finally:
            if document is None or document.is_new:
                meter.parsed(len(parameters.query))
        operation = document.operation(parameters.operation_name)
        if is_get and operation.operation is OperationType.MUTATION:
            raise BadRequest(405, "Send mutations by POST.", {"Allow": "POST"})
        document.arguments(operation).require_few(parameters.variables, parameters.length)
        meter.admit(document.formula(operation), parameters.variables)
        if parameters.registers:
            await self.persisted.register(parameters.query, authenticate)
            meter.registered()
        if operation.operation is OperationType.SUBSCRIPTION:
            raise SubscriptionRequested(document, parameters, meter)
        writes = operation.operation is OperationType.MUTATION
        keyed = keyed_request(parameters, keys) if writes else None
        if keyed is not None and authenticate is not None:
            await require_new(self._database, authenticate, keyed)
            authenticate = KeyedAuthentication(authenticate, keyed)
        try:
            data, found = await self._execute(document, parameters, authenticate, meter, writes=writes)
        finally:
            meter.finish()
        return _respond(how, data, found, meter, is_query=operation.operation is OperationType.QUERY)

    async def _execute(
        self,
        document: Document,
        parameters: Parameters,
        authenticate: Authenticate[Viewer] | None,
        meter: Meter,
        *,
        writes: bool,
    ) -> tuple[Any, list[Failure]]:
        """The data and the errors; a mutation's transaction has ended when this returns.

        Two requests that wait for each other's locks are no fault of theirs: PostgreSQL ends one, which goes again.
        """
        end = asyncio.get_running_loop().time() + self._limits.execution_seconds
        for tries in range(1, MAX_TRIES + 1):
            try:
                data, errors = await self._try(document, parameters, authenticate, meter, end, writes=writes)
                lost = any(isinstance(error.original_error, asyncpg.DeadlockDetectedError) for error in errors)
            except asyncpg.DeadlockDetectedError:  # of a plan, or of COMMIT, which writes versions
                if tries == MAX_TRIES:
                    raise
                lost = True
            if not lost or tries == MAX_TRIES:
                break
            await asyncio.sleep(random.uniform(0, 0.1 * tries))
        return (None if writes and errors else data), failures(errors, suggests=self._suggests)

    async def _try(
        self,
        document: Document,
        parameters: Parameters,
        authenticate: Authenticate[Viewer] | None,
        meter: Meter,
        end: float,
        *,
        writes: bool,
    ) -> tuple[Any, list[GraphQLError]]:
        """One try in a transaction of its own, committed if nothing failed, down to the writing of the answer.

        Raises OutOfTime at `end` (of the event loop's clock), which all tries share.
        """
        context = RequestContext(
            self._database, authenticate, document, writes=writes, storage=self._storage, address=self._address
        )
        budget = Budget(self._limits.max_objects, self._limits.max_answer_bytes, AnswerTooLarge)
        commit = False
        try:
            async with asyncio.timeout_at(end) as deadline:
                result = await execute(
                    schema._schema,
                    context,
                    parameters.variables,
                    parameters.operation_name,
                    breadth_first=parameters.breadth_first,
                    is_large=parameters.is_large,
                    budget=budget,
                    gate=self._gate,
                )
                raise_if_not_executed(result.errors or ())
                data = None if result.data is None else written(result.data, budget)
                commit = not result.errors and await is_answer_stored(context, authenticate, data)
        except TimeoutError:
            if deadline.expired():
                raise OutOfTime(f"more than {self._limits.execution_seconds} s") from None
            raise
        finally:
            await context.finish(commit=commit)
            meter.add(budget.objects, budget.values, context.statements, budget.hits)
        return data, result.errors or []


def _respond(how: Media, data: Any, found: list[Failure], meter: Meter, *, is_query: bool) -> Response:
    """The answer, with the status that its errors stand for where they leave no data."""
    added = {"extensions": {"cost": meter.report()}} if meter.is_requested else {}
    headers = meter.headers() if meter.is_requested else None
    if not found:
        return _answer(how, {"data": data, **added}, 200, headers)
    errors = [failure.error for failure in found]
    if any(failure.status == 401 for failure in found):
        return _unauthenticated(how, errors[0]["message"], errors)
    if is_query and any(failure.is_bad_input for failure in found):
        return _answer(how, {"errors": errors, **added}, 400, headers)
    if data is None or any(failure.is_fatal for failure in found):
        status = max(failure.status for failure in found)
        body = {"errors": errors} if status < 500 else {"errors": errors, "data": None}
        return _answer(how, {**body, **added}, 200 if how.is_legacy and status < 500 else status, headers)
    return _answer(how, {"errors": errors, "data": data, **added}, 200, headers)


def _unauthenticated(how: Media, message: str, errors: list[Any] | None = None) -> Response:
    body = {"errors": errors or [_error(message, "UNAUTHENTICATED")]}
    challenge = 'Bearer error="invalid_token"' if message == INVALID_TOKEN else "Bearer"  # RFC 6750, 3
    return _answer(how, body, 401, {"WWW-Authenticate": challenge})


def _error(message: str, code: str) -> dict[str, Any]:
    return {"message": message, "extensions": {"code": code}}


def _answer(how: Media, body: dict[str, Any], status: int, headers: dict[str, str] | None = None) -> Response:
    content_type = {"Content-Type": f"{how.kind}; charset=utf-8", "Cache-Control": "no-store"}
    retry = RETRY_AFTER if status == 503 else {}
    return Response(orjson.dumps(body), status, {**content_type, **retry, **(headers or {})})
