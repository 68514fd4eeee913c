"""Reading a GraphQL request off HTTP (the GraphQL-over-HTTP specification), and every way in which it can be wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from starlette.requests import Request

GRAPHQL_JSON = "application/graphql-response+json"
PLAIN_JSON = "application/json"

MAX_VALUES = 20_000
"""Values in a request's variables. The largest workout, 500 movements with all that may be prescribed, has 11,000."""

MAX_OBJECTS = 3_000
"""Objects among them, each of which is converted and checked; the largest workout has 1,600."""

LARGE_BODY = 9_000
"""Bytes of a body whose variables are counted, and converted in a thread: in less there are not too many."""


@dataclass(frozen=True, slots=True)
class Media:
    """How to answer: the media type, and whether request errors go as 200, as those who ask for plain JSON expect."""

    kind: str
    is_legacy: bool


BY_STATUS = Media(GRAPHQL_JSON, is_legacy=False)
LEGACY = Media(PLAIN_JSON, is_legacy=True)
ANY = Media(PLAIN_JSON, is_legacy=False)
"""For clients that take anything: plain JSON, which all of them read, with the statuses that speak for themselves."""


class BadRequest(Exception):
    """A request that is no GraphQL request; answered with its status and message."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a request asks to run."""

    query: str
    variables: dict[str, Any] | None
    operation_name: str | None
    breadth_first: bool = True
    length: int = 0
    """Bytes of the request that the variables are part of."""
    is_large: bool = False
    """Whether the variables may be so many, or so long, that others should not wait while they are converted."""


def media(accept: str) -> Media:
    """How to answer by an Accept header. Raises BadRequest (406) where neither media type is taken."""
    weights = _weights(accept or "*/*")
    refused = {kind for kind, weight in weights if weight <= 0}
    wildcard = BY_STATUS if PLAIN_JSON in refused else ANY
    offered = {GRAPHQL_JSON: BY_STATUS, PLAIN_JSON: LEGACY, "*/*": wildcard, "application/*": wildcard}
    for kind, weight in sorted(weights, key=lambda entry: -entry[1]):
        if weight > 0 and kind in offered and offered[kind].kind not in refused:
            return offered[kind]
    raise BadRequest(406, f"This answers in {GRAPHQL_JSON} or {PLAIN_JSON}; accept one of them.")


def _weights(accept: str) -> list[tuple[str, float]]:
    """The media types of an Accept header and their weights, in its order."""
    entries = [[piece.strip().lower() for piece in part.split(";")] for part in accept.split(",") if part.strip()]
    return [(kind, next((_weight(p[2:]) for p in rest if p.startswith("q=")), 1.0)) for kind, *rest in entries]


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


async def read_parameters(request: Request, longest: int) -> Parameters:
    """The request's parameters. Raises BadRequest."""
    if request.method == "GET":
        return replace(_checked(_from_url(request)), length=len(request.url.query))
    if request.method != "POST":
        raise BadRequest(405, "Send queries by POST or GET, mutations by POST.", {"Allow": "GET, POST"})
    kind, *pieces = (piece.strip().lower() for piece in request.headers.get("content-type", "").split(";"))
    charsets = {piece.removeprefix("charset=").strip('"') for piece in pieces if piece.startswith("charset=")}
    if kind != PLAIN_JSON or not charsets <= {"utf-8", "utf8"}:
        raise BadRequest(415, f"Send the request as {PLAIN_JSON}, in UTF-8.", {"Accept-Post": PLAIN_JSON})
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise BadRequest(415, "Send the body as it is, without content encoding.", {"Accept-Encoding": "identity"})
    body = await _body(request, longest)
    if body.count(b"{") + body.count(b"[") > MAX_VALUES:  # most of them in no variables, but read all the same
        raise BadRequest(400, f"The body must have at most {MAX_VALUES:,} objects and lists.")
    parameters = replace(_checked(_json(body, "The body")), length=len(body))
    if len(body) <= LARGE_BODY:
        return parameters
    _require_few(parameters.variables)
    return replace(parameters, is_large=True)


def _require_few(variables: dict[str, Any] | None) -> None:
    values: list[Any] = [variables]
    objects = 0
    for value in values:  # grows by the values within
        if isinstance(value, dict):
            objects += 1
            values += value.values()
        elif isinstance(value, list):
            values += value
        if len(values) > MAX_VALUES or objects > MAX_OBJECTS:
            most = f"{MAX_VALUES:,} values, {MAX_OBJECTS:,} of them objects"
            raise BadRequest(400, f"The variables must have at most {most}. Send several requests.")


async def _body(request: Request, longest: int) -> bytes:
    """The body, read no further than it may be long."""
    too_long = BadRequest(413, f"The body must be at most {longest:,} bytes.")
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and (len(declared) > 15 or int(declared) > longest):
        raise too_long
    chunks, size = [], 0
    async for chunk in request.stream():
        chunks.append(chunk)
        size += len(chunk)
        if size > longest:
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
        raise BadRequest(400, f"{what} is not JSON in UTF-8: {error}.") from None


def _checked(body: Any) -> Parameters:
    if isinstance(body, list):
        raise BadRequest(400, "Batches are not taken: send one request at a time.")
    if not isinstance(body, dict):
        raise BadRequest(400, "The body must be a JSON object with `query`.")
    query, variables, name = body.get("query"), body.get("variables"), body.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise BadRequest(400, "`query` must be the text of a GraphQL document.")
    if variables is not None and not isinstance(variables, dict):
        raise BadRequest(400, "`variables` must be an object.")
    if name is not None and not isinstance(name, str):
        raise BadRequest(400, "`operationName` must be a string.")
    if body.get("extensions") is not None and not isinstance(body["extensions"], dict):
        raise BadRequest(400, "`extensions` must be an object.")
    return Parameters(query, variables, name or None)
