"""Reading GraphQL requests from HTTP (GraphQL-over-HTTP specification), and refusing those that are not well-formed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any  # JSON that a client sent

import orjson
from starlette.requests import Request

from kinegraph.cost.meter import Meter
from kinegraph.persisted.rules import identifier_of
from kinegraph.persisted.rules_documents import Identifier

GRAPHQL_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"

MAX_VALUES = 20_000
"""Maximum number of values in a request's variables. The largest workout (500 movements, every field) has 11,000."""

MAX_OBJECTS = 3_000
"""Maximum number of objects among them, each of which is converted and checked. The largest workout has 1,600."""

LARGE_BODY_BYTES = 9_000
"""Size of a body above which its variables are counted, and converted in a thread. Less cannot hold too many."""


@dataclass(frozen=True, slots=True)
class Media:
    """The media type of a response, and whether some errors have the status 200, as clients of plain JSON expect.

    These are documents that are not valid, not known or not allowed, and errors that leave no data. Wrong input of a
    query, refused tokens and errors of the server have their own status to all clients.
    """

    kind: str
    is_legacy: bool


BY_STATUS = Media(GRAPHQL_JSON, is_legacy=False)
LEGACY = Media(PLAIN_JSON, is_legacy=True)
ANY = Media(PLAIN_JSON, is_legacy=False)
"""For clients that accept anything: plain JSON, with the statuses of the specification."""
EVENT_STREAM = Media(GRAPHQL_JSON, is_legacy=False)
"""For clients that accept text/event-stream: server-sent events, or JSON where a request is refused before them."""


class BadRequest(Exception):
    """A request that is not well-formed; answered with this status and message."""

    def __init__(
        self, status: int, message: str, headers: Mapping[str, str] | None = None, code: str = "BAD_REQUEST"
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.headers = dict(headers or {})


class SubscriptionRequested(BadRequest):
    """A valid subscription. It is refused where the request asks for one response."""

    def __init__(self, document: Any, parameters: "Parameters", meter: Meter) -> None:
        super().__init__(
            400,
            "Subscriptions are streamed: send them over WebSocket (subprotocol graphql-transport-ws) to this address, "
            "or with the header `Accept: text/event-stream`.",
            code="SUBSCRIPTION_NOT_STREAMED",
        )
        self.document = document
        self.parameters = parameters
        self.meter = meter
        """Of its request; each event has another."""


@dataclass(slots=True)
class Parameters:
    """The parameters of a GraphQL request. Not frozen: every request makes one, which would take twice as long."""

    query: str
    """The document's text; empty where the request has its identifier alone, until it is found."""
    variables: dict[str, Any] | None
    operation_name: str | None
    breadth_first: bool = True
    length: int = 0
    """Bytes of the request that the variables are part of."""
    has_large_variables: bool = False
    """True if the variables may be so large that they are converted in a thread."""
    identifier: Identifier | None = None
    """The identifier of a persisted document, with its text or without."""
    registers: bool = False
    """True if the text is to be registered under its hash."""


def media(accept: str) -> Media:
    """Return the media type for an Accept header. Raises BadRequest (406) if neither is accepted."""
    weights = _weights(accept or "*/*")
    refused = {kind for kind, weight in weights if weight <= 0}
    wildcard = BY_STATUS if PLAIN_JSON in refused else ANY
    offered = {
        GRAPHQL_JSON: BY_STATUS,
        PLAIN_JSON: LEGACY,
        "*/*": wildcard,
        "application/*": wildcard,
        "text/event-stream": EVENT_STREAM,
    }
    for kind, weight in sorted(weights, key=lambda entry: -entry[1]):
        if weight > 0 and kind in offered and offered[kind].kind not in refused:
            return offered[kind]
    raise BadRequest(406, f"This answers in {GRAPHQL_JSON} or {PLAIN_JSON}; accept one of them.")


def _weights(accept: str) -> list[tuple[str, float]]:
    """The media types of an Accept header and their weights, in its order."""
    entries = [[word.strip().lower() for word in range_.split(";")] for range_ in accept.split(",") if range_.strip()]
    return [(kind, next((_weight(p[2:]) for p in rest if p.startswith("q=")), 1.0)) for kind, *rest in entries]


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


async def read_parameters(request: Request, max_bytes: int) -> Parameters:
    """The request's parameters. Raises BadRequest."""
    if request.method in ("GET", "HEAD"):
        parameters = _checked(_from_url(request))
        parameters.length = len(request.url.query)
        return parameters
    if request.method != "POST":
        raise BadRequest(405, "Send queries by POST or GET, mutations by POST.", {"Allow": "GET, HEAD, POST"})
    body, sent = await read_json(request, max_bytes)
    parameters = _checked(sent)
    parameters.length = len(body)
    if len(body) > LARGE_BODY_BYTES:
        _require_few_values(parameters.variables)
        parameters.has_large_variables = True
    return parameters


async def read_json(request: Request, max_bytes: int) -> tuple[bytes, Any]:
    """The body of a POST request, as bytes and as the JSON that it is. Raises BadRequest."""
    kind, *options = (word.strip().lower() for word in request.headers.get("content-type", "").split(";"))
    charsets = {option.removeprefix("charset=").strip('"') for option in options if option.startswith("charset=")}
    if kind != PLAIN_JSON or not charsets <= {"utf-8", "utf8"}:
        raise BadRequest(415, f"Send the request as {PLAIN_JSON}, in UTF-8.", {"Accept-Post": PLAIN_JSON})
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise BadRequest(415, "Send the body as it is, without content encoding.", {"Accept-Encoding": "identity"})
    body = await _body(request, max_bytes)
    if body.count(b"{") + body.count(b"[") > MAX_VALUES:  # even outside variables they are parsed
        raise BadRequest(400, f"The body must have at most {MAX_VALUES:,} objects and lists.")
    return body, _json(body, "The body")


def _require_few_values(variables: dict[str, Any] | None) -> None:
    values: list[Any] = [variables]
    objects = 0
    for value in values:  # grows by the values within
        if isinstance(value, dict):
            objects += 1
            values += value.values()
        elif isinstance(value, list):
            values += value
        if len(values) > MAX_VALUES or objects > MAX_OBJECTS:
            limit = f"{MAX_VALUES:,} values, {MAX_OBJECTS:,} of them objects"
            raise BadRequest(400, f"The variables must have at most {limit}. Send several requests.")


async def _body(request: Request, max_bytes: int) -> bytes:
    """Read the body, up to `max_bytes`. Raises BadRequest (413)."""
    too_long = BadRequest(413, f"The body must be at most {max_bytes:,} bytes.")
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and (len(declared) > 15 or int(declared) > max_bytes):
        raise too_long
    chunks, size = [], 0
    async for chunk in request.stream():
        chunks.append(chunk)
        size += len(chunk)
        if size > max_bytes:
            raise too_long
    return b"".join(chunks)


def _from_url(request: Request) -> dict[str, Any]:
    parameters: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if parameters.get(name):
            parameters[name] = _json(parameters[name].encode("utf-8", "replace"), f"The parameter `{name}`")
        else:
            parameters.pop(name, None)
    return parameters


def _json(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if str(error).startswith("number is infinity"):
            raise BadRequest(400, f"{what} has a number that is too large.") from None
        raise BadRequest(400, f"{what} is not JSON in UTF-8.") from None


def _checked(body: Any) -> Parameters:
    if isinstance(body, list):
        raise BadRequest(400, "Batches are not taken: send one request at a time.")
    if not isinstance(body, dict):
        raise BadRequest(400, "The body must be a JSON object with `query`.")
    query, variables, name = body.get("query"), body.get("variables"), body.get("operationName")
    extensions = body.get("extensions")
    identifier = identifier_of(body) if extensions or "documentId" in body else None
    if query is None and identifier is not None:
        query = ""
    elif not isinstance(query, str) or not query.strip():
        raise BadRequest(400, "`query` must be the text of a GraphQL document.")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest(400, "`variables` must be an object.")
    if name is not None and not isinstance(name, str):
        raise BadRequest(400, "`operationName` must be a string.")
    if extensions is not None and not isinstance(extensions, dict):
        raise BadRequest(400, "`extensions` must be an object.")
    return Parameters(query, variables, name or None, identifier=identifier)
