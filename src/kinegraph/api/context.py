"""The sender of a request: its bearer token, viewer of its transaction, account of its cost, origin of its page."""

import ipaddress
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any  # what fields prepared

from starlette.requests import Request

from kinegraph.api.documents import Document
from kinegraph.cost.meter import Meter, Metering
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store import UserAuthentication, authenticate_as
from kinegraph.kit.checks import character_fault, parse_key
from kinegraph.kit.context import NO_SERVICES, Capabilities, Context, Prepare
from kinegraph.kit.database import Database
from kinegraph.kit.sessions import Authenticate
from kinegraph.outside.addresses import SignedAddresses
from kinegraph.outside.storage import ObjectStorage
from kinegraph.outside.tokens import TokenError, Tokens

COST = "x-kinegraph-cost"
"""The header of a request whose answer is to say what it cost."""


class RequestContext(Context):
    """The context of one HTTP request: with the document that it runs."""

    def __init__(
        self,
        database: Database,
        authenticate: Authenticate | None,
        document: Document,
        *,
        writes: bool,
        storage: ObjectStorage | None = None,
        address: str = "",
        prepared: Mapping[Prepare, Any] = MappingProxyType({}),
        capabilities: Capabilities = NO_SERVICES,
        addresses: SignedAddresses | None = None,
    ) -> None:
        super().__init__(
            database,
            authenticate,
            writes=writes,
            storage=storage,
            address=address,
            prepared=prepared,
            capabilities=capabilities,
            addresses=addresses,
        )
        self.document = document
        self.database = database


async def authentication_by_token(authorization: str | None, tokens: Tokens, claim: str) -> Authenticate[Viewer] | None:
    """The authentication of a bearer token's user; None without a token. Raises TokenError for an invalid one."""
    if authorization is None:
        return None
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenError("the header is not `Bearer <token>`")
    claims = await tokens.check(token.strip())
    named, issued_at = claims.get(claim), claims.get("iat", 0)
    if not isinstance(named, str) or character_fault(named):
        raise TokenError(f"its {claim} names no user")
    if claim == "email":
        if claims.get("email_verified", True) is not True:
            raise TokenError("its email is not verified")
        return authenticate_as(email=named, issued_at=issued_at)
    user_id = parse_key(named)
    if user_id is None:
        raise TokenError("its sub is no user id")
    return authenticate_as(user_id, issued_at=issued_at)


def meter_of(metering: Metering, authenticate: Authenticate | None, request: Request, length: int) -> Meter:
    """The meter of a request of so many bytes: its user's cost, or else that of all without a user at its address.

    Raises CostRefused where the caller has nothing left of the budget.
    """
    is_requested = request.headers.get(COST, "0") not in ("0", "")
    if isinstance(authenticate, UserAuthentication):
        meter = metering.meter(authenticate.caller, "", is_requested=is_requested)
    else:
        client = request.scope.get("client")
        meter = metering.meter(None, network_of(client[0]) if client else "", is_requested=is_requested)
    meter.begin(length)
    return meter


def network_of(address: str) -> str:
    """The address that requests are counted under: of IPv6 the /64, in which one client has all addresses."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.ip_network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address


@dataclass(frozen=True, slots=True)
class Origins:
    """The origins of the pages that may open a WebSocket or use `/mcp`: the server checks them, since browsers do not.

    `pattern` is a regular expression for further origins.
    """

    allowed: Collection[str]
    pattern: str | None

    def allow(self, origin: str | None, host: str = "") -> bool:
        """True for allowed origins, for the page's own `host`, and without an origin, since browsers send one."""
        if origin is None or origin in self.allowed or (host and origin.partition("://")[2] == host):
            return True
        return self.pattern is not None and re.fullmatch(self.pattern, origin) is not None
