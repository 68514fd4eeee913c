"""GraphQL over HTTP: one endpoint, from the request's bytes to the response's.

A query runs in a read-only snapshot; a mutation in one transaction, which is committed after its answer was
worked out and before it is sent, and rolled back whole if anything unexpected happened.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, cast  # data of a response: JSON

import orjson
from graphql import GraphQLError, OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from kinegraph.api.context import RequestContext, authentication_by_token, meter_of
from kinegraph.api.documents import Document, DocumentError, Documents
from kinegraph.api.execution import BeforeCommit, Resources, execute_timed
from kinegraph.api.executor import Gate
from kinegraph.api.failures import RETRY_AFTER, Failure, failures, unexpected
from kinegraph.api.hang_ups import Deadline, TimeLimit
from kinegraph.api.limits import is_open
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
from kinegraph.api.validators import Revalidation, revalidation_of
from kinegraph.cost.meter import Meter, Metering
from kinegraph.cost.refusals import CostRefused
from kinegraph.idempotency.rules import AnsweredBefore, KeyRefused, parsed_key, request_hash
from kinegraph.idempotency.store import KeyedAuthentication, KeyedRequest, raise_if_executed, set_answer
from kinegraph.identity.rules import INVALID_TOKEN, Viewer
from kinegraph.identity.store import UserAuthentication, authenticate_nobody
from kinegraph.kit.cache import Cache
from kinegraph.kit.errors import Unauthenticated
from kinegraph.kit.sessions import Authenticate
from kinegraph.outside.tokens import TokenError, Tokens
from kinegraph.persisted.rules_documents import DocumentRefused
from kinegraph.persisted.store_lookup import PersistedDocuments

log = logging.getLogger("kinegraph.api")

SUBSCRIBE = "kinegraph.subscribe"
"""The key in a request's scope of the function that answers its subscription (SubscriptionRequested)."""

METER = "kinegraph.meter"
"""The key in a request's scope of its meter, once its caller is identified."""

SWITCH = "x-kinegraph-executor"
"""The header that chooses the executor of one request, where introspection is on."""


class GraphQLEndpoint:
    """Answers /graphql. `stream` answers the requests that accept server-sent events."""

    stream: Callable[[Request], Awaitable[Response]] | None = None

    def __init__(
        self,
        resources: Resources,
        tokens: Tokens,
        claim: str,
        cache: Cache,
        *,
        introspection: bool,
        breadth_first: bool = True,
        persisted: PersistedDocuments,
        metering: Metering,
    ) -> None:
        self.resources = resources
        self._tokens = tokens
        self._claim = claim
        self._documents = Documents(cache, resources.limits.document, introspection=introspection)
        self._suggests = introspection
        self._cache = cache
        self._breadth_first = breadth_first
        self._gate = Gate(resources.limits.max_by_graphql_core) if breadth_first else None
        self.persisted = persisted
        self._metering = metering

    async def __call__(self, request: Request) -> Response:
        """One request. Where its cost is asked for, a refusal too says what its caller has left."""
        try:
            response = await self._answered(request)
        finally:
            meter: Meter | None = request.scope.get(METER)
            if meter is not None:
                meter.finish()
        if meter is not None and meter.is_requested:
            for name, value in meter.headers().items():
                response.headers.setdefault(name, value)
        return response

    async def _answered(self, request: Request) -> Response:
        how = ANY
        try:
            how = media(",".join(request.headers.getlist("accept")))
            if how is EVENT_STREAM and self.stream is not None and SUBSCRIBE not in request.scope:
                return await self.stream(request)
            parameters = await read_parameters(request, self.resources.limits.max_body_bytes)
            request.scope["operation"] = parameters.operation_name
            wanted = request.headers.get(SWITCH) if self._suggests else None
            if wanted == "graphql-core" or not (self._breadth_first or wanted):
                parameters.breadth_first = False
            authorization = request.headers.get("authorization")
            authenticate = await authentication_by_token(authorization, self._tokens, self._claim)
            meter = meter_of(self._metering, authenticate, request, parameters.length)
            request.scope[METER] = meter
            limit = TimeLimit.begin(self.resources.limits.execution_seconds)
            if parameters.identifier is not None or self.persisted.trusted_only:
                await self._find_text(parameters, authenticate, meter, limit, request)
            keys = request.headers.getlist("idempotency-key")
            return await self._run(parameters, authenticate, how, keys, meter, limit, request)
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

    async def _find_text(
        self,
        parameters: Parameters,
        authenticate: Authenticate[Viewer] | None,
        meter: Meter,
        limit: TimeLimit,
        request: Request,
    ) -> None:
        """Look up the text of a persisted document. Raises DocumentRefused, OutOfTime and ClientDisconnect."""
        with meter.look_up():
            async with Deadline(limit, request.receive):
                await self.persisted.find_text(parameters, authenticate, request.scope["headers"])

    async def _run(
        self,
        parameters: Parameters,
        authenticate: Authenticate[Viewer] | None,
        how: Media,
        keys: list[str],
        meter: Meter,
        limit: TimeLimit,
        request: Request,
    ) -> Response:
        is_cached = authenticate is not None and not parameters.registers
        document = await self._document(parameters, meter, is_cached=is_cached)
        operation = document.operation(parameters.operation_name)
        if request.method != "POST" and operation.operation is OperationType.MUTATION:
            raise BadRequest(405, "Send mutations by POST.", {"Allow": "POST"})
        document.arguments(operation).require_few(parameters.variables, parameters.length)
        meter.admit(document.formula(operation), parameters.variables)
        if parameters.registers:
            await self.persisted.register(parameters.query, authenticate)
            meter.registered()
        if operation.operation is OperationType.SUBSCRIPTION:
            raise SubscriptionRequested(document, parameters, meter)
        writes = operation.operation is OperationType.MUTATION
        keyed = _keyed(parameters, keys) if writes else None
        revalidation = None if meter.is_requested else self._revalidation(request, authenticate, parameters)
        before_commit: BeforeCommit | None = None if revalidation is None else revalidation.store
        if keyed is not None and authenticate is not None:
            async with Deadline(limit, request.receive), self.resources.database.read(authenticate) as session:
                with meter.counting(session):
                    await raise_if_executed(session, keyed)
            authenticate = KeyedAuthentication(authenticate, keyed)
            before_commit = partial(_store_answer, keyed.key)
        data, errors, notes = await execute_timed(
            self.resources,
            document,
            parameters,
            authenticate or (authenticate_nobody if is_open(operation) else None),
            meter,
            writes=writes,
            gate=self._gate,
            before=None if revalidation is None else revalidation.is_current,
            before_commit=before_commit,
            limit=limit,
            receive=request.receive,
        )
        if revalidation is not None and revalidation.tag:
            return Response(status_code=304, headers={"ETag": f"W/{revalidation.tag.decode()}"})
        _raise_if_not_executed(errors)
        return _respond(how, data, failures(errors, suggests=self._suggests), meter, notes, is_query=not writes)

    def _revalidation(
        self, request: Request, authenticate: Authenticate[Viewer] | None, parameters: Parameters
    ) -> Revalidation | None:
        """The comparison of the answer with the tags of a GET request; None where there is none to make."""
        if request.method == "POST" or not isinstance(authenticate, UserAuthentication):
            return None
        tags = [value for name, value in request.scope["headers"] if name == b"if-none-match"]
        return revalidation_of(self._cache, authenticate, parameters, tags) if tags else None

    async def _document(self, parameters: Parameters, meter: Meter, *, is_cached: bool) -> Document:
        """The document of a request, which is charged if it has to be parsed. Raises DocumentError."""
        text = parameters.query
        document: Document | None = None
        try:
            document = await self._documents.get(text, parameters.operation_name, is_cached=is_cached)
        finally:
            if document is None or document.is_new:
                meter.parsed(len(text))
        return document


def _keyed(parameters: Parameters, keys: list[str]) -> KeyedRequest | None:
    """The request with its idempotency key; None without a key. Raises KeyRefused."""
    key = parsed_key(keys)
    if key is None:
        return None
    return KeyedRequest(key, request_hash(parameters.query, parameters.variables, parameters.operation_name))


def _raise_if_not_executed(errors: Sequence[GraphQLError]) -> None:
    """Raise AnsweredBefore or KeyRefused where graphql-core reports one of them as a field's error."""
    for error in errors:
        if isinstance(error.original_error, (AnsweredBefore, KeyRefused)):
            raise error.original_error


async def _store_answer(key: str, context: RequestContext, data: orjson.Fragment | None) -> bool:
    """Store the answer with the request's idempotency key; an answer without data is not stored. True means commit.

    Where nothing was done for a reason that may be gone later, False: all is rolled back, and the key is free.
    """
    if data is None:
        return True
    if context.is_worth_a_retry and not context.has_mutated:
        return False
    await set_answer(await context.write_session(), key, orjson.dumps(data))
    return True


def _respond(
    how: Media, data: Any, found: list[Failure], meter: Meter, notes: Mapping[str, Any], *, is_query: bool
) -> Response:
    """The answer, with the status that its errors stand for where they leave no data."""
    extensions = {**notes, **({"cost": meter.report()} if meter.is_requested else {})}
    added = {"extensions": extensions} if extensions else {}
    if not found:
        return _answer(how, {"data": data, **added}, 200)
    errors = [failure.error for failure in found]
    if any(failure.status == 401 for failure in found):
        return _unauthenticated(how, errors[0]["message"], errors)
    if is_query and any(failure.is_bad_input for failure in found):
        return _answer(how, {"errors": errors, **added}, 400)
    if data is None or any(failure.is_fatal for failure in found):
        status = max(failure.status for failure in found)
        body = {"errors": errors} if status < 500 else {"errors": errors, "data": None}
        return _answer(how, {**body, **added}, 200 if how.is_legacy and status < 500 else status)
    return _answer(how, {"errors": errors, "data": data, **added}, 200)


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
