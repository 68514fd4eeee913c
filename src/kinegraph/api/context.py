"""Who sends a request: from its bearer token to the viewer of its transaction."""

from kinegraph.api.documents import Document
from kinegraph.identity.rules import Viewer
from kinegraph.identity.store import authenticate_as
from kinegraph.kit.checks import character_fault, parse_key
from kinegraph.kit.context import Context
from kinegraph.kit.database import Database
from kinegraph.kit.sessions import Authenticate
from kinegraph.outside.storage import ObjectStorage
from kinegraph.outside.tokens import TokenError, Tokens


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
    ) -> None:
        super().__init__(database, authenticate, writes=writes, storage=storage, address=address)
        self.document = document


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
